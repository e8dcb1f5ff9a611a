// @ts-check
/**
 * The lines of the list: alerts one below the other, or under headers when they are grouped. A header says what its alerts have
 * in common, so that the rows need not repeat it.
 */
import { rank } from "../severities.js";
import { called } from "../vessel.js";

/** @typedef {import("./types.js").Alert} Alert */
/** @typedef {"none"|"case"|"zone"|"behaviour"|"vessel"|"owner"} Grouping */
/**
 * @typedef {object} Header
 * @property {"header"} kind
 * @property {string} id of the line
 * @property {string} key the value its alerts share; empty for those without one
 * @property {string} name as the data give it; empty if the dictionary has to name it
 * @property {number} count
 * @property {number} fresh how many are new
 * @property {number} score the highest
 * @property {string} severity the gravest
 * @property {boolean} isOpen
 * @property {{behaviour: string|null, zone: string|null, vessel: string|null}} common what every alert of it shares besides the key
 */
/** @typedef {{kind: "alert", id: string, group: string|null}} Row */
/** @typedef {(Header|Row) & {top: number, height: number}} Line */

/** Heights in CSS pixels. */
export const ROW = 52;
export const HEADER = 34;

/** Every way of grouping, in the order of the menu. */
export const GROUPINGS = /** @type {const} */ (["none", "case", "zone", "behaviour", "vessel", "owner"]);

/**
 * The value by which an alert is grouped, and its name.
 * @param {Alert} alert
 * @param {Grouping} by
 * @returns {[string, string]}
 */
function keyOf(alert, by) {
  const vessel = alert.vessels[0];
  switch (by) {
    case "case": return [alert.case_id ?? "", ""];
    case "zone": return [alert.zones[0]?.id ?? "", alert.zones[0]?.name ?? ""];
    case "behaviour": return [alert.behaviour, ""];
    case "vessel": return vessel ? [String(vessel.mmsi), called(vessel)] : ["", ""];
    case "owner": return [alert.owner ?? "", alert.owner ?? ""];
    default: return ["", ""];
  }
}

/**
 * The lines for some rows. `shut` holds the keys of the groups that are folded.
 * @param {string[]} rows
 * @param {Map<string, Alert>} items
 * @param {Grouping} by
 * @param {Set<string>} shut
 * @returns {{lines: Line[], height: number, ids: string[]}}
 */
export function lines(rows, items, by, shut) {
  /** @type {Line[]} */
  const found = [];
  /** @type {string[]} */
  const ids = [];
  let top = 0;
  const put = (/** @type {Header|Row} */ line, /** @type {number} */ height) => {
    found.push({ ...line, top, height });
    top += height;
    if (line.kind === "alert") ids.push(line.id);
  };
  if (by === "none") {
    for (const id of rows) put({ kind: "alert", id, group: null }, ROW);
    return { lines: found, height: top, ids };
  }
  // A map keeps the order in which its keys came, so groups stand in the order of their best row and rows keep theirs.
  /** @type {Map<string, Alert[]>} */
  const groups = new Map();
  for (const id of rows) {
    const alert = items.get(id);
    if (!alert) continue;
    const [key] = keyOf(alert, by);
    const group = groups.get(key);
    if (group) group.push(alert);
    else groups.set(key, [alert]);
  }
  for (const [key, alerts] of groups) {
    const head = header(key, alerts, by, !shut.has(`${by}/${key}`));
    put(head, HEADER);
    if (head.isOpen) for (const alert of alerts) put({ kind: "alert", id: alert.id, group: key }, ROW);
  }
  return { lines: found, height: top, ids };
}

/**
 * @param {string} key
 * @param {Alert[]} alerts at least one
 * @param {Grouping} by
 * @param {boolean} isOpen
 * @returns {Header}
 */
function header(key, alerts, by, isOpen) {
  const worst = alerts.reduce((a, b) => (rank(b.severity) > rank(a.severity) ? b : a));
  const same = (/** @type {(alert: Alert) => string|null} */ of) => {
    const value = of(alerts[0]);
    return alerts.length > 1 && alerts.every((alert) => of(alert) === value) ? value : null;
  };
  return {
    kind: "header",
    id: `${by}/${key}`,
    key,
    name: keyOf(alerts[0], by)[1],
    count: alerts.length,
    fresh: alerts.filter((alert) => alert.state === "new").length,
    score: Math.max(...alerts.map((alert) => alert.score)),
    severity: worst.severity,
    isOpen,
    common: {
      behaviour: by === "behaviour" ? null : same((alert) => alert.behaviour),
      zone: by === "zone" ? null : same((alert) => alert.zones[0]?.name ?? null),
      vessel: by === "vessel" ? null : same((alert) => alert.vessels[0]?.name ?? null),
    },
  };
}

/**
 * Index of the line at a height, by halving.
 * @param {Line[]} all
 * @param {number} height CSS pixels from the top of the list
 */
export function lineAt(all, height) {
  let low = 0;
  let high = all.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (all[middle].top <= height) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}
