// @ts-check
// Where the name of a zone stands, and whether the zone is large enough for it.
import { boxOf, mapX, mapY, middleOf, NAUTICAL_MILE, stretch } from "../geo.js";

/** @typedef {import("../geo.js").Place} Place */
/** @typedef {import("./ground/zones.js").ZoneShape} ZoneShape */

/** Where the name of a zone stands. @param {ZoneShape} shape @returns {Place|null} */
export function nameAt({ rings, lines, points }) {
  const line = lines[0], ring = rings[0];
  if (line) {
    return middleOf(line.slice(Math.ceil(line.length / 2) - 1, Math.floor(line.length / 2) + 1));
  }
  // A polygon that was cut at 180 degrees counts as one. Of separate polygons, the first carries the name.
  if (ring) return middleOf((boxOf(rings.flat())?.east ?? 0) > 180 ? rings.flat() : ring);
  return points[0] ? { lon: points[0][0], lat: points[0][1] } : null;
}

/** The larger side of a zone. Metres of the map. @param {ZoneShape} shape @returns {number} */
export function sizeOf({ rings, lines, points, halfWidth }) {
  const box = boxOf([...rings.flat(), ...lines.flat(), ...points]);
  if (!box) return 0;
  const miles = halfWidth * NAUTICAL_MILE * stretch((box.south + box.north) / 2);
  return Math.max(mapX(box.east) - mapX(box.west), mapY(box.north) - mapY(box.south)) + 2 * miles;
}
