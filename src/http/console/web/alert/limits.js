// @ts-check
// The thresholds of an alert that a plot can show: lengths in metres and speeds in knots.
import { number } from "../format.js";
import { t } from "./words.js";

/** Thresholds that a plot shows: `true` where something counts below it, so that the band is shaded. Others measure something else. */
const SHOWN = {
  metres: { near: true, close: true, alongside: true, side_by_side: true, underway: true, gear: true, apart: false },
  knots: {
    slow: true, slowest: true, stop: true, still: true, drift: true, side_by_side: true, port: true, moving: false, under_way: false, fishing_under_way: false,
    max: false, min: false, usual: false, underway_min: false, underway_max: false, circling_min: false, circling_max: false,
  },
};

/** @typedef {{name: string, value: number, label: string, isBand: boolean}} Limit */

/**
 * @param {Record<string, any>} thresholds - by name of the setting
 * @param {"metres" | "knots"} unit
 * @returns {Limit[]} the lowest first
 */
export function limits(thresholds, unit) {
  const shown = /** @type {Record<string, boolean>} */ (SHOWN[unit]);
  const made = Object.entries(thresholds).flatMap(([name, value]) => {
    const bare = name.endsWith(`_${unit}`) ? name.slice(0, -unit.length - 1) : "";
    if (!(bare in shown) || typeof value !== "number" || value <= 0) return [];
    return [{ name, value, label: `${t(`alert.limit.${bare}`)} ${number(value, Number.isInteger(value) ? 0 : 1)} ${unit === "knots" ? "kn" : "m"}`, isBand: shown[bare] }];
  });
  return made.sort((one, other) => one.value - other.value);
}
