// @ts-check
// The purpose of a request, where the site asks for it: a small watch under each setting of `ask_purpose`, over a daemon of its own.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { readFileSync } from "node:fs";
import { seriousFaults } from "./axe.mjs";
import { NAME, PASSWORD, assertNoFaults, newPage, profile, shot, signIn, stop } from "./browser.mjs";
import { ownDaemon, skipOwn as skip, until } from "./daemon.mjs";

after(stop);

/** @typedef {import("playwright-core").Page} Page */

/** Chromium logs each refused request; a question for the purpose begins with one. A case is stored later than its first alert. */
const EXPECTED = /status of 400|status of 404 .*\/api\/v1\/cases\//;
const ORDER = ["shift", "export", "search", "always"];
const WHY = "report of the watch for the prefecture";

const ZONES = readFileSync(new URL("../../src/cli/demo/zones.geojson", import.meta.url), "utf8");

/** A daemon with the person of the environment, which has been sent the recording. @param {string} setting @param {string} roles */
async function site(setting, roles) {
  const daemon = await ownDaemon({ api: `ask_purpose = "${setting}"`, zones: ZONES, more: '[handling]\nreality = "exercise"\n' });
  try {
    await daemon.start();
    daemon.add(NAME, roles, PASSWORD);
    await daemon.feed.all();
  } catch (error) {
    await daemon.close();
    throw error;
  }
  /** Rows of the audit trail, the first one first. @returns {any[]} */
  const trail = () => daemon.atalaia("audit", "export").trim().split("\n").map((line) => JSON.parse(line));
  return { url: daemon.url, trail, close: daemon.close };
}

/**
 * A person at the watch page of a daemon that asks like this.
 * @param {string} setting @param {(page: Page, trail: () => any[]) => Promise<void>} body
 */
async function watch(setting, body) {
  const { url, trail, close } = await site(setting, "analyst,supervisor");
  const context = await profile({ baseURL: url, acceptDownloads: true });
  const { page, faults } = await newPage(context);
  try {
    await signIn(page, "/", { own: true });
    await page.locator(".alert-row.state-new").nth(1).waitFor({ timeout: 60_000 });
    await body(page, trail);
    assertNoFaults(faults.filter((fault) => !EXPECTED.test(fault)));
  } catch (error) {
    await shot(page, `purpose-failed-${setting}`);
    throw error;
  } finally {
    await context.close();
    await close();
  }
}

/** The question that is open. @param {Page} page */
const question = (page) => page.locator(".purpose-question");

/** Answers the open question. @param {Page} page @param {string} purpose */
async function answer(page, purpose) {
  await question(page).waitFor();
  await question(page).getByRole("combobox").selectOption(purpose);
  await question(page).locator("button[type=submit]").click();
  await question(page).waitFor({ state: "detached" });
}

/** Purposes in the rows of the trail about some kind of reading, without those before a row. @param {any[]} rows @param {string} what */
const purposes = (rows, what) => rows.filter((row) => row.who === NAME && row.what === what).map((row) => row.purpose);

