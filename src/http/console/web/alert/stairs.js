// @ts-check
// The lines of a score as steps, each from where the one before it ended.

/** @typedef {import("./types.js").ScoreLine} ScoreLine */

/**
 * The lines with where each begins and ends; caps last.
 * @param {ScoreLine[]} lines
 */
export function stairs(lines) {
  const isCap = (/** @type {ScoreLine} */ line) => line.code.startsWith("cap") || line.code === "clamp";
  const ordered = [...lines.filter((line) => !isCap(line)), ...lines.filter(isCap)];
  let sum = 0;
  return ordered.map((line) => {
    const from = sum;
    sum += line.points;
    return { ...line, from, to: sum, isCap: isCap(line) };
  });
}
