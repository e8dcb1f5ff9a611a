// @ts-check
// What leaves the console as a file: exactly the chosen alerts, or what the filter shows, with a reason.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { seriousFaults } from "./axe.mjs";
import { assertNoFaults, newPage, profile, shot, signIn, skip, stop } from "./browser.mjs";
import { until } from "./daemon.mjs";

after(stop);

/** @typedef {import("playwright-core").Page} Page */

/** A case is stored later than its first alert. */
const EXPECTED = /status of 404 .*\/api\/v1\/cases\//;
/** Label and ending of each format, and what its file says about an alert. @type {[string, string, (text: string) => string[]][]} */
const FORMATS = [
  ["CSV", "csv", (text) => text.trim().split("\n").slice(1).map((line) => line.match(/[a-z2-7]{26}/)?.[0] ?? line)],
  ["GEOJSON", "geojson", (text) => [...new Set(/** @type {string[]} */ (JSON.parse(text).features.map((/** @type {any} */ one) => one.properties.id ?? one.properties.alert ?? one.id)))]],
  ["JSONL", "jsonl", (text) => text.trim().split("\n").map((line) => JSON.parse(line).id)],
  ["KML", "kml", (text) => [...new Set([...text.matchAll(/<Data name="alert"><value>([^<]*)/g)].map(([, id]) => id))]],
  ["Text", "txt", (text) => text.match(/^[a-z2-7]{26}$/gm) ?? []],
];

test("the chosen rows, and no others, are exported in every format; without a choice what the filter shows", { skip, timeout: 180_000 }, async () => {
  const context = await profile({ acceptDownloads: true });
  const { page, faults } = await newPage(context);
  await signIn(page, "/?q=severity%3E%3Dinfo+state%3Anew%2Cacknowledged%2Cclosed");
  const rows = page.locator(".alert-row");
  await rows.nth(2).waitFor({ timeout: 60_000 });
  const order = () => rows.evaluateAll((all) => all.sort((a, b) => a.getBoundingClientRect().y - b.getBoundingClientRect().y).map((each) => /** @type {HTMLElement} */ (each).dataset.id ?? ""));
  // Rows that come with the rest of the list may stand above those that are there.
  await page.locator(".grid[role=grid]:not(.loading)").waitFor();
  let ids = await order();
  await until(async () => {
    const before = ids.join();
    await page.waitForTimeout(300);
    ids = await order();
    return ids.join() === before;
  }, "a list that stands still");
  // The first and the third by the keyboard: one alert is open while the others are chosen.
  await page.locator(`.alert-row[data-id="${ids[0]}"]`).click();
  await page.keyboard.press("x");
  for (const id of [ids[1], ids[2]]) {
    await page.keyboard.press("j");
    await page.locator(`.alert-row[data-id="${id}"][tabindex="0"]`).waitFor();
  }
  await page.keyboard.press("x");
  await page.getByText("2 alerts selected").waitFor();
  const wanted = [ids[0], ids[2]].sort();
  const form = page.locator(".act-form");
  for (const [label, ending, read] of FORMATS) {
    await page.locator(".bulk").getByRole("button", { name: "Export…" }).click();
    await form.getByText("the 2 selected").waitFor();
    await form.getByText(label, { exact: true }).click();
    const submit = form.locator("button[type=submit]");
    await form.locator("textarea").fill("too short");
    assert.equal(await submit.isDisabled(), true, "a reason has ten characters");
    await form.locator("textarea").fill("report to the prefecture");
    if (ending === "csv") await shot(page, "export-chosen");
    if (ending === "csv") assert.deepEqual(await seriousFaults(page), []);
    const saved = page.waitForEvent("download");
    await submit.click();
    const file = await saved;
    assert.match(file.suggestedFilename(), new RegExp(`^alerts-.*\\.${ending}$`));
    assert.deepEqual(read(readFileSync(await file.path(), "utf8")).sort(), wanted, label);
    await form.waitFor({ state: "detached" });
    await page.getByText("2 alerts exported").waitFor();
  }

  // The same form exports what the filter shows, of which the chosen ones are only a part.
  await page.keyboard.press("e");
  await form.getByText(/^all \d+ under the filter$/).click();
  await form.getByText("JSONL", { exact: true }).click();
  await form.locator("textarea").fill("report to the prefecture");
  const saved = page.waitForEvent("download");
  await page.keyboard.press("Control+Enter");
  const all = FORMATS[2][2](readFileSync(await (await saved).path(), "utf8"));
  const { total } = await (await page.request.get("/api/v1/alerts/summary?q=severity%3E%3Dinfo&state=new,acknowledged,closed")).json();
  assert.equal(all.length, total);
  for (const id of ids) assert.ok(all.includes(id), id);
  assertNoFaults(faults.filter((fault) => !EXPECTED.test(fault)));
  await context.close();
});
