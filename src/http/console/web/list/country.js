// @ts-check
/** Names of flag states, by the browser's own tables. */
import { language } from "../words.js";

/** @type {Map<string, Intl.DisplayNames>} */
const tables = new Map();

/**
 * The name of a country in the reader's language; the code itself if it is none.
 * @param {string} code two letters
 */
export function country(code) {
  const chosen = language.value;
  let table = tables.get(chosen);
  if (!table) tables.set(chosen, (table = new Intl.DisplayNames([chosen], { type: "region" })));
  try {
    return table.of(code.toUpperCase()) ?? code;
  } catch {
    return code;
  }
}
