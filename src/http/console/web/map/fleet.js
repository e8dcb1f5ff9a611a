// @ts-check
// The vessels of the last picture as columns that the map draws: places in metres of the map, looks, and the order of drawing.

import { HALF, latOf, lonOf } from "../geo.js";
import { ageClass, speedClass, typeClass } from "./colours.js";
import { HOLLOW, lookOf, NO_DIRECTION, SMALL, STALE } from "./sprites.js";

/** @typedef {import("./colours.js").ColourMode} ColourMode */
/** @typedef {import("../geo.js").Place} Place */

/**
 * The columns of a picture, as the server sends them.
 * @typedef {Object} Picture
 * @property {number} count
 * @property {Uint32Array} key
 * @property {Uint32Array} mmsi
 * @property {Int32Array} lat 1e-7 degrees
 * @property {Int32Array} lon 1e-7 degrees
 * @property {Uint16Array} age seconds
 * @property {Uint16Array} sog tenths of a knot, 65535 if not known
 * @property {Uint16Array} cog tenths of a degree, 65535 if not known
 * @property {Uint16Array} heading degrees, 65535 if not known
 * @property {Uint8Array} type 255 if not known
 * @property {Uint8Array} length in units of 2 m, 0 or 255 if not known
 * @property {Uint16Array} flags
 */

export const CLASS_B = 1, SATELLITE = 2, OLD = 4, LISTED = 16, IN_CASE = 32;
/** Where the colours of the severities begin. The colours before them belong to the modes. */
export const SEVERITY_COLOUR = 24;
/** Speed below which the course over ground means nothing. Tenths of a knot. */
const STEERED = 5;

/** What the server has not filled in. */
const NONE = new Uint32Array(0);

export class Fleet {
  count = 0;
  /** Grows with each picture. */
  version = 0;
  x = new Float64Array(0);
  y = new Float64Array(0);
  look = new Uint16Array(0);
  /** What is drawn above the others: alerted, listed, in a case. Indices. @type {number[]} */
  above = [];
  /** @type {Uint32Array} */ mmsi = NONE;
  /** @type {Picture|null} */ picture = null;

  /** Takes over a picture. @param {Picture} picture @param {ColourMode} mode */
  update(picture, mode) {
    const { count, lat, lon } = picture;
    if (this.x.length < count) {
      const room = Math.ceil(count * 1.2);
      this.x = new Float64Array(room);
      this.y = new Float64Array(room);
      this.look = new Uint16Array(room);
    }
    const x = this.x, y = this.y, perDegree = HALF / 180e7, half = Math.PI / 360e7, metres = HALF / Math.PI;
    for (let i = 0; i < count; i++) {
      x[i] = lon[i] * perDegree;
      // Beyond 85 degrees there is no map; the clamp keeps the logarithm finite.
      const l = lat[i] > 850000000 ? 850000000 : lat[i] < -850000000 ? -850000000 : lat[i];
      y[i] = Math.log(Math.tan(Math.PI / 4 + l * half)) * metres;
    }
    this.picture = picture;
    this.mmsi = picture.mmsi;
    this.count = count;
    this.version++;
    this.paint(mode);
  }

  /** Chooses all looks again, for instance after the colour mode has changed. @param {ColourMode} mode */
  paint(mode) {
    const picture = this.picture;
    if (!picture) return;
    const { flags, sog, cog, heading, type, age } = picture, look = this.look;
    this.above = [];
    for (let i = 0; i < this.count; i++) {
      const f = flags[i], severity = (f >> 8) & 7;
      let colour;
      if (mode === "type") colour = typeClass(type[i]);
      else if (mode === "speed") colour = speedClass(sog[i]);
      else if (mode === "age") colour = ageClass(age[i]);
      else colour = severity ? SEVERITY_COLOUR + severity - 1 : f & LISTED ? 1 : f & IN_CASE ? 2 : 0;
      let direction = NO_DIRECTION;
      if (heading[i] < 360) direction = (((heading[i] + 5) / 10) | 0) % 36;
      else if (cog[i] < 3600 && sog[i] >= STEERED && sog[i] !== 65535) direction = (((cog[i] + 50) / 100) | 0) % 36;
      const style = (f & OLD ? STALE : 0) | (f & SATELLITE ? HOLLOW : 0) | (f & CLASS_B ? SMALL : 0);
      look[i] = lookOf(colour, style, direction);
      if (severity || f & (LISTED | IN_CASE)) this.above.push(i);
    }
  }

  /** The index of a vessel in this picture; -1 if it is not there. @param {number} mmsi @returns {number} */
  find(mmsi) {
    // A search of the column takes microseconds, less than keeping a table of 20,000 up to date every second.
    const i = this.mmsi.indexOf(mmsi);
    return i < this.count ? i : -1;
  }

  /** Where a vessel is. @param {number} i index @returns {Place} */
  place(i) {
    return { lat: latOf(this.y[i]), lon: lonOf(this.x[i]) };
  }

  /** The vessels in a rectangle of the map, which may lie over 180 degrees. @param {number[]} extent west, south, east, north; metres of the map @returns {number[]} indices */
  within([west, south, east, north]) {
    const found = [], turn = 2 * HALF, middle = (west + east) / 2;
    for (let i = 0; i < this.count; i++) {
      if (this.y[i] < south || this.y[i] > north) continue;
      const x = this.x[i] + turn * Math.round((middle - this.x[i]) / turn);
      if (x >= west && x <= east) found.push(i);
    }
    return found;
  }
}
