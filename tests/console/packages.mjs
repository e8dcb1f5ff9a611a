// @ts-check
// Finds the packages of package.json: in the folder that the environment names, so that nothing has to be installed beside the tests, else here.
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const folder = process.env.ATALAIA_CONSOLE_PACKAGES;

/** Loads a package, as `require` does. */
export const need = createRequire(folder ? join(resolve(folder), "package.json") : import.meta.url);
