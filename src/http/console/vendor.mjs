// Makes the third-party modules in web/vendor, each one file, from the packages that package-lock.json names.
//
//     npm ci && node vendor.mjs [preact …]
//
// `vendor/NAME.entry.mjs` states what NAME exports. The result is the same for the same packages, so that CI can compare it.
import { readdirSync } from "node:fs";
import { build } from "esbuild";

const here = (/** @type {string} */ path) => new URL(path, import.meta.url).pathname;
const asked = process.argv.slice(2);

for (const file of readdirSync(here("vendor/"))) {
  const name = file.replace(/\.entry\.mjs$/, "");
  if (name === file || (asked.length && !asked.includes(name))) continue;
  await build({
    entryPoints: [here(`vendor/${file}`)],
    outfile: here(`web/vendor/${name}.js`),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    charset: "utf8",
    nodePaths: [process.env.ATALAIA_NODE_MODULES ?? here("node_modules")],
    logLevel: "warning",
  });
  console.log(`web/vendor/${name}.js`);
}
