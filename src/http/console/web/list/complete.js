// @ts-check
/** What the filter box offers while one types: keys first, then the values of the key with how many alerts have them. */
import { KEYS, tokens, written } from "./filter.js";

/** @typedef {import("./types.js").Summary} Summary */
/**
 * @typedef {object} Offer
 * @property {string} insert text that replaces the word under the caret
 * @property {string} word what to show in the fixed-width column
 * @property {string} hint name in the reader's language; may be empty
 * @property {number|null} count alerts that have it; null if not counted
 * @property {boolean} isWhole whether the token is finished by it, so that a blank follows
 */
/**
 * @typedef {object} Naming
 * @property {(key: string) => string} key what a key is for
 * @property {(key: string, value: string) => string} value name of a value; empty if it is its own name
 */

/** More would not fit under the box. */
const MOST = 12;

/**
 * The word under the caret.
 * @param {string} text
 * @param {number} caret
 * @returns {{text: string, start: number, end: number}}
 */
export function wordAt(text, caret) {
  const found = tokens(text).find((one) => one.start <= caret && caret <= one.end);
  return found ?? { text: "", start: caret, end: caret };
}

/**
 * The key that is written at the caret, and the text without that token; null where no key is.
 * @param {string} text
 * @param {number} caret
 * @returns {{key: string, text: string}|null}
 */
export function restAt(text, caret) {
  const word = wordAt(text, caret);
  const key = /^([a-z_]+)[:<>]/i.exec(word.text)?.[1].toLowerCase() ?? "";
  if (!Object.hasOwn(KEYS, key)) return null;
  return { key, text: tokens(text).filter((one) => one.start !== word.start).map((one) => one.text).join(" ") };
}

/**
 * The offers for a text and a caret, best first.
 * @param {string} text
 * @param {number} caret
 * @param {Summary|null} summary counts under the rest of the filter; null before they are known
 * @param {Naming} naming
 * @param {string|null} me name of the reader
 * @returns {Offer[]}
 */
export function offers(text, caret, summary, naming, me) {
  const word = wordAt(text, caret);
  const typed = word.text.slice(0, caret - word.start);
  const parts = /^([a-z_]+)(>=|<=|>|<|:)(.*)$/is.exec(typed);
  const key = parts?.[1].toLowerCase() ?? "";
  if (!parts || !Object.hasOwn(KEYS, key)) return keys(typed, naming);
  const said = parts[3].split(",");
  const last = (said.pop() ?? "").toLowerCase().replaceAll('"', "");
  const before = said.map((value) => value.replaceAll('"', ""));
  return values(key, summary, naming, me)
    .filter(({ value, hint }) => !before.includes(value) && `${value} ${hint}`.toLowerCase().includes(last))
    .sort((a, b) => Number(b.value.startsWith(last)) - Number(a.value.startsWith(last)) || (b.count ?? 0) - (a.count ?? 0))
    .slice(0, MOST)
    .map(({ value, hint, count }) => ({
      insert: written(key, /** @type {import("./filter.js").Sign} */ (parts[2]), [...before, value]),
      word: value,
      hint,
      count,
      isWhole: true,
    }));
}

/**
 * Keys that begin as the typed text does.
 * @param {string} typed
 * @param {Naming} naming
 * @returns {Offer[]}
 */
function keys(typed, naming) {
  const start = typed.toLowerCase();
  return Object.keys(KEYS)
    .filter((key) => key.startsWith(start))
    .slice(0, start ? MOST : Infinity)
    .map((key) => {
      const sign = key === "severity" ? ">=" : key === "score" ? ">" : ":";
      return { insert: `${key}${sign}`, word: `${key}${sign}`, hint: naming.key(key), count: null, isWhole: false };
    });
}

/**
 * The values a key can have, with the counts that are known.
 * @param {string} key
 * @param {Summary|null} summary
 * @param {Naming} naming
 * @param {string|null} me
 * @returns {Array<{value: string, hint: string, count: number|null}>}
 */
function values(key, summary, naming, me) {
  const hint = (/** @type {string} */ value) => naming.value(key, value);
  if (key === "zone") {
    const zones = Object.entries(summary?.zone ?? {});
    return zones.map(([value, { name, count }]) => ({ value, hint: name, count }));
  }
  if (key === "owner") {
    const owners = Object.entries(summary?.owner ?? {}).filter(([name]) => name !== "" && name !== "none" && name !== me);
    const count = (/** @type {string|null} */ name) => (name === null ? null : (summary?.owner[name] ?? 0));
    const fixed = [
      { value: "me", hint: me ?? "", count: count(me) },
      { value: "none", hint: hint("none"), count: summary?.owner.none ?? summary?.owner[""] ?? 0 },
    ];
    return [...fixed, ...owners.map(([value, number]) => ({ value, hint: "", count: number }))];
  }
  if (key === "since" || key === "until") {
    return ["1h", "6h", "12h", "24h", "3d", "7d"].map((value) => ({ value, hint: hint(value), count: null }));
  }
  if (key === "score") return ["20", "40", "60", "80"].map((value) => ({ value, hint: "", count: null }));
  const counted = key === "severity" ? summary?.severity : key === "behaviour" ? summary?.behaviour : key === "state" ? summary?.state : null;
  return (KEYS[key].values ?? []).map((value) => ({
    value,
    hint: hint(value),
    count: counted ? (/** @type {Record<string, number>} */ (counted)[value] ?? 0) : null,
  }));
}

/**
 * The text with an offer taken, and where the caret goes.
 * @param {string} text
 * @param {number} caret
 * @param {Offer} offer
 * @returns {{text: string, caret: number}}
 */
export function accept(text, caret, offer) {
  const word = wordAt(text, caret);
  const rest = text.slice(word.end);
  const put = offer.insert + (offer.isWhole && !rest.startsWith(" ") ? " " : "");
  return { text: text.slice(0, word.start) + put + rest, caret: word.start + put.length };
}
