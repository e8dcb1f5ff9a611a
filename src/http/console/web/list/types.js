// @ts-check
/**
 * The shapes the list works on, as the API gives them. This file holds types only.
 *
 * @typedef {import("../severities.js").Severity} Severity
 * @typedef {"new"|"acknowledged"|"closed"} State
 * @typedef {"confirmed"|"benign"|"false"} Finding
 *
 * @typedef {object} Vessel
 * @property {number} mmsi
 * @property {number} track
 * @property {number|null} imo
 * @property {string|null} name
 * @property {string|null} call_sign
 * @property {number|null} ship_type
 * @property {string|null} flag two letters
 * @property {string|null} class
 * @property {string|null} role
 *
 * @typedef {object} Zone
 * @property {string} id
 * @property {string} name
 * @property {string} kind
 * @property {string} relation `in` or `near`
 *
 * @typedef {object} Deliveries
 * @property {number} delivered
 * @property {number} pending
 * @property {number} failed
 * @property {number} withheld
 *
 * @typedef {object} Alert
 * @property {string} id
 * @property {string} behaviour
 * @property {string} [kind] `vessel` or `system`
 * @property {boolean} announced
 * @property {"open"|"ended"|"retracted"} status
 * @property {Severity} severity
 * @property {number} score 0 to 100
 * @property {string} started_at
 * @property {string} opened_at
 * @property {string} last_at
 * @property {string|null} ended_at
 * @property {Vessel[]} vessels
 * @property {Zone[]} zones
 * @property {{lat: number, lon: number}|null} position
 * @property {string|null} [group_id]
 * @property {string|null} case_id
 * @property {{tlp: string, reality?: string, [key: string]: any}} handling
 * @property {string} summary
 * @property {Array<{code: string, points: number, text: string}>} score_reasons
 * @property {number} revision
 * @property {number} acts
 * @property {string} etag
 * @property {State} state
 * @property {string|null} owner
 * @property {string|null} acknowledged_until
 * @property {Finding|null} finding
 * @property {string|null} finding_reason
 * @property {number|null} silenced_by
 * @property {number} notes
 * @property {Deliveries} deliveries
 * @property {string} changed_at
 * @property {number} seq
 * @property {boolean} exercise
 *
 * @typedef {object} Entry one entry of the log
 * @property {number} seq
 * @property {string} at
 * @property {string} topic
 * @property {string} what
 * @property {string|null} subject
 * @property {string|null} who
 * @property {string|null} why
 * @property {Alert|null} item
 *
 * @typedef {object} Summary counts under a filter
 * @property {number} total
 * @property {Record<string, number>} severity
 * @property {Record<string, number>} behaviour
 * @property {Record<string, {name: string, count: number}>} zone
 * @property {Record<string, number>} state
 * @property {Record<string, number>} owner
 * @property {Array<{hour: string, count: number}>} hours
 * @property {number} silenced
 * @property {number} facts
 * @property {number} withheld
 * @property {number} seq
 * @property {string|null} at
 */

/** States of work on an alert. */
export const STATES = /** @type {const} */ (["new", "acknowledged", "closed"]);
/** States of the behaviour itself. */
export const STATUSES = /** @type {const} */ (["open", "ended", "retracted"]);
/** Behaviours the engine knows, and the alerts about the program itself at the end. */
export const BEHAVIOURS = /** @type {const} */ ([
  "loitering", "rendezvous", "async_rendezvous", "slowdown", "ais_gap", "dark_rendezvous", "out_and_back", "small_craft_stop",
  "zone_entry", "zone_exit", "zone_speed", "alongside_at_anchor", "limit_hugging", "drift", "draught_change", "voyage_anomaly",
  "position_jump", "identity_conflict", "identity_change", "interference", "fishing_out_of_place", "watchlist", "distress",
  "feed_silent", "delivery_failed", "delivery_test", "vessel_flood",
]);

/** Groups of ship types: range of the AIS code, name in the dictionaries, word of the filter. */
const TYPES = /** @type {Array<[number, number, string, string]>} */ ([
  [30, 30, "fishing", "fishing"], [31, 32, "tug", "tug"], [33, 33, "dredger", "dredger"], [34, 34, "diving", "diving_vessel"],
  [35, 35, "military", "military"], [36, 36, "sailing", "sailing"], [37, 37, "pleasure", "pleasure_craft"], [40, 49, "high_speed", "high-speed_craft"],
  [50, 50, "pilot", "pilot"], [51, 51, "sar", "search_and_rescue"], [52, 52, "tug", "tug"], [55, 55, "law_enforcement", "law_enforcement"],
  [60, 69, "passenger", "passenger"], [70, 79, "cargo", "cargo"], [80, 89, "tanker", "tanker"],
]);

/** Words of the filter by name of the group. */
export const TYPE_WORDS = new Map(TYPES.map(([, , name, word]) => [word, name]));

/**
 * The group of a ship type.
 * @param {number|null} code AIS ship type; null if it was never sent
 */
export function typeName(code) {
  if (code === null) return "unknown";
  return TYPES.find(([from, to]) => from <= code && code <= to)?.[2] ?? "other";
}
