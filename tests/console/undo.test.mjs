// @ts-check
// Taking back: after `u` an alert stands as it stood before the act, whatever the act was, and its history has both.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { assertNoFaults, newPage, profile, shot, signIn, skip, stop } from "./browser.mjs";

after(stop);

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ act: string, until?: string, to?: string, finding?: string, why?: string }} Act */

/** A case is stored later than its first alert. */
const EXPECTED = /status of 404 .*\/api\/v1\/cases\//;
const LATER = new Date(Date.now() + 5 * 3_600_000).toISOString();
const CLOSED = /** @type {Act} */ ({ act: "close", finding: "false", why: "Two buoys" });
const ASIDE = /** @type {Act} */ ({ act: "acknowledge", until: LATER });

/** How an alert stands before the act, the keys that do the act, and what is then said. @type {[string, Act[], string[], string][]} */
const ACTS = [
  ["an acknowledgement", [], ["a"], "acknowledged"],
  ["an acknowledgement until a time", [], ["A", "Control+Enter"], "acknowledged"],
  ["a longer acknowledgement of an acknowledged alert", [ASIDE], ["A", "Control+Enter"], "acknowledged"],
  ["an assignment to me", [{ act: "assign", to: "m.silva" }], ["i"], "assigned"],
  ["a finding", [{ act: "assign", to: "m.silva" }], ["v", "text", "Tab", "Space", "Control+Enter"], "closed"],
  ["a finding on an acknowledged alert", [ASIDE], ["v", "text", "Tab", "Space", "Control+Enter"], "closed"],
  ["the reopening of a closed alert", [CLOSED], ["r", "Control+Enter"], "reopened"],
  ["the reopening of an acknowledged alert", [ASIDE], ["r", "Control+Enter"], "reopened"],
];

/** An alert as it is kept. @param {Page} page @param {string} id */
async function kept(page, id) {
  const alert = await (await page.request.get(`/api/v1/alerts/${id}?include=history`)).json();
  const { state, owner, acknowledged_until: until, finding, finding_reason: reason } = alert;
  const acts = alert.history.filter((/** @type {any} */ row) => row.who !== "(atalaia)").map((/** @type {any} */ row) => row.what);
  return { standing: { state, owner, until: until && Date.parse(until), finding, reason }, acts };
}

/** Does an act beside the page. @param {Page} page @param {string} id @param {Act} act */
async function does(page, id, act) {
  const me = await (await page.request.get("/api/v1/session")).json();
  const headers = { "X-Atalaia-Csrf": me.csrf, Origin: new URL(page.url()).origin };
  const answer = await page.request.post(`/api/v1/alerts/${id}/acts`, { headers, data: act });
  assert.equal(answer.status(), 200, await answer.text());
}

test("every act but a note can be taken back, and leaves the alert as it was", { skip, timeout: 180_000 }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page);
  await page.locator(".alert-row.state-new").first().waitFor({ timeout: 60_000 });
  const id = await page.locator(".alert-row.state-new").first().getAttribute("data-id") ?? "";
  const original = (await kept(page, id)).standing;
  for (const [what, first, keys, said] of ACTS) {
    for (const act of first) await does(page, id, act);
    const before = await kept(page, id);
    await page.goto(`/alerts/${id}`);
    await page.locator(".acts-bar").waitFor();
    await page.locator(".al-panel").focus().catch(() => undefined);
    for (const key of keys) {
      if (key === "text") await page.keyboard.type("Bunkering");
      else await page.keyboard.press(key);
      if (key === keys[0] && keys.length > 1) await page.locator(".act-form").waitFor();
    }
    await page.locator(".act-notice", { hasText: `1 alert ${said}` }).first().waitFor();
    assert.notDeepEqual((await kept(page, id)).standing, before.standing, what);
    if (what === "an acknowledgement") await shot(page, "undo");
    await page.keyboard.press("u");
    await page.locator(".act-notice", { hasText: "Taken back" }).first().waitFor();
    const now = await kept(page, id);
    assert.deepEqual(now.standing, before.standing, what);
    assert.deepEqual(now.acts.slice(0, before.acts.length), before.acts, `${what}: what happened stays in the history`);
    assert.ok(now.acts.length >= before.acts.length + 2, `${what}: both are in the history`);
    if (now.standing.state !== "new") await does(page, id, { act: "reopen" });
    if (now.standing.owner !== original.owner) await does(page, id, /** @type {any} */ ({ act: "assign", to: original.owner }));
  }

  // After ten seconds there is nothing to take back any more.
  await page.goto(`/alerts/${id}`);
  await page.locator(".acts-bar").waitFor();
  await page.keyboard.press("a");
  await page.locator(".act-notice", { hasText: "1 alert acknowledged" }).first().waitFor();
  await page.locator(".act-notice", { hasText: "1 alert acknowledged" }).first().waitFor({ state: "detached" });
  await page.keyboard.press("u");
  await page.locator(".act-notice", { hasText: "nothing to take back" }).first().waitFor();
  assert.equal((await kept(page, id)).standing.state, "acknowledged");
  await page.locator(".acts-bar").getByRole("button", { name: "Reopen…" }).click();
  await page.locator(".act-form button[type=submit]").click();
  await page.locator(".act-notice", { hasText: "1 alert reopened" }).first().waitFor();
  assert.deepEqual((await kept(page, id)).standing, original);
  assertNoFaults(faults.filter((fault) => !EXPECTED.test(fault)));
  await context.close();
});
