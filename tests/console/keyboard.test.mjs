// @ts-check
// For those who see badly or use no mouse: every form when open, the way of the focus, still pictures, forced colours, a page at 200 %.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { seriousFaults } from "./axe.mjs";
import { drawn, newPage, profile, shot, signIn, skip, stop } from "./browser.mjs";
import { until } from "./daemon.mjs";
import { layoutFaults } from "./layout.mjs";

after(stop);

/** Forms of acts by the key that opens them. */
const FORMS = ["n", "I", "s", "v", "A", "e"];
const PAGES = ["/", "/map", "/cases", "/silences", "/zones", "/status", "/people", "/audit"];

/** @typedef {import("playwright-core").Page} Page */

/** A page in the palette of the day, whatever the person chose. @param {import("playwright-core").BrowserContextOptions} [options] */
async function open(options) {
  const context = await profile(options);
  const { page, faults } = await newPage(context);
  await page.route("**/api/v1/session", async (route) => {
    const answer = await route.fetch();
    if (!answer.ok()) return route.fulfill({ response: answer });
    const me = await answer.json();
    return route.fulfill({ response: answer, json: { ...me, preferences: { ...me.preferences, palette: "day" } } });
  });
  await page.route("**/api/v1/me/preferences", (route) => route.fulfill({ status: 204 }));
  return { context, page, faults };
}

/** Opens each thing that is not a page by itself, one after the other. @param {Page} page @param {(where: string) => Promise<void>} look */
async function everyForm(page, look) {
  await page.goto("/");
  await drawn(page);
  const row = page.locator(".alert-row").first();
  await row.click();
  await page.locator(".al-panel .al-body").first().waitFor();
  await look("an alert beside the list");
  for (const key of FORMS) {
    await row.focus();
    await page.keyboard.press(key);
    await page.locator(".act-form").waitFor();
    await look(`form ${key}`);
    await page.keyboard.press("Escape");
    await page.locator(".act-form").waitFor({ state: "detached" });
  }
  await row.focus();
  await page.keyboard.press("?");
  await page.locator("aside.side").waitFor();
  await look("keys");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Counts" }).click();
  await look("counts");
  await page.goto("/people");
  await page.getByRole("button", { name: "Edit" }).first().click();
  await page.locator("form.form").first().waitFor();
  await look("a person");
}

test("no open form has a serious fault of accessibility in any palette", { skip, timeout: 90_000 }, async () => {
  const { context, page } = await open();
  await signIn(page, "/status");
  /** @type {string[]} */ const found = [];
  await everyForm(page, async (where) => {
    for (const each of await seriousFaults(page)) found.push(`${where}: ${each}`);
  });
  assert.deepEqual([...new Set(found)], []);
  await context.close();
});

/** A short name of what has the focus, and where it is. @param {Page} page */
const focused = (page) => page.evaluate(() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const all = /** @type {any} */ (globalThis);
  all.focusNumbers ??= new Map();
  if (!all.focusNumbers.has(at)) all.focusNumbers.set(at, all.focusNumbers.size);
  const box = at.getBoundingClientRect();
  const style = getComputedStyle(at);
  return { number: all.focusNumbers.get(at), name: `${at.localName}.${at.className} ${(at.textContent ?? "").slice(0, 20)}`, y: box.y, x: box.x, isSeen: box.width > 0 && box.height > 0, hasRing: style.outlineStyle !== "none" || style.boxShadow !== "none" || getComputedStyle(at, "::after").borderTopStyle !== "none" };
});

test("the tabulator goes through every page and out of it again, and what has the focus is seen", { skip, timeout: 90_000 }, async () => {
  const { context, page } = await open();
  await signIn(page, "/status");
  for (const path of PAGES) {
    await page.goto(path);
    await drawn(page);
    /** @type {Set<number>} */ const seen = new Set();
    let isOut = false, last = -1;
    for (let step = 0; step < 150 && !isOut; step += 1) {
      await page.keyboard.press("Tab");
      const at = await focused(page);
      isOut = at === null || (seen.has(at.number) && at.number !== last);
      if (!at || isOut) continue;
      assert.ok(at.number !== last || step === 0, `${path}: the focus stays on ${at.name}`);
      assert.ok(at.hasRing, `${path}: nothing shows the focus on ${at.name}`);
      assert.ok(at.isSeen, `${path}: ${at.name} has the focus and no size`);
      seen.add(at.number);
      last = at.number;
    }
    assert.ok(isOut || seen.size === 150, `${path}: no way out after ${seen.size} stops`);
    assert.ok(seen.size > 4, `${path}: only ${seen.size} stops`);
    await page.keyboard.press("Shift+Tab");
    const back = await focused(page);
    assert.ok(back === null || back.number !== last || seen.size < 3 || isOut, `${path}: the focus does not go back`);
  }
  await context.close();
});

