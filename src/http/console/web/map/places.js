// @ts-check
// Where an alert is on the map, and which parts of the tracks belong to it. Pure functions.
import { partOf } from "../alert/part.js";
import { distanceNm } from "../geo.js";

/** @typedef {import("../geo.js").Place} Place */
/** @typedef {import("../../types/api").Alert} Alert */
/** A place of an alert: of one of its vessels, or of the alert itself. @typedef {{mmsi: number|null, at: Place}} AlertPlace */

/** Vessels no farther apart than this are still together. Nautical miles. */
const TOGETHER_NM = 1;
/** Track shown before and after a vessel's part in an alert. Milliseconds. */
const AROUND = 20 * 60_000;

/**
 * Where the vessels of an alert are now, as far as they are heard.
 * @param {Alert} alert @param {{find: (mmsi: number) => number, place: (i: number) => Place}} fleet @returns {{mmsi: number, at: Place}[]}
 */
export function vesselsOf(alert, fleet) {
  const found = [];
  for (const { mmsi } of alert.vessels) {
    const i = fleet.find(mmsi);
    if (i >= 0) found.push({ mmsi, at: fleet.place(i) });
  }
  return found;
}

/**
 * Where an alert is: at its vessel while it goes on, at its vessels while they are together, else where it says itself. Vessels that have
 * parted, or that came one after the other, are elsewhere by now, and a mark on each would read as a meeting under way.
 * @param {Alert} alert @param {Parameters<typeof vesselsOf>[1]} fleet @returns {AlertPlace[]}
 */
export function placesOf(alert, fleet) {
  const now = alert.status === "open" ? vesselsOf(alert, fleet) : [], isAlone = alert.vessels.length === 1;
  const areTogether = now.length === alert.vessels.length && now.every(({ at }) => distanceNm(at, now[0].at) <= TOGETHER_NM);
  if (now.length && (isAlone || areTogether || !alert.position)) return now;
  return alert.position ? [{ mmsi: null, at: alert.position }] : [];
}

/**
 * The parts of the tracks of an alert that belong to it, each round its own vessel's part, as [longitude, latitude].
 * @param {Alert} alert @param {import("../alert/types.js").RawTrack[]} tracks @returns {{mmsi: number, points: number[][]}[]}
 */
export function partsOf(alert, tracks) {
  const cut = tracks.map(({ mmsi, points }) => {
    const [from, to] = partOf(alert, mmsi), within = points.filter(([at]) => Date.parse(at) >= from - AROUND && Date.parse(at) <= to + AROUND);
    return { mmsi, points: within.map(([, lon, lat]) => [lon, lat]) };
  });
  return cut.filter(({ points }) => points.length > 1);
}
