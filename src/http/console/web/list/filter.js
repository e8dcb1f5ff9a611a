// @ts-check
/**
 * The text of the filter box: tokens such as `severity>=medium behaviour:ais_gap,rendezvous owner:me`, read and written.
 * Values of one token are joined by OR, tokens by AND. The server reads the same text; the console reads it for chips, for
 * completion and to judge alerts that the stream brings.
 */
import { SEVERITIES, rank } from "../severities.js";
import { BEHAVIOURS, STATES, STATUSES, TYPE_WORDS, typeName } from "./types.js";
import { nearest } from "./nearest.js";

/** @typedef {import("./types.js").Alert} Alert */
/** @typedef {":"|">"|">="|"<"|"<="} Sign */
/**
 * @typedef {object} Token
 * @property {string} text as it was written
 * @property {number} start index of the first character
 * @property {number} end index after the last character
 * @property {string|null} key null for a word of free text
 * @property {Sign} sign
 * @property {string[]} values
 */
/** @typedef {{signs: Sign[], values?: readonly string[], form?: RegExp|"time"}} Key */

/** Every key the box knows. @type {Readonly<Record<string, Key>>} */
export const KEYS = Object.freeze({
  severity: { signs: [":", ">", ">=", "<", "<="], values: SEVERITIES },
  behaviour: { signs: [":"], values: BEHAVIOURS },
  zone: { signs: [":"] },
  owner: { signs: [":"] },
  state: { signs: [":"], values: STATES },
  status: { signs: [":"], values: STATUSES },
  kind: { signs: [":"], values: ["vessel", "system"] },
  type: { signs: [":"], values: [...TYPE_WORDS.keys()], form: /^\d{1,2}(-\d{1,2})?$/ },
  flag: { signs: [":"], form: /^[a-z]{2}$/i },
  mmsi: { signs: [":"], form: /^\d{9}$/ },
  imo: { signs: [":"], form: /^\d{7}$/ },
  name: { signs: [":"] },
  case: { signs: [":"], form: /^[a-z2-7]{26}$/ },
  score: { signs: [":", ">", ">=", "<", "<="], form: /^(\d{1,2}|100)$/ },
  since: { signs: [":"], form: "time" },
  until: { signs: [":"], form: "time" },
  silenced: { signs: [":"], values: ["true", "false"] },
  facts: { signs: [":"], values: ["true", "false"] },
});

/** What the console asks for where the text says nothing about it. */
export const DEFAULTS = Object.freeze({ state: "new,acknowledged", min_severity: "medium" });

/** Who names a vessel or a case wants all there is of it, also what is closed or low. */
const WHOLE = ["mmsi", "imo", "case"];

/**
 * Splits a text at blanks outside quotation marks.
 * @param {string} text
 * @returns {Token[]}
 */
export function tokens(text) {
  const found = [];
  let start = -1;
  let quoted = false;
  for (let at = 0; at <= text.length; at += 1) {
    const blank = at === text.length || (!quoted && /\s/.test(text[at]));
    if (text[at] === '"') quoted = !quoted;
    if (!blank && start < 0) start = at;
    if (blank && start >= 0) {
      found.push(token(text.slice(start, at), start));
      start = -1;
    }
  }
  return found;
}

/**
 * One token. A word with an unknown key is free text here; the server names the fault.
 * @param {string} text
 * @param {number} start
 * @returns {Token}
 */
function token(text, start) {
  const end = start + text.length;
  const parts = /^([a-z_]+)(>=|<=|>|<|:|=)(.*)$/is.exec(text);
  const key = parts?.[1].toLowerCase() ?? "";
  if (!parts || !Object.hasOwn(KEYS, key)) return { text, start, end, key: null, sign: ":", values: [bare(text)] };
  const values = parts[3].split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).map(bare).filter((value) => value !== "");
  return { text, start, end, key, sign: parts[2] === "=" ? ":" : /** @type {Sign} */ (parts[2]), values };
}

