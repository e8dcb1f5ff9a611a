// @ts-check
// Small parts of the pages of an alert, a vessel and a case.
import { h } from "../vendor/preact.js";
import { clock, localTime, position, time } from "../format.js";
import { link } from "../route.js";
import { copy } from "../ui/copy.js";
import { Boundary } from "../ui/boundary.js";
import { Severity } from "../ui/severity.js";
import { t } from "./words.js";
import { called } from "../vessel.js";

/** @typedef {import("./types.js").VesselRef} VesselRef */
/** @typedef {import("../vendor/preact.js").ComponentChildren} Children */

/**
 * A titled part of a page with a boundary of its own.
 * @param {{name: string, title: string, note?: Children, mark?: unknown, children?: Children}} props
 */
export function Section({ name, title, note, mark, children }) {
  return h("section", { class: `al-section al-${name}`, "aria-labelledby": `al-h-${name}` },
    h("header", {}, h("h2", { id: `al-h-${name}` }, title), note ? h("span", { class: "al-note" }, note) : null),
    h(Boundary, { name, mark }, children));
}

/**
 * Severity as shape and letter in its colour, with the score.
 * @param {{severity: import("./types.js").Severity, score?: number | null, size?: number}} props
 */
export function Mark({ severity, score, size = 18 }) {
  return h("span", { class: "al-mark" }, h(Severity, { severity, size }),
    score == null ? null : h("span", { class: "al-score-number" }, String(score)));
}

/** @param {{tone?: string, title?: string, children?: Children}} props */
export function Tag({ tone, title, children }) {
  return h("span", { class: `al-tag${tone ? ` al-tag-${tone}` : ""}`, title }, children);
}

/**
 * A time in UTC with the time of the place in its tooltip.
 * @param {{at: string | number | null | undefined, day?: boolean, seconds?: boolean}} props
 */
export function When({ at, day = true, seconds = false }) {
  const moment = at == null ? null : new Date(at);
  const isValid = moment !== null && !Number.isNaN(moment.getTime());
  const text = day ? time(at, seconds) : clock(at, seconds);
  return h("time", { dateTime: isValid ? moment.toISOString() : undefined, title: localTime(at) }, text);
}

/**
 * Text that a click copies.
 * @param {{text: string, label?: string, children?: Children}} props
 */
export function Copyable({ text, label, children }) {
  return h("button", { type: "button", class: "al-copy", title: label ?? t("alert.copy_this"), onClick: () => copy(text) }, children ?? text);
}

/**
 * A position in both notations, each copied by one click.
 * @param {{at: {lat: number, lon: number} | null}} props
 */
export function Place({ at }) {
  if (!at) return h("span", { class: "al-quiet" }, t("alert.no_position"));
  const both = position(at);
  return h("span", { class: "al-place" }, h(Copyable, { text: both.dms }), h(Copyable, { text: both.decimal }));
}

/** @param {{vessel: {name?: string | null, mmsi: number}}} props */
export function VesselLink({ vessel }) {
  return h("a", { ...link(`/vessels/${vessel.mmsi}`), class: "al-name" }, called(vessel));
}

/** Letters of the vessels of an alert on map, plots and tables. */
export const letter = (/** @type {number} */ index) => String.fromCharCode(65 + (index % 26));
