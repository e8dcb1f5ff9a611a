// @ts-check
// Every page in three palettes for those who see badly or use no mouse: axe finds nothing serious, nothing is cut at 640 pixels.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { drawn, newPage, profile, shot, signIn, skip, stop } from "./browser.mjs";

after(stop);

const AXE = skip ? "" : readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PAGES = ["/", "/cases", "/silences", "/zones", "/status", "/people", "/audit"];

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
      // In a world of its own, where the policy of the page does not forbid what axe does; the page's own policy stays.
      const session = await context.newCDPSession(page);
      const { frameTree } = await session.send("Page.getFrameTree");
      const { executionContextId: contextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id, worldName: "axe" });
      await session.send("Runtime.evaluate", { contextId, expression: AXE });
      const run = "axe.run(document, { resultTypes: ['violations'] }).then((all) => JSON.stringify(all.violations.filter((each) => ['serious', 'critical'].includes(each.impact)).map((each) => each.id + ': ' + each.nodes.slice(0, 3).map((node) => node.target.join(' ') + ' ' + (node.any[0]?.message ?? '')).join(' | '))))";
      const { result, exceptionDetails } = await session.send("Runtime.evaluate", { contextId, expression: run, awaitPromise: true, returnByValue: true });
      assert.equal(exceptionDetails, undefined);
      for (const each of JSON.parse(result.value)) found.push(`${path} ${each}`);
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
