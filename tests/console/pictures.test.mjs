// @ts-check
// The pictures of README and docs: `BLESS=1 tests/run` puts them there. They are of the whole watch, so they also show whether it stands.
import { after, test } from "node:test";
import { assertNoFaults, newPage, profile, shot, signIn, skip, stop } from "./browser.mjs";

after(stop);

test("the watch with an open alert, by day and by night", { skip }, async () => {
  const context = await profile({ viewport: { width: 1600, height: 950 } });
  const { page, faults } = await newPage(context);
  await signIn(page);
  const rows = page.getByRole("grid").first().getByRole("row");
  await rows.first().waitFor();
  await rows.first().click();
  await page.getByRole("heading", { name: "Why" }).waitFor();
  await page.getByRole("heading", { name: "Score" }).waitFor();
  // The map has settled once no tile is asked for any more.
  await page.waitForLoadState("networkidle").catch(() => undefined);
  for (const [palette, name] of [["night", "docs-night"], ["day", "docs-watch"]]) {
    await page.getByRole("button", { name: "Palette" }).click();
    await page.getByRole("menuitemradio", { name: new RegExp(palette, "i") }).click();
    await page.locator(`html[data-palette=${palette}]`).waitFor();
    await page.getByRole("heading", { name: "Why" }).waitFor();
    // Tiles of land are drawn by a worker.
    await page.evaluate(() => new Promise((done) => setTimeout(done, 1000)));
    await shot(page, name);
  }
  assertNoFaults(faults);
  await context.close();
});
