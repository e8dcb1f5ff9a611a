// @ts-check
// Every page in three palettes for those who see badly or use no mouse: axe finds nothing serious, nothing is cut at 640 pixels.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { seriousFaults } from "./axe.mjs";
import { drawn, newPage, profile, shot, signIn, skip, stop } from "./browser.mjs";

after(stop);

const PAGES = ["/", "/map", "/cases", "/silences", "/zones", "/status", "/people", "/audit"];

for (const palette of ["day", "dusk", "night"]) {
  test(`no serious fault of accessibility in ${palette}`, { skip }, async () => {
    const context = await profile();
    const { page } = await newPage(context);
    await signIn(page, "/status");
    await page.getByRole("button", { name: "Palette" }).click();
    await page.getByRole("menuitemradio", { name: new RegExp(palette, "i") }).click();
    /** @type {string[]} */
    const found = [];
    for (const path of PAGES) {
      await page.goto(path);
      await page.locator(`html[data-palette=${palette}]`).waitFor();
      await drawn(page);
      for (const each of await seriousFaults(page)) found.push(`${path} ${each}`);
    }
    assert.deepEqual(found, []);
    await context.close();
  });
}

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
