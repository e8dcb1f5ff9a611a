// @ts-check
// The scale in nautical miles, true at the latitude in the middle, and the position of the pointer; before the pointer has been there, of the middle.
import { h } from "../vendor/preact.js";
import { decimal, dms, nm } from "../format.js";
import { t } from "../words.js";
import { NAUTICAL_MILE, stretch } from "../geo.js";

/** @typedef {import("../geo.js").Place} Place */
/** Lengths of the scale. Nautical miles. */
const LENGTHS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
/** The longest scale. Pixels. */
const LONGEST = 150;

/** The longest length that fits, and its pixels. @param {number} lat @param {number} resolution metres of the map for each pixel @returns {{miles: number, pixels: number}} */
export function scaleOf(lat, resolution) {
  const perMile = (NAUTICAL_MILE * stretch(lat)) / resolution;
  const miles = LENGTHS.findLast((each) => each * perMile <= LONGEST) ?? LENGTHS[0];
  return { miles, pixels: miles * perMile };
}

/** @param {{model: import("./model.js").MapModel, onCopy: (at: Place) => void}} props */
export function Foot({ model, onCopy }) {
  const look = model.look.value;
  if (!look) return null;
  const pointer = model.pointer.value ?? look, scale = scaleOf(look.lat, look.resolution);
  return h("div", { class: "map-foot" },
    h("button", { type: "button", class: "map-position", title: t("map.copy_position"), onClick: () => onCopy(pointer) },
      h("span", null, dms(pointer.lat, pointer.lon)),
      h("span", { class: "faint" }, decimal(pointer.lat, pointer.lon))),
    h("div", { class: "map-scale", title: t("map.scale_true") },
      h("span", null, nm(scale.miles, scale.miles < 0.1 ? 2 : scale.miles < 1 ? 1 : 0)),
      h("svg", { width: Math.round(scale.pixels) + 2, height: 8, "aria-hidden": true }, h("path", { d: `M1 0v7h${Math.round(scale.pixels)}v-7`, fill: "none", stroke: "currentColor", "stroke-width": 1.5 }))));
}