test("in an open form the focus goes from top to bottom and comes back to the row when it closes", { skip, timeout: 60_000 }, async () => {
  const { context, page } = await open();
  await signIn(page, "/");
  const row = page.locator(".alert-row").first();
  await row.click();
  await page.locator(".acts-bar").first().waitFor();
  for (const key of FORMS) {
    await row.focus();
    const before = await focused(page);
    await page.keyboard.press(key);
    await page.locator(".act-form").waitFor();
    const stops = [];
    for (let step = 0; step < 30; step += 1) {
      const inside = await page.evaluate(() => document.activeElement?.closest(".act-form") !== null);
      if (!inside) break;
      stops.push(await focused(page));
      await page.keyboard.press("Tab");
    }
    assert.ok(stops.length > 1 && stops.length < 30, `${key}: ${stops.length} stops`);
    stops.slice(1).forEach((stop, at) => assert.ok(stop && stops[at] && stop.y >= stops[at].y - 12, `${key}: ${stop?.name} comes after ${stops[at]?.name} and is above it`));
    await page.locator(".act-form .act-close").focus();
    await page.keyboard.press("Escape");
    await page.locator(".act-form").waitFor({ state: "detached" });
    await until(async () => (await focused(page))?.number === before?.number, `${key}: the focus comes back to the row`);
  }
  await context.close();
});

test("with reduced motion nothing moves by itself", { skip }, async () => {
  const { context, page } = await open({ reducedMotion: "reduce" });
  await signIn(page, "/");
  await page.locator(".alert-row").first().click();
  await page.locator(".al-panel .al-body").first().waitFor();
  const moving = () => page.evaluate(() => {
    const timed = [...document.querySelectorAll("*")].filter((each) => {
      const { transitionDuration, animationName, animationDuration, animationIterationCount } = getComputedStyle(each);
      return transitionDuration.split(",").some((each) => parseFloat(each) > 0.02) || (animationName !== "none" && (parseFloat(animationDuration) > 0.02 || animationIterationCount === "infinite"));
    });
    const running = document.getAnimations().filter((each) => each.playState === "running" && Number(each.effect?.getComputedTiming().duration) > 20);
    return [...timed.map((each) => `${each.localName}.${each.className}`), ...running.map((each) => String(/** @type {any} */ (each).animationName))].slice(0, 5);
  });
  assert.deepEqual(await moving(), []);
  await page.keyboard.press("?");
  await page.locator("aside.side").waitFor();
  assert.deepEqual(await moving(), []);
  await context.close();
});

test("with forced colours controls have edges, the focus and the selection are seen, and severities keep their shapes", { skip, timeout: 60_000 }, async () => {
  const { context, page } = await open({ forcedColors: "active" });
  await signIn(page, "/");
  const row = page.locator(".alert-row").first();
  await row.click();
  await page.locator(".acts-bar").first().waitFor();
  await shot(page, "forced-colours");
  const faults = await page.evaluate(() => {
    const found = [];
    for (const each of document.querySelectorAll(".acts-bar .button")) if (parseFloat(getComputedStyle(each).borderTopWidth) < 1) found.push(`no edge: ${each.textContent}`);
    const chosen = document.querySelector(".alert-row.active"), other = document.querySelector(".alert-row:not(.active)");
    const look = (/** @type {Element} */ one) => { const { outlineStyle, outlineWidth, backgroundColor, borderLeftStyle, borderLeftWidth, borderLeftColor, boxShadow } = getComputedStyle(one); return JSON.stringify([outlineStyle, outlineWidth, backgroundColor, borderLeftStyle, borderLeftWidth, borderLeftColor, boxShadow]); };
    if (chosen && other && look(chosen) === look(other)) found.push("the selected row looks like the others");
    for (const shape of document.querySelectorAll(".alert-row svg.severity-shape")) if (shape.getBoundingClientRect().width < 8 || !shape.children.length) found.push("a severity has no shape");
    return [...new Set(found)];
  });
  assert.deepEqual(faults, []);
  await row.focus();
  await page.keyboard.press("Tab");
  assert.ok((await focused(page))?.hasRing, "the focus is not seen");
  await context.close();
});

test("at 200 % nothing is cut, beyond the window or under something else, on any page or form", { skip, timeout: 90_000 }, async () => {
  const { context, page } = await open({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 });
  await signIn(page, "/status");
  /** @type {string[]} */ const found = [];
  const look = async (/** @type {string} */ where) => {
    for (const each of await layoutFaults(page)) found.push(`${where}: ${each}`);
  };
  for (const path of PAGES) {
    await page.goto(path);
    await drawn(page);
    await look(path);
  }
  await page.goto("/");
  await drawn(page);
  for (const key of FORMS) {
    await page.locator(".alert-row").first().focus();
    await page.keyboard.press("j");
    await page.keyboard.press(key);
    await page.locator(".act-form").first().waitFor();
    await look(`form ${key}`);
    await shot(page, `narrow-form-${key}`);
    await page.keyboard.press("Escape");
  }
  assert.deepEqual(found, []);
  await context.close();
});
