// @ts-check
// What an analyst on a first watch stumbled over: on which alert she acts, what a form keeps, where a search leads, and the way back.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { newPage, profile, stop } from "./browser.mjs";
import { alert, fakeDaemon } from "./fake_daemon.mjs";
import { fleet } from "./picture.mjs";

after(stop);

/** @typedef {import("playwright-core").Page} Page */

/**
 * The watch with list, map and alert, over some alerts.
 * @param {(parts: {daemon: Awaited<ReturnType<typeof fakeDaemon>>, page: Page, row: (name: string) => import("playwright-core").Locator}) => Promise<void>} body
 */
async function watch(body) {
  const minute = (/** @type {number} */ ago) => new Date(Date.now() - ago * 60_000).toISOString();
  const tracks = [{ mmsi: 224000001, track: 1, points: [[minute(600), -9.2, 36.8, 8, 90], [minute(590), -9.1, 36.9, 8, 90], [minute(580), -9.0, 36.9, 8, 90]] }];
  const evidence = /** @type {any} */ ({ thresholds: {}, measured: {}, stations: [], tracks });
  const daemon = await fakeDaemon([alert("a", 80, { evidence }), alert("b", 60), alert("c", 50)], fleet(3));
  const context = await profile({ baseURL: daemon.url });
  const { page, faults } = await newPage(context);
  try {
    await page.goto("/");
    await page.locator(".alert-row").first().waitFor();
    await body({ daemon, page, row: (name) => page.locator(".alert-row").filter({ hasText: name }) });
    assert.deepEqual(faults.filter((fault) => !/status of 4(04|12)/.test(fault)), []);
  } finally {
    await context.close();
    await daemon.close();
  }
}

/** Opens an alert. @param {Page} page @param {import("playwright-core").Locator} row @param {string} name */
async function open(page, row, name) {
  await row.click();
  await page.locator(".al-summary", { hasText: name }).waitFor();
  await page.locator(".al-acts .acts-bar").waitFor();
}

test("the alert that takes the place of a judged one says so, and names the one before; its forms name it", async () => {
  await watch(async ({ daemon, page, row }) => {
    await open(page, row("SHIP A"), "SHIP A");
    assert.equal(await page.getByText("This is the next alert.").count(), 0);
    await page.keyboard.press("a");
    await page.locator(".al-summary", { hasText: "SHIP B" }).waitFor();
    const swapped = page.locator(".al-panel .act-notice.next");
    await swapped.waitFor();
    assert.match(await swapped.innerText(), /This is the next alert\..*SHIP A/s);
    await page.keyboard.press("n");
    assert.match(await page.locator(".act-form-about").innerText(), /SHIP B/);
    await page.keyboard.press("Escape");
    await swapped.getByRole("button", { name: "Open that one again" }).click();
    await page.locator(".al-summary", { hasText: "SHIP A" }).waitFor();
    await swapped.waitFor({ state: "detached" });
    assert.equal(daemon.get(alert("b", 60).id).notes, 0);
  });
});

test("a form that is left keeps its text, and never a finding that was only looked at", async () => {
  await watch(async ({ page, row }) => {
    await open(page, row("SHIP A"), "SHIP A");
    await page.keyboard.press("v");
    await page.getByRole("radio", { name: "benign" }).check();
    await page.locator(".act-form textarea").fill("Not sure yet");
    await page.keyboard.press("Escape");
    await page.locator(".act-form").waitFor({ state: "detached" });
    await page.keyboard.press("v");
    await page.locator(".act-form").waitFor();
    assert.equal(await page.locator(".act-form textarea").inputValue(), "Not sure yet");
    assert.equal(await page.locator(".act-form input:checked").count(), 0);
    assert.equal(await page.locator(".act-form button[type=submit]").isDisabled(), true);
  });
});

test("an alert is assigned to nobody who does not exist", async () => {
  await watch(async ({ daemon, page, row }) => {
    await open(page, row("SHIP A"), "SHIP A");
    await page.keyboard.press("I");
    await page.getByLabel("To", { exact: true }).fill("carlso");
    await page.getByText("Did you mean carlos?").waitFor();
    await page.keyboard.press("Control+Enter");
    assert.equal(daemon.state.requests.length, 0);
    await page.getByLabel("To", { exact: true }).fill("car");
    await page.locator(".act-people").getByRole("button", { name: "carlos" }).click();
    await page.keyboard.press("Control+Enter");
    await page.getByText("1 alert assigned").waitFor();
    assert.equal(daemon.get(alert("a", 80).id).owner, "carlos");
  });
});

