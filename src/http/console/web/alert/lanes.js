// @ts-check
// The alerts of a case on a line of time, one lane for each vessel: who did what, when, and with whom.
import { h } from "../vendor/preact.js";
import { clock, time } from "../format.js";
import { link } from "../route.js";
import { partOf } from "./part.js";
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
      const rows = stacked(alerts.filter((alert) => isOf(alert, vessel)), vessel.mmsi);
      return h("div", { class: "al-lane", key: key(vessel) },
        h("div", { class: "al-lane-name" }, h(VesselLink, { vessel }),
          h("span", { class: "al-note" }, [mmsiText(vessel.mmsi), vessel.flag, roles.has(key(vessel)) ? word("case_role", roles.get(key(vessel))) : null].filter(Boolean).join(" · "))),
        h("div", { class: "al-lane-time", style: { height: `${rows.length * 24 + 8}px` } },
          marks(from, to).map((at) => h("i", { class: "al-lane-mark", key: at, style: { left: `${share(at)}%` } })),
          rows.map((row, index) => row.map(({ alert, part }) => h(Block, { alert, vessel, part, key: alert.id, left: share(part[0]), right: share(part[1]), top: 4 + index * 24 })))));
    }),
    h("div", { class: "al-lane al-lane-axis", "aria-hidden": "true" }, h("div", { class: "al-lane-name" }),
      h("div", { class: "al-lane-time" }, marks(from, to).map((at, index) => h("span", { key: at, style: { left: `${share(at)}%` } }, index === 0 || new Date(at).getUTCHours() === 0 ? time(at) : clock(at))))));
}

/**
 * @param {{alert: Alert, vessel: {mmsi: number, track: number}, part: [number, number], left: number, right: number, top: number}} props
 */
function Block({ alert, vessel, part, left, right, top }) {
  const others = alert.vessels.filter((each) => key(each) !== key(vessel)).map(called).join(", ");
  const name = word("behaviour", alert.behaviour);
  // Open only for whose part goes on: that of a ship which was there before is over.
  const isOpen = alert.status === "open" && part[1] >= Date.parse(alert.last_at);
  return h("a", {
    ...link(`/alerts/${encodeURIComponent(alert.id)}`), class: `al-block severity ${alert.severity}${alert.status === "retracted" ? " al-block-retracted" : ""}${isOpen ? " al-block-open" : ""}`,
    style: { left: `${left}%`, width: `${Math.max(NARROW, right - left)}%`, top: `${top}px` },
    title: `${name}${others ? ` · ${others}` : ""} · ${time(part[0])} – ${isOpen ? word("alert_status", alert.status) : time(part[1])} · ${word("severity", alert.severity)} ${alert.score}`,
  }, h("span", {}, `${t(`severity.letter.${alert.severity}`)} ${alert.score} ${name}${others ? ` · ${others}` : ""}`));
}

/**
 * @param {Alert} alert
 * @param {{mmsi: number, track: number}} vessel
 */
const isOf = (alert, vessel) => alert.vessels.some((each) => key(each) === key(vessel));

/**
 * A part as it is drawn: at least a minute.
 * @param {Alert} alert
 * @param {number} mmsi
 * @returns {[number, number]}
 */
function drawn(alert, mmsi) {
  const [from, to] = partOf(alert, mmsi);
  return [from, Math.max(to, from + 60_000)];
}

/**
 * @param {Alert[]} alerts
 * @param {{mmsi: number, track: number}} vessel
 */
const first = (alerts, vessel) => Math.min(...alerts.filter((alert) => isOf(alert, vessel)).map((alert) => partOf(alert, vessel.mmsi)[0]));

/**
 * First and last moment with a little room.
 * @param {Alert[]} alerts
 * @returns {[number, number] | null}
 */
function extent(alerts) {
  const parts = alerts.flatMap((alert) => alert.vessels.map(({ mmsi }) => drawn(alert, mmsi)));
  if (!parts.length) return null;
  const [from, to] = [Math.min(...parts.map((part) => part[0])), Math.max(...parts.map((part) => part[1]))];
  const room = Math.max(60_000, (to - from) / 40);
  return [from - room, to + room];
}

/**
 * Alerts of one lane in rows, so that none lies over another.
 * @param {Alert[]} alerts
 * @param {number} mmsi
 */
function stacked(alerts, mmsi) {
  /** @type {{alert: Alert, part: [number, number]}[][]} */
  const rows = [];
  for (const each of alerts.map((alert) => ({ alert, part: drawn(alert, mmsi) })).sort((one, other) => one.part[0] - other.part[0])) {
    const row = rows.find((before) => before[before.length - 1].part[1] <= each.part[0]);
    if (row) row.push(each);
    else rows.push([each]);
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
