// @ts-check
// What an analyst must find on the page of an alert that the daemon really raised.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { assertNoFaults, newPage, profile, shot, signIn, skip, stop, URL_OF_CONSOLE } from "./browser.mjs";

after(stop);

/** Alerts looked at, one of each behaviour, so that the run stays short. */
const MOST = 4;

/**
 * The gravest alert of each behaviour, with its tracks.
 * @param {import("playwright-core").Page} page
 * @returns {Promise<any[]>}
 */
async function oneOfEach(page) {
  const { items } = await (await page.request.get("/api/v1/alerts?limit=200&sort=-score")).json();
  const ids = new Map(items.map((/** @type {any} */ item) => [item.behaviour, item.id]).reverse());
  const answers = [...ids.values()].slice(-MOST).map(async (id) => (await page.request.get(`/api/v1/alerts/${id}`)).json());
  const alerts = await Promise.all(answers);
  assert.ok(alerts.length, "the daemon has no alert");
  return alerts;
}

/** Text as a person reads it: one space between words. @param {string} text */
const read = (text) => text.replace(/\s+/g, " ").trim();

test("each condition stands with what was measured beside its threshold, and each value has a name and no value is minus zero", { skip }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/status");
  for (const alert of await oneOfEach(page)) {
    const explanation = await (await page.request.get(`/api/v1/alerts/${alert.id}/explanation`)).json();
    await page.goto(`/alerts/${alert.id}`);
    await page.locator(".al-conditions, .al-also, .al-score").first().waitFor();
    await page.locator("section, .al-section").getByRole("heading", { name: "Why", exact: true }).waitFor();
    await page.locator(".al-limits li").first().waitFor();
    const rows = (await page.locator(".al-conditions tbody tr:not(.al-group)").allInnerTexts()).map(read);
    const others = (await page.locator(".al-also dl > div").allTextContents()).map(read);
    for (const condition of explanation.conditions) {
      const found = condition.threshold === null ? others : rows;
      const holds = (/** @type {string} */ row) => [condition.label, condition.measured_text, condition.threshold_text].every((text) => row.includes(read(text)));
      assert.ok(found.some(holds), `${alert.behaviour}: ${condition.name} is not on the page: ${found.join(" | ")}`);
      assert.match(condition.label, /^[A-Z]/, `${condition.name} has no plain name`);
      assert.doesNotMatch(`${condition.label} ${condition.measured_text}`, /_|^-0\b| -0\b/, condition.name);
    }
    assert.equal(rows.length, explanation.conditions.filter((/** @type {any} */ condition) => condition.threshold !== null).length);
    if (explanation.blind_spots) await page.locator(".al-blind").getByText(explanation.blind_spots.slice(0, 40)).waitFor();
  }
  await shot(page, "alert-real-why");
  assertNoFaults(faults);
  await context.close();
});

test("the lines of the score sum to the total, and the total is that of the alert", { skip }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/status");
  for (const alert of await oneOfEach(page)) {
    await page.goto(`/alerts/${alert.id}`);
    await page.locator(".al-score tfoot .al-strong").waitFor();
    const lines = await page.locator(".al-score tbody .al-strong").allInnerTexts();
    const sum = lines.reduce((all, line) => all + Number(line.replace("−", "-").replace("+", "")), 0);
    const total = Number(await page.locator(".al-score tfoot .al-strong").innerText());
    assert.equal(total, alert.score);
    assert.equal(Math.max(0, Math.min(100, sum)), total, lines.join(" "));
  }
  assertNoFaults(faults);
  await context.close();
});

test("map and plots are drawn", { skip }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/status");
  const alert = (await oneOfEach(page)).find((each) => each.evidence.tracks?.some((/** @type {any} */ track) => track.points.length > 4));
  assert.ok(alert, "no alert has a track");
  await page.goto(`/alerts/${alert.id}`);
  await page.locator(".al-evidence .uplot canvas").first().waitFor();
  // A canvas without anything on it has one colour.
  const colours = (/** @type {string} */ selector) => page.locator(selector).first().evaluate((element) => {
    const canvas = /** @type {HTMLCanvasElement} */ (element);
    const pixels = new Uint32Array(canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data.buffer ?? new ArrayBuffer(0));
    return new Set(pixels).size;
  });
  for (const selector of [".al-map-holder canvas", ".al-evidence .uplot canvas"]) {
    let count = 0;
    for (let turn = 0; turn < 50 && count < 3; turn++) {
      count = await colours(selector);
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
    }
    assert.ok(count >= 3, `${selector} is blank`);
  }
  assertNoFaults(faults);
  await context.close();
});

