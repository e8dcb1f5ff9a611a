// @ts-check
// What goes wrong on the way: requests that fail half-way, answers that come late, storage that is forbidden, entries that cannot be read.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { newPage, profile, stop } from "./browser.mjs";
import { alert, fakeDaemon } from "./fake_daemon.mjs";
import { fleet } from "./picture.mjs";
import { until, watch } from "./watch_page.mjs";

after(stop);

/** @typedef {import("playwright-core").Page} Page */

const MANY = Array.from({ length: 250 }, (_, index) => alert(`n${index.toString(36).padStart(3, "0")}`, 99 - Math.floor(index / 10), { owner: index % 2 ? "m.silva" : null }));

/** Chooses all of `MANY`. @param {Page} page */
async function chooseAll(page) {
  await until(async () => {
    await page.locator(".grid").evaluate((grid) => { grid.scrollTop = grid.scrollHeight; });
    return (await page.locator(".grid-inner").evaluate((inner) => inner.clientHeight)) === MANY.length * 52;
  }, "all pages are loaded");
  for (const key of [".", "x", "End", "X"]) await page.keyboard.press(key);
  await page.getByText("250 alerts selected").waitFor();
}

/** Lets the second request of an act on many fail, once. @param {Page} page */
async function failSecond(page) {
  let requests = 0;
  await page.route("**/api/v1/alerts/acts", (route) => (++requests === 2 ? route.abort() : route.continue()));
}

test("an act on more alerts than one request takes: what was done is said and can be taken back, the rest stays chosen", async () => {
  await watch(MANY, async ({ daemon, page }) => {
    const states = () => [...daemon.state.alerts.values()].filter((one) => one.state === "acknowledged").length;
    await chooseAll(page);
    await failSecond(page);
    await page.keyboard.press("a");
    await page.getByText(/50 of 250 were not done, as far as is known/).waitFor();
    await page.getByText("200 alerts acknowledged").waitFor();
    await page.getByText("50 alerts selected").waitFor();
    assert.equal(states(), 200);
    await page.keyboard.press("u");
    await page.getByText("Taken back").waitFor({ timeout: 60_000 });
    assert.equal(states(), 0);
  });
});

test("the form of an act on many goes on with those that are left, and sends them under the same key", async () => {
  await watch(MANY, async ({ daemon, page }) => {
    await chooseAll(page);
    /** @type {(string | undefined)[]} */
    const keys = [];
    page.on("request", (request) => request.url().endsWith("/alerts/acts") && keys.push(request.headers()["idempotency-key"]));
    await failSecond(page);
    await page.keyboard.press("v");
    await page.getByRole("radio", { name: "benign" }).press("Space");
    await page.getByLabel("Reason").fill("Regatta");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("heading", { name: "Close 50 alerts" }).waitFor();
    assert.equal(await page.getByLabel("Reason").inputValue(), "Regatta");
    await page.keyboard.press("Control+Enter");
    await page.getByText("50 alerts closed").waitFor();
    assert.equal([...daemon.state.alerts.values()].filter((one) => one.finding_reason === "Regatta").length, 250);
    assert.equal(keys.length, 3);
    assert.equal(keys[2], keys[1]);
    assert.notEqual(keys[0], keys[1]);
  });
});

test("an undo names who acted in between, and is not stopped by what the engine changed", async () => {
  const { id } = alert("a", 80);
  await watch([alert("a", 80, { owner: "m.silva" }), alert("b", 60)], async ({ daemon, page }) => {
    await page.keyboard.press("j");
    await page.keyboard.press("a");
    await page.getByText("1 alert acknowledged").waitFor();
    daemon.change(daemon.get(id));
    await page.keyboard.press("u");
    await page.getByText("Taken back").waitFor();
    assert.equal(daemon.get(id).state, "new");
    await page.locator(".alert-row", { hasText: "SHIP A" }).click();
    await page.keyboard.press("a");
    await page.getByText("1 alert acknowledged").waitFor();
    daemon.act(id, { notes: 1 }, "j.duarte");
    await page.keyboard.press("u");
    await page.getByText("Not taken back: j.duarte acted in between").waitFor();
    assert.equal(daemon.get(id).state, "acknowledged");
  });
});

test("Enter in the search box picks from what answers the text that stands there", async () => {
  await watch([alert("a", 80)], async ({ page }) => {
    await page.route("**/api/v1/vessels?*", async (route) => {
      const q = new URL(route.request().url()).searchParams.get("q") ?? "";
      await route.fulfill({ json: { items: [{ mmsi: q === "alfa" ? 224000004 : 224000005, track: 1, name: q.toUpperCase(), flag: "ES", kind: "cargo" }], next: null } });
    });
    const box = page.locator("#search");
    await box.fill("alfa");
    await page.getByRole("option", { name: /ALFA/ }).waitFor();
    await box.fill("bravo");
    await box.press("Enter");
    await page.waitForURL(/\/vessels\/22400000\d/);
    assert.match(page.url(), /224000005/);
  });
});

