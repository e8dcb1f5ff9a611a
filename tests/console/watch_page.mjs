// @ts-check
// The list in a browser, against a daemon whose changes the test decides on.
import assert from "node:assert/strict";
import { newPage, profile } from "./browser.mjs";
import { fakeDaemon } from "./fake_daemon.mjs";

/**
 * The list alone, with some alerts.
 * @param {import("./fake_daemon.mjs").Alert[]} alerts @param {(parts: {daemon: Awaited<ReturnType<typeof fakeDaemon>>, page: import("playwright-core").Page, names: () => Promise<string[]>, row: (name: string) => import("playwright-core").Locator}) => Promise<void>} body @param {string} [path] @param {number} [late] milliseconds until the stream begins
 */
export async function watch(alerts, body, path = "/list", late = 0) {
  const daemon = await fakeDaemon(alerts);
  daemon.state.late = late;
  const context = await profile({ baseURL: daemon.url });
  const { page, faults } = await newPage(context);
  try {
    await page.goto(path);
    const rows = page.locator(".alert-row");
    await rows.first().or(page.locator(".list-empty")).first().waitFor();
    // Rows stand where they are put, not in the order of the document.
    const names = () => rows.evaluateAll((all) => all.map((row) => ({ y: row.getBoundingClientRect().y, name: row.querySelector("b")?.textContent ?? "" })).sort((a, b) => a.y - b.y).map(({ name }) => name));
    await body({ daemon, page, names, row: (name) => rows.filter({ hasText: name }) });
    // A request that the test lets fail is logged by the browser; nothing else may be.
    assert.deepEqual(faults.filter((fault) => !/ERR_FAILED|status of 4(04|12)/.test(fault)), []);
  } finally {
    await context.close();
    await daemon.close();
  }
}

/** Waits until a condition holds. @param {() => Promise<boolean>} holds @param {string} what */
export async function until(holds, what) {
  const end = Date.now() + 10_000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `not within 10 s: ${what}`);
    await new Promise((done) => setTimeout(done, 40));
  }
}
