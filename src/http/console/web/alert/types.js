// @ts-check
// Types of what the API answers about one alert, a vessel and a case. No code.

/** @typedef {"info" | "low" | "medium" | "high" | "critical"} Severity */

/**
 * A vessel as an alert names it. Everything but the number and the ordinal is what the ship reports of itself.
 * @typedef {object} VesselRef
 * @property {number} mmsi
 * @property {number} track - ordinal of the track under that number, from 1
 * @property {number | null} imo
 * @property {string | null} name
 * @property {string | null} call_sign
 * @property {number | null} ship_type - 1 to 99
 * @property {string | null} flag - ISO 3166 alpha-2
 * @property {"A" | "B" | null} class
 * @property {string | null} role
 * @property {string[]} [listed] - names of the lists it is on
 */

/** @typedef {{id: string, name: string, kind: string, relation: "in" | "near"}} ZoneRef */

/** A fix: time, longitude, latitude, speed in knots, course in degrees.
 * @typedef {[string, number, number, number | null, number | null]} RawFix */

/** @typedef {{mmsi: number, track: number, points: RawFix[]}} RawTrack */

/**
 * @typedef {object} Handling
 * @property {string} tlp
 * @property {string[]} [europol]
 * @property {string | null} [handling_text]
 * @property {string[]} [releasable_to]
 * @property {string} source_grade
 * @property {string} info_grade
 * @property {string} [scheme]
 * @property {string} purpose
 * @property {boolean} personal_data
 * @property {string | null} [legal_basis]
 * @property {string} retain_until
 * @property {string} reality
 * @property {string | null} [marked_by]
 * @property {string | null} [marked_at]
 */

/** @typedef {{code: string, points: number, text: string}} ScoreLine */
/** @typedef {{at: string, who: string, text: string}} Note */

/**
 * A change or an act. `who` is "(atalaia)" for the program.
 * @typedef {object} Past
 * @property {number} seq
 * @property {string} at
 * @property {string} [stored_at]
 * @property {string | null} who
 * @property {string} what
 * @property {string | null} why
 * @property {number | null} [revision]
 * @property {number | null} [score]
 * @property {Severity | null} [severity]
 */

/** @typedef {{revision: number, sink: string, state: string, at: string | null, attempts: number, error: string | null}} Delivery */

/**
 * A ship near a position.
 * @typedef {object} Nearby
 * @property {number} mmsi
 * @property {number} track
 * @property {string | null} name
 * @property {string | null} [kind]
 * @property {number | null} [nm]
 * @property {string | null} at
 * @property {number | null} [sog_knots]
 * @property {number | null} [cog_degrees]
 * @property {string[] | boolean | null} [listed]
 */

/**
 * @typedef {object} Alert
 * @property {string} id
 * @property {string} behaviour
 * @property {string} [kind]
 * @property {boolean} announced
 * @property {"open" | "ended" | "retracted"} status
 * @property {Severity} severity
 * @property {number} score
 * @property {"normal" | "low"} confidence
 * @property {string} started_at
 * @property {string} opened_at
 * @property {string} last_at
 * @property {string | null} ended_at
 * @property {VesselRef[]} vessels
 * @property {ZoneRef[]} zones
 * @property {{lat: number, lon: number} | null} position
 * @property {string | null} group_id
 * @property {string | null} case_id
 * @property {string | null} replaces
 * @property {Handling} handling
 * @property {string} summary
 * @property {ScoreLine[]} score_reasons
 * @property {{thresholds: Record<string, any>, measured: Record<string, any>, stations: string[], tracks?: RawTrack[]}} evidence
 * @property {number} revision
 * @property {number} acts
 * @property {string} etag
 * @property {"new" | "acknowledged" | "closed"} state
 * @property {string | null} owner
 * @property {string | null} acknowledged_until
 * @property {"confirmed" | "benign" | "false" | null} finding
 * @property {string | null} finding_reason
 * @property {number | null} silenced_by
 * @property {string | null} changed_at
 * @property {number} seq
 * @property {boolean} exercise
 * @property {{delivered: number, pending: number, failed: number, withheld: number} | Delivery[]} deliveries
 * @property {number | Note[]} notes
 * @property {Past[]} [history]
 * @property {{counts: Record<string, number>, last: Alert[]} | null} [similar]
 * @property {Nearby[] | null} [nearby]
 */

/**
 * One condition of a behaviour, measured beside its threshold.
 * @typedef {object} Condition
 * @property {string} name
 * @property {string | null} [label]
 * @property {any} measured
 * @property {string | null} [measured_text]
 * @property {any} threshold
 * @property {string | null} [threshold_text]
 * @property {string | null} [unit]
 * @property {boolean} met
 * @property {number | null} [margin] - share of the threshold; negative if it is not met
 * @property {boolean} [own_word] - whether it rests on what the ship says of itself
 * @property {string | null} [source] - whose threshold it is
 */

/** @typedef {{behaviour?: string, track: number | string | null, form: string, missing: number, conditions: Condition[]}} Standing */

/**
 * @typedef {object} Explanation
 * @property {string | null} decided_at
 * @property {Condition[]} conditions
 * @property {{name: string, label: string, value: any, text: string, source: string | null}[]} [settings] - thresholds that nothing was compared with
 * @property {ScoreLine[]} score
 * @property {string[]} limits
 * @property {string | null} watches
 * @property {string | null} why
 * @property {string | null} opens
 * @property {string | null} ends
 * @property {string | null} blind_spots
 * @property {Standing[] | null} now
 */

/**
 * @typedef {object} Case
 * @property {string} id
 * @property {number} score
 * @property {Severity} severity
 * @property {VesselRef[]} vessels
 * @property {{mmsi: number, track: number, role: string}[]} roles
 * @property {ScoreLine[]} [score_reasons] - absent in a case that an earlier version stored
 * @property {(string | Alert)[]} alerts
 * @property {Alert[]} [alert_items] - with `include=alerts`
 * @property {string} [story]
 * @property {Handling} [handling]
 * @property {{by?: string, who?: string, at?: string, reason?: string, why?: string} | null} [held]
 */

export {};