test("the raw sentences come, or the page says why there are none", { skip }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/status");
  const [alert] = await oneOfEach(page);
  const answer = await (await page.request.get(`/api/v1/alerts/${alert.id}/sentences`)).json();
  await page.goto(`/alerts/${alert.id}`);
  await page.getByRole("button", { name: "Fetch", exact: true }).click();
  if (answer.items.length) await page.locator(".al-raw code").first().waitFor();
  else await page.getByText(answer.from ? "None are kept any more." : "No raw sentences: this daemon keeps no journal").waitFor();
  assertNoFaults(faults);
  await context.close();
});

test("a note written on the page is a row of the history, with its writer, and markup in it stays text", { skip }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/status");
  const [alert] = await oneOfEach(page);
  const me = await (await page.request.get("/api/v1/session")).json();
  await page.goto(`/alerts/${alert.id}`);
  await page.getByRole("button", { name: /^Note/ }).click();
  const text = `<img src=x onerror=alert(1)> asked the ship ${Date.now()}`;
  await page.locator(".al-acts textarea, .act-form textarea, form textarea").first().fill(text);
  await page.keyboard.press("Control+Enter");
  const row = page.locator(".al-past-person").filter({ hasText: text });
  await row.waitFor();
  assert.match(await row.innerText(), new RegExp(me.name));
  assert.equal(await page.locator("img[src=x]").count(), 0);
  assertNoFaults(faults);
  await context.close();
});

test("an unknown alert is told in words, with a way on", { skip }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/status");
  await page.goto("/alerts/aaaaaaaaaaaaaaaaaaaaaaaaaa");
  await page.getByText("There is nothing here that you may see.").waitFor();
  await page.locator("header.bar").waitFor();
  assert.equal((await page.goto(`${URL_OF_CONSOLE}/alerts/aaaaaaaaaaaaaaaaaaaaaaaaaa`))?.status(), 200);
  assertNoFaults(faults.filter((fault) => !/status of 404/.test(fault)));
  await context.close();
});

test("a ship that calls itself markup is a name, on the page and in what is copied", { skip }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/status");
  const [alert] = await oneOfEach(page);
  const name = "</b><script>alert(1)</script>";
  await page.route(`**/api/v1/alerts/${alert.id}?*`, async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    await route.fulfill({ response: answer, json: { ...body, vessels: body.vessels.map((/** @type {any} */ vessel) => ({ ...vessel, name })), summary: `${name} has stopped` } });
  });
  await page.goto(`/alerts/${alert.id}`);
  await page.locator(".al-summary").getByText(name).waitFor();
  assert.equal(await page.locator("main script").count(), 0);
  assert.equal(await page.locator(".boundary, .al-section > .al-fault").count(), 0);
  assertNoFaults(faults);
  await context.close();
});

test("a marking is raised and lowered again, each with its reason in the history", { skip }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/status");
  const [alert] = await oneOfEach(page);
  const me = await (await page.request.get("/api/v1/session")).json();
  const before = alert.handling.tlp;
  const above = before === "RED" ? null : "RED";
  await page.goto(`/alerts/${alert.id}`);
  for (const tlp of [above, me.rights.includes("mark_down") && above ? before : null]) {
    if (!tlp) continue;
    const why = `${tlp} by agreement with the liaison officer, ${Date.now()}`;
    await page.getByRole("button", { name: "Change the marking…" }).click();
    await page.locator(".al-form select").first().selectOption(tlp);
    await page.locator(".al-form textarea").fill(why);
    await page.locator(".al-form").getByRole("button", { name: "Change the marking", exact: true }).click();
    await page.locator(".al-past-person").filter({ hasText: why }).waitFor();
    await page.locator(".al-line .al-tlp").filter({ hasText: `TLP:${tlp}` }).waitFor();
  }
  assertNoFaults(faults);
  await context.close();
});
