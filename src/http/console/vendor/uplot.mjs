// Makes web/vendor/uplot.js from the package. Run it in a folder that has node_modules with uplot 1.6.32 and esbuild 0.28.2:
//   npm install --no-save uplot@1.6.32 esbuild@0.28.2 && node src/http/console/vendor/uplot.mjs
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import path from "node:path";

const require = createRequire(path.join(process.cwd(), "package.json"));
const { build } = require("esbuild");
const { version } = require("uplot/package.json");
if (version !== "1.6.32") throw new Error(`uplot ${version} is installed, and 1.6.32 is needed`);

await build({
  stdin: { contents: 'export { default } from "uplot";', resolveDir: process.cwd() },
  outfile: path.join(path.dirname(fileURLToPath(import.meta.url)), "../web/vendor/uplot.js"),
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  legalComments: "none",
  banner: { js: "/*! uPlot 1.6.32, MIT licence, Copyright (c) 2022 Leon Sorokin; see uplot.md */" },
});
