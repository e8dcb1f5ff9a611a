// What the map computes, without a browser: `node --test tests/console/map_parts.test.mjs`.
import assert from "node:assert/strict";
import { test } from "node:test";

const web = new URL("../../src/http/console/web/", import.meta.url);
// The parts below reach no document; those that show texts do, and are tested in the browser.
const geo = await import(new URL("geo.js", web));
const { parse } = await import(new URL("land_tile.js", web));
const { gridStep } = await import(new URL("map/ground/sky.js", web));
const { project } = await import(new URL("map/ground/zones.js", web));
const { Labels, plain } = await import(new URL("map/labels.js", web));
const { Fleet } = await import(new URL("map/fleet.js", web));
const { nameAt, sizeOf } = await import(new URL("map/zone_name.js", web));
const { circlesOf } = await import(new URL("map/circles.js", web));
const { partsOf, placesOf } = await import(new URL("map/places.js", web));
const { COLOURS, speedClass, typeClass } = await import(new URL("map/colours.js", web));

/** Fails unless two numbers are as near as `within`. */
const near = (found, wanted, within) => assert.ok(Math.abs(found - wanted) <= within, `${found} is not ${wanted} ± ${within}`);

test("a minute of latitude is a nautical mile, and bearings are those of a great circle", () => {
  near(geo.distanceNm({ lat: 16, lon: -61 }, { lat: 16 + 1 / 60, lon: -61 }), 1, 0.002);
  near(geo.bearing({ lat: 16, lon: -61 }, { lat: 17, lon: -61 }), 0, 1e-9);
  // From Lisbon to New York the way begins north of west, although both are nearly on one latitude.
  near(geo.bearing({ lat: 38.7, lon: -9.1 }, { lat: 40.7, lon: -74 }), 295, 3);
  const there = geo.destination({ lat: 60, lon: 179.9 }, 30, 90);
  near(geo.distanceNm({ lat: 60, lon: 179.9 }, there), 30, 1e-6);
});

test("positions survive the way to the map and back, also beyond 180 degrees", () => {
  for (const [lat, lon] of [[16.2, -61.5], [-72, 179.99], [0, 0], [84.9, -180]]) {
    near(geo.latOf(geo.mapY(lat)), lat, 1e-9);
    near(geo.lonOf(geo.mapX(lon)), lon, 1e-9);
  }
  near(geo.lonOf(geo.mapX(181)), -179, 1e-9);
  assert.ok(Number.isFinite(geo.mapY(90)) && Number.isFinite(geo.mapY(-90)));
});

test("the line over 180 degrees does not go round the world", () => {
  const line = geo.greatCircle({ lat: 10, lon: 179 }, { lat: 12, lon: -179 });
  for (let i = 1; i < line.length; i++) assert.ok(Math.abs(line[i].lon - line[i - 1].lon) < 3);
});

test("the sun stands above the tropic at the solstice and at noon above Greenwich", () => {
  const sun = geo.sunAbove(Date.parse("2026-06-21T12:02:00Z"));
  near(sun.lat, 23.44, 0.05);
  near(sun.lon, 0, 0.6);
});

test("a land tile is read, and one that ends early is refused", () => {
  const bytes = new DataView(new ArrayBuffer(8 + 4 + 12));
  [0x41, 0x54, 0x4c, 0x44].forEach((byte, i) => bytes.setUint8(i, byte));
  bytes.setUint16(4, 1, true);
  bytes.setUint16(6, 1, true);
  bytes.setUint16(8, 3, true);
  [0, 0, 4096, 0, -64, 4160].forEach((value, i) => bytes.setInt16(12 + i * 2, value, true));
  assert.deepEqual(parse(bytes.buffer).map((ring) => [...ring]), [[0, 0, 4096, 0, -64, 4160]]);
  assert.throws(() => parse(bytes.buffer.slice(0, 20)), /ends early/);
  assert.throws(() => parse(new ArrayBuffer(4)), /not a tile/);
});

test("the graticule gets finer as one zooms in", () => {
  const steps = [20000, 2000, 200, 20].map(gridStep);
  for (let i = 1; i < steps.length; i++) assert.ok(steps[i] < steps[i - 1], `${steps}`);
});

test("a corridor reaches to both sides by its half width and by what counts as near", () => {
  const { extent } = project({ id: "c", kind: "corridor", rings: [], lines: [[[-10, 0], [-5, 0]]], points: [], halfWidth: 30, near: 5 });
  near(extent[3], 35 * 1852, 20);
  near(extent[0], geo.mapX(-10) - 35 * 1852, 20);
});

