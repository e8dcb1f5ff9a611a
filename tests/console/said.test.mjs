// @ts-check
// What the engine says of a condition, in the language of the reader: values and comparisons in hers, phrases in English with English numbers.
import assert from "node:assert/strict";
import { test } from "node:test";

// The modules ask the page for its language.
Object.assign(globalThis, { document: { documentElement: { lang: "pt" } } });
const WEB = new URL("../../src/http/console/web/", import.meta.url);
const { language, loadWords } = await import(new URL("words.js", WEB).href);
const { languageOf, local, nameOf, requirement, valueOf } = await import(new URL("alert/said.js", WEB).href);
const { between, number, quantity, span } = await import(new URL("format.js", WEB).href);

/** What `run` gives in a language. @param {string} chosen @param {() => unknown} run */
async function said(chosen, run) {
  language.value = chosen;
  await loadWords("alert");
  await loadWords("common");
  return run();
}

test("a comparison is in the language of the reader with her number, and what the engine phrases keeps its English number", async () => {
  assert.equal(await said("pt", () => local(requirement("nearest_other_metres", "<= 1500"))), `no máximo ${await said("pt", () => number(1500))} m`);
  assert.equal(await said("pt", () => local(requirement("shore_nm", "< 5.4"))), "abaixo de 5,4 nm");
  assert.equal(await said("pt", () => local(requirement("above_a_fact", "<= 2.5 stops within reach"))), "at most 2.5 stops within reach");
  assert.equal(await said("es", () => local("0.5 h to 48 h")), "de 0,5 h a 48 h");
  assert.equal(await said("fr", () => local(requirement("speed_knots", "outside 3 to 25.5"))), "hors de 3 à 25,5 kn");
  assert.equal(await said("fr", () => local("at least 1 h 00 min")), "au moins 1 h 00 min");
  assert.equal(await said("es", () => local(valueOf("nearest_other_metres", 99.3))), "99,3 m");
  assert.equal(await said("es", () => local("2.5 stops expected there")), "2.5 stops expected there");
  assert.equal(await said("en", () => local("at most 1500.5 m")), "at most 1500.5 m");
  assert.deepEqual(await said("fr", () => [quantity("298000003"), quantity("2.60 h"), quantity("slow leg")]), ["298000003", "2,60 h", null]);
  assert.deepEqual(await said("fr", () => [languageOf("slow leg"), languageOf("at most 2 nm")]), ["en", undefined]);
});

test("yes and no are asked for in one language, and a name with its unit in the middle has it", async () => {
  assert.equal(await said("fr", () => requirement("check_digit_holds", "false")), "exigé : non");
  assert.equal(await said("en", () => requirement("check_digit_holds", "true")), "needed: yes");
  assert.deepEqual([requirement("stop_nm_from_start", "> 50"), valueOf("stop_nm_from_start", 12.34), nameOf("stop_nm_from_start")], ["above 50 nm", "12.3 nm", "Farthest stop from its start"]);
});

test("a length of time is cut to the whole minute, as the engine cuts it", async () => {
  assert.deepEqual([span(51 * 60 + 59.9), span(59.6), span(3599.9), span(3661)], ["51 min", "59 s", "59 min", "1 h 01 min"]);
  assert.equal(between("2026-03-01T10:00:10Z", "2026-03-01T10:52:09.900Z"), "51 min");
});
