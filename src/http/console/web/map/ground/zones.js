// @ts-check
// Zones on a tile: a tint and an outline by kind, and a hatched band where near counts too.
import { HALF, mapX, mapY, NAUTICAL_MILE, stretch } from "../../geo.js";

/** @typedef {"corridor"|"area"|"port"|"anchorage"|"benign"|"source"} ZoneKind */

/**
 * A zone as the worker gets it.
 * @typedef {Object} ZoneShape
 * @property {string} id
 * @property {ZoneKind} kind
 * @property {number[][][]} rings closed lines of [longitude, latitude]
 * @property {number[][][]} lines
 * @property {number[][]} points
 * @property {number} halfWidth of the lines or radius of the points. Nautical miles
 * @property {number} near how far beyond the border counts as near. Nautical miles
 */

/**
 * A zone in metres of the map, with the metres of the map in a nautical mile at each point.
 * @typedef {{kind: ZoneKind, rings: number[][][], pieces: number[][], points: number[][], halfWidth: number, near: number, extent: number[]}} Projected
 */

/** Longest piece of a line that is drawn with one width. Degrees of latitude. */
const PIECE = 0.5;
/** Opacity of the tints; they lie below the land. */
const TINT = { corridor: 0.07, area: 0.07, port: 0.25, anchorage: 0.25, benign: 0.1, source: 0.025 };
/** Widths of the outlines: thin where the zone only lowers a score or is only remembered. Pixels. @type {Record<ZoneKind, number>} */
const OUTLINE = { corridor: 1.3, area: 1.5, port: 1, anchorage: 1, benign: 1, source: 0.7 };

/** Prepares a zone for drawing. @param {ZoneShape} zone @returns {Projected} */
export function project(zone) {
  /** @param {number[]} at */
  const point = ([lon, lat]) => [mapX(lon), mapY(lat), stretch(lat) * NAUTICAL_MILE];
  const rings = zone.rings.map((ring) => ring.map(point)), pieces = zone.lines.flatMap((line) => piecesOf(line)), points = zone.points.map(point);
  const extent = [Infinity, Infinity, -Infinity, -Infinity], margin = zone.halfWidth + zone.near;
  /** @param {number} x @param {number} y @param {number} mile */
  const grow = (x, y, mile) => {
    extent[0] = Math.min(extent[0], x - margin * mile);
    extent[1] = Math.min(extent[1], y - margin * mile);
    extent[2] = Math.max(extent[2], x + margin * mile);
    extent[3] = Math.max(extent[3], y + margin * mile);
  };
  for (const [x, y, mile] of [...rings.flat(), ...points]) grow(x, y, mile);
  for (const [x, y, toX, toY, mile] of pieces) {
    grow(x, y, mile);
    grow(toX, toY, mile);
  }
  return { kind: zone.kind, rings, pieces, points, halfWidth: zone.halfWidth, near: zone.near, extent };
}

/** Cuts a line into pieces short enough for one width: [x, y, to x, to y, metres of the map in a nautical mile]. @param {number[][]} line @returns {number[][]} */
function piecesOf(line) {
  const pieces = [];
  for (let i = 1; i < line.length; i++) {
    const [lon, lat] = line[i - 1], [toLon, toLat] = line[i];
    const parts = Math.max(1, Math.ceil(Math.abs(toLat - lat) / PIECE));
    const x = mapX(lon), y = mapY(lat), dx = (mapX(toLon) - x) / parts, dy = (mapY(toLat) - y) / parts;
    for (let p = 0; p < parts; p++) {
      const mile = stretch(lat + ((toLat - lat) * (p + 0.5)) / parts) * NAUTICAL_MILE;
      pieces.push([x + dx * p, y + dy * p, x + dx * (p + 1), y + dy * (p + 1), mile]);
    }
  }
  return pieces;
}

/** Draws zones on tiles of one size. */
export class ZonePainter {
  #border; #body; #colours; #tint; #hatches = new Map();

  /** @param {number} size pixels @param {{zone: Record<ZoneKind, string>, tint: number}} colours */
  constructor(size, colours) {
    this.#border = contextOf(size);
    this.#body = contextOf(size);
    this.#colours = colours.zone;
    this.#tint = colours.tint;
  }