/** A picture of vessels given as [mmsi, lat, lon, flags, heading, cog]. */
function pictureOf(vessels) {
  const column = (Type, pick) => Type.from(vessels.map(pick));
  return {
    count: vessels.length, key: column(Uint32Array, (_, i) => i + 1), mmsi: column(Uint32Array, ([mmsi]) => mmsi),
    lat: column(Int32Array, (v) => v[1] * 1e7), lon: column(Int32Array, (v) => v[2] * 1e7), age: column(Uint16Array, () => 3), sog: column(Uint16Array, () => 100),
    cog: column(Uint16Array, (v) => v[5] ?? 65535), heading: column(Uint16Array, (v) => v[4] ?? 65535), type: column(Uint8Array, () => 70), length: column(Uint8Array, () => 50), flags: column(Uint16Array, (v) => v[3] ?? 0),
  };
}

test("alerted and listed vessels are drawn above the others, and a smaller picture forgets the rest", () => {
  const fleet = new Fleet();
  fleet.update(pictureOf([[1, 10, 10], [2, 10, 11, 16], [3, 10, 12, 4 << 8]]), "muted");
  assert.deepEqual(fleet.above, [1, 2]);
  assert.equal(fleet.find(3), 2);
  fleet.update(pictureOf([[2, 10, 11]]), "muted");
  assert.deepEqual([fleet.find(3), fleet.find(2), fleet.above.length], [-1, 0, 0]);
});

test("a vessel shows its heading, else its course, else no direction", () => {
  const fleet = new Fleet();
  fleet.update(pictureOf([[1, 0, 0, 0, 90, 1800], [2, 0, 0, 0, 65535, 1800], [3, 0, 0, 0, 511, 3600], [4, 0, 0, 0, 358]]), "muted");
  assert.deepEqual([...fleet.look.slice(0, 4)].map((look) => look & 63), [9, 18, 36, 0]);
});

test("a box over 180 degrees has the vessels of both sides", () => {
  const fleet = new Fleet();
  fleet.update(pictureOf([[1, 0, 179.5], [2, 0, -179.5], [3, 0, 170]]), "muted");
  assert.deepEqual(fleet.within([geo.mapX(179), -1e6, geo.mapX(181), 1e6]), [0, 1]);
});

test("a zone that was cut at 180 degrees has its true size, and its name in its middle", () => {
  const shape = (rings, lines = []) => ({ id: "z", kind: "area", rings, lines, points: [], halfWidth: 0, near: 0 });
  const square = (west, east) => [[west, -20], [east, -20], [east, -16], [west, -16], [west, -20]];
  const cut = shape([square(176, 180), square(-180, -178)]);
  near(sizeOf(cut), geo.mapX(6), 1);
  const at = nameAt(cut);
  near(at.lon, 179, 1e-9);
  near(at.lat, -18, 1e-9);
  near(nameAt(shape([square(-10, -5), square(20, 30)])).lon, -7.5, 1e-9);
  near(Math.abs(nameAt(shape([], [[[179, 10], [-179, 12]]])).lon), 180, 1e-9);
  assert.equal(nameAt(shape([])), null);
});

test("labels never overlap, and what has no place is left out", () => {
  const drawn = [];
  const context = { measureText: (text) => ({ width: text.length * 7 }), strokeText: () => undefined, fillText: (text, x, y) => drawn.push([x, y - 7.5, x + text.length * 7, y + 7.5]) };
  const labels = new Labels();
  labels.draw(context, Array.from({ length: 60 }, (_, i) => ({ x: 200 + (i % 8) * 9, y: 200 + i * 2, text: `VESSEL ${i}`, colour: "#000000" })), "#ffffff", 800, 600);
  assert.ok(drawn.length > 5 && drawn.length < 60, `${drawn.length} labels`);
  for (const [i, a] of drawn.entries()) for (const b of drawn.slice(i + 1)) assert.ok(a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1], `${a} and ${b}`);
});

test("a label at the edge of the map stands on the side that has room for it", () => {
  const drawn = [];
  const context = { measureText: (text) => ({ width: text.length * 7 }), strokeText: () => undefined, fillText: (text, x) => drawn.push([x, x + text.length * 7]) };
  new Labels().draw(context, [{ x: 780, y: 100, text: "EXERCISE CHARLIE", colour: "#000000" }, { x: 790, y: 300, text: "EXERCISE DELTA", colour: "#000000", must: true }, { x: 4, y: 500, text: "ALFA", colour: "#000000" }], "#ffffff", 800, 600);
  assert.equal(drawn.length, 3);
  for (const [left, right] of drawn) assert.ok(left >= 0 && right <= 800, `from ${left} to ${right}`);
});

