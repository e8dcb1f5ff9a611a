// @ts-check
// The layer of the vessels: copies sprites into one buffer of pixels, then lets the overlay draw on the same canvas.

import { Layer } from "../vendor/ol.js";
import { COLOURS } from "./colours.js";
import { HALF } from "../geo.js";
import { REACH, Sprites } from "./sprites.js";
import { SEVERITY_COLOUR } from "./fleet.js";

/** @typedef {import("./fleet.js").Fleet} Fleet */
/** @typedef {import("./colours.js").PaletteName} PaletteName */
/** @typedef {import("./colours.js").ColourMode} ColourMode */

/**
 * How one frame maps the Earth to the canvas. Pixels are those of the page, from the top left.
 * @typedef {Object} Frame
 * @property {number} width pixels
 * @property {number} height pixels
 * @property {number} ratio pixels of the device for each pixel of the page
 * @property {number} resolution metres of the map for each pixel
 * @property {number} x middle of the map, metres of the map
 * @property {number} y middle of the map, metres of the map
 * @property {boolean} moving the user pans or zooms at this moment
 * @property {(x: number) => number} px from metres of the map
 * @property {(y: number) => number} py from metres of the map
 */

/** Side of a cell of the grid that hit tests ask. Pixels of the device. */
const CELL = 16;
/** Above this many metres a pixel, vessels are dots. */
const DOTS_ABOVE = 900;
/** Below this many metres a pixel, vessels whose length is known have their outline to scale. */
const HULLS_BELOW = 8;
/** How many course lines are drawn: beyond that they are only a carpet. */
const MOST_COURSES = 60000;

/** What the layer is told to draw. @typedef {{palette: PaletteName, mode: ColourMode, course: number, only: number[]|null, vessels: boolean, hulls: boolean}} Drawn */

export class VesselLayer extends Layer {
  /** `course` is the length of the course lines in minutes; `only` the indices of the isolated vessels. @type {Drawn} */
  drawn = { palette: "day", mode: "muted", course: 0, only: null, vessels: true, hulls: true };
  /** @type {Frame|null} */ frame = null;
  #canvas; #context; #fleet; #overlay;
  /** @type {ImageData|null} */ #image = null;
  #pixels = new Uint32Array(0);
  /** @type {Sprites|null} */ #sprites = null;
  #spritesFor = "";
  #heads = new Int32Array(0);
  #next = new Int32Array(0);
  #columns = 0;

  /** @param {Fleet} fleet @param {(context: CanvasRenderingContext2D, frame: Frame) => void} overlay draws above the vessels */
  constructor(fleet, overlay) {
    super({});
    this.#fleet = fleet;
    this.#overlay = overlay;
    this.#canvas = document.createElement("canvas");
    this.#canvas.className = "map-vessels";
    // Keeps the canvas in main memory: without that each frame would travel to a graphics card and back.
    this.#context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d", {willReadFrequently: true}));
  }

