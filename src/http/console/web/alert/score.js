// @ts-check
// The score as a staircase: each line begins where the one above it ended, the cap comes last, and the sum is the score.
import { h } from "../vendor/preact.js";
import { Mark } from "./parts.js";
import { stairs } from "./stairs.js";
import { t, word } from "./words.js";

/** @typedef {import("./types.js").ScoreLine} ScoreLine */
/** @typedef {import("./types.js").Severity} Severity */

/** Points from which a severity begins, as the engine has them. */
const LIMITS = [20, 40, 60, 80];

/** @param {{lines: ScoreLine[], score: number, severity: Severity}} props */
export function Score({ lines, score, severity }) {
  const steps = stairs(lines);
  const sum = steps.length ? steps[steps.length - 1].to : 0;
  const top = Math.max(100, ...steps.flatMap((step) => [step.from, step.to]));
  const bottom = Math.min(0, ...steps.map((step) => step.to));
  const place = (/** @type {number} */ points) => ((points - bottom) / (top - bottom)) * 100;
  return h("table", { class: "al-table al-score" },
    h("thead", { class: "for-readers" }, h("tr", {}, h("th", {}, t("alert.reason")), h("th", {}, t("alert.points")), h("th", {}, t("alert.sum")))),
    h("tbody", {}, steps.map((step, index) => h("tr", { key: `${step.code}${index}`, class: step.isCap ? "al-cap" : "" },
      h("th", { scope: "row", title: step.code, lang: "en" }, step.text),
      h("td", { class: "al-right al-strong" }, signed(step.points)),
      h("td", { class: "al-stair" }, h(Stair, { step, place, index }))))),
    h("tfoot", {}, h("tr", {},
      h("th", { scope: "row" }, t("alert.score_is"), h(Sum, { sum, score })),
      h("td", { class: "al-right al-strong" }, String(score)),
      h("td", { class: "al-stair" }, h("span", { class: "al-stair-total" }, h("span", { class: "al-note" }, t("alert.of_100")), h(Mark, { severity }), word("severity", severity))))));
}

/**
 * Says so where the lines do not add up to the score: it is held within 0 and 100.
 * @param {{sum: number, score: number}} props
 */
function Sum({ sum, score }) {
  if (sum === score) return null;
  const isHeld = Math.max(0, Math.min(100, sum)) === score;
  return h("span", { class: isHeld ? "al-note" : "al-fault" }, " ", t(isHeld ? "alert.sum_held" : "alert.sum_differs", { sum: String(sum) }));
}

/**
 * @param {{step: ReturnType<typeof stairs>[number], place: (points: number) => number, index: number}} props
 */
function Stair({ step, place, index }) {
  const [left, right] = [place(Math.min(step.from, step.to)), place(Math.max(step.from, step.to))];
  const kind = step.isCap ? "cap" : step.points < 0 ? "minus" : "plus";
  return h("svg", { class: `al-stair-${kind}`, viewBox: "0 0 100 20", preserveAspectRatio: "none", "aria-hidden": "true" },
    LIMITS.map((limit) => h("rect", { class: "al-stair-limit", x: place(limit), y: 0, width: 0.25, height: 20, key: limit })),
    index ? h("rect", { class: "al-stair-riser", x: place(step.from) - 0.2, y: 0, width: 0.4, height: 6 }) : null,
    h("rect", { class: "al-stair-step", x: left, y: 5, width: Math.max(0.6, right - left), height: 10 }),
    h("rect", { class: "al-stair-riser", x: place(step.to) - 0.2, y: 14, width: 0.4, height: 6 }));
}

/** @param {number} points */
const signed = (points) => (points > 0 ? `+${points}` : `−${Math.abs(points)}`);
