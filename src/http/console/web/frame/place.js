// @ts-check
// Reads a position as people write it: decimal degrees, degrees and minutes, or degrees, minutes and seconds.

/** One coordinate: up to three numbers, with a letter before or after it. */
const PART = /([NSEWO])?\s*([-+]?\d{1,3}(?:[.,]\d+)?)\s*[°º\s]?\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*['′’\s]\s*)?(?:(\d{1,2}(?:[.,]\d+)?)\s*(?:"|″|'')\s*)?([NSEWO])?/giu;

/**
 * Latitude first, unless letters say otherwise. Null for anything that is no position.
 * @param {string} text
 * @returns {{ lat: number, lon: number } | null}
 */
export function readPlace(text) {
  const decimal = /^\s*([-+]?\d{1,2}(?:\.\d+)?)\s*[,;\s]\s*([-+]?\d{1,3}(?:\.\d+)?)\s*$/.exec(text);
  if (decimal) return place(Number(decimal[1]), Number(decimal[2]));
  if (!/[NS]/i.test(text) || !/[EWO]/i.test(text)) return null;
  const parts = [...text.trim().matchAll(PART)].filter((each) => each[0].trim() !== "" && (each[1] || each[5]));
  if (parts.length !== 2) return null;
  /** @type {{ lat?: number, lon?: number }} */
  const found = {};
  for (const [, before, whole, minutes, seconds, after] of parts) {
    const letter = (before ?? after ?? "").toUpperCase();
    const size = number(whole) + number(minutes) / 60 + number(seconds) / 3600;
    if (letter === "N" || letter === "S") found.lat = letter === "S" ? -size : size;
    else found.lon = letter === "E" ? size : -size;
  }
  return found.lat === undefined || found.lon === undefined ? null : place(found.lat, found.lon);
}

/** @param {string | undefined} text */
const number = (text) => Number((text ?? "0").replace(",", "."));

/** @param {number} lat @param {number} lon */
function place(lat, lon) {
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}