/** @param {string} value */
function bare(value) {
  return value.replaceAll('"', "");
}

/** @param {string} value */
function quoted(value) {
  return /[\s,]/.test(value) ? `"${value}"` : value;
}

/**
 * The text of a token.
 * @param {string} key
 * @param {Sign} sign
 * @param {string[]} values
 */
export function written(key, sign, values) {
  return `${key}${sign}${values.map(quoted).join(",")}`;
}

/**
 * What is wrong with a token; null if nothing is. The answer is the name of a text in the dictionary.
 * @param {Token} one
 * @returns {"key"|"sign"|"value"|"empty"|null}
 */
export function problem(one) {
  if (one.key === null) return /^[a-z_]+[:<>]/i.test(one.text) ? "key" : null;
  const { signs, values, form } = KEYS[one.key];
  if (!signs.includes(one.sign)) return "sign";
  if (one.values.length === 0) return "empty";
  const fits = (/** @type {string} */ value) => {
    if (form === "time") return moment(value, Date.now()) !== null;
    return (values?.includes(value) ?? !form) || (form?.test(value) ?? false);
  };
  return one.values.every(fits) ? null : "value";
}

/** Whether the server would refuse a text. @param {string} text */
export const isWrong = (text) => tokens(text).some((one) => problem(one) !== null);

/** What of a text can be meant: a term that cannot filters nothing. @param {string} text */
export const sound = (text) => tokens(text).filter((one) => problem(one) === null).map((one) => one.text).join(" ");

/**
 * Whether the word under the caret may be the beginning of a key, so that nobody knows yet what it is for.
 * @param {string} text
 * @param {number} caret
 */
export function isBegun(text, caret) {
  const word = tokens(text).find((one) => one.start <= caret && caret <= one.end);
  return word !== undefined && Object.keys(KEYS).some((key) => key.startsWith(word.text.toLowerCase()));
}

/** Most tokens that are named in place of one that cannot be meant. */
const MEANT = 4;

/**
 * The tokens that somebody may have meant by one that cannot be meant, the nearest first.
 * @param {Token} one
 * @returns {string[]}
 */
export function meant(one) {
  const [value] = one.values;
  const known = one.key === null || one.values.length !== 1 || problem(one) !== "value" ? [] : (KEYS[one.key].values ?? []);
  const holds = known.filter((word) => word.includes(value.toLowerCase()));
  if (one.key === null || holds.length === 0) return [corrected(one)].filter((word) => word !== null);
  const begins = holds.filter((word) => word.startsWith(value.toLowerCase()));
  return [...new Set([...begins, ...holds])].slice(0, MEANT).map((word) => written(/** @type {string} */ (one.key), one.sign, [word]));
}

/**
 * The token with its misspelt words mended; null if nothing is near.
 * @param {Token} one
 * @returns {string|null}
 */
function corrected(one) {
  const what = problem(one);
  const parts = /^([a-z_]+)([:<>=]+)(.*)$/is.exec(one.text);
  if (what === "key" && parts) {
    const key = nearest(parts[1], Object.keys(KEYS));
    return key && `${key}${parts[2]}${parts[3]}`;
  }
  if (what !== "value" || one.key === null) return null;
  const known = KEYS[one.key].values ?? [];
  const values = one.values.map((value) => (known.includes(value) ? value : nearest(value, known)));
  return known.length > 0 && values.every((value) => value !== null) ? written(one.key, one.sign, /** @type {string[]} */ (values)) : null;
}

/**
 * A point in time: `6h`, `30m`, `2d` ago, `04:30` (the last one before now), or RFC 3339. Null if it is none.
 * @param {string} value
 * @param {number} now ms since 1970
 * @returns {number|null} ms since 1970
 */
