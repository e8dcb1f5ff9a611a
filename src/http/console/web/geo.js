// @ts-check
// Positions in degrees and in the metres of the Mercator map (EPSG:3857), and distances over the ground.

/** @typedef {{lat: number, lon: number}} Place  A position in degrees, north and east positive. */

/** Half the width of the map. Metres of the map. */
export const HALF = 20037508.342789244;
/** Radius of the sphere that distances are measured on. Metres; the mean radius of the Earth, as in the engine. */
const RADIUS = 6371008.8;
/** Length of a nautical mile. Metres. */
export const NAUTICAL_MILE = 1852;
/** The highest latitude that the map shows. Degrees. */
export const MOST_LATITUDE = 85.0511;
const RADIAN = Math.PI / 180;

/** The x of a longitude. @param {number} lon @returns {number} */
export const mapX = (lon) => (lon / 180) * HALF;

/** The y of a latitude; beyond the edge of the map it is the edge. @param {number} lat @returns {number} */
export function mapY(lat) {
  const kept = Math.max(-MOST_LATITUDE, Math.min(MOST_LATITUDE, lat));
  return (Math.log(Math.tan((90 + kept) * (RADIAN / 2))) / Math.PI) * HALF;
}

/** The longitude of an x, within -180 to 180. @param {number} x @returns {number} */
export function lonOf(x) {
  const lon = (x / HALF) * 180;
  return lon - 360 * Math.floor((lon + 180) / 360);
}

/** The latitude of a y. @param {number} y @returns {number} */
export const latOf = (y) => (2 * Math.atan(Math.exp((y / HALF) * Math.PI)) - Math.PI / 2) / RADIAN;

/** The x of a longitude as a fraction of the map: 0 at 180 W, 1 at 180 E, beyond it where a track runs over the date line. @param {number} lon */
export const mercatorX = (lon) => 0.5 + mapX(lon) / (2 * HALF);

/** The y of a latitude as a fraction of the map, 0 in the north. @param {number} lat */
export const mercatorY = (lat) => 0.5 - mapY(lat) / (2 * HALF);

/** The latitude of such a y. @param {number} y */
export const latitude = (y) => latOf((0.5 - y) * 2 * HALF);

/**
 * The area of a part of the map with as much again on every side, in degrees: west, south, east, north. East is beyond 180 where it crosses
 * the antimeridian. @param {number[]} extent west, south, east, north in metres of the map @returns {[number, number, number, number]}
 */
export function around([left, bottom, right, top]) {
  const width = right - left, height = top - bottom, south = latOf(bottom - height), north = latOf(top + height);
  if (3 * width >= 2 * HALF) return [-180, south, 180, north];
  const west = lonOf(left - width);
  return [west, south, west + (3 * width * 180) / HALF, north];
}

/** Whether an area holds a part of the map and is not much larger. @param {number[]} area as of `around` @param {number[]} extent metres of the map */
export function fits([west, south, east, north], [left, bottom, right, top]) {
  const width = ((right - left) * 180) / HALF, from = west + ((lonOf(left) - west + 360) % 360);
  const isWithin = east - west >= 360 || from + width <= east;
  return isWithin && latOf(bottom) >= south && latOf(top) <= north && (east - west <= 8 * width || width >= 45);
}

/** How many metres of the map one metre over the ground has at a latitude. @param {number} lat @returns {number} */
export const stretch = (lat) => 1 / Math.cos(Math.max(-MOST_LATITUDE, Math.min(MOST_LATITUDE, lat)) * RADIAN);

