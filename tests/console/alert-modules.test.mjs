// @ts-check
// What the alert page computes, without a browser: tracks, distances, land, score, markings.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "../../src/http/console/web/alert/land.js";
import { latitude, mercatorX, mercatorY, metres } from "../../src/http/console/web/geo.js";
import { changes, fields, lowers } from "../../src/http/console/web/alert/marks.js";
import { partOf } from "../../src/http/console/web/alert/part.js";
import { merged } from "../../src/http/console/web/alert/past.js";
import { nearest } from "../../src/http/console/web/alert/standing.js";
import { stairs } from "../../src/http/console/web/alert/stairs.js";
import { distances, extent, joined, marked, phases, read, speedClass, speeds, where } from "../../src/http/console/web/alert/tracks.js";

const at = (/** @type {string} */ clock) => `2026-03-01T${clock}:00Z`;
const ms = (/** @type {string} */ clock) => Date.parse(at(clock));
/** @param {number} mmsi @param {[string, number, number, (number | null)?, (number | null)?][]} points */
const track = (mmsi, points) => ({ mmsi, track: 1, points: points.map(([clock, lon, lat, sog = null, cog = null]) => /** @type {any} */ ([at(clock), lon, lat, sog, cog])) });

test("a ship is on the line between two fixes, nowhere in a long hole, and nowhere outside its track", () => {
  const [{ fixes }] = read([track(1, [["12:00", -17, 24, 5, 90], ["12:10", -16.9, 24, 7, 90], ["13:00", -16, 24]])]);
  assert.deepEqual(where(fixes, ms("12:00")), { lon: -17, lat: 24, sog: 5, cog: 90, exact: true });
  const middle = where(fixes, ms("12:05"));
  assert.ok(middle && Math.abs(middle.lon + 16.95) < 1e-9 && middle.exact === false);
  assert.equal(where(fixes, ms("12:30")), null, "50 minutes without a fix");
  assert.equal(where(fixes, ms("11:59")), null);
  assert.equal(where(fixes, ms("13:01")), null);
});

test("fixes that cannot be read are left out, and the rest is put in order", () => {
  const raw = /** @type {any} */ ([{ mmsi: 1, track: 1, points: [[at("12:10"), 1, 1, null, null], ["rubbish", 1, 1, 1, 1], [at("12:00"), 1, null, 1, 1], [at("12:05"), 1, 1]] }]);
  assert.deepEqual(read(raw)[0].fixes.map((fix) => fix.at), [ms("12:05"), ms("12:10")]);
  assert.deepEqual(read(undefined), []);
  assert.equal(extent(read([track(1, [])])), null);
});

test("a track over the date line goes on, and the distance across it is short", () => {
  const tracks = read([track(1, [["12:00", 179.99, 0], ["12:10", -179.99, 0]]), track(2, [["12:00", -179.98, 0], ["12:10", -179.97, 0]])]);
  assert.ok(tracks[0].fixes[1].lon > 180);
  const between = distances(tracks);
  assert.ok(between && between.metres.every((value) => value !== null && value < 4000), String(between?.metres));
});

test("the tracks of several alerts are one for each vessel, and no fix is counted twice", () => {
  const alerts = [{ evidence: { tracks: [track(1, [["12:00", 1, 1], ["12:10", 1, 1]])] } }, { evidence: {} }, { evidence: { tracks: [track(1, [["12:10", 1, 1], ["11:50", 1, 1]]), track(2, [["12:00", 2, 2]])] } }];
  const tracks = read(joined(alerts));
  assert.deepEqual(tracks.map(({ mmsi, fixes }) => [mmsi, fixes.map((fix) => new Date(fix.at).toISOString().slice(11, 16))]), [[1, ["11:50", "12:00", "12:10"]], [2, ["12:00"]]]);
});

test("distances are those on the sphere", () => {
  assert.ok(Math.abs(metres({ lon: -17, lat: 24 }, { lon: -17, lat: 24 + 1 / 60 }) - 1853) < 3, "one minute of latitude is one nautical mile");
  assert.ok(Math.abs(metres({ lon: 0, lat: 60 }, { lon: 1 / 60, lat: 60 }) - 926.6) < 2, "half of it for longitude at 60 N");
});

