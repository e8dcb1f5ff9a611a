// @ts-check
// Colours for what is drawn on canvas: the custom properties of the palette in force.
import { signal } from "../vendor/preact.js";

/** Whether canvases are drawn for paper just now: in dark colours on white, whatever the palette. */
export const paper = signal(false);

/**
 * Reads colours by the names of their custom properties.
 * @param {Element} element
 */
export function colours(element) {
  const style = getComputedStyle((paper.peek() ? document.querySelector(".al-paper") : null) ?? element);
  const read = (/** @type {string} */ name) => style.getPropertyValue(name).trim() || "#808080";
  return {
    sea: read("--al-sea"),
    land: read("--al-land"),
    ink: read("--al-ink"),
    quiet: read("--al-quiet"),
    ground: read("--al-ground"),
    grid: read("--al-grid"),
    band: read("--al-band"),
    limit: read("--al-limit"),
    ships: [read("--al-ship-a"), read("--al-ship-b"), read("--al-ship-c")],
    speeds: [0, 1, 2, 3, 4, 5].map((step) => read(`--al-speed-${step}`)),
    font: style.fontFamily || "sans-serif",
  };
}

/** @typedef {ReturnType<typeof colours>} Colours */
