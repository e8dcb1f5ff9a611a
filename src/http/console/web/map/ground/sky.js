// @ts-check
// The other parts of a tile: cells where ships are heard, the night, the graticule.
import { HALF, latOf, mapX, mapY } from "../../geo.js";

/** @typedef {{z: number, x: number, y: number, size: number}} Tile */
/** A cell of the coverage, with the chance to be heard there, 0 to 1. @typedef {{west: number, south: number, east: number, north: number, class_a: number|null, class_b: number|null}} Cell */

/** Steps of the graticule. Degrees. */
const STEPS = [30, 15, 10, 5, 2, 1, 0.5, 1 / 6, 1 / 12, 1 / 60];
/** The least distance between two lines. Pixels. */
const APART = 110;

/** The step of the graticule for a resolution. @param {number} resolution metres of the map for each pixel @returns {number} degrees */
export function gridStep(resolution) {
  const degrees = (APART * resolution * 180) / HALF;
  return STEPS.findLast((step) => step >= degrees) ?? STEPS[0];
}

/** @param {Tile} tile */
function viewOf({ z, x, y, size }) {
  const side = (2 * HALF) / 2 ** z, west = x * side - HALF, north = HALF - y * side, scale = size / side;
  return { west, north, east: west + side, south: north - side, scale, px: (/** @type {number} */ at) => (at - west) * scale, py: (/** @type {number} */ at) => (north - at) * scale };
}

/** @param {OffscreenCanvasRenderingContext2D} context @param {Tile} tile @param {Cell[]} cells @param {"class_a"|"class_b"} part @param {string} colour */
export function drawCoverage(context, tile, cells, part, colour) {
  const view = viewOf(tile);
  context.fillStyle = colour;
  for (const cell of cells) {
    const share = cell[part];
    if (!share) continue;
    const left = view.px(mapX(cell.west)), right = view.px(mapX(cell.east)), top = view.py(mapY(cell.north)), bottom = view.py(mapY(cell.south));
    if (right < 0 || left > tile.size || bottom < 0 || top > tile.size) continue;
    context.globalAlpha = 0.04 + 0.2 * share;
    // Whole pixels, so that neighbours neither overlap nor leave a gap.
    context.fillRect(Math.round(left), Math.round(top), Math.round(right) - Math.round(left), Math.round(bottom) - Math.round(top));
  }
  context.globalAlpha = 1;
}

/** @param {OffscreenCanvasRenderingContext2D} context @param {Tile} tile @param {{lat: number, lon: number}} sun the position it stands above @param {string} colour */
export function drawNight(context, tile, sun, colour) {
  const view = viewOf(tile), tilt = Math.tan((sun.lat * Math.PI) / 180) || 1e-6;
  context.beginPath();
  context.moveTo(0, sun.lat > 0 ? tile.size : 0);
  for (let px = 0; px <= tile.size; px += 8) {
    const lon = ((view.west + px / view.scale) / HALF) * 180;
    const lat = (Math.atan(-Math.cos(((lon - sun.lon) * Math.PI) / 180) / tilt) * 180) / Math.PI;
    context.lineTo(px, Math.max(-4, Math.min(tile.size + 4, view.py(mapY(lat)))));
  }
  context.lineTo(tile.size, sun.lat > 0 ? tile.size : 0);
  context.closePath();
  context.fillStyle = colour;
  context.fill();
}

/** @param {OffscreenCanvasRenderingContext2D} context @param {Tile} tile @param {string} colour */
export function drawGrid(context, tile, colour) {
  const view = viewOf(tile), step = gridStep((2 * HALF) / 2 ** tile.z / 512);
  context.strokeStyle = colour;
  context.lineWidth = tile.size > 512 ? 2 : 1;
  context.beginPath();
  const first = Math.ceil((view.west / HALF) * (180 / step)), last = Math.floor((view.east / HALF) * (180 / step));
  for (let n = first; n <= last; n++) {
    const px = Math.round(view.px(mapX(n * step))) + 0.5;
    context.moveTo(px, 0);
    context.lineTo(px, tile.size);
  }
  for (let n = Math.ceil(latOf(view.south) / step); n <= latOf(view.north) / step; n++) {
    const py = Math.round(view.py(mapY(n * step))) + 0.5;
    context.moveTo(0, py);
    context.lineTo(tile.size, py);
  }
  context.stroke();
}