test("the distance is only stated where both ships are known", () => {
  const tracks = read([track(1, [["12:00", -17, 24], ["12:20", -17, 24]]), track(2, [["12:10", -17, 24.001], ["12:30", -17, 24.001]])]);
  const between = distances(tracks);
  assert.ok(between);
  assert.equal(between.at[0], ms("12:10"));
  assert.equal(between.at.at(-1), ms("12:20"));
  assert.ok(between.metres.every((value) => value !== null && Math.abs(value - 111.2) < 1));
  assert.equal(distances(read([track(1, [["12:00", 1, 1], ["12:10", 1, 1]]), track(2, [["13:00", 1, 1], ["13:10", 1, 1]])])), null, "never at the same time");
  assert.equal(distances(tracks.slice(0, 1)), null);
});

test("the line of speeds breaks in a hole and goes on where only the other ship has a fix", () => {
  const drawn = speeds(read([track(1, [["12:00", 1, 1, 3], ["12:05", 1, 1, 4], ["13:00", 1, 1, 5]]), track(2, [["12:02", 1, 1, 9]])]));
  const one = Object.fromEntries(drawn.at.map((time, index) => [new Date(time).toISOString().slice(11, 19), drawn.knots[0][index]]));
  assert.equal(one["12:02:00"], undefined);
  assert.ok(Object.values(one).includes(null), "a break after 12:05");
  assert.deepEqual([speedClass(null), speedClass(0), speedClass(2.9), speedClass(3), speedClass(99)], [-1, 0, 1, 2, 5]);
});

test("an alert that goes on has no end among its phases", () => {
  const alert = /** @type {any} */ ({ started_at: at("12:00"), opened_at: at("13:00"), ended_at: null });
  assert.deepEqual(phases(alert).map((phase) => phase.name), ["began", "decided"]);
  assert.deepEqual(phases({ ...alert, ended_at: at("14:00") }).map((phase) => phase.name), ["began", "decided", "ended"]);
});

test("of two ships that came one after the other each has her own part, and a case marks what its gravest alert marks", () => {
  const drop = /** @type {any} */ ({
    score: 65, started_at: at("13:59"), opened_at: at("14:10"), last_at: at("14:35"), ended_at: at("14:35"), vessels: [{ mmsi: 1 }, { mmsi: 2 }],
    evidence: { measured: { dropped_at: at("11:00"), slow_until: at("11:24"), passed_at: at("11:17"), dropper_mmsi: 1, collector_mmsi: 2 } },
  });
  const slow = /** @type {any} */ ({ score: 30, started_at: at("10:00"), opened_at: at("10:20"), last_at: at("10:30"), ended_at: at("10:30"), vessels: [{ mmsi: 2 }], evidence: { measured: {} } });
  const clocks = (/** @type {[number, number]} */ part) => part.map((moment) => new Date(moment).toISOString().slice(11, 16));
  assert.deepEqual([clocks(partOf(drop, 1)), clocks(partOf(drop, 2)), clocks(partOf(slow, 2))], [["11:00", "11:24"], ["13:59", "14:35"], ["10:00", "10:30"]]);
  const dark = { ...slow, started_at: at("12:00"), last_at: at("12:40"), ended_at: null, evidence: { measured: { dark_mmsi: 3, silent_since: at("08:00") } } };
  assert.deepEqual(clocks(partOf(dark, 3)), ["08:00", "12:40"]);
  // The ship that dropped was still heard, far away, when the boat stopped: nothing of the alert was there.
  const tracks = read([track(1, [["11:00", 0, 1], ["11:20", 0, 1], ["13:50", 1, 2], ["14:15", 1, 2]]), track(2, [["10:00", 0, 1], ["10:25", 0, 1], ["13:55", 0, 1], ["14:20", 0, 1]])]);
  const shown = marked([slow, drop], tracks);
  assert.equal(shown?.alert, drop);
  assert.deepEqual(shown?.phases.map(({ name, at: moment, mmsi }) => [name, new Date(moment).toISOString().slice(11, 16), mmsi]),
    [["dropped", "11:17", 1], ["began", "13:59", 2], ["decided", "14:10", 2], ["ended", "14:35", 2]]);
  assert.equal(marked([slow], tracks)?.phases.every(({ mmsi }) => mmsi === 2), true);
  assert.equal(marked([drop], []), null);
});

test("of the behaviours without an alert those with the fewest missing conditions come first, and what meets everything is none of them", () => {
  const form = (/** @type {string} */ behaviour, /** @type {number} */ missing, /** @type {number} */ away, asked_for = true) => /** @type {any} */ ({ behaviour, missing, away, asked_for, conditions: [] });
  const forms = [form("drift", 4, 0.1), form("zone_exit", 1, 0.2, false), form("loitering", 1, 0.9), form("async_rendezvous", 0, 0), form("slowdown", 1, 0.3), form("feed_silent", 0, 0)];
  assert.deepEqual(nearest(forms).map(({ behaviour }) => behaviour), ["slowdown", "loitering", "drift", "zone_exit"]);
});

