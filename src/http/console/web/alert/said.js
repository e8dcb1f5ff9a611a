// @ts-check
// The conditions of the engine in words: its names end in their unit, its thresholds are as short as "< 2". Names and phrases of the engine stay
// English, and so do the numbers in them; what is only a comparison and a value is in the language of the reader.
import { english, quantity } from "../format.js";
import { language } from "../words.js";
import { t } from "./words.js";

/** Units by the ending of a name. */
const UNITS = /** @type {const} */ ([
  ["_knots", " kn"], ["_nm", " nm"], ["_metres", " m"], ["_minutes", " min"], ["_hours", " h"], ["_days", " days"], ["_degrees", "°"], ["_percent", " %"],
]);
/** Comparisons, the longer first. */
const COMPARED = /** @type {const} */ ([["<=", "at most"], [">=", "at least"], ["<", "below"], [">", "above"]]);
/** Names that do not explain themselves. */
const NAMES = /** @type {Record<string, string>} */ ({
  mmsi: "MMSI", imo: "IMO number", watched: "Zones where it runs", relation: "Relation to the zone", positions: "Positions",
  speed_made_good_knots: "Speed made good", shore_nm: "Distance from shore", calm_water_nm: "Distance from calm water", in_calm_water: "In calm water",
  nearest_other_metres: "Nearest other vessel", outside_minutes: "Outside the limits for", silent_minutes: "Silent for", silent_hours: "Silent for", slow_minutes: "Slow for",
  still_minutes: "Still for", stopped_minutes: "Stopped for", there_minutes: "Longest time it could have been there", ships_there: "Ships that slowed or turned there", other_candidates: "Other candidates", drift_minutes: "Adrift for", under_way_minutes: "Under way before for", kept_minutes: "Kept for",
  hours_between: "Time between the two visits", distance_nm: "Distance between the two places", expected_by_chance: "Stops expected there by chance",
  craft_stopped_there: "Small craft that stopped there", ship_before: "Ship there before", first_or_farthest_stop: "Which of its stops", craft: "Kind of craft",
  gear: "Fishing gear", held: "Held in one place", anchored: "At anchor", rows_on_watchlists: "Rows on the watchlists", listed: "On a watchlist",
  probability_unheard: "Chance that it was only not received", reception_learned: "Reception there learned well enough", own_record_percent: "Received in 10-minute slots of the day before",
  box_nm: "Size of the place", path_nm: "Distance sailed", net_share_of_path: "Distance made good, as a share of it", turned_degrees: "Turned by", window_hours: "Watched for",
  stop_nm_from_start: "Farthest stop from its start", nm_from_start_now: "Distance from its start now", check_digit_holds: "IMO number is valid (check digit)",
  says_otherwise_once: "New value, reported once", said_again: "Reported a second time", slack_minutes: "Time to spare", above_a_fact: "Number of candidates",
  silent_vessels_slack_minutes: "Time that the silent vessel had to spare", silent_vessels_there_minutes: "Longest time it could have been there",
  silent_vessels_possible: "Silent vessels that could have come", stops_within_reach: "Stops that it could have come to", fixes_out_of_reach: "Fixes out of reach", last_carried_by: "Last carried by",
  share_of_usual_speed: "Share of its usual speed", about: "What it is about", tracks: "Tracks under its number",
});

/**
 * The name of a measured value in words, without its unit.
 * @param {string} name
 */
export function nameOf(name) {
  if (Object.hasOwn(NAMES, name)) return NAMES[name];
  const ending = unitOf(name)[0];
  const bare = (ending ? name.slice(0, -ending.length) : name).replaceAll("_", " ");
  return bare.charAt(0).toUpperCase() + bare.slice(1);
}

/** @param {string} name @returns {readonly [string, string]} the ending and the unit; both empty without one */
function unitOf(name) {
  if (name.startsWith("hours_")) return ["", " h"];
  if (/(^|_)nm_/.test(name)) return ["", " nm"];
  return UNITS.find(([ending]) => name.endsWith(ending)) ?? ["", ""];
}

/**
 * A measured value with its unit; `null` where it is not a number.
 * @param {string} name
 * @param {unknown} value
 */
export function valueOf(name, value) {
  if (typeof value !== "number") return null;
  const unit = unitOf(name)[1];
  return span(value, unit) ?? `${written(value)}${unit}`;
}

/**
 * What is required, with its unit: "below 2 kn" for "< 2". Other words stay as they are.
 * @param {string} name
 * @param {unknown} threshold
 */
export function requirement(name, threshold) {
  if (typeof threshold !== "string") return null;
  if (threshold === "true" || threshold === "false") return t(threshold === "true" ? "alert.needed_yes" : "alert.needed_no");
  const unit = unitOf(name)[1];
  const compared = COMPARED.find(([sign]) => threshold.startsWith(`${sign} `));
  const rest = compared ? threshold.slice(compared[0].length + 1) : threshold;
  const found = /^(outside )?(-?[\d.]+)( to (-?[\d.]+))?(?![\w.])/.exec(rest);
  if (!found || (!compared && !found[3])) return compared ? `${compared[1]} ${rest}` : threshold;
  const whole = found[4] === undefined ? span(Number(found[2]), unit) : null;
  if (whole) return `${compared ? `${compared[1]} ` : ""}${found[1] ?? ""}${whole}${rest.slice(found[0].length)}`;
  const range = found[4] === undefined ? written(Number(found[2])) : `${written(Number(found[2]))} to ${written(Number(found[4]))}`;
  return `${compared ? `${compared[1]} ` : ""}${found[1] ?? ""}${range}${unit}${rest.slice(found[0].length)}`;
}

/**
 * Times from an hour on in hours and minutes, whatever their unit; `null` for anything else.
 * @param {number} value
 * @param {string} unit
 */
function span(value, unit) {
  // Whole minutes are cut, as in the sentences of the engine; 2.3 times 60 is a little less than 138.
  const minutes = Math.floor((unit === " min" ? value : unit === " h" ? value * 60 : 0) + 1e-6);
  return minutes < 60 ? null : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/**
 * Large numbers whole, others with what matters of them; nothing is minus zero.
 * @param {number} value
 */
function written(value) {
  const digits = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 0.01 ? 2 : 4;
  const short = Number(value.toFixed(digits)) || 0;
  return english(short, (String(short).split(".")[1] ?? "").length);
}

/** How the engine compares, the longer words first. */
const WORDS = /** @type {const} */ ([
  ["at least, in a watched zone", "at_least_watched"], ["anchored below", "anchored_below"], ["at least", "at_least"], ["at most", "at_most"], ["below", "below"], ["above", "above"],
]);

/**
 * A value or a comparison of the engine in the language of the reader; any other text is one of its phrases, and stays English with its numbers.
 * @param {string} text
 * @returns {string}
 */
export function local(text) {
  if (language.value === "en") return text;
  const compared = WORDS.find(([words]) => text.startsWith(`${words} `));
  const value = quantity(compared ? text.slice(compared[0].length + 1) : text);
  if (value !== null) return compared ? t(`alert.compare.${compared[1]}`, { value }) : value;
  const [, outside, from, until] = /^(outside )?(\S.*?) to (\S.*)$/.exec(text) ?? [];
  const [low, high] = [quantity(from ?? ""), quantity(until ?? "")];
  return low !== null && high !== null ? t(outside ? "alert.compare.outside" : "alert.compare.between", { low, high }) : text;
}

/** The language of a text of the engine after `local`, for those who have it read out: English unless it is only a value. @param {string} text */
export const languageOf = (text) => (local(text) === text && /[a-z]{3}/i.test(text) ? "en" : undefined);
