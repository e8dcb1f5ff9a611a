// @ts-check
// Faults of accessibility on a page as it stands, found by axe.
import { readFileSync } from "node:fs";
import { need } from "./packages.mjs";

/** The serious and critical faults, one line each. @param {import("playwright-core").Page} page */
export const seriousFaults = (page) => faultsOf(page, ["serious", "critical"]);

/** All faults, one line each. @param {import("playwright-core").Page} page */
export const allFaults = (page) => faultsOf(page, ["serious", "critical", "moderate", "minor"]);

/**
 * @param {import("playwright-core").Page} page
 * @param {string[]} impacts
 * @returns {Promise<string[]>}
 */
async function faultsOf(page, impacts) {
  const source = readFileSync(need.resolve("axe-core/axe.min.js"), "utf8");
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  // In a world of its own, where the policy of the page does not forbid what axe does; the page's own policy stays.
  const { executionContextId: contextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id, worldName: "axe" });
  await session.send("Runtime.evaluate", { contextId, expression: source });
  const expression = "axe.run(document, { resultTypes: ['violations'] }).then((all) => JSON.stringify(all.violations.filter((each) => " + JSON.stringify(impacts) + ".includes(each.impact))"
    + ".map((each) => each.id + ': ' + each.nodes.slice(0, 4).map((node) => node.target.join(' ') + ' ' + (node.any[0]?.message ?? '')).join(' | '))))";
  const { result, exceptionDetails } = await session.send("Runtime.evaluate", { contextId, expression, awaitPromise: true, returnByValue: true });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return JSON.parse(result.value);
}
