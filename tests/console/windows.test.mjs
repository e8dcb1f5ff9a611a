// @ts-check
// The watch over 20,000 vessels in one, four and seven windows of one browser: each has its list and its map, and all of them follow the sea.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { assertNoFaults, newPage, profile, stop } from "./browser.mjs";
import { alert, fakeDaemon } from "./fake_daemon.mjs";
import { fleet } from "./picture.mjs";

after(stop);

const VESSELS = 20_000;
/** How long all windows together may take to be usable, in milliseconds. A limit against hanging, not a figure: those are measured by `frames.mjs`. */
const PATIENCE = Number(process.env.ATALAIA_WINDOWS_SECONDS ?? 40) * 1000;
/** Vessels that the square shows at least, as painted cells of the map: the rest lies over one another. */
const PAINTED = 2000;

/** How many pixels of the map have something of a vessel on them. @param {import("playwright-core").Page} page */
const painted = (page) => page.locator("canvas.map-vessels").evaluate((canvas) => {
  const { width, height } = /** @type {HTMLCanvasElement} */ (canvas), context = /** @type {HTMLCanvasElement} */ (canvas).getContext("2d");
  if (!context || !width || !height) return 0;
  const { data } = context.getImageData(0, 0, width, height);
  let found = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at] > 0) found++;
  return found;
});

/** What the map has on it, as a number that another picture changes. @param {import("playwright-core").Page} page */
const look = (page) => page.locator("canvas.map-vessels").evaluate((canvas) => {
  const { width, height } = /** @type {HTMLCanvasElement} */ (canvas), data = /** @type {HTMLCanvasElement} */ (canvas).getContext("2d")?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray();
  let sum = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at] > 0) sum = (sum * 31 + at) % 1_000_003;
  return sum;
});

/** Waits until a condition holds. @param {() => Promise<boolean>} holds @param {string} what @param {number} end milliseconds since 1970 */
async function until(holds, what, end) {
  while (!(await holds())) {
    assert.ok(Date.now() < end, `not in time: ${what}`);
    await new Promise((done) => setTimeout(done, 150));
  }
}

for (const windows of [1, 4, 7]) {
  test(`${windows === 1 ? "one window" : `${windows} windows at once`} over ${VESSELS} vessels: each lists the alerts, shows the vessels and goes on following them`, { timeout: PATIENCE * 2 }, async () => {
    const daemon = await fakeDaemon([alert("a", 85), alert("b", 65)], fleet(VESSELS));
    const context = await profile({ baseURL: daemon.url });
    context.setDefaultTimeout(PATIENCE);
    try {
      const opened = await Promise.all(Array.from({ length: windows }, () => newPage(context)));
      const end = Date.now() + PATIENCE;
      await Promise.all(opened.map(async ({ page }, index) => {
        const name = `window ${index + 1} of ${windows}`;
        await page.goto("/", { waitUntil: "commit" });
        await page.locator(".alert-row", { hasText: "SHIP A" }).waitFor();
        await page.locator("canvas.map-vessels").waitFor();
        await until(async () => (await painted(page)) > PAINTED, `${name} shows its vessels`, end);
      }));
      const before = await Promise.all(opened.map(({ page }) => look(page)));
      // One at a time: a window that nobody looks at may draw when it likes.
      for (const [index, { page, faults }] of opened.entries()) {
        await page.bringToFront();
        await until(async () => (await look(page)) !== before[index], `window ${index + 1} of ${windows} follows its vessels`, Date.now() + PATIENCE);
        assertNoFaults(faults);
      }
      // One stream and one poll for all of them: a seventh stream would leave no connection for anything else.
      assert.equal(daemon.streams(), 1);
      daemon.change(alert("c", 95), "opened");
      await Promise.all(opened.map(({ page }) => page.getByRole("button", { name: "1 new" }).waitFor()));
    } finally {
      await context.close();
      await daemon.close();
    }
  });
}
