// @ts-check
// Severity is shown by shape, letter and colour together, so that none of them has to be seen.
import { h } from "../vendor/preact.js";
import { t } from "../words.js";

/** @typedef {import("../severities.js").Severity} Name */

/** Outlines on a square of 16, the same ones that the map draws. @type {Record<Name, string>} */
export const SHAPES = {
  info: "M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12z",
  low: "M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12zM8 2v6h6a6 6 0 0 0-6-6z",
  medium: "M8 1.5L15 14H1z",
  high: "M8 0.8L15.2 8L8 15.2L0.8 8z",
  critical: "M1.5 1.5h13v13h-13z",
};

/**
 * @param {{ severity: Name, text?: boolean, size?: number }} props
 *   `text` writes the word beside the shape; `size` is in pixels
 */
export function Severity({ severity, text = false, size = 18 }) {
  const name = t(`severity.${severity}`);
  const shape = h("svg", { class: "severity-shape", viewBox: "0 0 16 16", width: size, height: size, "aria-hidden": true },
    h("path", { d: SHAPES[severity], "fill-rule": "evenodd" }),
    h("text", { x: 8, y: severity === "medium" ? 12.4 : 11.1, "text-anchor": "middle" }, t(`severity.letter.${severity}`)));
  return h("span", { class: `severity ${severity}`, title: text ? undefined : name }, shape,
    text ? h("span", { class: "severity-word" }, name) : h("span", { class: "for-readers" }, name));
}
