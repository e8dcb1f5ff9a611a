// Measures how long the watch takes to appear: the first paint, the list, the map with its vessels and its land.
//   ATALAIA_URL=http://127.0.0.1:19250 ATALAIA_NAME=ana ATALAIA_PASSWORD=… node tests/console/first_view.mjs
// The server has to serve as many vessels as the figures are to be stated for. Environment, beside that of `frames.mjs`:
//   ATALAIA_ROUNDS   how often each is measured, 5 without it
// Cold is a new profile that has nothing but the session; warm is the same page again. Prints the median and the worst of each, in ms after the
// address was entered: first paint (the frame and the outline of the list), list (rows, or the sentence that there are none), vessels
// (drawn), land (all tiles of the map drawn).
import { cpus, loadavg } from "node:os";
import { need } from "./packages.mjs";

const { chromium } = need("playwright-core");

const address = process.env.ATALAIA_URL?.replace(/\/$/, "");
if (!address) {
  console.error("ATALAIA_URL is not set");
  process.exit(2);
}
const rounds = Number(process.env.ATALAIA_ROUNDS ?? 5);
const [width, height] = (process.env.ATALAIA_SIZES ?? "1920x1080").split(",")[0].split("x").map(Number);
/** What is measured, in its order, and its limit when cold. Milliseconds. */
const LIMITS = { paint: 300, list: 800, vessels: 1500, land: 1500 };

/** Records in the page when each part is there; runs before its own scripts. */
function record() {
  const kept = {};
  window.firstView = kept;
  const seen = (name, at) => (kept[name] ??= at);
  let hasPicture = false;
  new PerformanceObserver((list) => {
    for (const { entryType, name, startTime, duration } of list.getEntries()) {
      if (entryType === "paint" && name === "first-contentful-paint") seen("content", startTime);
      if (entryType === "paint" && name === "first-paint") seen("paint", startTime);
      if (name === "map-update") hasPicture = true;
      if (name === "map-draw" && hasPicture) seen("vessels", startTime + duration);
      if (name === "map-ground") kept.land = startTime;
    }
  }).observe({ entryTypes: ["paint", "measure", "mark"] });
  new MutationObserver((_, observer) => {
    if (!document.querySelector(".alert-row, .list-empty")) return;
    seen("list", performance.now());
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
}

/** What a page recorded, once the map has been still for a second. */
async function times(page) {
  await page.locator("canvas.map-vessels").waitFor({ timeout: 60_000 });
  for (let last = -1, still = 0; still < 5; ) {
    const { list, vessels, land } = await page.evaluate(() => window.firstView);
    still = list && vessels && land && land === last ? still + 1 : 0;
    last = land;
    await page.waitForTimeout(200);
  }
  return page.evaluate(() => window.firstView);
}

const middle = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

const browser = await chromium.launch({ executablePath: process.env.ATALAIA_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const context = await browser.newContext({ viewport: { width, height } });
if (process.env.ATALAIA_NAME) {
  const data = { name: process.env.ATALAIA_NAME, password: process.env.ATALAIA_PASSWORD ?? "" };
  const answer = await context.request.post(`${address}/api/v1/session`, { data, headers: { Origin: address } });
  if (!answer.ok()) throw new Error(`not signed in: ${answer.status()} ${await answer.text()}`);
}
const storageState = await context.storageState();
await context.close();
const measured = { cold: [], warm: [] };
for (let round = 0; round < rounds; round++) {
  const fresh = await browser.newContext({ viewport: { width, height }, storageState });
  await fresh.addInitScript(record);
  const page = await fresh.newPage();
  await page.goto(`${address}/`, { waitUntil: "commit" });
  measured.cold.push(await times(page));
  await page.goto("about:blank");
  await page.goto(`${address}/`, { waitUntil: "commit" });
  measured.warm.push(await times(page));
  await fresh.close();
}
await browser.close();
let missed = false;
for (const [name, each] of Object.entries(measured)) {
  const figures = Object.keys(LIMITS).map((part) => {
    const all = each.map((one) => one[part]);
    if (name === "cold" && middle(all) > LIMITS[part]) missed = true;
    return `${part} ${middle(all).toFixed(0)} (worst ${Math.max(...all).toFixed(0)})`;
  });
  console.log(`${width}×${height} ${name}, median of ${rounds}: ${figures.join(", ")} ms; load ${loadavg()[0].toFixed(1)} on ${cpus().length} cores`);
}
if (missed && process.env.ATALAIA_LIMITS) {
  console.error(`not reached when cold: ${Object.entries(LIMITS).map(([part, limit]) => `${part} ≤ ${limit} ms`).join(", ")}`);
  process.exit(1);
}
