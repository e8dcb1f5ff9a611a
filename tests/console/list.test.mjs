// The list without a browser: the filter box, the order that stays still, the groups. Run with `node --test`.
import assert from "node:assert/strict";
import { test } from "node:test";

const web = new URL("../../src/http/console/web/list/", import.meta.url);
const filter = await import(new URL("filter.js", web).href);
const order = await import(new URL("order.js", web).href);
const groups = await import(new URL("groups.js", web).href);
const complete = await import(new URL("complete.js", web).href);

/** An alert with what a test needs to say. */
function alert(id, score, more = {}) {
  return {
    id, score, behaviour: "ais_gap", announced: true, status: "open", state: "new", owner: null, case_id: null, silenced_by: null,
    severity: score >= 80 ? "critical" : score >= 60 ? "high" : score >= 40 ? "medium" : "low", summary: "", revision: 1, acts: 0,
    started_at: "2026-03-01T03:00:00Z", last_at: "2026-03-01T04:00:00Z", zones: [], vessels: [], ...more,
  };
}
const here = { me: "ana", now: Date.parse("2026-03-01T06:00:00Z") };
const fits = (text) => (item) => filter.matches(text, item, here);

test("tokens keep quoted blanks together, and values are split at commas", () => {
  const [severity, name, word] = filter.tokens('severity>=medium  name:"LADY ANNA",x drift');
  assert.deepEqual([severity.key, severity.sign, severity.values], ["severity", ">=", ["medium"]]);
  assert.deepEqual(name.values, ["LADY ANNA", "x"]);
  assert.deepEqual([word.key, word.values], [null, ["drift"]]);
});

test("a token that cannot be meant is named", () => {
  const faults = ["severity>=grave", "behaviour>drift", "colour:red", "flag:ESP", "owner:", "score>400", "since:soon", "mmsi:22412", "owner:me"];
  assert.deepEqual(faults.map((text) => filter.problem(filter.tokens(text)[0])), ["value", "sign", "key", "value", "empty", "value", "value", "value", null]);
});

test("the console asks for medium and above that is not closed, unless the text says otherwise", () => {
  assert.deepEqual(filter.query("zone:c07"), { q: "zone:c07", state: "new,acknowledged", min_severity: "medium" });
  assert.deepEqual(filter.query("severity>=low"), { q: "severity>=low", state: "new,acknowledged" });
  assert.deepEqual(filter.query("state:closed"), { q: "state:closed", min_severity: "medium" });
  assert.deepEqual(filter.query("mmsi:224123456"), { q: "mmsi:224123456" });
  assert.deepEqual(filter.query("severity:high zone:c07", ["severity"]), { q: "zone:c07", state: "new,acknowledged" });
});

test("values of one token are joined by or, tokens by and", () => {
  const item = alert("a", 65, { zones: [{ id: "c07", name: "x" }], vessels: [{ mmsi: 224000001, ship_type: 80, flag: "ES", name: "ALFA" }] });
  const yes = ["zone:c06,c07 type:tanker", "zone:c06 zone:c07", "type:80-89", "flag:es", "score>60 severity>=high", "owner:none", "alfa", "since:6h", "mmsi:224000001"];
  const no = ["zone:c06", "zone:c07 type:cargo", "score>65", "owner:me", "since:1h", "state:closed", "bravo"];
  for (const text of yes) assert.equal(fits(text)(item), true, text);
  for (const text of no) assert.equal(fits(text)(item), false, text);
});

test("a facet adds its value and takes it away", () => {
  assert.equal(filter.toggled("severity>=medium x", "severity", "high"), "x severity:high");
  assert.equal(filter.toggled("zone:a", "zone", "b c"), 'zone:a,"b c"');
  assert.equal(filter.toggled("zone:a x", "zone", "a"), "x");
});

test("new and worse alerts wait, and rows keep their place until they are taken in", () => {
  let list = order.first({ items: [alert("a", 60), alert("b", 50)], next: null, total: 2 });
  list = order.receive(list, [alert("c", 90)], () => true);
  list = order.receive(list, [alert("b", 70, { revision: 2 })], () => true);
  assert.deepEqual(list.rows, ["a", "b"]);
  assert.deepEqual(order.waiting(list), { fresh: 1, worse: 1 });
  assert.equal(list.items.get("b").score, 70, "the row says at once what is known");
  assert.equal(list.flashes.get("b"), 1);
  list = order.take(list, () => true);
  assert.deepEqual(list.rows, ["c", "b", "a"]);
  assert.deepEqual(order.waiting(list), { fresh: 0, worse: 0 });
});

test("an alert that ended or was closed stays in its place, greyed, until the list is taken in", () => {
  let list = order.first({ items: [alert("a", 60), alert("b", 50)], next: null, total: 2 });
  const closed = alert("a", 60, { state: "closed", acts: 1 });
  list = order.receive(list, [closed], () => false);
  list = order.receive(list, [alert("b", 50, { status: "ended", revision: 2 })], () => true);
  assert.deepEqual(list.rows, ["a", "b"]);
  assert.deepEqual([...list.over], ["a", "b"]);
  list = order.take(list, (item) => item.state !== "closed");
  assert.deepEqual(list.rows, ["b"]);
});

test("an alert that is withdrawn leaves the list at once, wherever it was", () => {
  let list = order.first({ items: [alert("a", 60), alert("b", 50)], next: null, total: 2 });
  list = order.receive(list, [alert("c", 90)], () => true);
  const before = list;
  for (const id of ["a", "c", "never there"]) list = order.withdraw(list, id);
  assert.deepEqual([list.rows, [...list.items.keys()], list.waiting.size, list.total], [["b"], ["b"], 0, 1]);
  assert.deepEqual(before.rows, ["a", "b"], "what was given is as it was");
});

