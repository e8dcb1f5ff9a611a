// @ts-check
// Every view in every language: no word is missing, none is cut, nothing lies over something else.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, test } from "node:test";
import { assertNoFaults, drawn, newPage, profile, shot, signIn, skip, speak, stop } from "./browser.mjs";
import { until } from "./daemon.mjs";
import { layoutFaults } from "./layout.mjs";

after(stop);

const WORDS = new URL("../../src/http/console/web/words/en/", import.meta.url);

/** All keys of the dictionaries. */
async function allKeys() {
  const keys = new Set();
  for (const file of readdirSync(WORDS)) for (const key of Object.keys((await import(new URL(file, WORDS).href)).default)) keys.add(key.split(".")[0]);
  return [...keys];
}

/** Texts and tooltips that are keys of a dictionary, or have a place that was not filled in. @param {import("playwright-core").Page} page @param {string[]} areas */
function unsaid(page, areas) {
  return page.evaluate((known) => {
    const found = new Set();
    const look = (/** @type {string | null} */ text) => {
      const key = /(?:^|\s)([a-z_]+)\.[a-z_]+(?:\.[a-z_]+)*(?:$|\s)/.exec(text ?? "");
      if (key && known.includes(key[1]) && !/[A-Z0-9@/:]/.test(text ?? "")) found.add(text);
      if (/\{\w+\}|undefined|\bNaN\b|\[object /.test(text ?? "")) found.add(text);
    };
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (nodes.nextNode()) look(nodes.currentNode.nodeValue);
    for (const each of document.querySelectorAll("[title], [aria-label], [placeholder]")) for (const name of ["title", "aria-label", "placeholder"]) look(each.getAttribute(name));
    return [...found];
  }, areas);
}

test("every view says all its words in every language, and none is cut", { skip, timeout: 180_000 }, async () => {
  const areas = await allKeys();
  const context = await profile();
  const { page, faults } = await newPage(context);
  // Her own language stays as it is.
  await page.route("**/api/v1/me/preferences", (route) => route.fulfill({ status: 204 }));
  await signIn(page, "/status");
  const { items: [alert] } = await (await page.request.get("/api/v1/alerts?limit=1")).json();
  const pages = ["/", "/map", `/alerts/${alert.id}`, "/cases", alert.case_id && `/cases/${alert.case_id}`, alert.vessels[0] && `/vessels/${alert.vessels[0].mmsi}`, "/silences", "/zones", "/status", "/people", "/people?tab=sessions", "/people?tab=tokens", "/audit"];
  /** @type {string[]} */
  const found = [];
  /** Looks at what is on the screen in every language, one after the other. @param {string} where */
  const look = async (where) => {
    for (const code of ["pt", "es", "fr", "en"]) {
      await speak(page, code);
      for (const each of await unsaid(page, areas)) found.push(`${code} ${where}: not said: ${each}`);
      for (const each of await layoutFaults(page)) found.push(`${code} ${where}: ${each}`);
      await shot(page, `words-${code}-${where.split(/[/?]/)[1] || "watch"}`);
    }
  };
  for (const path of pages.filter(Boolean)) {
    await page.goto(path);
    await drawn(page);
    await until(async () => (await page.locator("main.page").innerText()).trim().length > 20, `a page at ${path}`);
    await look(path);
    if (path !== "/") continue;
    await page.locator(".alert-row").first().click();
    await page.locator(".al-panel .al-body").first().waitFor();
    await look("/selected");
    for (const key of ["n", "I", "s", "v", "A"]) {
      await page.locator(".alert-row").first().click();
      await page.keyboard.press(key);
      await page.locator(".act-form").waitFor();
      await look(`/form-${key}`);
      await page.locator(".act-form .act-close").click();
      await page.locator(".act-form").waitFor({ state: "detached" });
    }
    await page.locator(".alert-row").first().focus();
    await page.keyboard.press("?");
    await page.locator("aside.side").waitFor();
    await look("/keys");
  }
  assert.deepEqual(found, []);
  assertNoFaults(faults.filter((each) => !/status of 404/.test(each)));
  await context.close();
});
