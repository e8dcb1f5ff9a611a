// @ts-check
// Small parts of the pages of an alert, a vessel and a case.
import { Component, h } from "../vendor/preact.js";
import { clock, localTime, position, time } from "../format.js";
import { link } from "../route.js";
import { copy } from "../ui/copy.js";
import { SeverityMark } from "../ui/severity.js";
import { t } from "./words.js";
import { called } from "../vessel.js";

/** @typedef {import("./types.js").Severity} Severity */
/** @typedef {import("./types.js").VesselRef} VesselRef */
/** @typedef {import("../vendor/preact.js").ComponentChildren} Children */

/** Keeps a fault in one panel away from the rest of the page; tries again when `mark` changes. */
export class Boundary extends Component {
  /** @param {{mark?: unknown, children?: Children}} props */
  constructor(props) {
    super(props);
    /** @type {{fault: Error | null}} */
    this.state = { fault: null };
  }

  /** @param {Error} fault */
  static getDerivedStateFromError(fault) {
    return { fault };
  }

  /** @param {{mark?: unknown}} before */
  componentDidUpdate(before) {
    const { fault } = /** @type {{fault: Error | null}} */ (this.state);
    if (fault && before.mark !== /** @type {any} */ (this.props).mark) this.setState({ fault: null });
  }

  render() {
    const { fault } = /** @type {{fault: Error | null}} */ (this.state);
    if (!fault) return /** @type {any} */ (this.props).children;
    return h("p", { class: "al-fault", role: "alert" }, t("alert.part_failed", { why: fault.message }));
  }
}

/**
 * A titled part of a page with a boundary of its own.
 * @param {{name: string, title: string, note?: Children, mark?: unknown, children?: Children}} props
 */
export function Section({ name, title, note, mark, children }) {
  return h("section", { class: `al-section al-${name}`, "aria-labelledby": `al-h-${name}` },
    h("header", {}, h("h2", { id: `al-h-${name}` }, title), note ? h("span", { class: "al-note" }, note) : null),
    h(Boundary, { mark }, children));
}

/**
 * Severity as shape and letter in its colour, with the score.
 * @param {{severity: Severity, score?: number | null, size?: number}} props
 */
export function Mark({ severity, score, size = 18 }) {
  return h("span", { class: "al-mark" }, h(SeverityMark, { severity, size }),
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
