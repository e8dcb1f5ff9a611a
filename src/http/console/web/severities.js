// @ts-check
// The severities and their order.

/** @typedef {import("../types/api").Severity} Severity */

/** From the lowest to the highest. @type {readonly Severity[]} */
export const SEVERITIES = ["info", "low", "medium", "high", "critical"];
/** As lists show them, the gravest first. */
export const GRAVEST_FIRST = SEVERITIES.toReversed();

/** Place in the order, 0 to 4; -1 if the word is not known. @param {string} severity */
export const rank = (severity) => SEVERITIES.indexOf(/** @type {Severity} */ (severity));