test("of several windows one plays the tone of a new alert", async () => {
  const daemon = await fakeDaemon([alert("a", 80)]);
  const context = await profile({ baseURL: daemon.url });
  await context.addInitScript(() => {
    localStorage.setItem("atalaia.sound", "on");
    const part = { frequency: {}, gain: { setValueAtTime() {}, linearRampToValueAtTime() {} }, connect: (/** @type {any} */ to) => to, start() {}, stop() {} };
    const played = /** @type {any} */ (window);
    played.tones = 0;
    Object.assign(window, { AudioContext: class { state = "running"; currentTime = 0; destination = null; resume() { return Promise.resolve(); } createGain() { return part; } createOscillator() { played.tones += 1; return part; } } });
  });
  try {
    const pages = await Promise.all([0, 1, 2].map(() => context.newPage()));
    for (const page of pages) {
      await page.goto("/list");
      await page.locator(".alert-row").first().waitFor();
    }
    daemon.change(alert("b", 95), "opened");
    for (const page of pages) await page.getByRole("button", { name: "1 new" }).waitFor();
    const tones = async () => (await Promise.all(pages.map((page) => page.evaluate(() => /** @type {any} */ (window).tones)))).filter((each) => each > 0);
    await until(async () => (await tones()).length > 0, "a tone");
    // All windows have the entry: another tone would have been played by now or not at all.
    daemon.change(alert("c", 97), "opened");
    for (const page of pages) await page.getByRole("button", { name: "2 new" }).waitFor();
    await until(async () => (await tones()).reduce((sum, each) => sum + each, 0) >= 6, "a second tone");
    assert.equal((await tones()).reduce((sum, each) => sum + each, 0), 6, "three notes for each alert");
  } finally {
    await context.close();
    await daemon.close();
  }
});

test("a further page that could not be had is said, and a grouped list is filled by itself once it can be", async () => {
  await watch(MANY, async ({ page }) => {
    const isWhole = async () => (await page.locator(".group-count").first().innerText()).startsWith("125 ");
    await page.route(/\/api\/v1\/alerts\?.*cursor=/, (route) => route.abort(), { times: 1 });
    await page.getByLabel("Group").selectOption("owner");
    await page.getByText("Further alerts could not be loaded").waitFor();
    assert.equal(await isWhole(), false);
    await until(isWhole, "the group is whole");
    await page.getByText("Further alerts could not be loaded").waitFor({ state: "detached" });
  });
});

test("an entry that cannot be read does not cost the others", async () => {
  await watch([alert("a", 80)], async ({ daemon, page, row }) => {
    // The fault of that entry is reported, as it should be; here it is wanted.
    page.removeAllListeners("pageerror");
    daemon.change(daemon.get(alert("a", 80).id));
    for (const one of [alert("x", 90, { vessels: /** @type {any} */ (null) }), alert("d", 95)]) daemon.change(one, "opened");
    await page.getByRole("button", { name: "1 new" }).click();
    await row("SHIP D").waitFor();
  }, "/list?q=type%3Acargo");
});

test("the audit shows rows of the filter that stands there, and reads on from their end", async () => {
  await watch([alert("a", 80)], async ({ daemon, page }) => {
    const me = await (await fetch(`${daemon.url}/api/v1/session`)).json();
    await page.route("**/api/v1/session", (route) => route.fulfill({ json: { ...me, rights: [...me.rights, "audit"] } }));
    const row = (/** @type {number} */ seq, /** @type {string} */ who) => ({ seq, at: "2026-03-01T10:00:00Z", who, caller: null, way: "password", session: 1, address: "::1", verb: "consultation", what: "alert", subject: `row of ${who}`, purpose: null, why: null, result: "ok", times: 1, last_at: null, hash: "x" });
    /** @type {string[]} */
    const asked = [];
    /** @type {(() => void) | null} */
    let release = null;
    await page.route("**/api/v1/audit?*", async (route) => {
      const query = new URL(route.request().url()).searchParams, who = query.get("who") ?? "";
      asked.push(`${who} ${query.get("cursor") ?? ""}`.trim());
      if (who === "b") await new Promise((done) => { release = () => done(null); });
      await route.fulfill({ json: { items: Array.from({ length: 100 }, (_, index) => row(1000 - index, who || "all")), next: who ? null : "c1" } }).catch(() => undefined);
    });
    await page.goto("/audit");
    await page.getByText("row of all").first().waitFor();
    await page.evaluate(() => {
      new MutationObserver(() => { document.body.dataset.late = /row of b$/m.test(document.body.innerText) || document.body.dataset.late ? "yes" : ""; }).observe(document.querySelector("main") ?? document.body, { childList: true, subtree: true, characterData: true });
    });
    const who = page.locator(".audit-filters").getByRole("textbox").first();
    await who.fill("b");
    // Before the pause is over, the last row of the older filter comes into view.
    await page.locator(".list").evaluate((list) => { list.scrollTop = list.scrollHeight; });
    await until(async () => release !== null, "the first filter is asked for");
    await who.fill("be");
    /** @type {any} */ (release)();
    await page.getByText("row of be").first().waitFor();
    assert.notEqual(await page.locator("body").getAttribute("data-late"), "yes", "rows of the older filter were shown");
    assert.deepEqual(asked.filter((each) => /^b.* c1$/.test(each)), []);
    assert.equal(await page.getByText("row of be").count() > 0, true);
  });
});