/** The distance along the great circle. Metres. @param {Place} from @param {Place} to @returns {number} */
export function metres(from, to) {
  const north = Math.sin(((to.lat - from.lat) * RADIAN) / 2);
  const east = Math.sin(((to.lon - from.lon) * RADIAN) / 2);
  const half = north * north + Math.cos(from.lat * RADIAN) * Math.cos(to.lat * RADIAN) * east * east;
  return 2 * RADIUS * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** The same in nautical miles. @param {Place} from @param {Place} to @returns {number} */
export const distanceNm = (from, to) => metres(from, to) / NAUTICAL_MILE;

/** The bearing at which the great circle leaves. Degrees from north, 0 to 360. @param {Place} from @param {Place} to @returns {number} */
export function bearing(from, to) {
  const east = (to.lon - from.lon) * RADIAN;
  const a = Math.sin(east) * Math.cos(to.lat * RADIAN);
  const b = Math.cos(from.lat * RADIAN) * Math.sin(to.lat * RADIAN) - Math.sin(from.lat * RADIAN) * Math.cos(to.lat * RADIAN) * Math.cos(east);
  return (Math.atan2(a, b) / RADIAN + 360) % 360;
}

/** The position at a distance (nautical miles) and bearing (degrees). @param {Place} from @param {number} nm @param {number} degrees @returns {Place} */
export function destination(from, nm, degrees) {
  const angle = (nm * NAUTICAL_MILE) / RADIUS, lat = from.lat * RADIAN, course = degrees * RADIAN;
  const sine = Math.sin(lat) * Math.cos(angle) + Math.cos(lat) * Math.sin(angle) * Math.cos(course);
  const north = Math.asin(Math.max(-1, Math.min(1, sine)));
  const east = Math.atan2(Math.sin(course) * Math.sin(angle) * Math.cos(lat), Math.cos(angle) - Math.sin(lat) * Math.sin(north));
  return { lat: north / RADIAN, lon: from.lon + east / RADIAN };
}

/** The great circle between two positions, as points that the map joins by straight lines. @param {Place} from @param {Place} to @returns {Place[]} */
export function greatCircle(from, to) {
  const nm = distanceNm(from, to);
  const parts = Math.max(1, Math.min(64, Math.ceil(nm / 60)));
  const points = [from];
  let at = from;
  for (let i = 1; i < parts; i++) {
    at = destination(at, nm / parts, bearing(at, to));
    points.push(at);
  }
  // Longitudes run on without a jump, so that a line over 180 degrees is not drawn round the world.
  points.push({ lat: to.lat, lon: at.lon + wrapped(to.lon - at.lon) });
  return points;
}

/** A circle over the ground, as the points of a closed line. @param {Place} centre @param {number} nm @returns {Place[]} */
export function circle(centre, nm) {
  const points = [];
  for (let degrees = 0; degrees <= 360; degrees += 5) points.push(destination(centre, nm, degrees));
  return points;
}

/**
 * The box round some points, in degrees. What lies on both sides of 180 degrees is one piece: `east` is then beyond 180.
 * @param {number[][]} points longitude, latitude @returns {{west: number, south: number, east: number, north: number} | null} null without points
 */
export function boxOf(points) {
  if (points.length === 0) return null;
  const side = (/** @type {(point: number[]) => number} */ of) => points.reduce(([least, most], point) => [Math.min(least, of(point)), Math.max(most, of(point))], [Infinity, -Infinity]);
  const [south, north] = side(([, lat]) => lat), [west, east] = side(([lon]) => lon);
  const [from, to] = side(([lon]) => (lon < 0 ? lon + 360 : lon));
  return to - from < east - west ? { west: from, south, east: to, north } : { west, south, east, north };
}

/** The middle of the box round some points; null without points. @param {number[][]} points longitude, latitude @returns {Place | null} */
export function middleOf(points) {
  const box = boxOf(points);
  return box && { lat: (box.south + box.north) / 2, lon: wrapped((box.west + box.east) / 2) };
}

/** A difference of longitudes within -180 to 180. @param {number} degrees @returns {number} */
export const wrapped = (degrees) => degrees - 360 * Math.floor((degrees + 180) / 360);

/**
 * The position that the sun stands above. Good to 0.3 degrees: enough for the edge of the night on a map.
 * Source: Astronomical Almanac, low precision formulas for the sun.
 * @param {number} at milliseconds since 1970
 * @returns {Place}
 */
export function sunAbove(at) {
  const days = at / 86400000 - 10957.5;
  const mean = (280.46 + 0.9856474 * days) % 360, anomaly = (357.528 + 0.9856003 * days) * RADIAN;
  const longitude = (mean + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * RADIAN;
  const tilt = (23.439 - 0.0000004 * days) * RADIAN;
  const lat = Math.asin(Math.sin(tilt) * Math.sin(longitude)) / RADIAN;
  const ascension = Math.atan2(Math.cos(tilt) * Math.sin(longitude), Math.cos(longitude)) / RADIAN;
  const sidereal = (280.46062 + 360.98564737 * days) % 360;
  return { lat, lon: wrapped(ascension - sidereal) };
}
