// @ts-check
// Faults of accessibility on a page as it stands, found by axe.
import { readFileSync } from "node:fs";
import { need } from "./packages.mjs";

/** The palettes of the console. A palette changes colours and nothing else. */
const PALETTES = ["day", "dusk", "night"];

/** The serious and critical faults, one line each: all of the palette in force, and those of colour in the others. @param {import("playwright-core").Page} page */
export const seriousFaults = (page) => faultsOf(page, ["serious", "critical"]);

/** All faults, one line each: all of the palette in force, and those of colour in the others. @param {import("playwright-core").Page} page */
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
  const expression = `(${look})(${JSON.stringify(impacts)}, ${JSON.stringify(PALETTES)})`;
  const { result, exceptionDetails } = await session.send("Runtime.evaluate", { contextId, expression, awaitPromise: true, returnByValue: true });
  await session.detach();
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
}

/** Runs in the page. @param {string[]} impacts @param {string[]} palettes @returns {Promise<string[]>} */
async function look(impacts, palettes) {
  const root = document.documentElement, inForce = root.dataset.palette;
  /** @type {string[]} */
  const found = [];
  for (const palette of palettes) {
    root.dataset.palette = palette;
    const only = palette === inForce ? {} : { runOnly: ["color-contrast", "link-in-text-block"] };
    const { violations } = await /** @type {any} */ (globalThis).axe.run(document, { resultTypes: ["violations"], ...only });
    for (const each of violations) {
      const nodes = each.nodes.slice(0, 4).map((/** @type {any} */ node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`);
      if (impacts.includes(each.impact)) found.push(`${palette} ${each.id}: ${nodes.join(" | ")}`);
    }
  }
  root.dataset.palette = inForce;
  return found;
}