  /** OpenLayers calls this for each frame. @param {any} state @returns {HTMLElement} */
  render(state) {
    const start = performance.now();
    const ratio = state.pixelRatio, [width, height] = state.size;
    const frame = frameOf(state, width, height, ratio);
    this.frame = frame;
    this.#fit(Math.round(width * ratio), Math.round(height * ratio), ratio);
    this.#pixels.fill(0);
    if (this.drawn.vessels) this.#vessels(frame);
    if (this.#image) this.#context.putImageData(this.#image, 0, 0);
    this.#context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#overlay(this.#context, frame);
    performance.measure("map-draw", { start });
    performance.clearMeasures("map-draw");
    return this.#canvas;
  }

  /** The nearest vessel within a few pixels of a point of the page; -1 if there is none. @param {number} px @param {number} py @param {number} reach pixels @returns {number} */
  hit(px, py, reach = 9) {
    const frame = this.frame, fleet = this.#fleet;
    if (!frame || !this.drawn.vessels) return -1;
    const x = px * frame.ratio, y = py * frame.ratio, most = reach * frame.ratio;
    let best = -1, nearest = most * most;
    const fromRow = Math.max(0, ((y - most) / CELL) | 0), toRow = ((y + most) / CELL) | 0;
    const fromColumn = Math.max(0, ((x - most) / CELL) | 0), toColumn = Math.min(this.#columns - 1, ((x + most) / CELL) | 0);
    for (let row = fromRow; row <= toRow; row++) {
      for (let column = fromColumn; column <= toColumn; column++) {
        for (let i = this.#heads[row * this.#columns + column] ?? -1; i >= 0; i = this.#next[i]) {
          const dx = frame.px(fleet.x[i]) * frame.ratio - x, dy = frame.py(fleet.y[i]) * frame.ratio - y;
          const d = dx * dx + dy * dy;
          if (d <= nearest) [best, nearest] = [i, d];
        }
      }
    }
    return best;
  }

  /** @param {number} width @param {number} height @param {number} ratio */
  #fit(width, height, ratio) {
    if (!this.#image || this.#image.width !== width || this.#image.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
      this.#image = this.#context.createImageData(width, height);
      this.#pixels = new Uint32Array(this.#image.data.buffer);
      this.#columns = Math.ceil(width / CELL);
      this.#heads = new Int32Array(this.#columns * Math.ceil(height / CELL));
    }
    const {palette, mode} = this.drawn, wanted = `${palette} ${mode} ${width} ${ratio}`;
    if (wanted !== this.#spritesFor) {
      const colours = COLOURS[palette], list = [...colours[mode]];
      Object.values(colours.severity).forEach((colour, i) => (list[SEVERITY_COLOUR + i] = colour));
      this.#sprites = new Sprites(list, colours.stale, width, ratio);
      this.#spritesFor = wanted;
    }
    if (this.#next.length < this.#fleet.count) this.#next = new Int32Array(this.#fleet.x.length);
  }

  /** @param {Frame} frame */
  #vessels(frame) {
    const only = this.drawn.only, fleet = this.#fleet;
    this.#heads.fill(-1);
    if (this.drawn.course && frame.resolution < DOTS_ABOVE && fleet.count < MOST_COURSES) this.#courses(frame, only);
    if (only) {
      this.#blit(frame, only.length, only);
      return;
    }
    this.#blit(frame, fleet.count, null);
    // The ones that matter again, so that none of them lies below a vessel that does not.
    this.#blit(frame, fleet.above.length, fleet.above);
  }

  /** Copies sprites. @param {Frame} frame @param {number} count @param {number[]|null} list indices; without it the first `count` */
  #blit(frame, count, list) {
    const { x, y, look } = this.#fleet, { width, height } = /** @type {ImageData} */ (this.#image), sprites = /** @type {Sprites} */ (this.#sprites);
    const pixels = this.#pixels, heads = this.#heads, next = this.#next, columns = this.#columns;
    const scale = frame.ratio / frame.resolution, turn = 2 * HALF, margin = Math.ceil(REACH * frame.ratio) + 1;
    const middleX = width / 2, middleY = height / 2, right = width - margin, bottom = height - margin, dots = frame.resolution > DOTS_ABOVE;
    const twice = list === this.#fleet.above;
    for (let n = 0; n < count; n++) {
      const i = list ? list[n] : n;
      let east = x[i] - frame.x;
      if (east > HALF) east -= turn;
      else if (east < -HALF) east += turn;
      const X = (middleX + east * scale) | 0, Y = (middleY - (y[i] - frame.y) * scale) | 0;
      if (X < margin || Y < margin || X >= right || Y >= bottom) continue;
      const sprite = dots && !twice ? sprites.dot(look[i]) : sprites.arrow(look[i]);
      const at = Y * width + X;
      for (let j = 0; j < sprite.length; j += 2) pixels[at + sprite[j]] = sprite[j + 1];
      if (twice) continue;
      const cell = ((Y / CELL) | 0) * columns + ((X / CELL) | 0);
      next[i] = heads[cell];
      heads[cell] = i;
    }
  }

  /** Draws the way that each vessel would go in some minutes at its course and speed. @param {Frame} frame @param {number[]|null} only */
  #courses(frame, only) {
    const fleet = this.#fleet, picture = fleet.picture;
    if (!picture) return;
    const { sog, cog, lat } = picture, { width, height } = /** @type {ImageData} */ (this.#image), pixels = this.#pixels;
    const colour = pixelOf(COLOURS[this.drawn.palette].course), scale = frame.ratio / frame.resolution, turn = 2 * HALF;
    // Metres over the ground for each tenth of a knot.
    const reach = (this.drawn.course * 60 * 1852) / 36000;
    const count = only ? only.length : fleet.count;
    for (let n = 0; n < count; n++) {
      const i = only ? only[n] : n;
      if (sog[i] < 5 || sog[i] === 65535 || cog[i] >= 3600) continue;
      let east = fleet.x[i] - frame.x;
      if (east > HALF) east -= turn;
      else if (east < -HALF) east += turn;
      const X = width / 2 + east * scale, Y = height / 2 - (fleet.y[i] - frame.y) * scale;
      if (X < 0 || Y < 0 || X >= width || Y >= height) continue;
      const length = (sog[i] * reach * scale) / Math.cos((lat[i] * Math.PI) / 180e7), angle = (cog[i] * Math.PI) / 1800;
      const steps = Math.min(2000, Math.ceil(length)), dx = Math.sin(angle), dy = -Math.cos(angle);
      for (let s = 6; s < steps; s++) {
        const px = (X + dx * s) | 0, py = (Y + dy * s) | 0;
        if (px < 0 || py < 0 || px >= width || py >= height) break;
        pixels[py * width + px] = colour;
      }
    }
  }
}

/** Whether outlines to scale are larger than the sprite. @param {Frame} frame @returns {boolean} */
export const showsHulls = (frame) => frame.resolution < HULLS_BELOW;

/** @param {any} state @param {number} width @param {number} height @param {number} ratio @returns {Frame} */
function frameOf(state, width, height, ratio) {
  const { center: [x, y], resolution } = state.viewState, turn = 2 * HALF;
  const moving = state.viewHints[0] > 0 || state.viewHints[1] > 0;
  return {
    width, height, ratio, resolution, x, y, moving,
    px: (at) => {
      let east = (at - x) % turn;
      if (east > HALF) east -= turn;
      else if (east < -HALF) east += turn;
      return width / 2 + east / resolution;
    },
    py: (at) => height / 2 - (at - y) / resolution,
  };
}

/** A colour `#rrggbb` as a pixel of the buffer. @param {string} colour @returns {number} */
function pixelOf(colour) {
  const value = parseInt(colour.slice(1), 16);
  return (0xff000000 | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) | 0;
}