test("an alert that ended, was closed and is reopened is no longer greyed", () => {
  const ended = alert("a", 60, { status: "ended", revision: 2 });
  let list = order.first({ items: [ended], next: null, total: 1 });
  list = order.receive(list, [{ ...ended, state: "closed", acts: 1 }], () => false);
  assert.deepEqual([...list.over], ["a"]);
  list = order.receive(list, [{ ...ended, acts: 2 }], () => true);
  assert.deepEqual([...list.over], []);
});

test("a late answer never writes an older state over a newer one", () => {
  let list = order.first({ items: [alert("a", 60, { revision: 3, acts: 2 })], next: null, total: 1 });
  list = order.receive(list, [alert("a", 40, { revision: 2, acts: 5 })], () => true);
  list = order.further(list, { items: [alert("a", 60, { revision: 3, acts: 1 })], next: null, total: 1 });
  assert.deepEqual([list.items.get("a").score, list.items.get("a").acts], [60, 2]);
});

test("what ranks below the last loaded row is left to the next page", () => {
  let list = order.first({ items: [alert("a", 60), alert("b", 50)], next: "cursor", total: 9 });
  list = order.receive(list, [alert("c", 45)], () => true);
  assert.deepEqual([order.waiting(list).fresh, list.total], [0, 10]);
  list = order.further(list, { items: [alert("b", 50), alert("c", 45)], next: null, total: 10 });
  assert.deepEqual(list.rows, ["a", "b", "c"]);
});

test("the count above the rows is that of the rows", () => {
  const open = (/** @type {any} */ item) => item.state !== "closed";
  let list = order.first({ items: [alert("a", 60), alert("b", 50), alert("c", 40)], next: null, total: 3 });
  list = order.receive(list, [alert("b", 50, { state: "closed", acts: 1 })], open);
  assert.equal(list.total, 3, "a row that left the filter still stands there");
  list = order.compared(list, { items: [alert("a", 60), alert("c", 40)], next: null, total: 2 }, open);
  assert.equal(list.total, 3);
  list = order.take(list, open);
  assert.deepEqual([list.rows, list.total], [["a", "c"], 2]);
});

test("a token that cannot be meant is answered with the one that may be", () => {
  const [meant, of] = [filter.meant, (/** @type {string} */ text) => filter.tokens(text)[0]];
  assert.deepEqual(meant(of("severty:high")), ["severity:high"]);
  assert.deepEqual(meant(of("behaviour:rendezvou,drift")), ["behaviour:rendezvous,drift"]);
  assert.deepEqual(meant(of("behaviour:zone")), ["behaviour:zone_entry", "behaviour:zone_exit", "behaviour:zone_speed"], "all that begin so");
  assert.deepEqual(meant(of("mmsi:12")), []);
  assert.deepEqual(meant(of("severity:high")), []);
});

test("zones are told apart by what their names do not have in common", async () => {
  const { commonWords } = await import("../../src/http/console/web/list/prefix.js");
  assert.equal(commonWords(["EXERCISE lane east", "EXERCISE speed watch"]), "EXERCISE ");
  assert.equal(commonWords(["Corridor 7", "Corridor 71"]), "Corridor ", "whole words only");
  assert.equal(commonWords(["Corridor 7"]), "");
  assert.equal(commonWords(["A lane", "B lane"]), "");
});

test("after an act the next alert with work opens, and one above it at the end", () => {
  const list = order.first({ items: [alert("a", 60), alert("b", 50, { state: "acknowledged" }), alert("c", 40)], next: null, total: 3 });
  assert.equal(order.following(list, "a"), "c");
  assert.equal(order.following(list, "c"), "a");
});

test("groups stand in the order of their best row and fold", () => {
  const items = [alert("a", 90, { owner: "ana" }), alert("b", 70), alert("c", 60, { owner: "ana" })];
  const list = order.first({ items, next: null, total: 3 });
  const open = groups.lines(list.rows, list.items, "owner", new Set());
  assert.deepEqual(open.lines.map((line) => line.id), ["owner/ana", "a", "c", "owner/", "b"]);
  const shut = groups.lines(list.rows, list.items, "owner", new Set(["owner/ana"]));
  assert.deepEqual(shut.lines.map((line) => line.id), ["owner/ana", "owner/", "b"]);
  assert.equal(groups.lineAt(open.lines, groups.HEADER + groups.ROW + 3), 2);
});

test("completion offers keys, then values with their counts, and keeps the values already written", () => {
  const naming = { key: () => "", value: () => "" };
  const summary = { severity: {}, behaviour: { drift: 4, distress: 1 }, zone: {}, state: {}, owner: {}, hours: [] };
  assert.deepEqual(complete.offers("beh", 3, summary, naming, null).map((one) => one.insert), ["behaviour:"]);
  const [best, second] = complete.offers("behaviour:d", 11, summary, naming, null);
  assert.deepEqual([best.word, best.count, second.word], ["drift", 4, "distress"]);
  const [more] = complete.offers("x behaviour:drift,dis", 21, summary, naming, null);
  assert.equal(more.insert, "behaviour:drift,distress");
  assert.deepEqual(complete.accept("x behaviour:drift,dis", 21, more), { text: "x behaviour:drift,distress ", caret: 27 });
});
