// @ts-check
// The frame: palettes, languages, keys, search, windows, a lost connection, an ended session.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { NAME, PASSWORD, assertNoFaults, endSession, kept, newPage, profile, shot, signIn, skip, speak, stop } from "./browser.mjs";

after(stop);

test("a wrong password is refused in words, and the page says nothing about which part was wrong", { skip: skip || !NAME }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await page.goto("/login");
  await page.getByLabel("Name", { exact: true }).fill(NAME);
  await page.getByLabel("Password", { exact: true }).fill("wrong");
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await page.getByRole("alert").waitFor();
  assert.match(await page.getByRole("alert").innerText(), /not logged in/i);
  assertNoFaults(faults);
  await context.close();
});

test("a link in the address is taken out of it at once", { skip }, async () => {
  const context = await profile();
  const { page } = await newPage(context);
  await page.goto("/#link=bad");
  await page.locator(".login").waitFor();
  assert.equal(new URL(page.url()).hash, "");
  await context.close();
});

test("the palette is there before the first paint and changes by key", { skip }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await page.addInitScript(() => localStorage.getItem("atalaia.palette") ?? localStorage.setItem("atalaia.palette", "night"));
  await signIn(page, "/status");
  await page.getByRole("button", { name: "Palette" }).click();
  await page.getByRole("menuitemradio", { name: "Night" }).click();
  await page.goto("/status", { waitUntil: "commit" });
  assert.equal(await page.locator("html").getAttribute("data-palette"), "night");
  await page.locator("header.bar").waitFor();
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(0, 0, 0)");
  await page.keyboard.press("b");
  await page.locator("html[data-palette=day]").waitFor();
  assertNoFaults(faults);
  await context.close();
});

test("each language changes the frame in place, and no key of a dictionary is shown", { skip }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/status");
  for (const [code, status] of [["pt", "Estado"], ["es", "Estado"], ["fr", "État"], ["en", "Status"]]) {
    await speak(page, code);
    await page.getByRole("heading", { level: 1, name: status }).waitFor();
    const text = await page.locator("body").innerText();
    assert.doesNotMatch(text, /\b(?:status|feed|sink|frame|nav|warning)\.[a-z_]+\b/);
    await shot(page, `status-${code}`);
  }
  await kept(page);
  assertNoFaults(faults);
  await context.close();
});

test("keys go to pages, open the help and the search, and never fire in a text field", { skip }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/status");
  await page.getByRole("heading", { level: 1, name: "Status" }).waitFor();
  await page.keyboard.press("?");
  await page.getByRole("complementary", { name: "Keys" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("complementary", { name: "Keys" }).waitFor({ state: "detached" });
  await page.keyboard.press("/");
  await page.keyboard.type("g z ? b");
  assert.equal(await page.getByRole("combobox", { name: "Search" }).inputValue(), "g z ? b");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  assert.equal(new URL(page.url()).pathname, "/status");
  await page.locator("main.page").focus();
  await page.keyboard.press("g");
  await page.keyboard.press("z");
  await page.getByRole("heading", { level: 1, name: "Zones" }).waitFor();
  assertNoFaults(faults);
  await context.close();
});

test("coordinates in the search box are understood", { skip }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/status");
  await page.keyboard.press("/");
  await page.keyboard.type("16°13.758'N 61°32.644'W");
  await page.getByRole("option", { name: "16.22930, -61.54407" }).waitFor();
  assertNoFaults(faults);
  await context.close();
});

test("an ended session leaves page and half-written text; the same person goes on where she was", { skip: skip || !NAME }, async () => {
  const context = await profile();
  const { page } = await newPage(context);
  await signIn(page, "/people", { own: true });
  await page.getByRole("button", { name: "New user" }).click();
  await page.getByLabel("Name", { exact: true }).fill("half.written");
  await endSession(page);
  await page.getByRole("button", { name: "Save" }).scrollIntoViewIfNeeded();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("The session has ended").first().waitFor();
  assert.equal(await page.getByLabel("Name", { exact: true }).last().inputValue(), "half.written");
  await shot(page, "session-ended");
  const line = page.locator("form.in-place");
  await line.getByLabel("Password").fill(PASSWORD);
  await line.getByRole("button", { name: "Log in" }).click();
  await line.waitFor({ state: "detached" });
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "half.written");
  await page.reload();
  await page.getByRole("button", { name: "New user" }).click();
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "half.written");
  await context.close();
});

test("seven windows load and are live at once", { skip }, async () => {
  const context = await profile();
  const first = await newPage(context);
  await signIn(first.page, "/status");
  const more = await Promise.all(Array.from({ length: 6 }, () => newPage(context)));
  await Promise.all(more.map(({ page }) => page.goto("/status")));
  for (const { page, faults } of [first, ...more]) {
    await page.getByRole("heading", { level: 1, name: "Status" }).waitFor();
    await page.locator("header.bar .feed-lights").waitFor();
    assertNoFaults(faults);
  }
  await context.close();
});

test("a browser without SharedWorker is live all the same", { skip }, async () => {
  const context = await profile();
  await context.addInitScript(() => Reflect.deleteProperty(globalThis, "SharedWorker"));
  const { page, faults } = await newPage(context);
  const stream = page.waitForRequest((request) => request.url().includes("/api/v1/events"));
  await signIn(page, "/status");
  await stream;
  assertNoFaults(faults);
  await context.close();
});

test("a palette chosen by one person follows her to another machine", { skip: skip || !NAME }, async () => {
  const here = await profile();
  const one = await newPage(here);
  await signIn(one.page, "/status");
  await one.page.getByRole("button", { name: "Palette" }).click();
  const saved = one.page.waitForResponse((answer) => answer.url().endsWith("/me/preferences"));
  await one.page.getByRole("menuitemradio", { name: "Dusk" }).click();
  assert.equal((await saved).status(), 204);
  const there = await profile();
  const two = await newPage(there);
  await signIn(two.page, "/status");
  await two.page.locator("html[data-palette=dusk]").waitFor();
  await here.close();
  await there.close();
});
