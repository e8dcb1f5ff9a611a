// Writes into index.html which modules the first view needs, so that the browser asks for all of them at once and not wave by wave.
//
//     node preload.mjs          writes the list
//     node preload.mjs --check  fails if it is not what the modules import
import { readFileSync, writeFileSync } from "node:fs";
import { posix } from "node:path";

const web = (/** @type {string} */ path) => new URL(`web/${path}`, import.meta.url);
/** Where the frame begins, the list that stands in it a moment later, and the map that comes last. */
const FIRST = ["main.js"];
const LATER = ["views/watch.js", "map/map.js"];

/** @param {string[]} from @param {Set<string>} known @returns {string[]} modules that they import, themselves included */
function reach(from, known) {
  const found = [];
  for (const path of from) {
    if (known.has(path)) continue;
    known.add(path);
    found.push(path);
    if (path.startsWith("vendor/")) continue;
    const text = readFileSync(web(path), "utf8");
    const next = [...text.matchAll(/^(?:import|export)\s[^"';]*?from\s+"(\.[^"]+)"|^import\s+"(\.[^"]+)"/gm)].map((match) => posix.join(posix.dirname(path), match[1] ?? match[2]));
    found.push(...reach(next, known));
  }
  return found;
}

const known = new Set();
const link = (/** @type {string} */ path, /** @type {string} */ more) => `<link rel="modulepreload" href="{base}/${path}"${more}>`;
const lines = [...reach(FIRST, known).filter((path) => path !== "main.js").map((path) => link(path, "")), ...reach(LATER, known).map((path) => link(path, ' fetchpriority="low"'))];
const page = readFileSync(web("index.html"), "utf8");
const wanted = page.replace(/(?:<link rel="modulepreload"[^\n]*\n)+/, () => `${lines.join("\n")}\n`);
if (process.argv.includes("--check")) {
  if (page !== wanted) {
    console.error("index.html does not list what the first view imports: run `node preload.mjs` in src/http/console");
    process.exit(1);
  }
} else writeFileSync(web("index.html"), wanted);
