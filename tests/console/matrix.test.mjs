// @ts-check
// Views in every palette at every size, by their boxes: nothing cut, nothing beyond the window, no control under another. The gate takes every
// third view in one cell of the matrix, so that all twelve cells are seen; with ATALAIA_WHOLE every view has all of them.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { assertNoFaults, newPage, profile, shot, signIn, skip, stop } from "./browser.mjs";
import { until } from "./daemon.mjs";
import { layoutFaults } from "./layout.mjs";

after(stop);

const PALETTES = ["day", "dusk", "night"];
/** Width and height in pixels of CSS; the last is a window of 1280x800 at 200 %. */
const SIZES = /** @type {const} */ ([[1280, 800], [1920, 1080], [2560, 1440], [640, 400]]);
const IS_WHOLE = Boolean(process.env.ATALAIA_WHOLE);
/** A palette alone, for who looks at the pictures. */
const ONLY = process.env.ATALAIA_PALETTE ?? "";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ name: string, path: string, open?: (page: Page) => Promise<unknown> }} View */

/** Opens the first alert of the watch. @param {Page} page */
async function choose(page) {
  await page.locator(".alert-row").first().click();
  await page.locator(".al-panel .al-body").first().waitFor();
}

/** Opens a form of an act by its key. @param {string} key @returns {(page: Page) => Promise<void>} */
const act = (key) => async (page) => {
  await page.locator(".alert-row").first().click();
  await page.keyboard.press(key);
  await page.locator(".act-form").waitFor();
};

/** Presses a button and waits for what it opens. @param {string | RegExp} name @param {string} opens @returns {(page: Page) => Promise<void>} */
const press = (name, opens) => async (page) => {
  // Layers stay open for the next time.
  if (!(await page.locator(opens).first().isVisible())) await page.getByRole("button", { name }).first().click();
  await page.locator(opens).first().waitFor();
};

/** All views, with what opens in them. @param {Page} page @returns {Promise<View[]>} */
async function views(page) {
  const got = async (/** @type {string} */ path) => (await page.request.get(`/api/v1${path}`)).json();
  const { items } = await got("/alerts?limit=100");
  const { items: cases } = await got("/cases?limit=1");
  const { id, vessels: [vessel] } = items.find((/** @type {any} */ one) => one.vessels[0]) ?? items[0];
  return [
    { name: "watch", path: "/" }, { name: "list", path: "/list" }, { name: "watch-alert", path: "/", open: choose },
    ...["n", "I", "s", "v", "A", "e"].map((key, at) => ({ name: `form-${["note", "assign", "silence", "finding", "acknowledge", "export"][at]}`, path: "/", open: act(key) })),
    { name: "counts", path: "/", open: (each) => each.getByRole("button", { name: "Counts" }).click() },
    { name: "saved", path: "/", open: (each) => each.locator(".saved > button").click() },
    { name: "grouped", path: "/list", open: (each) => each.getByLabel("Group").selectOption("behaviour") },
    { name: "keys", path: "/status", open: async (each) => { await each.keyboard.press("?"); await each.locator("aside.side").waitFor(); } },
    { name: "search", path: "/status", open: async (each) => { await each.locator("#search").fill("liberty"); await each.getByRole("listbox").waitFor(); } },
    { name: "alert", path: `/alerts/${id}` },
    { name: "print", path: `/alerts/${id}`, open: (each) => each.emulateMedia({ media: "print" }) },
    { name: "map", path: "/map" }, { name: "map-layers", path: "/map", open: press("Layers", ".map-legend-body") }, { name: "map-list", path: "/map", open: press(/^List/, ".map-list") },
    { name: "cases", path: "/cases" }, ...cases.map((/** @type {any} */ one) => ({ name: "case", path: `/cases/${one.id}` })),
    { name: "vessel", path: `/vessels/${vessel.mmsi}` },
    { name: "silences", path: "/silences" }, { name: "new-silence", path: "/silences", open: press("New silence", "form") },
    { name: "zones", path: "/zones" }, { name: "status", path: "/status" },
    { name: "people", path: "/people" }, { name: "new-user", path: "/people", open: press("New user", "form.form") },
    { name: "tokens", path: "/people?tab=tokens" }, { name: "new-token", path: "/people?tab=tokens", open: press("New token", "form.form") }, { name: "sessions", path: "/people?tab=sessions" },
    { name: "audit", path: "/audit" }, { name: "unknown", path: "/nowhere" }, { name: "no-alert", path: "/alerts/22222222222222222222222222" },
  ];
}

/** The cells of the view of a number. @param {number} at @returns {[string, number, number][]} */
function cells(at) {
  const all = PALETTES.flatMap((palette) => SIZES.map(([width, height]) => /** @type {[string, number, number]} */ ([palette, width, height])));
  if (IS_WHOLE) return all.filter(([palette]) => !ONLY || palette === ONLY);
  // Five and twelve have no common divisor: twelve views have twelve cells.
  return at % 3 === 0 ? [all[(at / 3 * 5) % all.length]] : [];
}

test("views are laid out whole in every palette at every size", { skip, timeout: IS_WHOLE ? 1_800_000 : 180_000 }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  let palette = PALETTES[0];
  // Her own palette and filters stay as they are.
  await page.route("**/api/v1/me/preferences", (route) => route.fulfill({ status: 204 }));
  await page.route("**/api/v1/session", async (route) => {
    const answer = await route.fetch();
    if (!answer.ok()) return route.fulfill({ response: answer });
    const me = await answer.json();
    return route.fulfill({ response: answer, json: { ...me, preferences: { ...me.preferences, palette } } });
  });
  await signIn(page, "/status");
  /** @type {string[]} */
  const found = [];
  for (const [at, { name, path, open }] of (await views(page)).entries()) {
    for (const [chosen, width, height] of cells(at)) {
      palette = chosen;
      await page.setViewportSize({ width, height });
      await page.goto(path);
      await page.locator(`html[data-palette=${palette}]`).waitFor();
      await until(async () => (await page.locator("main.page").innerText()).trim().length > 20, `a page at ${path}`);
      await page.locator(".page-loading:not([role=alert])").waitFor({ state: "detached" });
      const where = `${name} in ${palette} at ${width}x${height}`;
      await open?.(page).catch((fault) => found.push(`${where} does not open: ${String(fault.message).slice(0, 300)}`));
      // Panels that are fetched when they are opened.
      await page.locator(".detail, aside.side").getByText("Loading…").first().waitFor({ state: "detached" });
      for (const each of await layoutFaults(page)) found.push(`${where}: ${each}`);
      if (IS_WHOLE) await shot(page, `matrix-${name}-${palette}-${width}`);
      if (name === "print") await page.emulateMedia({ media: null });
      // A form that is left open comes back with its page.
      const close = page.locator(".act-form .act-close");
      if (await close.isVisible()) await close.click();
    }
  }
  await context.close();
  for (const [chosen, width, height] of cells(9)) {
    const outside = await profile({ viewport: { width, height } });
    const { page: door } = await newPage(outside);
    await door.addInitScript((name) => localStorage.setItem("atalaia.palette", name), chosen);
    await door.goto("/login");
    await door.locator(".login").waitFor();
    for (const each of await layoutFaults(door)) found.push(`log-in in ${chosen} at ${width}x${height}: ${each}`);
    if (IS_WHOLE) await shot(door, `matrix-login-${chosen}-${width}`);
    await outside.close();
  }
  assert.deepEqual(found, []);
  assertNoFaults(faults.filter((each) => !/status of 404/.test(each)));
});
