// @ts-check
// Cases: one that is stored later than its first alert, and the legal hold.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { seriousFaults } from "./axe.mjs";
import { NAME, assertNoFaults, newPage, profile, shot, signIn, skip, stop } from "./browser.mjs";

after(stop);

/** @typedef {import("playwright-core").Page} Page */

const EXPECTED = /status of 404 .*\/api\/v1\/cases\//;

/** An alert that is part of a case. @param {Page} page */
async function inCase(page) {
  const { items } = await (await page.request.get("/api/v1/alerts?limit=200")).json();
  const alert = items.find((/** @type {any} */ one) => one.case_id !== null);
  assert.ok(alert, "no alert is part of a case");
  return alert;
}

test("a case that is not stored yet is waited for, on the page of its alert and on its own", { skip, timeout: 90_000 }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/status");
  const alert = await inCase(page);
  // The daemon stores a case some seconds after its first alert.
  const missing = { type: "/problems/not-found", title: "not found", status: 404, detail: `no case ${alert.case_id}` };
  let isStored = false;
  await page.route(`**/api/v1/cases/${alert.case_id}*`, (route) => (isStored ? route.continue() : route.fulfill({ status: 404, contentType: "application/problem+json", body: JSON.stringify(missing) })));
  await page.goto(`/alerts/${alert.id}`);
  await page.locator(".al-figures").getByText("The case is being stored").waitFor();
  assert.equal(await page.getByRole("link", { name: "open the case" }).count(), 0);
  await shot(page, "case-storing");
  isStored = true;
  await page.locator(".al-figures").getByRole("link", { name: "open the case" }).waitFor();
  await page.locator(".al-case .al-story").waitFor();

  isStored = false;
  await page.goto(`/cases/${alert.case_id}`);
  await page.getByText("The case is being stored").waitFor();
  isStored = true;
  await page.getByRole("heading", { level: 1, name: `Case ${alert.case_id.slice(0, 8)}` }).waitFor();
  assertNoFaults(faults.filter((fault) => !EXPECTED.test(fault)));
  await context.close();
});

test("a supervisor holds a case with a reason and lifts the hold; who may not is not offered it", { skip, timeout: 90_000 }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/status");
  const { case_id: id } = await inCase(page);
  const held = async () => (await (await page.request.get(`/api/v1/cases/${id}`)).json()).held;
  await page.goto(`/cases/${id}`);
  await page.getByRole("button", { name: "Legal hold…" }).click();
  const send = page.getByRole("button", { name: "Hold the case" });
  assert.equal(await send.isDisabled(), true);
  await page.getByLabel("Reason").fill("<b>investigation</b> 12/2026");
  // The text outlives a reload.
  await page.reload();
  assert.equal(await page.getByLabel("Reason").inputValue(), "<b>investigation</b> 12/2026");
  await shot(page, "case-hold");
  assert.deepEqual(await seriousFaults(page), []);
  await send.click();
  await page.locator(".al-tag-held", { hasText: `held by ${NAME}: <b>investigation</b> 12/2026` }).waitFor();
  assert.deepEqual([(await held()).who, (await held()).why], [NAME, "<b>investigation</b> 12/2026"]);
  await shot(page, "case-held");

  await page.getByRole("button", { name: "Lift the hold…" }).click();
  await page.getByLabel("Reason").fill("the court has closed it");
  await page.getByRole("button", { name: "Lift the hold", exact: true }).click();
  await page.getByRole("button", { name: "Legal hold…" }).waitFor();
  assert.equal(await held(), null);
  assert.equal(await page.locator(".al-tag-held").count(), 0);

  // The rights of an analyst.
  await page.route("**/api/v1/session", async (route) => {
    const answer = await route.fetch();
    const me = await answer.json();
    await route.fulfill({ response: answer, json: { ...me, rights: me.rights.filter((/** @type {string} */ right) => right !== "hold") } });
  });
  await page.reload();
  await page.getByRole("heading", { level: 1, name: `Case ${id.slice(0, 8)}` }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Legal hold…" }).count(), 0);
  assertNoFaults(faults);
  await context.close();
});

test("a case says how its score is made up, and a print of an alert has every fix", { skip, timeout: 90_000 }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/status");
  const alert = await inCase(page);
  const lines = [{ code: "async_rendezvous", points: 65, text: "Its highest alert: A" }, { code: "slowdown", points: 10, text: "A further behaviour: <b>B</b>" }];
  await page.route(`**/api/v1/cases/${alert.case_id}*`, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), score: 75, score_reasons: lines } });
  });
  await page.goto(`/cases/${alert.case_id}`);
  await page.getByRole("heading", { name: "How the score of 75 is made up" }).waitFor();
  assert.deepEqual(await page.locator(".al-case-points li").allInnerTexts(), ["+65 Its highest alert: A", "+10 A further behaviour: <b>B</b>"]);

  // Longer than the rows that a screen draws.
  await page.route(`**/api/v1/alerts/${alert.id}?*`, async (route) => {
    const answer = await route.fetch();
    const item = await answer.json();
    const begin = Date.parse(item.started_at);
    const points = Array.from({ length: 118 }, (_, minute) => [new Date(begin + minute * 60_000).toISOString(), 16, -61 + minute / 1000, 5, 90]);
    const [{ mmsi, track }] = item.vessels;
    await route.fulfill({ response: answer, json: { ...item, evidence: { ...item.evidence, tracks: [{ mmsi, track, points }] } } });
  });
  await page.goto(`/alerts/${alert.id}`);
  const rows = page.locator(".al-fix-box .al-fix");
  await rows.first().waitFor();
  assert.ok((await rows.count()) < 118);
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await page.waitForFunction(() => document.querySelectorAll(".al-fix-box .al-fix").length === 118);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await page.waitForFunction(() => document.querySelectorAll(".al-fix-box .al-fix").length < 118);
  assertNoFaults(faults);
  await context.close();
});