  /** Draws the tints, to lie below the land. @param {OffscreenCanvasRenderingContext2D} context @param {Tile} tile @param {Projected[]} zones */
  tints(context, tile, zones) {
    const body = this.#body, { size } = tile, view = viewOf(tile);
    for (const zone of zones) {
      if (!isInside(zone, tile)) continue;
      const colour = this.#colours[zone.kind], isCalm = zone.kind === "port" || zone.kind === "anchorage";
      body.clearRect(0, 0, size, size);
      shape(body, view, zone, 0, 0, isCalm ? this.#hatch(colour, true) : colour);
      // One drawing of the whole with its opacity, because pieces that overlap would add up.
      context.globalAlpha = TINT[zone.kind] * this.#tint;
      context.drawImage(body.canvas, 0, 0);
    }
    context.globalAlpha = 1;
  }

  /** Draws the outlines and the bands that count as near. @param {OffscreenCanvasRenderingContext2D} context @param {Tile} tile @param {Projected[]} zones */
  outlines(context, tile, zones) {
    const border = this.#border, { size } = tile, view = viewOf(tile);
    for (const zone of zones) {
      if (!isInside(zone, tile)) continue;
      const colour = this.#colours[zone.kind];
      border.clearRect(0, 0, size, size);
      if (zone.near) shape(border, view, zone, zone.near, 0, this.#hatch(colour));
      shape(border, view, zone, 0, OUTLINE[zone.kind] * (size > 512 ? 2 : 1), colour);
      border.globalCompositeOperation = "destination-out";
      shape(border, view, zone, 0, 0, "#000000");
      border.globalCompositeOperation = "source-over";
      context.globalAlpha = 0.75;
      context.drawImage(border.canvas, 0, 0);
    }
    context.globalAlpha = 1;
  }

  /** Stripes that fit together from tile to tile. @param {string} colour @param {boolean} [level] horizontal, as for calm water @returns {CanvasPattern} */
  #hatch(colour, level = false) {
    const name = `${colour} ${level}`;
    let found = this.#hatches.get(name);
    if (!found) {
      const context = contextOf(8);
      context.strokeStyle = colour;
      context.globalAlpha = level ? 1 : 0.55;
      context.lineWidth = level ? 3 : 1;
      context.beginPath();
      if (level) {
        context.moveTo(0, 4);
        context.lineTo(8, 4);
      } else {
        for (const shift of [-8, 0, 8]) {
          context.moveTo(shift - 1, 9);
          context.lineTo(shift + 9, -1);
        }
      }
      context.stroke();
      found = /** @type {CanvasPattern} */ (context.createPattern(context.canvas, "repeat"));
      this.#hatches.set(name, found);
    }
    return found;
  }
}

/** @typedef {{z: number, x: number, y: number, size: number}} Tile */
/** @typedef {{west: number, north: number, scale: number}} View */

/** @param {Tile} tile @returns {View} */
function viewOf({ z, x, y, size }) {
  const side = (2 * HALF) / 2 ** z;
  return { west: x * side - HALF, north: HALF - y * side, scale: size / side };
}

/** Whether anything of a zone is on a tile. @param {Projected} zone @param {Tile} tile @returns {boolean} */
function isInside({ extent: [left, bottom, right, top] }, tile) {
  const { west, north, scale } = viewOf(tile), side = tile.size / scale;
  return right >= west && left <= west + side && top >= north - side && bottom <= north;
}

/** @param {number} size @returns {OffscreenCanvasRenderingContext2D} */
function contextOf(size) {
  return /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(size, size).getContext("2d"));
}

/**
 * Fills a zone, grown by nautical miles and pixels.
 * @param {OffscreenCanvasRenderingContext2D} context @param {View} view @param {Projected} zone @param {number} miles @param {number} pixels @param {string|CanvasPattern} fill
 */
function shape(context, { west, north, scale }, zone, miles, pixels, fill) {
  context.fillStyle = context.strokeStyle = fill;
  context.lineJoin = context.lineCap = "round";
  for (const [x, y, toX, toY, mile] of zone.pieces) {
    context.lineWidth = 2 * (zone.halfWidth + miles) * mile * scale + 2 * pixels;
    context.beginPath();
    context.moveTo((x - west) * scale, (north - y) * scale);
    context.lineTo((toX - west) * scale, (north - toY) * scale);
    context.stroke();
  }
  for (const [x, y, mile] of zone.points) {
    context.beginPath();
    context.arc((x - west) * scale, (north - y) * scale, (zone.halfWidth + miles) * mile * scale + pixels, 0, 2 * Math.PI);
    context.fill();
  }
  if (!zone.rings.length) return;
  context.beginPath();
  for (const ring of zone.rings) {
    for (const [x, y] of ring) context.lineTo((x - west) * scale, (north - y) * scale);
    context.closePath();
  }
  context.fill("evenodd");
  context.lineWidth = 2 * miles * zone.rings[0][0][2] * scale + 2 * pixels;
  if (context.lineWidth > 0 && (miles || pixels)) context.stroke();
}
