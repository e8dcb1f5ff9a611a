// @ts-check
// Every page in three palettes for those who see badly or use no mouse: axe finds nothing, nothing is cut at 640 pixels.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { allFaults } from "./axe.mjs";
import { drawn, newPage, profile, shot, signIn, skip, stop } from "./browser.mjs";

after(stop);

const PAGES = ["/", "/alerts", "/list", "/map", "/cases", "/silences", "/zones", "/status", "/people", "/audit"];
/** Forms that open by a button of their page. @type {[string, string][]} */
const FORMS = [["/people?tab=tokens", "New token"], ["/people", "New user"], ["/silences", "New silence"]];

/** The pages of one case and one vessel, where there are any. @param {import("playwright-core").Page} page */
async function single(page) {
  const first = async (/** @type {string} */ path) => (await (await page.request.get(`/api/v1${path}`)).json()).items[0];
  const [one, alert] = [await first("/cases?limit=1"), await first("/alerts?limit=1")];
  return [one && `/cases/${one.id}`, alert && `/alerts/${alert.id}`, alert?.vessels[0] && `/vessels/${alert.vessels[0].mmsi}`].filter(Boolean);
}

test("no page and no form of a page has a fault of accessibility in any palette", { skip, timeout: 90_000 }, async () => {
  const context = await profile();
  const { page } = await newPage(context);
  await signIn(page, "/status");
  /** @type {string[]} */
  const found = [];
  for (const path of PAGES) {
    await page.goto(path);
    await drawn(page);
    for (const each of await allFaults(page)) found.push(`${path} ${each}`);
  }
  for (const path of await single(page)) {
    await page.goto(path);
    await page.locator("main.page .al-section").first().waitFor();
    await shot(page, `access-${path.split("/")[1]}`);
    for (const each of await allFaults(page)) found.push(`${path} ${each}`);
  }
  for (const [path, button] of FORMS) {
    await page.goto(path);
    await page.getByRole("button", { name: button }).click();
    await page.locator("main.page form").first().waitFor();
    await shot(page, `access-${button.replace(" ", "-")}`);
    for (const each of await allFaults(page)) found.push(`${button} ${each}`);
  }
  assert.deepEqual(found, []);
  await context.close();
});

test("the log-in has no fault of accessibility in any palette", { skip }, async () => {
  const context = await profile();
  const { page } = await newPage(context);
  /** @type {string[]} */
  const found = [];
  await page.goto("/login");
  for (const palette of ["day", "dusk", "night"]) {
    await page.getByLabel("Palette").selectOption(palette);
    await page.locator(`html[data-palette=${palette}]`).waitFor();
    await shot(page, `access-${palette}-login`);
  }
  for (const button of ["First run", "Log in with a password"]) {
    found.push(...(await allFaults(page)));
    await page.getByRole("button", { name: button }).click();
  }
  assert.deepEqual(found, []);
  await context.close();
});

test("at 640 pixels nothing reaches beyond the window", { skip }, async () => {
  const context = await profile({ viewport: { width: 640, height: 400 } });
  const { page } = await newPage(context);
  await signIn(page, "/status");
  for (const path of PAGES) {
    await page.goto(path);
    await drawn(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 640, `${path} is ${wide} pixels wide`);
    await shot(page, `narrow-${path.slice(1) || "watch"}`);
  }
  await context.close();
});
