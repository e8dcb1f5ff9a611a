// @ts-check
// The third-party modules are what their recipe makes, index.html lists what the first view imports, types fit, and what the daemon serves is the code that
// stands here.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { URL_OF_CONSOLE, skip } from "./browser.mjs";
import { need } from "./packages.mjs";

const CONSOLE = new URL("../../src/http/console/", import.meta.url).pathname;
/** Compressed size of all that the first view loads, at most. Bytes. */
const FIRST_VIEW = 260_000;

/** Where a package is, or null. @param {string} name */
function found(name) {
  try {
    return need.resolve(`${name}/package.json`).replace(/package\.json$/, "");
  } catch {
    return null;
  }
}

const without = found("esbuild") ? false : "the packages of package.json are not installed";

// The folder may be named from where the tests run.
const env = { ...process.env, ...(process.env.ATALAIA_CONSOLE_PACKAGES && { ATALAIA_CONSOLE_PACKAGES: resolve(process.env.ATALAIA_CONSOLE_PACKAGES) }) };
/** @param {string} script @param {string[]} more */
const run = (script, ...more) => execFileSync(process.execPath, [script, ...more], { cwd: CONSOLE, stdio: "pipe", env }).toString();

test("each third-party module is what its recipe makes", { skip: without }, () => {
  assert.doesNotThrow(() => run("vendor.mjs", "--check"));
});

test("the third-party modules hold what the console imports, and nothing else", () => {
  /** @type {Map<string, Set<string>>} names imported, by module */
  const imported = new Map();
  const own = readdirSync(join(CONSOLE, "web"), { recursive: true }).map(String).filter((name) => name.endsWith(".js") && !name.startsWith("vendor/"));
  for (const name of own) {
    for (const [, names, from] of readFileSync(join(CONSOLE, "web", name), "utf8").matchAll(/(?:^import \{([^}]*)\} from |= import\()"(?:\.\.?\/)+vendor\/(\w+)\.js"/gm)) {
      const known = imported.get(from) ?? new Set();
      for (const each of names?.split(",") ?? ["default"]) known.add(each.trim().split(" as ")[0]);
      imported.set(from, known);
    }
  }
  for (const recipe of readdirSync(join(CONSOLE, "vendor"))) {
    const text = readFileSync(join(CONSOLE, "vendor", recipe), "utf8");
    const exported = [...text.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, names]) => names.split(",").map((each) => each.trim().split(" as ").at(-1) ?? ""));
    assert.deepEqual(exported.sort(), [...(imported.get(recipe.replace(".entry.mjs", "")) ?? [])].sort(), recipe);
  }
});

test("index.html lists the modules of the first view", () => {
  assert.doesNotThrow(() => run("preload.mjs", "--check"));
});

test("types fit", { skip: without }, () => {
  const packages = resolve(/** @type {string} */ (found("typescript")), "..");
  const folder = mkdtempSync(join(CONSOLE, ".types-"));
  try {
    const paths = { "@preact/signals": [`${packages}/@preact/signals`], preact: [`${packages}/preact`], "preact/*": [`${packages}/preact/*`] };
    const settings = { extends: "../tsconfig.json", compilerOptions: { paths }, include: ["web/**/*.js", "web/**/*.d.ts", "types/**/*.d.ts"].map((each) => `../${each}`), exclude: ["../web/vendor/*.js"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
    run(join(packages, "typescript/bin/tsc"), "--project", folder);
  } catch (failed) {
    assert.fail(String(/** @type {any} */ (failed).stdout ?? failed));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the daemon serves the code that stands here, without its comments, and the first view is small", { skip: skip || without }, async () => {
  const { transformSync } = /** @type {typeof import("esbuild")} */ (need("esbuild"));
  const code = (/** @type {string} */ text) => transformSync(text, { format: "esm", minifyWhitespace: true, legalComments: "none" }).code;
  const page = await (await fetch(`${URL_OF_CONSOLE}/`)).text();
  const [, base] = /src="(\/console\/[^/"]+)\/early\.js"/.exec(page) ?? [];
  /** @type {Map<string, string>} */
  const served = new Map();
  for (const name of readdirSync(join(CONSOLE, "web"), { recursive: true }).map(String).filter((each) => each.endsWith(".js"))) {
    const answer = await fetch(`${URL_OF_CONSOLE}${base}/${name}`);
    assert.equal(answer.status, 200, name);
    const text = await answer.text();
    served.set(name, text);
    if (!name.startsWith("vendor/")) assert.equal(code(text), code(readFileSync(join(CONSOLE, "web", name), "utf8")), name);
  }
  const first = reach(served, ["early.js", "main.js", "views/watch.js", "map/map.js", "worker.js", "land.js", ...["common", "shell", "list", "acts", "map"].map((area) => `words/en/${area}.js`)]);
  const sheets = ["tokens", "base", "frame", "list", "acts", "map"].map((name) => readFileSync(join(CONSOLE, `web/style/${name}.css`), "utf8"));
  const bytes = [page, ...sheets, ...[...first].map((name) => /** @type {string} */ (served.get(name)))].reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0);
  console.log(`first view: ${first.size} modules, ${bytes} bytes with gzip`);
  assert.ok(bytes <= FIRST_VIEW, `the first view is ${bytes} bytes`);
});

/** The modules and what they import at once, themselves included. @param {Map<string, string>} served @param {string[]} from */
function reach(served, from) {
  /** @type {Set<string>} */
  const known = new Set();
  for (const todo = [...from]; todo.length > 0; ) {
    const name = /** @type {string} */ (todo.pop());
    if (known.has(name)) continue;
    known.add(name);
    if (name.startsWith("vendor/")) continue;
    const text = served.get(name) ?? "";
    for (const match of text.matchAll(/^(?:import|export)\s[^"';]*?from\s+"(\.[^"]+)"|^import\s+"(\.[^"]+)"/gm)) todo.push(new URL(match[1] ?? match[2], `file:///${name}`).pathname.slice(1));
  }
  return known;
}
