// @ts-check
// Stylesheets as signals, so that a view is drawn when its styles are there.
import { signal } from "../vendor/preact.js";
import { addSheet } from "../sheet.js";

/** @type {Map<string, import("../vendor/preact.js").Signal<boolean>>} */
const sheets = new Map();

/**
 * Adds a stylesheet once. The signal turns true when it is in force, or cannot be had.
 * @param {string} name
 */
export function sheet(name) {
  const known = sheets.get(name);
  if (known) return known;
  const ready = signal(false);
  sheets.set(name, ready);
  addSheet(name).then(() => {
    ready.value = true;
  });
  return ready;
}
