// @ts-check
// Modules of the console that need no browser: the picture, the stream, positions.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { parse, readEvents } from "../../src/http/console/web/events.js";
import { callAll } from "../../src/http/console/web/listeners.js";
import { called, mmsiText } from "../../src/http/console/web/vessel.js";
import { readPlace } from "../../src/http/console/web/frame/place.js";
import { Whole, readFrame } from "../../src/http/console/web/picture.js";

const WIDTHS = [4, 4, 4, 4, 2, 2, 2, 2, 1, 1, 2];

/** A frame as the server writes it.
 * @param {{ whole: boolean, at: number, cursor: number, stamp?: number, vessels: { key: number, age: number, sog: number }[], gone?: number[] }} given */
function frame({ whole, at, cursor, stamp = 7, vessels, gone = [] }) {
  const n = vessels.length;
  const size = WIDTHS.reduce((sum, width) => sum + ((width * n + 7) & ~7), 64) + 4 * gone.length;
  const view = new DataView(new ArrayBuffer(size));
  view.setUint32(0, 0x41545043, false);
  view.setUint16(4, 1, true);
  view.setUint16(6, whole ? 1 : 0, true);
  view.setFloat64(8, at, true);
  view.setFloat64(16, at, true);
  [cursor, n, gone.length, stamp].forEach((value, index) => view.setUint32(24 + 4 * index, value, true));
  const offsets = [];
  let offset = 64;
  for (const width of WIDTHS) {
    offsets.push(offset);
    offset += (width * n + 7) & ~7;
  }
  vessels.forEach(({ key, age, sog }, i) => {
    view.setUint32(offsets[0] + 4 * i, key, true);
    view.setInt32(offsets[2] + 4 * i, key * 1000, true);
    view.setUint16(offsets[4] + 2 * i, age, true);
    view.setUint16(offsets[5] + 2 * i, sog, true);
  });
  gone.forEach((key, i) => view.setUint32(offset + 4 * i, key, true));
  return view.buffer;
}

test("changes are taken into the picture, ages go on, and vessels that are gone leave it", () => {
  const whole = new Whole();
  assert.ok(whole.take(readFrame(frame({ whole: true, at: 1000, cursor: 1, vessels: [{ key: 1, age: 5, sog: 10 }, { key: 2, age: 65535, sog: 20 }, { key: 3, age: 0, sog: 30 }] }))));
  assert.ok(whole.take(readFrame(frame({ whole: false, at: 1010, cursor: 2, vessels: [{ key: 3, age: 1, sog: 33 }, { key: 9, age: 0, sog: 90 }], gone: [1] }))));
  const copy = whole.copy(1010, 1010);
  const rows = Array.from(copy.key, (key, i) => [key, copy.age[i], copy.sog[i], copy.lat[i]]).sort((a, b) => a[0] - b[0]);
  assert.deepEqual(rows, [[2, 65535, 20, 2000], [3, 1, 33, 3000], [9, 0, 90, 9000]]);
});

test("after a restart of the daemon a frame of changes is not mixed with the old keys", () => {
  const whole = new Whole();
  whole.take(readFrame(frame({ whole: true, at: 1, cursor: 1, vessels: [{ key: 1, age: 0, sog: 1 }] })));
  assert.equal(whole.take(readFrame(frame({ whole: false, at: 2, cursor: 2, stamp: 8, vessels: [{ key: 1, age: 0, sog: 2 }] }))), false);
  assert.equal(whole.count, 0);
});

test("what is no picture is refused", () => {
  assert.throws(() => readFrame(new ArrayBuffer(10)), /not a picture/);
  const other = frame({ whole: true, at: 1, cursor: 1, vessels: [] });
  new DataView(other).setUint16(4, 2, true);
  assert.throws(() => readFrame(other), /version 2/);
});

test("events come out whole however the bytes are cut, and beats only keep the stream alive", async () => {
  const bytes = new TextEncoder().encode(": beat\n\nevent: change\r\nid: 7\r\ndata: {\"name\":\"Pointe-à-Pitre\"}\r\n\r\nevent: reset\ndata: {}\n\n");
  for (const size of [1, 3, 1000]) {
    const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.slice(i * size, (i + 1) * size));
    let beats = 0;
    const seen = [];
    for await (const event of readEvents(ReadableStream.from(parts), () => beats++)) seen.push(event);
    assert.deepEqual(seen, [{ event: "change", id: "7", data: "{\"name\":\"Pointe-à-Pitre\"}" }, { event: "reset", id: null, data: "{}" }]);
    assert.equal(beats, parts.length);
  }
  assert.equal(parse(": beat"), null);
});

test("positions are read in the notations of charts, and nothing else is taken for one", () => {
  const near = { "16.2293, -61.54407": [16.2293, -61.54407], "16°13.758'N 61°32.644'W": [16.2293, -61.54407], "N16 13.758 W061 32.644": [16.2293, -61.54407], "16°13'45.5\"N 61°32'38.6\"W": [16.22931, -61.54406], "38,5 N 9,2 O": [38.5, -9.2] };
  for (const [text, [lat, lon]] of Object.entries(near)) {
    const place = readPlace(text);
    assert.ok(place && Math.abs(place.lat - lat) < 2e-5 && Math.abs(place.lon - lon) < 2e-5, `${text}: ${JSON.stringify(place)}`);
  }
  for (const text of ["PAUL RUSS", "259917000", "95, 10", "12 N", "MSC NEW 12 E", "<img src=x>"]) assert.equal(readPlace(text), null, text);
});

test("a listener that throws costs the others nothing", () => {
  /** @type {unknown[]} */
  const faults = [];
  Object.assign(globalThis, { reportError: (/** @type {unknown} */ fault) => faults.push(fault) });
  /** @type {string[]} */
  const heard = [];
  callAll([(text) => void heard.push(text), () => { throw new Error("broken"); }, (text) => void heard.push(`${text} too`)], "entry");
  assert.deepEqual([heard, faults.length], [["entry", "entry too"], 1]);
});

test("an MMSI has nine digits wherever it is read, those of coast stations with their zeros", () => {
  assert.deepEqual([mmsiText(2241076), mmsiText(224107600), called({ name: "", mmsi: 2241076 })], ["002241076", "224107600", "MMSI 002241076"]);
  const web = new URL("../../src/http/console/web/", import.meta.url);
  const own = readdirSync(web, { recursive: true }).map(String).filter((name) => name.endsWith(".js") && !/^(vendor|words)\//.test(name) && name !== "vessel.js");
  const bare = own.filter((name) => /(MMSI |mmsi:)\$\{(?!mmsiText)|\bname (\?\?|\|\|) [\w.?[\]]*mmsi\b/.test(readFileSync(new URL(name, web), "utf8")));
  assert.deepEqual(bare, []);
});
