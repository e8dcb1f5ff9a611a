// Makes ../web/vendor/ol.js from ol.entry.js. Needs Node and the npm packages named in ../web/vendor/ol.md:
//   npm install --prefix FOLDER ol@10.11.0 esbuild@0.28.2 && node ol.mjs FOLDER [--check]
// With --check nothing is written; the exit code is 1 if the committed file is not what these packages make.
import {readFile, writeFile} from "node:fs/promises";
import {createRequire} from "node:module";
import {dirname, join, resolve} from "node:path";
import {fileURLToPath} from "node:url";
import {gzipSync} from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const [folder, option] = process.argv.slice(2);
if (!folder) {
  console.error("usage: node ol.mjs FOLDER-OF-NPM-PACKAGES [--check]");
  process.exit(2);
}
const modules = resolve(folder, "node_modules");
const esbuild = createRequire(join(modules, "x.js"))("esbuild");
const {outputFiles: [made]} = await esbuild.build({
  entryPoints: [join(here, "ol.entry.js")],
  nodePaths: [modules],
  absWorkingDir: here,
  bundle: true,
  write: false,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  banner: {js: "/* OpenLayers 10.11.0, BSD-2-Clause, and the packages it contains: versions and licences are in ol.md */"},
});
const target = join(here, "../web/vendor/ol.js");
if (option === "--check") {
  const kept = await readFile(target);
  if (!kept.equals(Buffer.from(made.contents))) {
    console.error(`${target} is not what these packages make`);
    process.exit(1);
  }
} else {
  await writeFile(target, made.contents);
}
console.log(`${target}: ${made.contents.length} bytes, ${gzipSync(made.contents, {level: 9}).length} with gzip`);
