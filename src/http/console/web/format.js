// @ts-check
// Numbers, times and positions as a watch reads them: UTC with Z, every number with its unit.
import { language, t } from "./words.js";

/** What is shown for a value that is absent. */
export const NONE = "–";
const METRES_PER_NM = 1852;

/** @param {number | null | undefined} value @param {number} [digits] digits after the decimal point */
export function number(value, digits = 0) {
  if (value == null || !Number.isFinite(value)) return NONE;
  return value.toLocaleString(language.value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A number inside a phrase of the engine, which stays English. @param {number} value @param {number} [digits] */
export const english = (value, digits = 0) => value.toFixed(digits);

/** A value with its unit as the engine writes it, and its parts. */
const QUANTITY = /^(-?\d+)(?:\.(\d+))?( ?(?:kn|nm|m|km|h|min|s|d|°|%)| h \d\d min)?$/;

/** A value with its unit that the engine has written, `1500.5 m`, with the number as the language writes it; null for any other text, which
 * is a phrase of the engine and stays as it is.
 * @param {string} text */
export function quantity(text) {
  const found = QUANTITY.exec(text);
  if (!found) return null;
  // Numbers of nine digits and more are not amounts: they are MMSI and IMO numbers.
  if (language.value === "en" || (found[1].length > 6 && !found[2])) return text;
  return `${number(Number(text.match(/^-?[\d.]+/)?.[0]), found[2]?.length ?? 0)}${found[3] ?? ""}`;
}

/** @param {string | number | Date | null | undefined} when RFC 3339, or milliseconds */
function date(when) {
  const parsed = when == null ? null : new Date(when);
  return parsed && !Number.isNaN(parsed.getTime()) ? parsed : null;
}

/** `03:10Z`; with seconds `03:10:25Z`.
 * @param {string | number | Date | null | undefined} when @param {boolean} [seconds] */
export function clock(when, seconds = false) {
  const at = date(when);
  return at ? `${at.toISOString().slice(11, seconds ? 19 : 16)}Z` : NONE;
}

/** `2026-03-01 03:10Z`.
 * @param {string | number | Date | null | undefined} when @param {boolean} [seconds] */
export function time(when, seconds = false) {
  const at = date(when);
  return at ? `${at.toISOString().slice(0, 10)} ${clock(at, seconds)}` : NONE;
}

/** The same in the time of the place where the browser is, for a tooltip.
 * @param {string | number | Date | null | undefined} when */
export function localTime(when) {
  const at = date(when);
  if (!at) return "";
  return at.toLocaleString(language.value, { dateStyle: "medium", timeStyle: "long" });
}

/** A length of time in two units: `2 d 4 h`, `3 h 12 min`, `4 min`, `12 s`.
 * @param {number | null | undefined} seconds */
export function span(seconds) {
  if (seconds == null || !Number.isFinite(seconds)) return NONE;
  // Cut, not rounded, as the engine cuts a length of time in its sentences.
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${String(minutes % 60).padStart(2, "0")} min` : `${hours} h`;
  return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${Math.floor(hours / 24)} d`;
}

/** Time between two moments.
 * @param {string | null | undefined} from @param {string | number | null | undefined} until */
export function between(from, until) {
  const [begin, end] = [date(from), date(until)];
  return begin && end ? span((end.getTime() - begin.getTime()) / 1000) : NONE;
}

/** How long ago, in one unit, as short as a row needs: `now`, `40 s`, `12 min`, `3 h`, `2 d`.
 * @param {string | null | undefined} when @param {number} now milliseconds */
export function ago(when, now) {
  const at = date(when);
  if (!at) return NONE;
  const seconds = (now - at.getTime()) / 1000;
  if (seconds < 5) return t("time.now");
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** The same as words: `12 min ago`, `now`.
 * @param {string | null | undefined} when @param {number} now milliseconds */
export function agoText(when, now) {
  const text = ago(when, now);
  return text === NONE || text === t("time.now") ? text : t("time.ago", { span: text });
}

/** Age from which a sentence about what goes on is said to be of its time. Milliseconds. */
const OLD = 900_000;

/** Of which time the sentence of an open alert is, as `as of 14:10Z`; empty if it is of now, or if the alert is over.
 * @param {{ status: string, last_at: string }} alert @param {number} now in milliseconds */
export function asOf(alert, now) {
  if (alert.status !== "open" || now - Date.parse(alert.last_at) < OLD) return "";
  const isToday = alert.last_at.slice(0, 10) === new Date(now).toISOString().slice(0, 10);
  return t("time.as_of", { time: isToday ? clock(alert.last_at) : time(alert.last_at) });
}

/** @param {number | null | undefined} value @param {number} [digits] */
export function knots(value, digits = 1) {
  return value == null ? NONE : `${number(value, digits)} kn`;
}

/** @param {number | null | undefined} value nautical miles @param {number} [digits] */
export function nm(value, digits = 1) {
  return value == null ? NONE : `${number(value, digits)} nm`;
}

/** Metres below 1 nm, nautical miles from there.
 * @param {number | null | undefined} value metres */
export function distance(value) {
  if (value == null) return NONE;
  return value < METRES_PER_NM ? `${number(value)} m` : nm(value / METRES_PER_NM);
}

/** A course or bearing in three digits: `007°`.
 * @param {number | null | undefined} value */
export function degrees(value) {
  return value == null || !Number.isFinite(value) ? NONE : `${String(Math.round(value) % 360).padStart(3, "0")}°`;
}

/** @param {number | null | undefined} share 0 to 1 */
export function percent(share) {
  return share == null ? NONE : share.toLocaleString(language.value, { style: "percent", maximumFractionDigits: 0 });
}

/** Degrees, minutes and thousandths, as charts write them: `16°13.758'N 061°32.644'W`.
 * @param {number} lat @param {number} lon */
export function dms(lat, lon) {
  return `${part(lat, 2)}${lat < 0 ? "S" : "N"} ${part(lon, 3)}${lon < 0 ? "W" : "E"}`;
}

/** `16.22930, -61.54407`.
 * @param {number} lat @param {number} lon */
export function decimal(lat, lon) {
  return `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
}

/** Both notations of a position.
 * @param {{ lat: number, lon: number } | null | undefined} place */
export function position(place) {
  return place ? { dms: dms(place.lat, place.lon), decimal: decimal(place.lat, place.lon) } : { dms: NONE, decimal: NONE };
}

/** @param {number} value @param {number} digits digits of the degrees */
function part(value, digits) {
  const thousandths = Math.round(Math.abs(value) * 60_000);
  const whole = Math.floor(thousandths / 60_000);
  const minutes = ((thousandths % 60_000) / 1000).toFixed(3).padStart(6, "0");
  return `${String(whole).padStart(digits, "0")}°${minutes}'`;
}