export function moment(value, now) {
  const ago = /^(\d{1,4})(m|h|d)$/.exec(value);
  if (ago) return now - Number(ago[1]) * { m: 60_000, h: 3_600_000, d: 86_400_000 }[/** @type {"m"|"h"|"d"} */ (ago[2])];
  const clock = /^([01]\d|2[0-3]):([0-5]\d)Z?$/.exec(value);
  if (clock) {
    const today = Math.floor(now / 86_400_000) * 86_400_000 + (Number(clock[1]) * 60 + Number(clock[2])) * 60_000;
    return today <= now ? today : today - 86_400_000;
  }
  const full = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?$/.test(value) ? Date.parse(zoned(value)) : NaN;
  return Number.isNaN(full) ? null : full;
}

/** A time without a zone is UTC, never the time of the browser. @param {string} value */
function zoned(value) {
  return value.includes("T") && !value.endsWith("Z") ? `${value}Z` : value;
}

/**
 * The text without one of its tokens.
 * @param {string} text
 * @param {number} index
 */
export function without(text, index) {
  return tokens(text).filter((_, at) => at !== index).map((one) => one.text).join(" ");
}

/**
 * The text with a value of a key added, or taken away if it is there. A range of the same key gives way to the value.
 * @param {string} text
 * @param {string} key
 * @param {string} value
 */
export function toggled(text, key, value) {
  const all = tokens(text);
  const at = all.findIndex((one) => one.key === key && one.sign === ":");
  const rest = all.filter((one, index) => index !== at && one.key !== key).map((one) => one.text);
  const before = at < 0 ? [] : all[at].values;
  const values = before.includes(value) ? before.filter((one) => one !== value) : [...before, value];
  return [...rest, ...(values.length ? [written(key, ":", values)] : [])].join(" ");
}

/**
 * Whether a value is among those the text asks for; null if the text says nothing about the key.
 * @param {string} text
 * @param {string} key
 * @param {string} value
 * @returns {boolean|null}
 */
export function asks(text, key, value) {
  const about = tokens(text).filter((one) => one.key === key);
  if (about.length === 0) return null;
  return about.every((one) => (key === "severity" ? ordered(one, rank(value), rank) : one.values.includes(value)));
}

/**
 * The parameters of the API for a text.
 * @param {string} text
 * @param {string[]} [leaveOut] keys to leave out, to count what other values of them would give
 * @param {number} [now] ms since 1970, for times without a date
 * @returns {Record<string, string>}
 */
export function query(text, leaveOut = [], now = Date.now()) {
  const all = tokens(text).filter((one) => one.key === null || !leaveOut.includes(one.key));
  // A time of day means something here only; the server takes moments and spans.
  const isParameter = (/** @type {Token} */ one) => (one.key === "since" || one.key === "until") && !/^\d+[mhd]$/.test(one.values[0] ?? "");
  const q = all.filter((one) => !isParameter(one)).map((one) => one.text).join(" ");
  /** @type {Record<string, string>} */
  const found = q ? { q } : {};
  for (const one of all.filter(isParameter)) found[/** @type {string} */ (one.key)] = parameter(one, now);
  const has = (/** @type {string} */ key) => tokens(text).some((one) => one.key === key);
  if (WHOLE.some(has)) return found;
  if (!has("state") && !leaveOut.includes("state")) found.state = DEFAULTS.state;
  if (!has("severity") && !has("score") && !has("facts") && !leaveOut.includes("severity")) found.min_severity = DEFAULTS.min_severity;
  return found;
}

/**
 * A time as a value of a parameter. One that cannot be read goes as it is, so that the server names the fault.
 * @param {Token} one
 * @param {number} now
 */
function parameter(one, now) {
  const at = moment(one.values[0] ?? "", now);
  return at === null ? (one.values[0] ?? "") : new Date(at).toISOString();
}

/**
 * Compares by the sign of a token.
 * @param {Token} one
 * @param {number} value
 * @param {(word: string) => number} of
 */
function ordered(one, value, of) {
  return one.values.some((word) => {
    const limit = of(word);
    if (one.sign === ">=") return value >= limit;
    if (one.sign === ">") return value > limit;
    if (one.sign === "<=") return value <= limit;
    if (one.sign === "<") return value < limit;
    return value === limit;
  });
}

