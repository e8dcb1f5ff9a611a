// @ts-check
// The land of a tile, from the coastline that the daemon measures distances to.
import { UNITS, parse } from "../../land_tile.js";

/** How many data tiles are kept. */
const KEPT = 160;
/** Attempts to load a data tile, and the pause after the first. Milliseconds. */
const ATTEMPTS = 4, PAUSE = 800;

/** @typedef {import("../../land_tile.js").Rings} Rings */

/** @type {Map<string, Promise<Rings>>} */
const loaded = new Map();

/** The data level for a tile level: three are served. @param {number} z @returns {number} */
const levelFor = (z) => (z <= 3 ? 2 : z <= 6 ? 5 : 8);

/**
 * Loads what is needed for a tile.
 * @param {number} z @param {number} x @param {number} y
 * @returns {Promise<{level: number, tiles: {x: number, y: number, rings: Rings}[]}>}
 */
export async function landOf(z, x, y) {
  const level = levelFor(z), tiles = [];
  if (z >= level) {
    const by = z - level;
    tiles.push({ x: x >> by, y: y >> by });
  } else {
    const many = 1 << (level - z);
    for (let i = 0; i < many * many; i++) tiles.push({ x: x * many + (i % many), y: y * many + ((i / many) | 0) });
  }
  return { level, tiles: await Promise.all(tiles.map(async (tile) => ({ ...tile, rings: await rings(level, tile.x, tile.y) }))) };
}

/** @param {number} z @param {number} x @param {number} y @returns {Promise<Rings>} */
function rings(z, x, y) {
  const name = `${z}/${x}/${y}`;
  let found = loaded.get(name);
  if (found) {
    loaded.delete(name);
  } else {
    found = load(name);
    // What failed is asked for again by the next tile that needs it.
    found.catch(() => loaded.delete(name));
  }
  loaded.set(name, found);
  if (loaded.size > KEPT) loaded.delete(/** @type {string} */ (loaded.keys().next().value));
  return found;
}

/** @param {string} name @returns {Promise<Rings>} */
async function load(name) {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await fetch(`/api/v1/map/land/${name}`);
      if (answer.ok) return parse(await answer.arrayBuffer());
      if (answer.status < 500 && answer.status !== 429) throw new TypeError(`land ${name}: ${answer.status}`);
    } catch (fault) {
      if (attempt >= ATTEMPTS || (fault instanceof TypeError && fault.message.startsWith("land "))) throw fault;
    }
    if (attempt >= ATTEMPTS) throw new Error(`land ${name}: no answer`);
    await new Promise((done) => setTimeout(done, PAUSE * 2 ** (attempt - 1)));
  }
}

/**
 * Draws the land and its shore.
 * @param {OffscreenCanvasRenderingContext2D} context
 * @param {{z: number, x: number, y: number, size: number}} tile
 * @param {Awaited<ReturnType<typeof landOf>>} data
 * @param {{land: string, shore: string}} colours
 */
export function drawLand(context, { z, x, y, size }, { level, tiles }, colours) {
  const scale = (size * 2 ** (z - level)) / UNITS, side = UNITS * scale;
  for (const tile of tiles) {
    const left = tile.x * side - x * size, top = tile.y * side - y * size;
    const path = new Path2D();
    for (const ring of tile.rings) {
      for (let i = 0; i < ring.length; i += 2) {
        const px = left + ring[i] * scale, py = top + ring[i + 1] * scale;
        if (i === 0) path.moveTo(px, py);
        else path.lineTo(px, py);
      }
      path.closePath();
    }
    context.save();
    // Rings reach beyond their data tile, along its margin: outside of the tile neither land nor shore is true.
    context.beginPath();
    context.rect(left, top, side, side);
    context.clip();
    context.fillStyle = colours.land;
    context.fill(path, "evenodd");
    context.strokeStyle = colours.shore;
    context.lineWidth = size > 512 ? 1.6 : 1;
    context.stroke(path);
    context.restore();
  }
}
