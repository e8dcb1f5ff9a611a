// @ts-check
// The third-party modules are what their recipe makes, and index.html lists what the first view imports.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";

const CONSOLE = new URL("../../src/http/console/", import.meta.url).pathname;
const without = existsSync(`${CONSOLE}node_modules/esbuild`) ? false : "run `npm ci` in src/http/console to compare the third-party modules with their recipe";

test("each third-party module is what its recipe makes", { skip: without }, () => {
  assert.doesNotThrow(() => execFileSync(process.execPath, ["vendor.mjs", "--check"], { cwd: CONSOLE, stdio: "pipe" }));
});

test("index.html lists the modules of the first view", () => {
  assert.doesNotThrow(() => execFileSync(process.execPath, ["preload.mjs", "--check"], { cwd: CONSOLE, stdio: "pipe" }));
});