test("the open alert is in the address, and Back undoes opening and filters one by one", async () => {
  await watch(async ({ page, row }) => {
    await open(page, row("SHIP B"), "SHIP B");
    assert.equal(new URL(page.url()).searchParams.get("alert"), alert("b", 60).id);
    await page.reload();
    await page.locator(".al-summary", { hasText: "SHIP B" }).waitFor();
    await page.goBack();
    await page.locator(".al-panel").waitFor({ state: "detached" });
    await page.locator(".alert-row").first().waitFor();
    const box = page.getByRole("combobox", { name: "Filter" });
    await box.fill("owner:none");
    await page.keyboard.press("Enter");
    await page.waitForURL(/q=owner/);
    await page.locator(".chip[title='Remove owner:none']").click();
    await page.waitForURL((url) => !url.searchParams.has("q"));
    await page.goBack();
    await page.waitForURL(/q=owner/);
    for (const end = Date.now() + 10_000; (await box.inputValue()) !== "owner:none";) assert.ok(Date.now() < end, "the box shows the filter again");
    await page.goBack();
    await page.waitForURL((url) => !url.searchParams.has("q"));
    await page.locator(".alert-row").first().waitFor();
  });
});

test("a wrong filter gets one answer, with the word that may be meant, and the rows stay those of the one before", async () => {
  await watch(async ({ page }) => {
    await page.getByRole("combobox", { name: "Filter" }).fill("severty:high");
    await page.keyboard.press("Enter");
    const said = page.locator(".filter-fault");
    await said.filter({ hasText: "Did you mean “severity:high”?" }).waitFor();
    assert.equal(await said.count(), 1);
    assert.equal(await page.locator(".list-fault").count(), 0);
    assert.equal(await page.locator(".alert-row").count(), 3);
    assert.equal(new URL(page.url()).searchParams.get("q"), null);
  });
});

test("a position that is searched for moves the map there and is marked; t draws the tracks of the time of an alert", async () => {
  await watch(async ({ page, row }) => {
    await page.locator(".map-foot").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("16.5,-61.0");
    await page.getByRole("option", { name: "16.50000, -61.00000" }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => (url.searchParams.get("map") ?? "").startsWith("16.50"));
    await page.locator(".map-state", { hasText: "16.50000, -61.00000" }).waitFor();
    await open(page, row("SHIP A"), "SHIP A");
    await page.keyboard.press("t");
    await page.locator(".map-state", { hasText: "1 track of the alert’s time" }).waitFor();
    await page.keyboard.press("t");
    await page.locator(".map-state", { hasText: "track" }).waitFor({ state: "detached" });
    await open(page, row("SHIP B"), "SHIP B");
    await page.keyboard.press("t");
    await page.getByText("This alert keeps no track.").first().waitFor();
    assert.equal(await page.locator(".map-state", { hasText: "track" }).count(), 0);
  });
});

test("Esc empties the search box, and what is there is replaced by what is typed", async () => {
  await watch(async ({ page }) => {
    const box = page.getByRole("combobox", { name: "Search" });
    await page.keyboard.press("/");
    await page.keyboard.type("tug");
    await page.keyboard.press("Escape");
    assert.equal(await box.inputValue(), "");
    await page.keyboard.type("one");
    await page.locator(".map-target").focus();
    await page.keyboard.press("/");
    await page.keyboard.type("two");
    assert.equal(await box.inputValue(), "two");
  });
});

for (const [key, said] of [["s", "airnc"], ["A", "air"], ["v", "nairs"], ["e", "asivn"]]) {
  test(`what is typed after ${key} goes into the reason and acts on nothing`, async () => {
    await watch(async ({ daemon, page, row }) => {
      await open(page, row("SHIP A"), "SHIP A");
      await page.keyboard.press(key);
      const reason = page.locator(".act-form textarea");
      await reason.waitFor();
      await page.keyboard.type(said);
      assert.equal(await reason.inputValue(), said);
      // The choices are controls of the form too.
      await page.locator(".act-form input[type=radio]").first().focus();
      await page.keyboard.type("ainv");
      await page.locator(".act-form .act-form-foot button").first().focus();
      await page.keyboard.type("ai");
      // Drawn again, a form can lose the focus.
      await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).blur());
      await page.keyboard.type("ai");
      assert.equal(await reason.inputValue(), `${said}ai`);
      assert.equal(await page.locator(".act-form").count(), 1);
      assert.deepEqual(daemon.state.requests.filter(({ query }) => !query.includes("dry_run")), []);
      assert.equal(daemon.get(alert("a", 80).id).state, "new");
      await page.keyboard.press("Escape");
      await page.locator(".act-form").waitFor({ state: "detached" });
      assert.equal(await page.locator(".al-panel").count(), 1, "Esc closes the form alone");
    });
  });
}

test("while a form is on its way no key acts on the alert", async () => {
  await watch(async ({ daemon, page, row }) => {
    /** @type {() => void} */
    let go = () => undefined;
    const held = new Promise((done) => (go = () => done(null)));
    await page.route("**/acts/forms.js", async (route) => { await held; await route.continue(); });
    await open(page, row("SHIP A"), "SHIP A");
    await page.keyboard.press("v");
    await page.locator("[data-form-place]").waitFor();
    await page.keyboard.type("ai");
    go();
    await page.locator(".act-form").waitFor();
    assert.deepEqual(daemon.state.requests, []);
  });
});

