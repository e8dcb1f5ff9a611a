// @ts-check
// Land for the small maps: tiles of the daemon's coastline, as rings in fractions of the world's Mercator square.

/** Zoom levels that the daemon serves. */
const LEVELS = [2, 5, 8];
/** Coordinates in a tile run from 0 to this number. */
const TILE = 4096;
/** Most tiles of one map: beyond it, the coarser level is taken. */
const MOST = 12;

/** @typedef {Float64Array} Ring - x, y in pairs; 0 to 1 from west to east and from north to south */

/** @type {Map<string, Promise<Ring[]>>} */
const kept = new Map();

/**
 * Mercator x of a longitude; 0 at 180 W, 1 at 180 E, beyond it where the track runs over the date line.
 * @param {number} lon
 */
export const mercatorX = (lon) => lon / 360 + 0.5;

/**
 * Mercator y of a latitude; 0 in the north.
 * @param {number} lat
 */
export function mercatorY(lat) {
  const sine = Math.sin((Math.max(-85, Math.min(85, lat)) * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

/**
 * Latitude of a Mercator y.
 * @param {number} y
 */
export const latitude = (y) => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;

/**
 * The land of a rectangle in Mercator fractions. Tiles that cannot be had are left out: the map then has no land there.
 * @param {{west: number, north: number, east: number, south: number}} box
 * @param {AbortSignal} [signal]
 * @returns {Promise<Ring[]>}
 */
export async function land(box, signal) {
  const level = [...LEVELS].reverse().find((zoom) => count(box, zoom) <= MOST) ?? LEVELS[0];
  const tiles = [];
  const size = 2 ** level;
  for (let x = Math.floor(box.west * size); x <= Math.floor(box.east * size); x++) {
    for (let y = Math.max(0, Math.floor(box.north * size)); y <= Math.min(size - 1, Math.floor(box.south * size)); y++) {
      tiles.push(tile(level, x, y));
    }
  }
  const rings = (await Promise.all(tiles)).flat();
  signal?.throwIfAborted();
  return rings;
}

/**
 * @param {{west: number, north: number, east: number, south: number}} box
 * @param {number} zoom
 */
function count(box, zoom) {
  const size = 2 ** zoom;
  const span = (/** @type {number} */ from, /** @type {number} */ to) => Math.floor(to * size) - Math.floor(from * size) + 1;
  return span(box.west, box.east) * span(box.north, box.south);
}

/**
 * One tile; `x` may lie outside the world, then the tile is that of the same meridian a turn away.
 * @param {number} zoom
 * @param {number} x
 * @param {number} y
 */
function tile(zoom, x, y) {
  const key = `${zoom}/${x}/${y}`;
  const known = kept.get(key);
  if (known) return known;
  const size = 2 ** zoom;
  const inside = ((x % size) + size) % size;
  const rings = fetch(`/api/v1/map/land/${zoom}/${inside}/${y}`, { credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(new Error(`land: ${answer.status}`))))
    .then((bytes) => decode(bytes, zoom, x, y))
    .catch(() => {
      kept.delete(key);
      return [];
    });
  kept.set(key, rings);
  return rings;
}

/**
 * Decodes `ATLD`, version 1. A tile that is cut short gives the rings before the cut.
 * @param {ArrayBuffer} bytes
 * @param {number} zoom
 * @param {number} x
 * @param {number} y
 * @returns {Ring[]}
 */
export function decode(bytes, zoom, x, y) {
  const view = new DataView(bytes);
  if (view.byteLength < 8 || view.getUint32(0) !== 0x41544c44 || view.getUint16(4, true) !== 1) return [];
  const rings = [];
  const size = 2 ** zoom;
  let offset = 8;
  for (let left = view.getUint16(6, true); left && offset + 4 <= view.byteLength; left--) {
    const points = view.getUint16(offset, true);
    offset += 4;
    if (offset + points * 4 > view.byteLength) break;
    const ring = new Float64Array(points * 2);
    for (let point = 0; point < points; point++, offset += 4) {
      ring[2 * point] = (x + view.getInt16(offset, true) / TILE) / size;
      ring[2 * point + 1] = (y + view.getInt16(offset + 2, true) / TILE) / size;
    }
    rings.push(ring);
  }
  return rings;
}