/**
 * Whether an alert fits the text, judged as the server does.
 * @param {string} text
 * @param {Alert} alert
 * @param {{me: string|null, now: number}} here
 */
export function matches(text, alert, here) {
  const all = tokens(text);
  const asked = query(text);
  if (asked.state && !asked.state.split(",").includes(alert.state)) return false;
  if (asked.min_severity && rank(alert.severity) < rank(asked.min_severity)) return false;
  if (!alert.announced && !all.some((one) => one.key === "facts" && one.values.includes("true"))) return false;
  return merged(all).every((one) => fits(one, alert, here));
}

/**
 * The tokens with those of one key joined: their values add up, but limits and words all have to hold.
 * @param {Token[]} all
 * @returns {Token[]}
 */
function merged(all) {
  const joins = (/** @type {Token} */ one) => one.key !== null && one.key !== "score" && one.sign === ":";
  const first = new Map();
  const found = /** @type {Token[]} */ ([]);
  for (const one of all) {
    const before = joins(one) ? first.get(one.key) : undefined;
    if (before) before.values = [...before.values, ...one.values];
    else {
      const copy = { ...one };
      found.push(copy);
      if (joins(one)) first.set(one.key, copy);
    }
  }
  return found;
}

/**
 * @param {Token} one
 * @param {Alert} alert
 * @param {{me: string|null, now: number}} here
 * @returns {boolean}
 */
function fits(one, alert, { me, now }) {
  const any = (/** @type {(value: string) => boolean} */ test) => one.values.some(test);
  const folded = (/** @type {string} */ value) => value.toLowerCase();
  switch (one.key) {
    case "severity": return ordered(one, rank(alert.severity), rank);
    case "score": return ordered(one, alert.score, Number);
    case "behaviour": return any((value) => value === alert.behaviour);
    case "zone": return any((value) => alert.zones.some((zone) => zone.id === value));
    case "owner": return any((value) => (value === "none" ? alert.owner === null : alert.owner === (value === "me" ? me : value)));
    case "state": return any((value) => value === alert.state);
    case "status": return any((value) => value === alert.status);
    case "kind": return any((value) => (alert.kind ?? "vessel") === value);
    case "type": return any((value) => alert.vessels.some((vessel) => isType(vessel.ship_type, value)));
    case "flag": return any((value) => alert.vessels.some((vessel) => vessel.flag === value.toUpperCase()));
    case "mmsi": return any((value) => alert.vessels.some((vessel) => vessel.mmsi === Number(value)));
    case "imo": return any((value) => alert.vessels.some((vessel) => String(vessel.imo) === value));
    case "name": return any((value) => alert.vessels.some((vessel) => folded(vessel.name ?? "").includes(folded(value))));
    case "case": return any((value) => alert.case_id === value);
    case "since": return any((value) => Date.parse(alert.last_at) >= (moment(value, now) ?? 0));
    case "until": return any((value) => Date.parse(alert.started_at) <= (moment(value, now) ?? Infinity));
    case "silenced": return any((value) => (value === "true") === (alert.silenced_by !== null));
    case "facts": return true;
    default: {
      const names = alert.vessels.map((vessel) => `${vessel.name ?? ""} ${vessel.mmsi}`).join(" ");
      return folded(`${alert.id} ${alert.summary} ${names} ${alert.behaviour}`).includes(folded(one.values[0]));
    }
  }
}

/**
 * Whether a ship type is meant by a word, a number or a range.
 * @param {number|null} code
 * @param {string} value
 */
function isType(code, value) {
  const range = /^(\d{1,2})(?:-(\d{1,2}))?$/.exec(value);
  if (!range) return typeName(code) === TYPE_WORDS.get(value);
  return code !== null && Number(range[1]) <= code && code <= Number(range[2] ?? range[1]);
}
