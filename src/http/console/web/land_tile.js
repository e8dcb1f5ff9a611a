// @ts-check
// A tile of the coastline that the daemon measures distances to, as it serves it.

/** Units along the side of a tile. */
export const UNITS = 4096;

/** @typedef {Int16Array[]} Rings  Pairs of x and y in units of the tile. */

/** Reads a tile: `ATLD`, version, number of rings, then each ring. @param {ArrayBuffer} buffer @returns {Rings} throws for what is no whole tile */
export function parse(buffer) {
  const view = new DataView(buffer), found = [];
  if (buffer.byteLength < 8 || view.getUint32(0) !== 0x41544c44 || view.getUint16(4, true) !== 1) throw new TypeError("land: not a tile of version 1");
  let at = 8;
  for (let left = view.getUint16(6, true); left > 0; left--) {
    const points = view.getUint16(at, true);
    at += 4;
    if (at + points * 4 > buffer.byteLength) throw new TypeError("land: a tile that ends early");
    found.push(new Int16Array(buffer, at, points * 2));
    at += points * 4;
  }
  return found;
}
