// @ts-check
// The worker that draws what stands still on the map, as tiles: land, zones, coverage, night, graticule. The page only copies them.
import { COLOURS } from "./map/colours.js";
import { drawLand, landOf } from "./map/ground/land.js";
import { drawCoverage, drawGrid, drawNight } from "./map/ground/sky.js";
import { project, ZonePainter } from "./map/ground/zones.js";

/** @typedef {import("./map/ground/zones.js").ZoneShape} ZoneShape */
/** @typedef {import("./map/ground/sky.js").Cell} Cell */

/**
 * What the tiles show.
 * @typedef {Object} Setup
 * @property {import("./map/colours.js").PaletteName} palette
 * @property {number} size pixels of a tile
 * @property {ZoneShape[]} zones those that are shown
 * @property {{cells: Cell[], part: "class_a"|"class_b"}|null} coverage
 * @property {{lat: number, lon: number}|null} sun the position it stands above; null if the night is not shown
 * @property {boolean} grid
 */

/** @type {Setup} */
let setup = { palette: "day", size: 512, zones: [], coverage: null, sun: null, grid: false };
/** @type {ReturnType<typeof project>[]} */
let zones = [];
let painter = new ZonePainter(512, COLOURS.day);
/** Requests that the page no longer needs. @type {Set<number>} */
const dropped = new Set();
/** Requests in hand. @type {Set<number>} */
const waiting = new Set();

self.onmessage = ({ data }) => {
  if (data.kind === "setup") {
    setup = data.setup;
    zones = setup.zones.map(project);
    painter = new ZonePainter(setup.size, COLOURS[setup.palette]);
  } else if (data.kind === "drop") {
    if (waiting.has(data.id)) dropped.add(data.id);
  } else if (data.kind === "tile") {
    void answer(data.id, data.z, data.x, data.y);
  }
};

/** @param {number} id @param {number} z @param {number} x @param {number} y */
async function answer(id, z, x, y) {
  waiting.add(id);
  let data = null, fault = null;
  try {
    data = await landOf(z, x, y);
  } catch (problem) {
    fault = String(problem);
  }
  waiting.delete(id);
  if (dropped.delete(id)) return;
  const tile = { z, x, y, size: setup.size }, colours = COLOURS[setup.palette];
  const canvas = new OffscreenCanvas(setup.size, setup.size);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = colours.sea;
  context.fillRect(0, 0, setup.size, setup.size);
  if (setup.coverage) drawCoverage(context, tile, setup.coverage.cells, setup.coverage.part, colours.covered);
  painter.tints(context, tile, zones);
  if (data) drawLand(context, tile, data, colours);
  if (setup.sun) drawNight(context, tile, setup.sun, colours.night);
  painter.outlines(context, tile, zones);
  if (setup.grid) drawGrid(context, tile, colours.grid);
  const bitmap = canvas.transferToImageBitmap();
  /** @type {any} */ (self).postMessage({ id, bitmap, fault }, [bitmap]);
}
