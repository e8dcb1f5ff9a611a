// @ts-check
// The page of an alert in a browser: it answers why, one scrubber drives everything, and a change elsewhere takes nothing from the reader.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { assertNoFaults, kept, newPage, profile, shot, signIn, skip, speak, stop, URL_OF_CONSOLE } from "./browser.mjs";

after(stop);

/**
 * An alert with tracks, the gravest that there is.
 * @param {import("playwright-core").Page} page
 */
async function anAlert(page) {
  const { items } = await (await page.request.get("/api/v1/alerts?limit=50&sort=-score")).json();
  for (const { id } of items) {
    const alert = await (await page.request.get(`/api/v1/alerts/${id}`)).json();
    if (alert.evidence.tracks?.some((/** @type {any} */ track) => track.points.length > 4)) return alert;
  }
  throw new Error("no alert has a track");
}

test("the page of an alert says why it is there: conditions, a score that adds up, what AIS cannot show", { skip }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/status");
  const alert = await anAlert(page);
  await page.goto(`/alerts/${alert.id}`);
  await page.getByText(alert.summary.slice(0, 40)).first().waitFor();
  for (const name of ["Why", "Score", "What AIS cannot show here", "Evidence", "Vessels", "Case", "History", "Raw sentences", "Handling"]) {
    await page.getByRole("heading", { name, exact: true }).waitFor();
  }
  const points = await page.locator(".al-score tbody .al-strong").allInnerTexts();
  assert.equal(points.length, alert.score_reasons.length);
  assert.equal(await page.locator(".al-score tfoot .al-strong").innerText(), String(alert.score));
  await page.locator(".al-conditions tbody tr").first().waitFor();
  await shot(page, "alert-why");
  assertNoFaults(faults);
  await context.close();
});

test("one scrubber moves map, plots and the table of fixes", { skip }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/status");
  const alert = await anAlert(page);
  await page.goto(`/alerts/${alert.id}`);
  const slider = page.getByRole("slider", { name: "Moment shown" });
  await slider.waitFor();
  await slider.fill(await slider.getAttribute("min") ?? "0");
  const active = page.locator(".al-fix-active");
  const first = await active.innerText();
  const moment = await page.locator(".al-moment").innerText();
  await slider.focus();
  await page.keyboard.press("Shift+ArrowRight");
  await page.locator(".al-moment").filter({ hasNotText: moment }).waitFor();
  await slider.fill(await slider.getAttribute("max") ?? "0");
  await active.filter({ hasNotText: first.split("\n")[1] ?? first }).waitFor();
  const isVisible = await active.evaluate((row) => {
    const box = /** @type {Element} */ (row.parentElement).getBoundingClientRect();
    const { top, bottom } = row.getBoundingClientRect();
    return top >= box.top - 1 && bottom <= box.bottom + 1;
  });
  assert.ok(isVisible, "the marked fix is not in sight");
  await shot(page, "alert-evidence");
  assertNoFaults(faults);
  await context.close();
});

test("a note by somebody else appears in place; half-written text, focus and place on the page stay, also over a reload", { skip }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/status");
  const alert = await anAlert(page);
  await page.goto(`/alerts/${alert.id}`);
  await page.getByRole("button", { name: "Change the marking…" }).click();
  const reason = page.locator(".al-form textarea");
  await reason.fill("asked for by the liaison officer of");
  await reason.scrollIntoViewIfNeeded();
  // A line more in the history above it must not move it under the hand.
  const place = () => reason.evaluate((element) => Math.round(element.getBoundingClientRect().top));
  const before = await place();
  const text = `seen from the air ${Date.now()}`;
  const me = await (await page.request.get("/api/v1/session")).json();
  const { etag } = await (await page.request.get(`/api/v1/alerts/${alert.id}`)).json();
  const answer = await page.request.post(`/api/v1/alerts/${alert.id}/acts`, {
    data: { act: "note", text },
    headers: { "X-Atalaia-Csrf": me.csrf, Origin: URL_OF_CONSOLE, "If-Match": `"${etag.replaceAll('"', "")}"`, "Idempotency-Key": `alert-test-${Date.now()}` },
  });
  assert.equal(answer.status(), 200, await answer.text());
  await page.locator(".al-history").getByText(text).waitFor();
  assert.equal(await reason.inputValue(), "asked for by the liaison officer of");
  assert.ok(await reason.evaluate((element) => element === document.activeElement), "the focus has gone");
  assert.equal(await place(), before);
  await page.reload();
  await reason.waitFor();
  assert.equal(await reason.inputValue(), "asked for by the liaison officer of");
  assertNoFaults(faults);
  await context.close();
});

test("alert, vessel and case show words in every language, never the names of words", { skip }, async () => {
  for (const language of ["en", "pt", "es", "fr"]) {
    const context = await profile();
    const { page, faults } = await newPage(context);
    await signIn(page, "/status");
    await speak(page, language);
    const alert = await anAlert(page);
    const paths = [`/alerts/${alert.id}`, `/vessels/${alert.vessels[0].mmsi}`, ...(alert.case_id ? [`/cases/${alert.case_id}`] : [])];
    for (const path of paths) {
      await page.goto(path);
      await page.locator(".al-section").first().waitFor();
      assert.equal(await page.locator("html").getAttribute("lang"), language);
      const text = await page.locator("main.page").innerText();
      assert.deepEqual(text.match(/\b(alert|word|action|change|state|severity|behaviour|finding|vessel)\.[a-z_.]+\b/g), null, `${language} ${path}`);
      assert.equal(await page.locator(".al-section > .al-fault, .boundary").count(), 0, `${language} ${path}`);
    }
    await speak(page, "en");
    await kept(page);
    assertNoFaults(faults.filter((fault) => !/status of 404/.test(fault)));
    await context.close();
  }
});