test("a name from the air becomes one short line that cannot turn the text round", () => {
  assert.equal(plain("EVIL\u202Egpj\nNAME\u200b"), "EVIL gpj NAME");
  assert.equal([...plain("X".repeat(10000))].length, 28);
});

test("every palette has a colour for every class, and night has nothing white", () => {
  for (const [name, colours] of Object.entries(COLOURS)) {
    assert.deepEqual([colours.type.length, colours.speed.length, colours.age.length, colours.muted.length], [8, 6, 5, 3], name);
  }
  assert.deepEqual([typeClass(30), typeClass(36), typeClass(255), speedClass(65535), speedClass(0)], [0, 2, 7, 5, 0]);
  // The lightest is the ink on a dark red shape: pale red, as in style/tokens.css.
  const least = (colour) => Math.min(...[1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));
  for (const colour of JSON.stringify(COLOURS.night).match(/#[0-9a-f]{6}/g)) assert.ok(least(colour) <= 0x90, colour);
});

test("a silent vessel has the circle that its usual speed allows, and none once it is heard again", () => {
  const alert = (behaviour, measured, thresholds = {}) => ({ behaviour, status: "open", position: { lat: 16, lon: -61 }, evidence: { measured, thresholds } });
  assert.deepEqual(circlesOf(alert("ais_gap", { usual_knots: 10, silent_minutes: 90 })).map(({ nm, dashed }) => [nm, dashed]), [[15, true]]);
  assert.deepEqual(circlesOf(alert("ais_gap", { usual_knots: 10, silent_minutes: 90, distance_nm: 4 })), []);
  assert.deepEqual(circlesOf(alert("dark_rendezvous", { distance_nm: 7.5 })).map(({ nm }) => nm), [7.5]);
  assert.deepEqual(circlesOf(alert("interference", {}, { radius_nm: 20 })).map(({ nm, dashed }) => [nm, dashed]), [[20, false]]);
  assert.deepEqual(circlesOf(alert("ais_gap", {})), []);
  assert.deepEqual(circlesOf({ ...alert("interference", {}, { radius_nm: 20 }), position: null }), []);
});

test("an open alert is where its vessels are together, and at its own place once they are apart or came one after the other", () => {
  const fleet = (/** @type {Record<number, {lat: number, lon: number}>} */ known) => ({ find: (/** @type {number} */ mmsi) => (known[mmsi] ? mmsi : -1), place: (/** @type {number} */ i) => known[i] });
  const position = { lat: 16.315, lon: -60.443 }, alert = { status: "open", vessels: [{ mmsi: 1 }, { mmsi: 2 }], position };
  const near = fleet({ 1: { lat: 16.315, lon: -60.443 }, 2: { lat: 16.32, lon: -60.443 } }), apart = fleet({ 1: { lat: 16.85, lon: -60.2 }, 2: { lat: 16.315, lon: -60.443 } });
  assert.deepEqual(placesOf(alert, near).map(({ mmsi }) => mmsi), [1, 2]);
  assert.deepEqual(placesOf(alert, apart), [{ mmsi: null, at: position }]);
  assert.deepEqual(placesOf(alert, fleet({ 2: position })), [{ mmsi: null, at: position }], "one of two says nothing of the other");
  assert.deepEqual(placesOf({ ...alert, status: "ended" }, near), [{ mmsi: null, at: position }]);
  assert.deepEqual(placesOf({ ...alert, vessels: [{ mmsi: 1 }] }, apart).map(({ mmsi }) => mmsi), [1], "one that goes on is where its vessel is");
  assert.deepEqual(placesOf({ ...alert, position: null }, apart).map(({ mmsi }) => mmsi), [1, 2]);
});

test("of the tracks of an alert each vessel shows the part round what she did herself", () => {
  const at = (/** @type {string} */ clock) => `2026-03-01T${clock}:00Z`;
  const alert = { started_at: at("13:59"), ended_at: null, last_at: at("14:10"), evidence: { measured: { dropped_at: at("11:00"), slow_until: at("11:24"), dropper_mmsi: 1, collector_mmsi: 2 } } };
  const points = ["10:30", "10:50", "11:10", "11:40", "12:30", "13:45", "14:05", "14:25", "14:40"].map((clock, i) => [at(clock), i, 0, null, null]);
  const parts = partsOf(alert, [{ mmsi: 1, track: 1, points }, { mmsi: 2, track: 1, points }, { mmsi: 2, track: 2, points: points.slice(0, 1) }]);
  assert.deepEqual(parts.map((/** @type {any} */ part) => [part.mmsi, part.points.map(([lon]) => lon)]), [[1, [1, 2, 3]], [2, [5, 6, 7]]]);
});
