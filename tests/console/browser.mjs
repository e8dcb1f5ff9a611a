// @ts-check
// What the browser tests share: a Chromium, a page that records every fault, the log-in.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

/** Address of the console; empty if there is none to test. */
export const URL_OF_CONSOLE = (process.env.ATALAIA_URL ?? "").replace(/\/$/, "");
export const NAME = process.env.ATALAIA_NAME ?? "";
export const PASSWORD = process.env.ATALAIA_PASSWORD ?? "";
/** For `test(name, options, fn)`: why the test is left out, or false. */
export const skip = URL_OF_CONSOLE ? false : "ATALAIA_URL is not set: there is no console to test";

/** How long a test waits for what it expects, in milliseconds. */
const PATIENCE = 15_000;

/** @type {import("playwright-core").Browser | null} */
let browser = null;

/** The one browser of a test file. */
export async function start() {
  const executablePath = process.env.ATALAIA_BROWSER ?? "/usr/bin/chromium";
  browser ??= await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  return browser;
}

/** Closes it, for `after`. */
export async function stop() {
  await browser?.close();
  browser = null;
}

/**
 * A profile of its own.
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
export async function profile(options = {}) {
  const context = await (await start()).newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", baseURL: URL_OF_CONSOLE, ...options });
  context.setDefaultTimeout(PATIENCE);
  return context;
}

/**
 * A page that records what must not happen.
 * @param {import("playwright-core").BrowserContext} context
 */
export async function newPage(context) {
  const page = await context.newPage();
  /** @type {string[]} */
  const faults = [];
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    // Chromium logs each answer of 400 and above; asking who is signed in when nobody is, is one.
    const expected = /status of 401/.test(message.text());
    if (message.type() === "error" && !expected) faults.push(`log: ${message.text()} ${message.location().url}`);
  });
  page.on("request", (request) => request.url().endsWith("/api/v1/csp") && faults.push(`report: ${request.postData()}`));
  return { page, faults };
}

/** Fails if anything happened that must not. @param {string[]} faults */
export function assertNoFaults(faults) {
  assert.deepEqual(faults, []);
}

/** Logs in by the form, as a person does, unless somebody is logged in already.
 * @param {import("playwright-core").Page} page @param {string} [path] */
export async function signIn(page, path = "/") {
  await page.goto(path);
  const form = page.locator(".login");
  await form.or(page.locator("header.bar")).first().waitFor();
  if (await form.isVisible()) {
    assert.ok(NAME, "ATALAIA_NAME is not set, and the console asks for a log-in");
    await page.getByLabel("Name", { exact: true }).fill(NAME);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Log in", exact: true }).click();
  }
  await page.locator("header.bar").waitFor();
}

/** Waits until the page that the address names has drawn itself. @param {import("playwright-core").Page} page */
export async function drawn(page) {
  await page.locator("main.page > :not(.page-loading)").first().waitFor();
}

/** Chooses a language in the bar, as a person does; it is then hers at the server too. @param {import("playwright-core").Page} page @param {string} code */
export async function speak(page, code) {
  const name = { en: "English", pt: "Português", es: "Español", fr: "Français" }[code];
  await page.locator("header.bar .menu button", { hasText: /^(EN|PT|ES|FR)$/ }).click();
  await page.getByRole("menuitemradio", { name }).click();
  await page.locator(`html[lang=${code}]`).waitFor();
}

/** Ends the session as the server sees it, without the page doing it. @param {import("playwright-core").Page} page */
export async function endSession(page) {
  const me = await (await page.request.get("/api/v1/session")).json();
  const ended = await page.request.delete("/api/v1/session", { headers: { "X-Atalaia-Csrf": me.csrf, Origin: URL_OF_CONSOLE } });
  assert.equal(ended.status(), 204);
}

/** A screenshot for people to look at, if somebody asked for them. @param {import("playwright-core").Page} page @param {string} name */
export async function shot(page, name) {
  const folder = process.env.ATALAIA_SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png` });
}