test("Esc closes what was opened last: keys, layers, measuring, form, alert", async () => {
  await watch(async ({ page, row }) => {
    await page.locator(".map-foot").waitFor();
    await open(page, row("SHIP A"), "SHIP A");
    const there = { keys: page.locator(".side"), layers: page.locator(".map-legend-body"), measure: page.locator(".map-state", { hasText: "Click points" }), alert: page.locator(".al-panel") };
    await page.getByRole("button", { name: "Layers" }).click();
    await there.layers.waitFor();
    await page.keyboard.press("m");
    await there.measure.waitFor();
    await row("SHIP A").focus();
    await page.keyboard.press("?");
    await there.keys.waitFor();
    for (const name of /** @type {const} */ (["keys", "measure", "layers", "alert"])) {
      assert.equal(await there[name].count(), 1, name);
      await page.keyboard.press("Escape");
      await there[name].waitFor({ state: "detached" });
    }
    // What was measured for leaves nothing over the map.
    assert.equal(await page.locator(".toast").count(), 0);
  });
});

test("an Esc that follows at once closes the next thing, and opens nothing again", async () => {
  await watch(async ({ page, row }) => {
    await page.locator(".map-foot").waitFor();
    await open(page, row("SHIP A"), "SHIP A");
    await page.getByRole("button", { name: "Layers" }).click();
    await page.locator(".map-legend-body").waitFor();
    await row("SHIP A").focus();
    // The second key comes while the page removes what the first one closed, before it draws the next frame.
    await page.evaluate(() => new Promise((done) => {
      const press = () => document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
      const seen = new MutationObserver(() => {
        if (document.querySelector(".map-legend-body")) return;
        seen.disconnect();
        press();
        done(null);
      });
      seen.observe(document.body, { childList: true, subtree: true });
      press();
    }));
    await page.locator(".al-panel").waitFor({ state: "detached" });
    assert.equal(await page.locator(".map-legend-body").count(), 0);
  });
});

test("layers that have been open since the page was opened are closed after the alert", async () => {
  await watch(async ({ page, row }) => {
    await page.getByRole("button", { name: "Layers" }).click();
    await page.locator(".map-legend-body").waitFor();
    await page.reload();
    await page.locator(".map-legend-body").waitFor();
    await open(page, row("SHIP A"), "SHIP A");
    await page.keyboard.press("Escape");
    await page.locator(".al-panel").waitFor({ state: "detached" });
    await page.locator(".map-legend-body").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".map-legend-body").waitFor({ state: "detached" });
  });
});

/** Vessels that a search finds. @param {number} n */
const ships = (n) => Array.from({ length: n }, (_, i) => ({ mmsi: 224000001 + i, track: 1, name: `SHIP ${i}`, flag: "ES", kind: "cargo", at: new Date().toISOString(), lat: 36.5, lon: -9.5 + i / 100 }));

test("what does not fit below the search box is one row away, and each vessel of it can be shown on the map", async () => {
  await watch(async ({ daemon, page }) => {
    daemon.state.vessels = ships(9);
    await page.keyboard.press("/");
    await page.keyboard.type("ship");
    await page.getByRole("option", { name: "3 more: show all" }).click();
    await page.waitForURL(/\/vessels\?q=ship$/);
    await page.getByText("9 vessels").waitFor();
    assert.equal(await page.locator("tbody tr").count(), 9);
    await page.getByRole("button", { name: "Show on the map: SHIP 7" }).click();
    await page.waitForURL((url) => url.pathname === "/" && (url.searchParams.get("map") ?? "").startsWith("36.5000,-9.4300"));
    await page.locator(".map-card").waitFor();
  });
});

test("the page of a vessel leads to the map, by button and key", async () => {
  await watch(async ({ daemon, page }) => {
    daemon.state.vessels = ships(1);
    for (const how of ["key", "button"]) {
      await page.goto("/vessels/224000001");
      const button = page.getByRole("button", { name: "Show on the map" });
      await button.waitFor();
      if (how === "key") await page.keyboard.press("z");
      else await button.click();
      await page.waitForURL((url) => url.pathname === "/" && (url.searchParams.get("map") ?? "").startsWith("36.5000,-9.5000"));
      await page.locator(".map-card").waitFor();
    }
  });
});

test("a vessel of an alert is shown on the map beside, and the alert stays open", async () => {
  await watch(async ({ daemon, page, row }) => {
    daemon.state.vessels = ships(1);
    await page.locator(".map-foot").waitFor();
    await open(page, row("SHIP A"), "SHIP A");
    await page.getByRole("button", { name: "Show on the map: SHIP A" }).click();
    await page.locator(".map-state", { hasText: "SHIP A" }).waitFor();
    await page.waitForURL((url) => (url.searchParams.get("map") ?? "").startsWith("36.5000"));
    assert.equal(await page.locator(".al-panel").count(), 1);
  });
});
