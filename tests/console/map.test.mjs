// @ts-check
// The map as a person uses it: what it shows, what it selects, its tools, several windows.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { assertNoFaults, newPage, profile, shot, signIn, skip, stop } from "./browser.mjs";

after(stop);

const ALL = "layers=vessels.alerts.zones.calm.grid&labels=alerts&colour=muted";

/** Opens the map and waits until it has vessels. @param {string} [query] @param {import("playwright-core").BrowserContextOptions} [options] */
async function openMap(query = ALL, options = {}) {
  const context = await profile(options), { page, faults } = await newPage(context);
  await signIn(page, `/map?${query}`);
  await page.locator("canvas.map-vessels").waitFor();
  return { context, page, faults };
}

/** How many pixels of the canvas of the moving things are not transparent. @param {import("playwright-core").Page} page */
const inked = (page) => page.locator("canvas.map-vessels").evaluate((canvas) => {
  const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
  const data = /** @type {CanvasRenderingContext2D} */ (/** @type {HTMLCanvasElement} */ (canvas).getContext("2d")).getImageData(0, 0, width, height).data;
  let count = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i]) count++;
  return count;
});

/** Waits for a condition, with a deadline. @param {() => Promise<boolean>} condition @param {string} what */
async function until(condition, what) {
  const end = Date.now() + 15_000;
  while (!(await condition())) {
    assert.ok(Date.now() < end, `waited in vain: ${what}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** The view that the address names. @param {import("playwright-core").Page} page */
const view = (page) => new URL(page.url()).searchParams.get("map");

/** Opens the list of vessels in view and returns it. @param {import("playwright-core").Page} page */
async function listOfView(page) {
  await page.locator(".map-target").focus();
  await page.keyboard.press("V");
  const list = page.locator(".map-list");
  await list.waitFor();
  return list;
}

test("the map shows vessels, and every layer can be taken away by its key", { skip }, async () => {
  const { context, page, faults } = await openMap();
  await until(async () => (await inked(page)) > 500, "vessels on the map");
  for (const key of ["1", "2", "4", "9"]) await page.keyboard.press(key);
  await until(async () => (await inked(page)) === 0, "an empty map");
  assert.equal(new URL(page.url()).searchParams.get("layers"), "calm");
  await shot(page, "map-empty");
  assertNoFaults(faults);
  await context.close();
});

test("reception is shown where the map is, and asked for again elsewhere", { skip }, async () => {
  const { context, page, faults } = await openMap();
  /** @type {number[][]} */
  const areas = [];
  page.on("response", (response) => {
    const url = new URL(response.url());
    if (url.pathname.endsWith("/coverage") && response.ok()) areas.push((url.searchParams.get("bbox") ?? "").split(",").map(Number));
  });
  await page.locator(".map-target").focus();
  await page.keyboard.press("6");
  await until(async () => areas.length === 1, "the cells of what the map shows");
  await until(async () => {
    await page.keyboard.press("ArrowRight");
    return areas.length > 1 && areas.at(-1)[0] > areas[0][0];
  }, "the cells further east");
  assert.equal(await page.getByText("could not be loaded").count(), 0);
  assertNoFaults(faults);
  await context.close();
});

test("the view is in the address, and the map stands still until it is moved", { skip }, async () => {
  const { context, page, faults } = await openMap();
  await until(async () => view(page) !== null, "the view in the address");
  const before = view(page);
  const list = await listOfView(page);
  await list.locator(".map-list-row").first().click();
  await page.keyboard.press("Escape");
  await page.waitForTimeout(2500);
  assert.equal(view(page), before, "selecting a vessel must not move the map");
  await page.locator(".map-target").focus();
  await page.keyboard.press("ArrowRight");
  await until(async () => view(page) !== before, "a moved map");
  const moved = view(page), address = page.url();
  await page.goto(address);
  await page.locator("canvas.map-vessels").waitFor();
  await page.waitForTimeout(1000);
  assert.equal(view(page), moved);
  assertNoFaults(faults);
  await context.close();
});

test("the list of vessels in view selects, by keyboard alone, and the focus comes back", { skip }, async () => {
  const { context, page, faults } = await openMap();
  await until(async () => (await inked(page)) > 500, "vessels on the map");
  const list = await listOfView(page);
  await list.locator(".map-list-row").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator(".map-card").waitFor();
  const name = await list.locator(".map-list-row[aria-pressed=true] .map-list-name").textContent();
  assert.equal(await page.locator(".map-card header a").textContent(), name);
  await page.keyboard.press("Escape");
  await list.waitFor({ state: "detached" });
  assert.ok(await page.locator(".map-target").evaluate((element) => element === document.activeElement));
  await shot(page, "map-card");
  assertNoFaults(faults);
  await context.close();
});

test("measuring begins from the menu, shows miles and bearing, and ends with Escape", { skip }, async () => {
  const { context, page, faults } = await openMap();
  const box = await page.locator(".map-target").boundingBox();
  assert.ok(box);
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2, { button: "right" });
  await page.locator(".map-menu").waitFor();
  await page.getByRole("menuitem", { name: "Measure from here" }).click();
  assert.equal(await page.locator(".map-target.measuring").count(), 1);
  await page.mouse.click(box.x + box.width / 2 + 150, box.y + box.height / 2);
  await shot(page, "map-measure");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".map-target.measuring").count(), 0);
  assertNoFaults(faults);
  await context.close();
});

test("a box with Shift lists its vessels", { skip }, async () => {
  const { context, page, faults } = await openMap();
  // Alerts may be drawn before the vessels are there; the list says when they are.
  const list = await listOfView(page);
  await list.locator(".map-list-row").first().waitFor();
  await page.keyboard.press("Escape");
  await list.waitFor({ state: "detached" });
  const box = await page.locator(".map-target").boundingBox();
  assert.ok(box);
  await page.keyboard.down("Shift");
  await page.mouse.move(box.x + 60, box.y + 120);
  await page.mouse.down();
  await page.mouse.move(box.x + 200, box.y + 300);
  await page.mouse.move(box.x + box.width - 60, box.y + box.height - 80, { steps: 5 });
  await page.mouse.up();
  await page.keyboard.up("Shift");
  const title = page.locator(".map-list header strong");
  await until(async () => /^[1-9].* in the box$/.test((await title.textContent()) ?? ""), "vessels in the box");
  await shot(page, "map-box");
  assertNoFaults(faults);
  await context.close();
});

test("what one window selects, the other shows, and both live on their own", { skip }, async () => {
  const { context, page, faults } = await openMap();
  await until(async () => (await inked(page)) > 500, "vessels on the map");
  const other = await newPage(context);
  await signIn(other.page, `/map?${ALL}`);
  await other.page.locator("canvas.map-vessels").waitFor();
  const list = await listOfView(page);
  await list.locator(".map-list-row").nth(1).click();
  await other.page.locator(".map-card").waitFor();
  assert.equal(await other.page.locator(".map-card header a").textContent(), await page.locator(".map-card header a").textContent());
  await page.close();
  await other.page.locator(".map-target").focus();
  await other.page.keyboard.press("+");
  await until(async () => (await inked(other.page)) > 200, "vessels on the map that is left");
  assertNoFaults([...faults, ...other.faults]);
  await context.close();
});

test("the night palette has nothing bright on the map", { skip }, async () => {
  const { context, page, faults } = await openMap(`${ALL}&course=10`);
  await page.getByRole("button", { name: "Palette" }).click();
  await page.getByRole("menuitemradio", { name: "Night" }).click();
  await page.locator("html[data-palette=night]").waitFor();
  await page.reload();
  await until(async () => (await inked(page)) > 500, "vessels on the map");
  const brightest = await page.locator(".map-target").evaluate((target) => {
    let most = 0;
    for (const canvas of target.querySelectorAll("canvas")) {
      const copy = new OffscreenCanvas(canvas.width, canvas.height), context = /** @type {OffscreenCanvasRenderingContext2D} */ (copy.getContext("2d"));
      context.drawImage(canvas, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      // White has much of its least colour; the reds of the palette have little.
      for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 128) most = Math.max(most, Math.min(data[i], data[i + 1], data[i + 2]));
    }
    return most;
  });
  assert.ok(brightest <= 0x90, `a pixel has ${brightest} of each colour`);
  await shot(page, "map-night");
  assertNoFaults(faults);
  await context.close();
});

test("z shows where an alert was, with the tracks of its time, and not where its vessels are by now", { skip, timeout: 90_000 }, async () => {
  const context = await profile(), { page, faults } = await newPage(context);
  // Its second vessel is heard to this day, many miles away.
  await page.route(/\/api\/v1\/alerts(\/[a-z2-7]{26})?(\?|$)/, async (route) => {
    const answer = await route.fetch();
    if (!answer.ok()) return route.fulfill({ response: answer });
    const open = (/** @type {any} */ alert) => (alert.behaviour === "async_rendezvous" ? { ...alert, status: "open", ended_at: null } : alert), body = await answer.json();
    return route.fulfill({ response: answer, json: body.items ? { ...body, items: body.items.map(open) } : open(body) });
  });
  await signIn(page, "/");
  const { items } = await (await page.request.get("/api/v1/alerts?limit=200")).json();
  const { position } = items.find((/** @type {any} */ alert) => alert.behaviour === "async_rendezvous");
  await page.goto("/?map=0,0,3");
  await page.locator(".map-foot").waitFor();
  await page.locator(".alert-row", { hasText: "CHARLIE" }).first().click();
  await page.keyboard.press("z");
  await until(async () => {
    const [lat, lon, zoom] = (view(page) ?? "").split(",").map(Number);
    return Math.abs(lat - position.lat) < 0.2 && Math.abs(lon - position.lon) < 0.3 && zoom > 8 && zoom < 13;
  }, `the map at ${position.lat}, ${position.lon}`);
  await shot(page, "map-alert-place");
  assertNoFaults(faults);
  await context.close();
});
