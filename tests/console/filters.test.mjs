// @ts-check
// Filters that a person keeps by name: kept, chosen, renamed, forgotten, and there again on the next page.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { seriousFaults } from "./axe.mjs";
import { assertNoFaults, newPage, profile, shot, signIn, skip, stop } from "./browser.mjs";
import { until } from "./daemon.mjs";

after(stop);

/** @typedef {import("playwright-core").Page} Page */

/** The filters that the server has for the person. @param {Page} page */
const kept = async (page) => (await (await page.request.get("/api/v1/me")).json()).preferences.filters ?? [];

/** Waits until the server has these filters. @param {Page} page @param {[string, string][]} wanted */
async function keeps(page, wanted) {
  const text = JSON.stringify(wanted.map(([name, filter]) => ({ name, text: filter })));
  for (let tries = 0; ; tries += 1) {
    const now = JSON.stringify(await kept(page));
    if (now === text) return;
    if (tries === 50) assert.equal(now, text);
    await new Promise((done) => setTimeout(done, 200));
  }
}

test("a filter is kept by name, renamed and forgotten", { skip, timeout: 90_000 }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/");
  const before = await kept(page);
  // Names of this run: one that failed leaves its filters behind.
  const run = Date.now() % 10_000;
  const night = `Night <b>watch</b> ${run}`, drifters = `Drifters ${run}`, renamed = `A drifters ${run}`;
  const box = page.getByRole("combobox", { name: "Filter" });
  const menu = page.locator(".saved-menu");
  const star = page.getByRole("button", { name: "Filters kept by name" });
  const save = async (/** @type {string} */ filter, /** @type {string} */ name) => {
    await box.fill(filter);
    await box.press("Enter");
    await page.locator(".chips .chip:not(.default)").first().waitFor();
    if (!(await menu.isVisible())) await star.click();
    await menu.locator(".saved-form input").fill(name);
    await menu.locator(".saved-form button").click();
    await menu.locator("b", { hasText: name }).waitFor();
    await page.keyboard.press("Escape");
    await menu.waitFor({ state: "detached" });
  };
  await save("severity>=high", night);
  await save("behaviour:drift", drifters);
  await star.click();
  await shot(page, "filters");

  // Another name, which no other filter may have.
  await menu.getByRole("button", { name: `Rename “${drifters}”` }).click();
  const field = menu.locator("form.saved-row input");
  assert.equal(await field.inputValue(), drifters);
  await field.fill(night);
  await menu.getByText("There is a filter of that name").waitFor();
  assert.equal(await menu.locator("form.saved-row button").isDisabled(), true);
  await shot(page, "filters-taken");
  assert.deepEqual(await seriousFaults(page), []);
  await field.fill(renamed);
  await page.keyboard.press("Enter");
  await menu.locator("b", { hasText: renamed }).waitFor();
  const own = /** @type {[string, string][]} */ ([[renamed, "behaviour:drift"], [night, "severity>=high"]]);
  await keeps(page, [...before.map((/** @type {any} */ one) => [one.name, one.text]), ...own].sort((a, b) => a[0].localeCompare(b[0])));

  // They are there on the next page, and choose what they say.
  await page.goto("/status");
  await page.goto("/");
  await star.click();
  await menu.locator(".saved-pick", { hasText: renamed }).click();
  await menu.waitFor({ state: "detached" });
  await until(async () => (await box.inputValue()) === "behaviour:drift", "the filter in the box");

  await star.click();
  for (const name of [renamed, night]) {
    await menu.getByRole("button", { name: `Forget “${name}”` }).click();
    await menu.locator("b", { hasText: name }).waitFor({ state: "detached" });
  }
  await keeps(page, before.map((/** @type {any} */ one) => [one.name, one.text]));
  assertNoFaults(faults);
  await context.close();
});