for (const setting of ORDER) {
  test(`a small watch where the purpose is asked for: ${setting}`, { skip, timeout: 120_000 }, async () => {
    const asks = (/** @type {string} */ least) => ORDER.indexOf(setting) >= ORDER.indexOf(least);
    await watch(setting, async (page, trail) => {
      const usual = (await (await page.request.get("/api/v1/me")).json()).purpose;
      const rows = page.locator(".alert-row.state-new");
      const row = (/** @type {string} */ id) => page.locator(`.alert-row[data-id="${id}"]`);
      const ids = await rows.evaluateAll((all) => all.map((each) => /** @type {HTMLElement} */ (each).dataset.id ?? ""));
      const [first, second] = ids;

      // Looking at an alert: one question for all that belongs to it.
      await row(first).click();
      if (asks("always")) {
        await answer(page, "Safety");
        await page.locator(".al-panel h2").first().waitFor();
      }
      await page.locator(".al-why table").first().waitFor();
      await page.locator(".al-acts .acts-bar").waitFor();

      // Acting on it loads it again, without another question.
      await page.keyboard.press("n");
      await page.locator(".act-form textarea").fill("Called on VHF 16");
      await page.keyboard.press("Control+Enter");
      await page.locator("ol.al-history", { hasText: "Called on VHF 16" }).waitFor();
      assert.equal(await question(page).count(), 0);

      // The next alert is another look.
      await row(second).click();
      if (asks("always")) await answer(page, "Security");
      await page.locator(`.alert-row.active[data-id="${second}"]`).waitFor();
      await page.locator(".al-why table").first().waitFor();

      // A search for a vessel.
      const { items } = await (await page.request.get("/api/v1/alerts?limit=500")).json();
      const { name, mmsi } = items.find((/** @type {any} */ each) => each.id === first).vessels[0];
      await page.keyboard.press("/");
      await page.keyboard.type(name.slice(0, 5));
      const box = page.locator(".search");
      if (asks("search")) {
        await box.locator("#search-purpose").waitFor();
        await shot(page, `purpose-search-${setting}`);
        assert.deepEqual(await seriousFaults(page), []);
        // What needs no purpose is found already, and the text can go on.
        await page.keyboard.type(name.slice(5));
        await box.getByRole("combobox", { name: "What is this search" }).selectOption("SAR");
        await box.locator("#search-purpose button[type=submit]").click();
        await box.locator("#search-purpose").waitFor({ state: "detached" });
      }
      await box.locator(".search-row", { hasText: name }).first().waitFor();
      await box.locator("h3", { hasText: "Vessels" }).waitFor();
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");

      // An export; a question that is not answered leaves the form as it is.
      await page.getByRole("button", { name: "Export…" }).first().click();
      const form = page.locator(".act-form");
      await form.locator("textarea").fill(WHY);
      if (asks("export")) {
        await page.keyboard.press("Control+Enter");
        await question(page).waitFor();
        await shot(page, `purpose-export-${setting}`);
        await page.keyboard.press("Escape");
        await form.getByText("No purpose was stated").waitFor();
        assert.equal(await form.locator("textarea").inputValue(), WHY);
      }
      for (const purpose of ["BorderMonitoring", "CustomsMonitoring"]) {
        if (!(await form.isVisible())) {
          await page.getByRole("button", { name: "Export…" }).first().click();
          await form.locator("textarea").fill(WHY);
        }
        const saved = page.waitForEvent("download");
        await form.locator("button[type=submit]").click();
        if (asks("export")) await answer(page, purpose);
        assert.match((await saved).suggestedFilename(), /^alerts-.*\.csv$/);
        await form.waitFor({ state: "detached" });
      }

      // A page of its own: one question for all of its parts.
      await page.goto(`/vessels/${mmsi}`);
      if (asks("always")) await answer(page, "FisheriesMonitoring");
      await page.locator(".al-vessel-page h1").waitFor();
      await page.locator(".al-vessel-page .al-row, .al-vessel-page [role=row], .al-vessel-page a[href^='/alerts/']").first().waitFor();
      assert.equal(await question(page).count(), 0);

      // Looks are recorded a moment after they are answered.
      const ofVessel = (/** @type {any} */ each) => each.who === NAME && each.subject === `vessel ${mmsi}`;
      await until(async () => trail().filter(ofVessel).length > 1, "rows of the parts of the page");
      const all = trail();
      const parts = all.filter(ofVessel);
      assert.ok(parts.length > 1 && parts.every((each) => each.purpose === (asks("always") ? "FisheriesMonitoring" : usual)), JSON.stringify(parts));
      const looks = all.filter((each) => each.who === NAME && each.what === "alert");
      assert.deepEqual(looks.find((each) => each.subject === first)?.purpose, asks("always") ? "Safety" : usual);
      assert.deepEqual(looks.find((each) => each.subject === second)?.purpose, asks("always") ? "Security" : usual);
      assert.ok(purposes(all, "identity").length > 0, "a search leaves a row");
      assert.ok(purposes(all, "identity").every((each) => each === (asks("search") ? "SAR" : usual)), JSON.stringify(purposes(all, "identity")));
      assert.deepEqual(purposes(all, "exported"), asks("export") ? ["BorderMonitoring", "CustomsMonitoring"] : [usual, usual]);
    });
  });
}

