// @ts-check
// The alerts of a case on a line of time, one lane for each vessel: who did what, when, and with whom.
import { h } from "../vendor/preact.js";
import { clock, time } from "../format.js";
import { link } from "../route.js";
import { VesselLink } from "./parts.js";
import { t, word } from "./words.js";
import { called, mmsiText } from "../vessel.js";

/** @typedef {import("./types.js").Alert} Alert */
/** @typedef {import("./types.js").Case} Case */

/** Distances of the marks of the axis. Milliseconds. */
const STEPS = [300_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000, 172_800_000, 604_800_000];
/** Most marks on the axis. */
const MARKS = 9;
/** Smallest width of a block. Percent. */
const NARROW = 0.8;

const key = (/** @type {{mmsi: number, track: number}} */ vessel) => `${vessel.mmsi}.${vessel.track}`;

/** @param {{found: Case, alerts: Alert[]}} props */
export function Lanes({ found, alerts }) {
  const span = extent(alerts);
  if (!span) return h("p", { class: "al-quiet" }, t("alert.no_case_alerts"));
  const [from, to] = span;
  const share = (/** @type {number} */ at) => ((at - from) / (to - from)) * 100;
  const roles = new Map((found.roles ?? []).map((each) => [key(each), each.role]));
  const vessels = [...found.vessels].sort((one, other) => first(alerts, one) - first(alerts, other));
  return h("div", { class: "al-lanes" },
    vessels.map((vessel) => {
      const rows = stacked(alerts.filter((alert) => alert.vessels.some((each) => key(each) === key(vessel))));
      return h("div", { class: "al-lane", key: key(vessel) },
        h("div", { class: "al-lane-name" }, h(VesselLink, { vessel }),
          h("span", { class: "al-note" }, [mmsiText(vessel.mmsi), vessel.flag, roles.has(key(vessel)) ? word("case_role", roles.get(key(vessel))) : null].filter(Boolean).join(" · "))),
        h("div", { class: "al-lane-time", style: { height: `${rows.length * 24 + 8}px` } },
          marks(from, to).map((at) => h("i", { class: "al-lane-mark", key: at, style: { left: `${share(at)}%` } })),
          rows.map((row, index) => row.map((alert) => h(Block, { alert, vessel, key: alert.id, left: share(Date.parse(alert.started_at)), right: share(end(alert)), top: 4 + index * 24 })))));
    }),
    h("div", { class: "al-lane al-lane-axis", "aria-hidden": "true" }, h("div", { class: "al-lane-name" }),
      h("div", { class: "al-lane-time" }, marks(from, to).map((at, index) => h("span", { key: at, style: { left: `${share(at)}%` } }, index === 0 || new Date(at).getUTCHours() === 0 ? time(at) : clock(at))))));
}

/**
 * @param {{alert: Alert, vessel: {mmsi: number, track: number}, left: number, right: number, top: number}} props
 */
function Block({ alert, vessel, left, right, top }) {
  const others = alert.vessels.filter((each) => key(each) !== key(vessel)).map(called).join(", ");
  const name = word("behaviour", alert.behaviour);
  return h("a", {
    ...link(`/alerts/${encodeURIComponent(alert.id)}`), class: `al-block severity ${alert.severity}${alert.status === "retracted" ? " al-block-retracted" : ""}${alert.status === "open" ? " al-block-open" : ""}`,
    style: { left: `${left}%`, width: `${Math.max(NARROW, right - left)}%`, top: `${top}px` },
    title: `${name}${others ? ` · ${others}` : ""} · ${time(alert.started_at)} – ${alert.ended_at ? time(alert.ended_at) : word("alert_status", alert.status)} · ${word("severity", alert.severity)} ${alert.score}`,
  }, h("span", {}, `${t(`severity.letter.${alert.severity}`)} ${alert.score} ${name}${others ? ` · ${others}` : ""}`));
}

/** @param {Alert} alert */
const end = (alert) => Math.max(Date.parse(alert.ended_at ?? alert.last_at), Date.parse(alert.started_at) + 60_000);

/**
 * @param {Alert[]} alerts
 * @param {{mmsi: number, track: number}} vessel
 */
function first(alerts, vessel) {
  return Math.min(...alerts.filter((alert) => alert.vessels.some((each) => key(each) === key(vessel))).map((alert) => Date.parse(alert.started_at)));
}

/**
 * First and last moment with a little room.
 * @param {Alert[]} alerts
 * @returns {[number, number] | null}
 */
function extent(alerts) {
  if (!alerts.length) return null;
  const from = Math.min(...alerts.map((alert) => Date.parse(alert.started_at)));
  const to = Math.max(...alerts.map(end));
  const room = Math.max(60_000, (to - from) / 40);
  return [from - room, to + room];
}

/**
 * Alerts of one lane in rows, so that none lies over another.
 * @param {Alert[]} alerts
 */
function stacked(alerts) {
  /** @type {Alert[][]} */
  const rows = [];
  for (const alert of alerts) {
    const row = rows.find((each) => end(each[each.length - 1]) <= Date.parse(alert.started_at));
    if (row) row.push(alert);
    else rows.push([alert]);
  }
  return rows.length ? rows : [[]];
}

/**
 * @param {number} from
 * @param {number} to
 */
function marks(from, to) {
  const step = STEPS.find((each) => (to - from) / each <= MARKS) ?? STEPS[STEPS.length - 1];
  const all = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) all.push(at);
  return all;
}
