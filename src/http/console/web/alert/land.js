// @ts-check
// Land for the small maps: tiles of the daemon's coastline, as rings in fractions of the world's Mercator square.
import { UNITS, parse } from "../land_tile.js";

/** Zoom levels that the daemon serves. */
const LEVELS = [2, 5, 8];
/** Most tiles of one map: beyond it, the coarser level is taken. */
const MOST = 12;

/** @typedef {Float64Array} Ring - x, y in pairs; 0 to 1 from west to east and from north to south */

/** @type {Map<string, Promise<Ring[]>>} */
const kept = new Map();

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
 * The rings of a tile in fractions of the world's square. Throws for what is no whole tile.
 * @param {ArrayBuffer} bytes
 * @param {number} zoom
 * @param {number} x
 * @param {number} y
 * @returns {Ring[]}
 */
export function decode(bytes, zoom, x, y) {
  const corner = [x, y];
  return parse(bytes).map((ring) => Float64Array.from(ring, (value, index) => (corner[index % 2] + value / UNITS) / 2 ** zoom));
}
