// @ts-check
// A picture of many vessels, as the daemon would answer it, for tests that need more than a recording has.

/** Bytes of the header of a frame. */
const HEADER = 64;
/** Units of a degree in a frame. */
const DEGREE = 1e7;
/** Side of the square in which the vessels are, in degrees, and its south-west corner. */
const SQUARE = { lat: 36, lon: -14, side: 8 };

/**
 * Vessels that all move.
 * @param {number} count
 */
export function fleet(count) {
  let seed = 7;
  const random = () => ((seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff) / 0x7fffffff);
  const lat = Float64Array.from({ length: count }, () => SQUARE.lat + random() * SQUARE.side), lon = Float64Array.from({ length: count }, () => SQUARE.lon + random() * SQUARE.side);
  const cog = Uint16Array.from({ length: count }, () => random() * 3600), sog = Uint16Array.from({ length: count }, () => random() * 200);
  const began = Date.now();
  let cursor = 0;

  /** The next frame: all vessels where they are now. */
  function frame() {
    const now = Date.now() / 1000, gone = (Date.now() - began) / 3_600_000;
    const columns = [
      Uint32Array.from({ length: count }, (_, i) => i + 1), Uint32Array.from({ length: count }, (_, i) => 224_000_000 + i),
      Int32Array.from(lat, (at, i) => (at + (Math.cos((cog[i] / 1800) * Math.PI) * sog[i] * gone) / 600) * DEGREE), Int32Array.from(lon, (at, i) => (at + (Math.sin((cog[i] / 1800) * Math.PI) * sog[i] * gone) / 480) * DEGREE),
      Uint16Array.from({ length: count }, (_, i) => i % 40), sog, cog, Uint16Array.from(cog, (course) => course / 10),
      new Uint8Array(count).fill(70), new Uint8Array(count).fill(60), new Uint16Array(count),
    ];
    const size = columns.reduce((at, column) => at + ((column.byteLength + 7) & ~7), HEADER);
    const buffer = Buffer.alloc(size);
    buffer.write("ATPC");
    buffer.writeUInt16LE(1, 4);
    buffer.writeUInt16LE(cursor === 0 ? 1 : 0, 6);
    buffer.writeDoubleLE(now, 8);
    buffer.writeDoubleLE(now, 16);
    buffer.writeUInt32LE(++cursor, 24);
    buffer.writeUInt32LE(count, 28);
    buffer.writeUInt32LE(1, 36);
    let at = HEADER;
    for (const column of columns) {
      Buffer.from(column.buffer, column.byteOffset, column.byteLength).copy(buffer, at);
      at += (column.byteLength + 7) & ~7;
    }
    return buffer;
  }

  return {
    /** The answer to `/picture`: the whole to who knows nothing, else what moved. @param {boolean} isFirst */
    answer(isFirst) {
      if (isFirst) cursor = 0;
      return frame();
    },
    /** The answer to `/picture/names`. @param {boolean} isFirst */
    names: (isFirst) => ({ cursor: 1, items: isFirst ? Array.from({ length: count }, (_, i) => [i + 1, `SHIP ${i}`, null, null, "ES", 120, 20, 70]) : [] }),
    /** The answer to `/map/bounds`: the square. */
    bounds: () => ({ bbox: [SQUARE.lon, SQUARE.lat, SQUARE.lon + SQUARE.side, SQUARE.lat + SQUARE.side], centre: [SQUARE.lon + SQUARE.side / 2, SQUARE.lat + SQUARE.side / 2], zoom: 6.5 }),
  };
}

/** A tile of the land with a triangle on it, as `/map/land` answers it. */
export function landTile() {
  const points = [400, 400, 3600, 900, 1500, 3500, 400, 400];
  const buffer = Buffer.alloc(8 + 4 + points.length * 2);
  buffer.write("ATLD");
  buffer.writeUInt16LE(1, 4);
  buffer.writeUInt16LE(1, 6);
  buffer.writeUInt16LE(points.length / 2, 8);
  points.forEach((point, index) => buffer.writeInt16LE(point, 12 + index * 2));
  return buffer;
}
