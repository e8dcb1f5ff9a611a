// @ts-check
// The picture of all vessels: reads the frames of `/picture` (columns, little-endian) and keeps the whole from changes.

/** @typedef {import("../types/api").Picture} Picture */

const HEADER = 64;
const UNKNOWN_AGE = 65_535;

/** Columns in the order of the frame, each aligned to 8 bytes. */
const COLUMNS = /** @type {const} */ ([
  ["key", Uint32Array], ["mmsi", Uint32Array], ["lat", Int32Array], ["lon", Int32Array], ["age", Uint16Array], ["sog", Uint16Array],
  ["cog", Uint16Array], ["heading", Uint16Array], ["type", Uint8Array], ["length", Uint8Array], ["flags", Uint16Array],
]);

/** @typedef {Picture & { whole: boolean, gone: Uint32Array }} Frame */

/**
 * Reads a frame without copying its columns.
 * @param {ArrayBuffer} buffer
 * @returns {Frame}
 */
export function readFrame(buffer) {
  const view = new DataView(buffer);
  if (buffer.byteLength < HEADER || view.getUint32(0, false) !== 0x41545043) throw new Error("not a picture");
  if (view.getUint16(4, true) !== 1) throw new Error(`picture of version ${view.getUint16(4, true)}`);
  const [count, gone] = [view.getUint32(28, true), view.getUint32(32, true)];
  let at = HEADER;
  /** @type {any} */
  const frame = {
    whole: (view.getUint16(6, true) & 1) === 1, at: view.getFloat64(8, true), wall: view.getFloat64(16, true),
    cursor: view.getUint32(24, true), stamp: view.getUint32(36, true), count,
  };
  for (const [name, Column] of COLUMNS) {
    frame[name] = new Column(buffer, at, count);
    at = (at + count * Column.BYTES_PER_ELEMENT + 7) & ~7;
  }
  frame.gone = new Uint32Array(buffer, at, gone);
  return frame;
}

/** The picture as it stands, made from a whole frame and the changes after it. */
export class Whole {
  constructor() {
    this.cursor = 0;
    this.stamp = 0;
    this.count = 0;
    /** Place of each key. @type {Map<number, number>} */
    this.places = new Map();
    /** When each vessel was last heard, in seconds since 1970. */
    this.heard = new Float64Array(0);
    /** @type {any} */
    this.columns = {};
    for (const [name, Column] of COLUMNS) this.columns[name] = new Column(0);
  }

  /** Takes a frame in. Returns whether the picture still fits; if not, a whole one has to be asked for.
   * @param {Frame} frame */
  take(frame) {
    if (frame.whole) {
      this.clear();
      this.stamp = frame.stamp;
    } else if (frame.stamp !== this.stamp) {
      this.clear();
      return false;
    }
    this.reserve(this.count + frame.count);
    for (let from = 0; from < frame.count; from++) this.set(frame, from);
    for (const key of frame.gone) this.remove(key);
    this.cursor = frame.cursor;
    return true;
  }

  /** A copy of the columns that can be handed to a window, with ages as of `at`.
   * @param {number} at @param {number} wall @returns {Picture} */
  copy(at, wall) {
    /** @type {any} */
    const out = { at, wall, cursor: this.cursor, stamp: this.stamp, count: this.count };
    for (const [name] of COLUMNS) out[name] = this.columns[name].slice(0, this.count);
    for (let i = 0; i < this.count; i++) {
      const age = at - this.heard[i];
      out.age[i] = Number.isFinite(age) ? Math.min(UNKNOWN_AGE - 1, Math.max(0, age)) : UNKNOWN_AGE;
    }
    return out;
  }

  clear() {
    this.count = 0;
    this.cursor = 0;
    this.places.clear();
  }

  /** @param {number} count */
  reserve(count) {
    if (count <= this.heard.length) return;
    const size = Math.ceil(count * 1.3);
    const heard = new Float64Array(size);
    heard.set(this.heard);
    this.heard = heard;
    for (const [name, Column] of COLUMNS) {
      const larger = new Column(size);
      larger.set(this.columns[name]);
      this.columns[name] = larger;
    }
  }

  /** @param {Frame} frame @param {number} from */
  set(frame, from) {
    const key = frame.key[from];
    let to = this.places.get(key);
    if (to === undefined) this.places.set(key, (to = this.count++));
    for (const [name] of COLUMNS) this.columns[name][to] = frame[name][from];
    const age = frame.age[from];
    this.heard[to] = age === UNKNOWN_AGE ? Number.NaN : frame.at - age;
  }

  /** The last vessel takes the place of the one that is gone. @param {number} key */
  remove(key) {
    const place = this.places.get(key);
    if (place === undefined) return;
    const last = --this.count;
    this.places.delete(key);
    if (place === last) return;
    for (const [name] of COLUMNS) this.columns[name][place] = this.columns[name][last];
    this.heard[place] = this.heard[last];
    this.places.set(this.columns.key[place], place);
  }
}
