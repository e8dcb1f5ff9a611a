// Measures the frames of the map while it is panned and zoomed, and the work of each picture.
//   ATALAIA_URL=http://127.0.0.1:19250 node tests/console/frames.mjs
// The server has to serve as many vessels as the figures are to be stated for. Environment:
//   ATALAIA_URL      where the console is; a log-in link may follow as `#link=TOKEN`
//   ATALAIA_NAME, ATALAIA_PASSWORD   to sign in with, unless the link does it
//   ATALAIA_MAP      what to look at, `LAT,LON,ZOOM`; without it what the server proposes
//   ATALAIA_SIZES    windows, `1920x1080,2560x1440`
//   ATALAIA_LIMITS   `1` ends with exit code 1 if a figure is not reached
//   ATALAIA_CHROMIUM  the browser, /usr/bin/chromium without it
// Prints one line a window: frames (p50 / p95, in ms) at rest, while panning and while zooming; own drawing; work of a picture; longest task.
import { cpus, loadavg } from "node:os";
import { need } from "./packages.mjs";

const { chromium } = need("playwright-core");

const base = process.env.ATALAIA_URL;
if (!base) {
  console.error("ATALAIA_URL is not set");
  process.exit(2);
}
const [address, link] = base.split("#");
const sizes = (process.env.ATALAIA_SIZES ?? "1920x1080").split(",").map((size) => size.split("x").map(Number));
/** Milliseconds at the 95th percentile, at 1920×1080. */
const LIMITS = { pan: 33, draw: 12, update: 16 };

/** The value that a share of the numbers does not exceed. */
function quantile(numbers, share) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] : Number.NaN;
}

const pair = (numbers) => `${quantile(numbers, 0.5).toFixed(1)} / ${quantile(numbers, 0.95).toFixed(1)}`;

/** Signs in if the page asks for it. */
async function signIn(page) {
  if (!process.env.ATALAIA_NAME) return;
  const password = page.locator("input[type=password]");
  if (!(await password.isVisible({ timeout: 3000 }).catch(() => false))) return;
  await page.locator("input").first().fill(process.env.ATALAIA_NAME);
  await password.fill(process.env.ATALAIA_PASSWORD ?? "");
  await page.keyboard.press("Enter");
}

/** Records frames, drawing, updates and long tasks while `act` runs. */
async function record(page, act) {
  await page.evaluate(() => {
    const kept = { frames: [], draws: [], updates: [], tasks: [], on: true };
    window.recorded = kept;
    let last = performance.now();
    const next = (now) => {
      kept.frames.push(now - last);
      last = now;
      if (kept.on) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
    kept.observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.entryType === "longtask") kept.tasks.push(entry.duration);
        else if (entry.name === "map-draw") kept.draws.push(entry.duration);
        else if (entry.name === "map-update") kept.updates.push(entry.duration);
      }
    });
    kept.observer.observe({ entryTypes: ["measure", "longtask"] });
  });
  await act();
  return page.evaluate(async () => {
    const kept = window.recorded;
    kept.on = false;
    await new Promise((done) => setTimeout(done, 100));
    kept.observer.disconnect();
    return { frames: kept.frames.slice(1), draws: kept.draws, updates: kept.updates, tasks: kept.tasks };
  });
}

/** A way to ask for the CPU time of the main thread, in ms: unlike the time of the frames it does not depend on what else the machine does. */
async function threadTime(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => (await session.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration").value * 1000;
}

/** Drags the map to and fro, a move in each frame; from inside of the page, because moves from outside come more slowly than frames. */
async function pan(page, [width, height], seconds) {
  await page.evaluate(async ({ width, height, seconds }) => {
    const canvas = document.querySelector("canvas.map-vessels"), box = canvas.getBoundingClientRect();
    const send = (type, x, y, target) => target.dispatchEvent(new PointerEvent(type, { clientX: x, clientY: y, pointerId: 1, pointerType: "mouse", isPrimary: true, button: 0, buttons: type === "pointerup" ? 0 : 1, bubbles: true, composed: true }));
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    send("pointerdown", x, y, canvas);
    const end = performance.now() + seconds * 1000;
    for (let i = 0; performance.now() < end; i++) {
      send("pointermove", x + Math.sin(i / 40) * width * 0.3, y + Math.cos(i / 53) * height * 0.2, canvas);
      await new Promise(requestAnimationFrame);
    }
    send("pointerup", x, y, canvas);
  }, { width, height, seconds });
}

/** Turns the wheel in and out. */
async function zoom(page, seconds) {
  const end = Date.now() + seconds * 1000;
  for (let i = 0; Date.now() < end; i++) {
    await page.mouse.wheel(0, i % 40 < 20 ? -60 : 60);
    await page.waitForTimeout(30);
  }
}

const browser = await chromium.launch({ executablePath: process.env.ATALAIA_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
let missed = false;
for (const [width, height] of sizes) {
  const context = await browser.newContext({ viewport: { width, height } }), page = await context.newPage();
  const look = process.env.ATALAIA_MAP ? `?map=${process.env.ATALAIA_MAP}&layers=vessels.alerts.course.zones.calm.grid` : "?layers=vessels.alerts.course.zones.calm.grid";
  const began = Date.now();
  await page.goto(`${address.replace(/\/$/, "")}/map${look}${link ? `#${link}` : ""}`);
  await signIn(page);
  await page.locator("canvas.map-vessels").waitFor({ timeout: 60000 });
  await record(page, async () => {
    for (let i = 0; i < 600 && !(await page.evaluate(() => window.recorded.updates.length)); i++) await page.waitForTimeout(50);
  });
  const ready = Date.now() - began;
  await page.waitForTimeout(3000);
  const rest = await record(page, () => page.waitForTimeout(5000));
  const time = await threadTime(page);
  let work = 0;
  const panning = await record(page, async () => {
    const before = await time();
    await pan(page, [width, height], 5);
    work = (await time()) - before;
  });
  const zooming = await record(page, () => zoom(page, 4));
  const updates = [...rest.updates, ...panning.updates, ...zooming.updates], tasks = [...rest.tasks, ...panning.tasks, ...zooming.tasks];
  console.log(`${width}×${height}: frame at rest ${pair(rest.frames)}, panning ${pair(panning.frames)} (${panning.draws.length} drawn of ${panning.frames.length}, main thread ${(work / panning.draws.length).toFixed(1)} ms of CPU for each), zooming ${pair(zooming.frames)}; ` +
    `drawing ${pair([...rest.draws, ...panning.draws])} (zooming ${pair(zooming.draws)}); picture ${pair(updates)}, ${updates.length} of them; longest task ${Math.max(0, ...tasks).toFixed(0)}; ` +
    `first picture after ${ready} ms; load ${loadavg()[0].toFixed(1)} on ${cpus().length} cores`);
  if (width === 1920) missed ||= quantile(panning.frames, 0.95) > LIMITS.pan || quantile([...rest.draws, ...panning.draws], 0.95) > LIMITS.draw || quantile(updates, 0.95) > LIMITS.update;
  await context.close();
}
await browser.close();
if (missed && process.env.ATALAIA_LIMITS) {
  console.error(`not reached: panning ≤ ${LIMITS.pan} ms, drawing ≤ ${LIMITS.draw} ms, picture ≤ ${LIMITS.update} ms`);
  process.exit(1);
}
