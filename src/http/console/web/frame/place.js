// @ts-check
// Reads a position as people write it: decimal degrees, degrees and minutes, or degrees, minutes and seconds.

/** What one coordinate is written with, beside its letter. */
const FIGURES = String.raw`([-+\d.,°º'′’"″\s]+?)`;
const LETTER_AFTER = new RegExp(String.raw`^\s*${FIGURES}\s*([NS])[\s,;/]*${FIGURES}\s*([EWO])\s*$`, "i");
const LETTER_BEFORE = new RegExp(String.raw`^\s*([NS])\s*${FIGURES}[\s,;/]*([EWO])\s*${FIGURES}\s*$`, "i");
const DECIMAL = /^\s*([-+]?\d{1,2}(?:\.\d+)?)\s*[,;\s]\s*([-+]?\d{1,3}(?:\.\d+)?)\s*$/;

/**
 * Latitude first. W and the O of Portuguese, Spanish and French are west.
 * @param {string} text
 * @returns {{ lat: number, lon: number } | null} null for anything that is no position
 */
export function readPlace(text) {
  const decimal = DECIMAL.exec(text);
  if (decimal) return place(Number(decimal[1]), Number(decimal[2]));
  const after = LETTER_AFTER.exec(text);
  const before = LETTER_BEFORE.exec(text);
  const [lat, north, lon, east] = after?.slice(1) ?? (before ? [before[2], before[1], before[4], before[3]] : []);
  if (lat === undefined) return null;
  return place(size(lat) * (/s/i.test(north) ? -1 : 1), size(lon) * (/e/i.test(east) ? 1 : -1));
}

/** Degrees from one to three figures: degrees, minutes, seconds. NaN if there are none or more.
 * @param {string} text */
function size(text) {
  const figures = (text.match(/\d+(?:[.,]\d+)?/g) ?? []).map((each) => Number(each.replace(",", ".")));
  if (figures.length === 0 || figures.length > 3 || figures.slice(1).some((each) => each >= 60)) return Number.NaN;
  return figures.reduceRight((sum, each) => each + sum / 60, 0);
}

/** @param {number} lat @param {number} lon */
function place(lat, lon) {
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}