test("who does not state a purpose keeps the page, reads why, and can state it later", { skip, timeout: 120_000 }, async () => {
  await watch("always", async (page, trail) => {
    const row = page.locator(".alert-row.state-new").first();
    const id = await row.getAttribute("data-id");
    await row.click();
    await question(page).waitFor();
    await shot(page, "purpose-always");
    assert.deepEqual(await seriousFaults(page), []);
    // The focus is on the answer, so that the keyboard is enough; the letters of keys choose no purpose.
    const chosen = await question(page).getByRole("combobox").inputValue();
    await page.keyboard.press("Escape");
    await question(page).waitFor({ state: "detached" });
    const panel = page.locator(".al-panel");
    await panel.getByText("No purpose was stated").waitFor();
    assert.equal(await page.locator(".alert-row").count() > 1, true);
    assert.deepEqual(trail().filter((each) => each.what === "alert"), []);
    await shot(page, "purpose-declined");
    // The line under the bar says it too, and takes the answer later.
    await page.locator(".banner", { hasText: "No purpose was stated" }).waitFor();
    await panel.getByRole("button", { name: "State the purpose" }).click();
    await question(page).waitFor();
    await question(page).locator(":focus").waitFor();
    await page.keyboard.press("Enter");
    await page.locator(".al-why table").first().waitFor();
    assert.deepEqual(trail().filter((each) => each.what === "alert").map((each) => [each.subject, each.purpose]), [[id, chosen]]);

    await page.locator(".banner", { hasText: "No purpose was stated" }).waitFor({ state: "detached" });

    // Two windows that show the same ask once.
    const other = await page.context().newPage();
    await page.keyboard.press("j");
    await question(page).waitFor();
    const next = await page.locator(".alert-row.active").getAttribute("data-id");
    await other.goto(`/alerts/${next}`);
    await answer(other, "VTM");
    await other.locator(".al-why table").first().waitFor();
    await question(page).waitFor({ state: "detached" });
    await page.locator(".al-why table").first().waitFor();
    assert.ok(trail().filter((each) => each.what === "alert" && each.subject === next).every((each) => each.purpose === "VTM"));
    await other.close();

    // The last answer is chosen the next time.
    await page.keyboard.press("j");
    await question(page).getByRole("combobox").selectOption("SAR");
    await question(page).locator("button[type=submit]").click();
    await page.locator(".al-why table").first().waitFor();
    await page.keyboard.press("j");
    await question(page).waitFor();
    assert.equal(await question(page).getByRole("combobox").inputValue(), "SAR");
  });
});

test("an auditor is asked for the audit trail too, where every look is", { skip, timeout: 120_000 }, async () => {
  const { url, trail, close } = await site("always", "auditor");
  const context = await profile({ baseURL: url, acceptDownloads: true });
  const { page, faults } = await newPage(context);
  try {
    await signIn(page, "/audit", { own: true });
    // Keys reach the question once it has the focus.
    await question(page).locator(":focus").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".form-fault", { hasText: "No purpose was stated" }).waitFor();
    await page.locator(".banner").getByRole("button", { name: "State the purpose" }).click();
    await answer(page, "Security");
    await page.locator(".audit-list [role=row], .audit-list [role=option], .audit-list .audit-row:not(.head)").first().waitFor();
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    assert.equal((await saved).suggestedFilename(), "audit.jsonl");
    assert.ok(trail().filter((each) => each.who === NAME && each.subject === "audit").every((each) => each.purpose === "Security"));
    assertNoFaults(faults.filter((fault) => !EXPECTED.test(fault)));
  } finally {
    await context.close();
    await close();
  }
});
