// @ts-check
// What a change of a marking consists of, and whether it lowers the marking. Pure functions.
import { TLP } from "../handling.js";

/** @typedef {import("./types.js").Handling} Marks */

/**
 * Whether one marking is below another.
 * @param {string} one
 * @param {string} other
 */
export const isBelow = (one, other) => rank(one) < rank(other);

/**
 * The fields of the form as texts.
 * @param {Marks} marks
 */
export function fields(marks) {
  return {
    tlp: marks.tlp, europol: (marks.europol ?? []).join(","), releasable_to: (marks.releasable_to ?? []).join(","), source_grade: marks.source_grade,
    info_grade: marks.info_grade, reality: marks.reality, handling_text: marks.handling_text ?? "",
  };
}

/** @param {string} text */
const list = (text) => text.split(/[\s,]+/).map((each) => each.toUpperCase()).filter(Boolean);

/**
 * What differs, in the shape of the act.
 * @param {ReturnType<typeof fields>} before
 * @param {ReturnType<typeof fields>} after
 */
export function changes(before, after) {
  /** @type {Record<string, unknown>} */
  const mark = {};
  if (after.tlp !== before.tlp) mark.tlp = after.tlp;
  if (list(after.europol).join() !== before.europol) mark.europol = list(after.europol);
  if (list(after.releasable_to).join() !== before.releasable_to) mark.releasable_to = list(after.releasable_to);
  if (after.source_grade !== before.source_grade || after.info_grade !== before.info_grade) mark.grade = `${after.source_grade}${after.info_grade}`;
  if (after.reality !== before.reality) mark.reality = after.reality;
  if (after.handling_text.trim() !== before.handling_text) mark.handling_text = after.handling_text.trim();
  return mark;
}

/**
 * Whether more people could see the alert than before, or do more with it.
 * @param {Marks} before
 * @param {ReturnType<typeof fields>} after
 */
export function lowers(before, after) {
  const countries = before.releasable_to ?? [];
  const next = list(after.releasable_to);
  const widens = countries.length > 0 && (next.length === 0 || next.some((each) => !countries.includes(each)));
  const codes = list(after.europol);
  return rank(after.tlp) < rank(before.tlp) || widens || (before.europol ?? []).some((code) => !codes.includes(code));
}

/** @param {string} tlp */
const rank = (tlp) => TLP.indexOf(/** @type {import("../handling.js").Tlp} */ (tlp));
