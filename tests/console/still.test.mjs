// @ts-check
// What must not move by itself: the map, when something opens or closes beside it.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { assertNoFaults, newPage, profile, stop } from "./browser.mjs";
import { alert, fakeDaemon } from "./fake_daemon.mjs";
import { fleet } from "./picture.mjs";

after(stop);

/** A point of the window that the map has, whatever else is open. */
const POINT = { x: 900, y: 500 };

/** What lies below the point, as the foot of the map says it. @param {import("playwright-core").Page} page */
async function below(page) {
  await page.mouse.move(POINT.x - 5, POINT.y - 5);
  await page.mouse.move(POINT.x, POINT.y);
  // The foot follows the pointer with the next frame.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const [lat, lon] = (await page.locator(".map-position .faint").innerText()).split(", ").map(Number);
  return { lat, lon };
}

test("an alert that opens beside the map and closes again leaves every place of the map where it was", async () => {
  const daemon = await fakeDaemon([alert("a", 85)], fleet(50));
  const context = await profile({ baseURL: daemon.url, viewport: { width: 1920, height: 1080 } });
  const { page, faults } = await newPage(context);
  try {
    await page.goto("/");
    await page.locator("canvas.map-vessels").waitFor();
    await page.locator(".map-scale").waitFor();
    const before = await below(page);
    const same = async (/** @type {string} */ when) => {
      const now = await below(page);
      // A pixel is 0.016 degrees here.
      assert.ok(Math.abs(now.lat - before.lat) < 0.02 && Math.abs(now.lon - before.lon) < 0.02, `${when}: ${JSON.stringify(now)} instead of ${JSON.stringify(before)}`);
    };
    await page.locator(".alert-row").click();
    await page.locator(".detail .al-head").waitFor();
    await same("open");
    await page.locator(".detail-close").click();
    await page.locator(".detail").waitFor({ state: "detached" });
    await same("closed");
    assertNoFaults(faults.filter((fault) => !/status of 404/.test(fault)));
  } finally {
    await context.close();
    await daemon.close();
  }
});