test("two changes of a form in one event are both made, and a refusal leaves the new key with the text", async () => {
  await watch([alert("a", 80)], async ({ page }) => {
    const found = await page.evaluate(async () => {
      const at = (/** @type {string} */ path) => `/console/test/${path}`;
      const [{ h, render }, { useForm }, { ApiError }] = await Promise.all([import(at("vendor/preact.js")), import(at("ui/form.js")), import(at("api.js"))]);
      /** @type {any} */
      let form = null;
      const Probe = () => ((form = useForm("probe", { a: "", b: "" })), null);
      render(h(Probe, null), document.createElement("div"));
      form.set({ a: "1" });
      form.set({ b: "2" });
      const kept = () => JSON.parse(sessionStorage.getItem("atalaia.form.probe") ?? "null");
      const [before, sent] = [kept(), /** @type {any[]} */ ([])];
      await form.submit((/** @type {any} */ values, /** @type {string} */ key) => { sent.push(values, key); throw new ApiError(422, {}); });
      return { values: before.values, sent, first: before.key, then: kept().key };
    });
    assert.deepEqual(found.values, { a: "1", b: "2" });
    assert.deepEqual(found.sent, [{ a: "1", b: "2" }, found.first]);
    assert.notEqual(found.then, found.first);
  });
});

test("a browser that forbids storage shows the watch all the same", async () => {
  const daemon = await fakeDaemon([alert("a", 80)], fleet(3));
  const context = await profile({ baseURL: daemon.url });
  await context.addInitScript(() => {
    for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
  });
  const { page, faults } = await newPage(context);
  try {
    await page.goto("/");
    await page.locator(".alert-row").first().waitFor();
    await page.getByRole("button", { name: "Layers" }).click();
    await page.locator(".map-legend-body").waitFor();
    await page.locator(".splitter").first().press("ArrowRight");
    await page.keyboard.press("b");
    await page.getByText(/Palette: /).waitFor();
    assert.deepEqual(faults.filter((fault) => !/status of 404/.test(fault)), []);
  } finally {
    await context.close();
    await daemon.close();
  }
});

test("each arrow key moves the map by its step, however quickly they come", async () => {
  const daemon = await fakeDaemon([alert("a", 80)], fleet(3));
  const context = await profile({ baseURL: daemon.url });
  const { page } = await newPage(context);
  try {
    await page.goto("/map?map=30.0000,-20.0000,8.00");
    const target = page.locator(".map-target");
    await page.locator(".map canvas").first().waitFor();
    await target.focus();
    // Eight in one turn of the page: none waits for the movement of the one before.
    await target.evaluate((element) => { for (let i = 0; i < 8; i++) element.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true, cancelable: true })); });
    const width = (await target.boundingBox())?.width ?? 0;
    const wanted = -20 + 8 * 0.2 * width * (360 / 256 / 2 ** 8);
    const lon = () => Number(new URL(page.url()).searchParams.get("map")?.split(",")[1]);
    await until(async () => Math.abs(lon() - wanted) < 0.02, `the map is at ${wanted}`).catch((fault) => assert.fail(`${fault.message}: it is at ${lon()}`));
  } finally {
    await context.close();
    await daemon.close();
  }
});

test("the list of vessels in view, opened before the vessels are there, is filled when they come", async () => {
  const daemon = await fakeDaemon([alert("a", 80)], fleet(40));
  const context = await profile({ baseURL: daemon.url });
  const { page } = await newPage(context);
  try {
    /** @type {() => void} */
    let release = () => undefined;
    const isLate = new Promise((done) => { release = () => done(null); });
    await context.route(/\/api\/v1\/map\/bounds/, async (route) => {
      await isLate;
      await route.continue();
    });
    await page.goto("/map");
    await page.getByRole("button", { name: /^List/ }).click();
    await page.locator(".map-list").waitFor();
    assert.equal(await page.locator(".map-list-row").count(), 0);
    release();
    await page.locator(".map-list-row").first().waitFor();
  } finally {
    await context.close();
    await daemon.close();
  }
});
