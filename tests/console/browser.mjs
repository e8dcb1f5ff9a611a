// @ts-check
// What the browser tests share: a Chromium, a page that records every fault, the log-in.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { need } from "./packages.mjs";

/** Address of the console; empty if there is none to test. */
export const URL_OF_CONSOLE = (process.env.ATALAIA_URL ?? "").replace(/\/$/, "");
export const NAME = process.env.ATALAIA_NAME ?? "";
export const PASSWORD = process.env.ATALAIA_PASSWORD ?? "";
/** Another person with the same password, for tests of two; empty if there is none. */
export const SECOND = process.env.ATALAIA_SECOND ?? "";
/** For `test(name, options, fn)`: why the test is left out, or false. */
export const skip = URL_OF_CONSOLE ? false : "ATALAIA_URL is not set: there is no console to test";

/** How long a test waits for what it expects, in milliseconds. */
const PATIENCE = 15_000;

/** @type {import("playwright-core").Browser | null} */
let browser = null;

/** The one browser of a test file. */
export async function start() {
  const { chromium } = /** @type {typeof import("playwright-core")} */ (need("playwright-core"));
  const executablePath = process.env.ATALAIA_CHROMIUM ?? "/usr/bin/chromium";
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
  // A request still being answered when its page closes is not a fault of the page.
  const close = context.close.bind(context);
  context.close = async (...given) => {
    await Promise.all(context.pages().map((page) => page.unrouteAll({ behavior: "ignoreErrors" })));
    await close(...given);
  };
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

/** Where the test files leave the cookie of their common session to one another: the daemon allows five attempts to sign in a minute. @param {string} name */
const commonOf = (name) => join(tmpdir(), `atalaia-console-${createHash("sha256").update(`${URL_OF_CONSOLE} ${name} ${PASSWORD}`).digest("hex").slice(0, 16)}.json`);

/** Gives the page the common session, if there is one in force. @param {import("playwright-core").Page} page @param {string} name */
async function joinSession(page, name) {
  try {
    await page.context().addCookies(JSON.parse(readFileSync(commonOf(name), "utf8")));
  } catch {
    return;
  }
  if (!(await page.request.get("/api/v1/session")).ok()) await page.context().clearCookies();
}

/**
 * Signs in and opens a page; by the form, as a person does, where there is no common session yet. `own` is for a test that ends its session.
 * @param {import("playwright-core").Page} page @param {string} [path] @param {{ own?: boolean, name?: string, password?: string }} [options]
 */
export async function signIn(page, path = "/", { own = false, name = NAME, password = PASSWORD } = {}) {
  if (!own && URL_OF_CONSOLE && name) await joinSession(page, name);
  await page.goto(path);
  const form = page.locator("form.form");
  await form.or(page.locator("header.bar")).first().waitFor();
  if (await form.isVisible() && await page.locator(".login").isVisible()) {
    assert.ok(name, "ATALAIA_NAME is not set, and the console asks for a log-in");
    await page.getByLabel("Name", { exact: true }).fill(name);
    await fillPassword(page, password);
    if (!own) writeFileSync(commonOf(name), JSON.stringify(await page.context().cookies()), { mode: 0o600 });
  }
  await page.locator("header.bar").waitFor();
}

/** Fills in the password and sends the form; again after the pause that the daemon asks for. @param {import("playwright-core").Page} page @param {string} [password] */
export async function fillPassword(page, password = PASSWORD) {
  for (;;) {
    await page.getByLabel("Password", { exact: true }).fill(password);
    const answered = page.waitForResponse((answer) => answer.url().endsWith("/api/v1/session") && answer.request().method() === "POST");
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    const answer = await answered;
    if (answer.status() !== 429) return assert.equal(answer.status(), 200, "not logged in");
    await new Promise((done) => setTimeout(done, 1000 * Number(answer.headers()["retry-after"] ?? 5)));
  }
}

/** Waits until the page that the address names has drawn itself. @param {import("playwright-core").Page} page */
export async function drawn(page) {
  await page.locator("main.page > :not(.page-loading)").first().waitFor();
}

/** Chooses a language in the bar, as a person does; it is soon hers at the server too (see `kept`). @param {import("playwright-core").Page} page @param {string} code */
export async function speak(page, code) {
  const name = { en: "English", pt: "Português", es: "Español", fr: "Français" }[code];
  await page.locator("header.bar .menu button", { hasText: /^(EN|PT|ES|FR)$/ }).click();
  await page.getByRole("menuitemradio", { name }).click();
  await page.locator(`html[lang=${code}]`).waitFor();
}

/** Waits until the server has the preferences that were changed last, before the page closes. @param {import("playwright-core").Page} page */
export async function kept(page) {
  await page.waitForFunction(() => localStorage.getItem("atalaia.unsaved") === null);
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