test("taking one act back is one row of the history, however many steps it has", () => {
  const row = (/** @type {number} */ seq, /** @type {string} */ clock, /** @type {string} */ who, /** @type {string} */ what, /** @type {string | null} */ why) => /** @type {any} */ ({ seq, at: at(clock), who, what, why });
  const rows = merged([row(1, "12:00", "ana", "closed", "benign"), row(2, "12:01", "ana", "reopened", "taken back"), row(3, "12:01", "ana", "acknowledged", "taken back"), row(4, "12:05", "rui", "reopened", "taken back")], []);
  assert.deepEqual(rows.map((past) => [past.what, ...(past.steps ?? [])]), [["closed"], ["reopened", "acknowledged"], ["reopened"]]);
});

test("the first visit is where the ship passed nearest to the stop, not where it began to slow down", () => {
  const alert = /** @type {any} */ ({ started_at: at("14:00"), opened_at: at("14:10"), ended_at: null, evidence: { measured: { dropped_at: at("11:00"), passed_at: at("11:24"), dropper_mmsi: 1, collector_mmsi: 2 } } });
  assert.deepEqual(phases(alert).map(({ name, at: when, mmsi }) => [name, when, mmsi]), [["dropped", ms("11:24"), 1], ["began", ms("14:00"), 2], ["decided", ms("14:10"), 2]]);
});

test("the stairs of a score end at the score, and what limits it comes last", () => {
  const steps = stairs([{ code: "loitering", points: 30, text: "" }, { code: "cap_fact", points: -11, text: "" }, { code: "night", points: 5, text: "" }, { code: "anchored", points: -5, text: "" }]);
  assert.deepEqual(steps.map((step) => [step.code, step.from, step.to, step.isCap]), [["loitering", 0, 30, false], ["night", 30, 35, false], ["anchored", 35, 30, false], ["cap_fact", 30, 19, true]]);
});

test("a tile of land is decoded, and what is no whole tile is refused", () => {
  const bytes = new ArrayBuffer(8 + 4 + 12 + 4 + 12);
  const view = new DataView(bytes);
  view.setUint32(0, 0x41544c44);
  view.setUint16(4, 1, true);
  view.setUint16(6, 2, true);
  let offset = 8;
  for (let ring = 0; ring < 2; ring++) {
    view.setUint16(offset, 3, true);
    offset += 4;
    for (const value of [0, 0, 4096, 0, 4096, 4096]) {
      view.setInt16(offset, value, true);
      offset += 2;
    }
  }
  const rings = decode(bytes, 2, 1, 1);
  assert.equal(rings.length, 2);
  assert.deepEqual([...rings[0]], [0.25, 0.25, 0.5, 0.25, 0.5, 0.5]);
  for (const other of [bytes.slice(0, 30), new ArrayBuffer(3), new ArrayBuffer(64)]) assert.throws(() => decode(other, 2, 1, 1), /^TypeError: land: /);
});

test("Mercator there and back", () => {
  for (const lat of [-60, 0, 16.2, 70]) assert.ok(Math.abs(latitude(mercatorY(lat)) - lat) < 1e-9);
  assert.equal(mercatorX(0), 0.5);
});

const MARKS = /** @type {any} */ ({ tlp: "AMBER", europol: ["H1"], releasable_to: ["ES", "PT"], source_grade: "B", info_grade: "4", purpose: "Safety", personal_data: false, retain_until: at("12:00"), reality: "actual" });

test("only what differs is sent with a marking, in the words of the act", () => {
  const before = fields(MARKS);
  assert.deepEqual(changes(before, before), {});
  assert.deepEqual(changes(before, { ...before, tlp: "RED", info_grade: "3", europol: "h1, h3", releasable_to: "ES PT" }), { tlp: "RED", grade: "B3", europol: ["H1", "H3"] });
});

test("a marking is lowered by a lower TLP, by more countries, by none named, and by a code less", () => {
  const before = fields(MARKS);
  const lower = [{ tlp: "GREEN" }, { releasable_to: "ES,PT,FR" }, { releasable_to: "" }, { europol: "" }];
  const not = [{}, { tlp: "RED" }, { releasable_to: "ES" }, { europol: "H1,H3" }, { info_grade: "3" }];
  for (const part of lower) assert.equal(lowers(MARKS, { ...before, ...part }), true, JSON.stringify(part));
  for (const part of not) assert.equal(lowers(MARKS, { ...before, ...part }), false, JSON.stringify(part));
});
