// @ts-check
/** The small marks of a row: what is special about an alert, each with a name for the pointer and for readers of the screen. */
import { time } from "../format.js";
import { h } from "../vendor/preact.js";
import { t } from "../words.js";
import { MarkIcon } from "./icons.js";

/** @typedef {import("./types.js").Alert} Alert */

/**
 * The marks of an alert in the order in which they stand, with their texts.
 * @param {Alert} alert
 * @param {boolean} isWorse whether it became worse since the list was taken in
 * @returns {Array<{kind: string, text: string}>}
 */
export function marksOf(alert, isWorse) {
  const isListed = alert.score_reasons?.some((reason) => reason.code.includes("list")) || alert.behaviour === "watchlist";
  const { failed } = alert.deliveries ?? { failed: 0 };
  const found = /** @type {Array<{kind: string, text: string}>} */ ([]);
  const put = (/** @type {boolean} */ holds, /** @type {string} */ kind, /** @type {Record<string, any>} */ values = {}) => {
    if (holds) found.push({ kind, text: t(`list.mark.${kind}`, values) });
  };
  put(isWorse, "worse");
  put(alert.status === "ended", "ended", { time: time(alert.ended_at) });
  put(alert.status === "retracted", "retracted");
  put(alert.silenced_by !== null, "silenced", { number: alert.silenced_by ?? 0 });
  put(alert.acknowledged_until !== null && alert.state === "acknowledged", "waiting", { time: time(alert.acknowledged_until) });
  put(alert.notes > 0, "note", { n: alert.notes });
  put(alert.case_id !== null, "case");
  put(Boolean(isListed), "listed");
  put(failed > 0, "failed", { n: failed });
  return found;
}

/** Widths of the things in the column of marks, CSS pixels, in a list as wide as it is at first; the sheet has the same. */
const WIDTH = { mark: 16, exercise: 26, owner: 28, more: 24, all: 226, letter: 7.2 };

/**
 * The column of marks. What does not fit is counted, and named by the pointer: a mark that is cut would be taken for none.
 * @param {{alert: Alert, isWorse: boolean, beside: string}} props `beside` is the text that the marks leave room for
 */
export function Marks({ alert, isWorse, beside }) {
  const marks = marksOf(alert, isWorse);
  const free = WIDTH.all - beside.length * WIDTH.letter - (alert.exercise ? WIDTH.exercise : 0) - (alert.owner ? WIDTH.owner : 0);
  const fits = marks.length * WIDTH.mark <= free ? marks.length : Math.max(0, Math.floor((free - WIDTH.more) / WIDTH.mark));
  const rest = marks.slice(fits);
  const names = rest.map(({ text }) => text);
  return h("span", { class: "marks" },
    alert.exercise ? h("span", { class: "mark-word exercise", title: t("list.mark.exercise") }, t("list.mark.exercise_short")) : null,
    marks.slice(0, fits).map(({ kind, text }) =>
      h("span", { key: kind, class: "mark", role: "img", "aria-label": text, title: text }, h(MarkIcon, { kind }))),
    rest.length ? h("span", { class: "mark-more", role: "img", "aria-label": `${t("list.mark.more", { n: rest.length })}: ${names.join(", ")}`, title: names.join("\n") }, `+${rest.length}`) : null,
    alert.owner ? h("span", { class: "row-owner", title: t("list.owner", { name: alert.owner }) }, initials(alert.owner)) : null);
}

/** @param {string} name */
function initials(name) {
  const parts = name.split(/[\s._-]+/).filter(Boolean);
  return (parts.length > 1 ? parts.slice(0, 2).map((part) => [...part][0]).join("") : name.slice(0, 2)).toUpperCase();
}
