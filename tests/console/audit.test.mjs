// @ts-check
// The audit in words with the way to what each row is about, and the history of an alert beside a narrow panel.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { assertNoFaults, kept, newPage, profile, shot, signIn, skip, stop } from "./browser.mjs";

after(stop);

const ID = "ob4uic7th3db7oeg2vpd6eup5v";

test("the audit says what was done in the language of the reader, and leads to what it was done to", { skip, timeout: 60_000 }, async () => {
  const context = await profile(), { page, faults } = await newPage(context);
  const row = (/** @type {number} */ seq, /** @type {string} */ what, /** @type {string} */ subject, /** @type {string | null} */ why = null) => ({
    seq, what, subject, why, at: "2026-12-02T09:04:00Z", who: "ana", caller: null, way: null, session: null, address: null, verb: "alteration", purpose: null, result: null, times: 1, last_at: null, hash: null,
  });
  const items = [row(5, "reopened", ID, "taken back"), row(4, "explanation", ID), row(3, "held", ID), row(2, "vessel", "vessel 2241234"), row(1, "read", "audit")];
  await page.route(/\/api\/v1\/audit\?/, (route) => route.fulfill({ json: { items, next: null } }));
  await signIn(page, "/audit");
  await page.locator(".audit-row").first().waitFor();
  await kept(page);
  // What she has chosen herself, on whatever machine.
  await page.route("**/api/v1/session", async (route) => {
    const answer = await route.fetch(), me = await answer.json();
    return route.fulfill({ response: answer, json: { ...me, preferences: { ...me.preferences, language: "pt" } } });
  });
  await page.reload();
  await page.getByRole("heading", { name: "Auditoria" }).waitFor();
  const rows = page.locator(".audit-row:not(.head)");
  await rows.nth(4).waitFor();
  assert.deepEqual(await rows.locator(":nth-child(4)").allInnerTexts(), ["anulado", "explicação lida", "conservação legal", "navio lido", "auditoria lida"]);
  const links = await rows.locator("a").evaluateAll((all) => all.map((each) => [each.textContent, new URL(/** @type {HTMLAnchorElement} */ (each).href).pathname]));
  assert.deepEqual(links, [["Alerta ob4uic7t", `/alerts/${ID}`], ["Alerta ob4uic7t", `/alerts/${ID}`], ["Caso ob4uic7t", `/cases/${ID}`], ["Navio 002241234", "/vessels/2241234"]]);
  await shot(page, "audit-words");
  assertNoFaults(faults);
  await context.close();
});

test("the history stays within a narrow panel and breaks no word, and says that an act was taken back", { skip, timeout: 60_000 }, async () => {
  const context = await profile(), { page, faults } = await newPage(context);
  const past = { seq: 9, at: "2017-03-21T14:18:00Z", stored_at: "2026-12-02T09:04:00Z", revision: null, score: null, severity: null };
  const history = [{ ...past, who: "(atalaia)", what: "ended", why: "back within the limits" }, { ...past, seq: 10, who: "demo", what: "reopened", why: "taken back" },
    { ...past, seq: 11, who: "demo", what: "marked", why: "now: TLP:GREEN H1 B4, LawEnforcementMonitoring" }];
  await page.route(/\/api\/v1\/alerts\/[a-z2-7]{26}(\?|$)/, async (route) => {
    const answer = await route.fetch();
    return route.fulfill({ response: answer, json: { ...(await answer.json()), history } });
  });
  await signIn(page, "/");
  await page.locator(".alert-row").first().click();
  const rows = page.locator(".al-past");
  await rows.nth(2).waitFor();
  assert.match(await rows.nth(1).innerText(), /taken back[^]*demo[^]*reopened/);
  const cut = await rows.evaluateAll((all) => all.filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.textContent));
  assert.deepEqual(cut, []);
  const broken = await rows.nth(2).locator(".al-words").evaluate((element) => {
    const text = /** @type {Text} */ (element.firstChild), range = document.createRange(), start = text.data.indexOf("LawEnf");
    range.setStart(text, start);
    range.setEnd(text, start + "LawEnforcementMonitoring".length);
    return range.getClientRects().length;
  });
  assert.equal(broken, 1);
  await rows.nth(2).scrollIntoViewIfNeeded();
  await shot(page, "alert-history-narrow");
  assertNoFaults(faults);
  await context.close();
});
