// Makes the third-party modules in web/vendor, each one file, from the packages that package-lock.json names.
//
//     npm ci && node vendor.mjs [--check] [preact …]
//
// `vendor/NAME.entry.mjs` states what NAME exports; its line `//!` becomes the first of the result. With --check nothing is written, and the exit code is 1
// if a committed file is not what these packages make. ATALAIA_CONSOLE_PACKAGES names the folder of the packages, if it is another than this.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

const here = (/** @type {string} */ path) => new URL(path, import.meta.url).pathname;
const packages = resolve(process.env.ATALAIA_CONSOLE_PACKAGES ?? here("."));
const { build } = createRequire(join(packages, "package.json"))("esbuild");
const asked = process.argv.slice(2).filter((each) => !each.startsWith("--"));
const check = process.argv.includes("--check");

for (const file of readdirSync(here("vendor/"))) {
  const name = file.replace(/\.entry\.mjs$/, "");
  if (name === file || (asked.length && !asked.includes(name))) continue;
  const note = /^\/\/! (.*)$/m.exec(readFileSync(here(`vendor/${file}`), "utf8"))?.[1];
  const { outputFiles } = await build({
    entryPoints: [here(`vendor/${file}`)],
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    banner: note ? { js: `/* ${note} */` } : {},
    absWorkingDir: here("."),
    nodePaths: [join(packages, "node_modules")],
    logLevel: "warning",
  });
  const [made] = outputFiles;
  const target = here(`web/vendor/${name}.js`);
  if (!check) writeFileSync(target, made.contents);
  else if (!readFileSync(target).equals(Buffer.from(made.contents))) {
    console.error(`${target} is not what these packages make`);
    process.exitCode = 1;
  }
  console.log(`${name}.js: ${made.contents.length} bytes, ${gzipSync(made.contents, { level: 9 }).length} with gzip`);
}
