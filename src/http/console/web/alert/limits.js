// @ts-check
// The thresholds of an alert that a plot can show: lengths in metres and speeds in knots.
import { number } from "../format.js";
import { hasWord } from "../words.js";
import { t } from "./words.js";

/** Thresholds below which something counts, so that the band below them is shaded; the others are lines. */
const BELOW = /^(slow|near|close|alongside|still|within|together|company|drift|max)_/;

/** @typedef {{name: string, value: number, label: string, isBand: boolean}} Limit */

/**
 * @param {Record<string, any>} thresholds - by name of the setting
 * @param {"metres" | "knots"} unit
 * @returns {Limit[]} the lowest first
 */
export function limits(thresholds, unit) {
  const found = Object.entries(thresholds).filter(([name, value]) => name.endsWith(`_${unit}`) && typeof value === "number" && value > 0);
  const made = found.map(([name, value]) => ({ name, value, label: `${called(name, unit)} ${number(value, Number.isInteger(value) ? 0 : 1)} ${unit === "knots" ? "kn" : "m"}`, isBand: BELOW.test(name) }));
  return made.sort((one, other) => one.value - other.value);
}

/**
 * @param {string} name
 * @param {string} unit
 */
function called(name, unit) {
  const bare = name.slice(0, -unit.length - 1);
  return hasWord(`alert.limit.${bare}`) ? t(`alert.limit.${bare}`) : bare.replaceAll("_", " ");
}
