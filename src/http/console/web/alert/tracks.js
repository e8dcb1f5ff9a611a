// @ts-check
// What the plots, the map and the scrubber compute from the tracks of an alert. Pure functions; times are in milliseconds since 1970.
import { bearing, metres } from "../geo.js";

/** @typedef {import("./types.js").RawTrack} RawTrack */

/**
 * A fix with numbers in place of texts.
 * @typedef {object} Fix
 * @property {number} at - milliseconds
 * @property {number} lon - degrees east; runs on beyond 180 where the track crosses the date line
 * @property {number} lat - degrees north
 * @property {number | null} sog - knots
 * @property {number | null} cog - degrees
 */

/** @typedef {{mmsi: number, track: number, fixes: Fix[]}} Track */

/** Longest time between two fixes that is bridged by a straight line. Milliseconds. */
export const BRIDGED = 30 * 60_000;

/**
 * Reads tracks; fixes that are not a time and a position are left out. Longitudes of all tracks lie in one turn, so that the map needs no
 * seam at 180 degrees.
 * @param {RawTrack[] | undefined} raw
 * @returns {Track[]}
 */
export function read(raw) {
  const tracks = (raw ?? []).map((track) => ({ mmsi: track.mmsi, track: track.track, fixes: fixes(track.points) }));
  const first = tracks.find((track) => track.fixes.length)?.fixes[0].lon ?? 0;
  for (const track of tracks) {
    let before = first;
    for (const fix of track.fixes) {
      while (fix.lon - before > 180) fix.lon -= 360;
      while (fix.lon - before < -180) fix.lon += 360;
      before = fix.lon;
    }
  }
  return tracks;
}

/** @param {import("./types.js").RawFix[]} points */
function fixes(points) {
  /** @type {Fix[]} */
  const read = [];
  for (const [at, lon, lat, sog, cog] of points ?? []) {
    const time = Date.parse(at);
    if (!Number.isFinite(time) || !Number.isFinite(lon) || !Number.isFinite(lat)) continue;
    read.push({ at: time, lon, lat, sog: sog ?? null, cog: cog ?? null });
  }
  return read.sort((one, other) => one.at - other.at);
}

/**
 * Index of the last fix at or before a time; -1 before the first.
 * @param {Fix[]} fixes
 * @param {number} at
 */
export function before(fixes, at) {
  let low = 0;
  let high = fixes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fixes[middle].at <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * Where a ship was: on the straight line between the fixes round that time. `null` outside the track and in a hole longer than `BRIDGED`.
 * @param {Fix[]} fixes
 * @param {number} at
 * @returns {{lon: number, lat: number, sog: number | null, cog: number | null, exact: boolean} | null}
 */
export function where(fixes, at) {
  const index = before(fixes, at);
  if (index < 0) return null;
  const from = fixes[index];
  if (from.at === at) return { lon: from.lon, lat: from.lat, sog: from.sog, cog: from.cog, exact: true };
  const to = fixes[index + 1];
  if (!to || to.at - from.at > BRIDGED) return null;
  const share = (at - from.at) / (to.at - from.at);
  return {
    lon: from.lon + share * (to.lon - from.lon),
    lat: from.lat + share * (to.lat - from.lat),
    sog: from.sog,
    cog: from.cog ?? bearing(from, to),
    exact: false,
  };
}

/**
 * First and last time of all tracks; `null` without fixes.
 * @param {Track[]} tracks
 * @returns {[number, number] | null}
 */
export function extent(tracks) {
  const times = tracks.flatMap((track) => (track.fixes.length ? [track.fixes[0].at, track.fixes[track.fixes.length - 1].at] : []));
  return times.length ? [Math.min(...times), Math.max(...times)] : null;
}

/** Most points of a plotted line. */
const SAMPLES = 720;

/**
 * The distance between the first two tracks, in metres, at common times: at whole minutes, or coarser if the tracks are long. `null` where
 * one of them is not known.
 * @param {Track[]} tracks
 * @returns {{at: number[], metres: (number | null)[]} | null} `null` unless there are two tracks that overlap
 */
export function distances(tracks) {
  if (tracks.length < 2) return null;
  const [one, other] = tracks;
  const common = [extent([one]), extent([other])];
  if (!common[0] || !common[1]) return null;
  const from = Math.max(common[0][0], common[1][0]);
  const to = Math.min(common[0][1], common[1][1]);
  if (to <= from) return null;
  const step = Math.max(60_000, Math.ceil((to - from) / SAMPLES / 60_000) * 60_000);
  const at = [from];
  for (let time = Math.ceil((from + 1) / step) * step; time < to; time += step) at.push(time);
  at.push(to);
  const between = at.map((time) => {
    const here = where(one.fixes, time);
    const there = where(other.fixes, time);
    return here && there ? metres(here, there) : null;
  });
  return between.some((value) => value !== null) ? { at, metres: between } : null;
}

/**
 * The reported speeds of all tracks over the union of their times, as uPlot takes them: `undefined` where a track has no fix at that time,
 * so that its line goes on, `null` in a hole, so that it breaks.
 * @param {Track[]} tracks
 * @returns {{at: number[], knots: (number | null | undefined)[][]}}
 */
export function speeds(tracks) {
  const times = new Set(tracks.flatMap((track) => track.fixes.map((fix) => fix.at)));
  for (const { fixes } of tracks) {
    fixes.forEach((fix, index) => {
      if (index && fix.at - fixes[index - 1].at > BRIDGED) times.add(fixes[index - 1].at + 1);
    });
  }
  const at = [...times].sort((one, other) => one - other);
  const place = new Map(at.map((time, index) => [time, index]));
  const knots = tracks.map(({ fixes }) => {
    /** @type {(number | null | undefined)[]} */
    const column = new Array(at.length).fill(undefined);
    fixes.forEach((fix, index) => {
      column[/** @type {number} */ (place.get(fix.at))] = fix.sog;
      const hole = index && fix.at - fixes[index - 1].at > BRIDGED;
      if (hole) column[/** @type {number} */ (place.get(fixes[index - 1].at + 1))] = null;
    });
    return column;
  });
  return { at, knots };
}

/** Limits of the speed classes of a track in knots; the last class has no upper limit. */
export const SPEED_LIMITS = [1, 3, 6, 10, 15];

/**
 * Class of a speed, 0 to 5; -1 if it is not known.
 * @param {number | null} knots
 */
export function speedClass(knots) {
  if (knots === null) return -1;
  const index = SPEED_LIMITS.findIndex((limit) => knots < limit);
  return index < 0 ? SPEED_LIMITS.length : index;
}

/** A moment of an alert. It is that of one vessel, or of all. @typedef {{name: "dropped" | "silent" | "began" | "decided" | "ended", at: number, mmsi?: number}} Phase */

/**
 * The phases of an alert. Where two vessels were at one place at different times, each phase is that of one of them.
 * @param {import("./types.js").Alert} alert
 * @returns {Phase[]}
 */
export function phases(alert) {
  const { dropped_at, passed_at, dropper_mmsi, collector_mmsi, silent_since, dark_mmsi } = alert.evidence?.measured ?? {};
  const later = dropped_at ? collector_mmsi ?? undefined : undefined;
  /** @type {Phase[]} */
  const all = [
    { name: "dropped", at: Date.parse(passed_at ?? dropped_at), mmsi: dropper_mmsi ?? undefined },
    { name: "silent", at: dark_mmsi ? Date.parse(silent_since) : NaN, mmsi: dark_mmsi ?? undefined },
    { name: "began", at: Date.parse(alert.started_at), mmsi: later },
    { name: "decided", at: Date.parse(alert.opened_at), mmsi: later },
  ];
  if (alert.ended_at) all.push({ name: "ended", at: Date.parse(alert.ended_at), mmsi: later });
  return all.filter((phase) => Number.isFinite(phase.at));
}

/**
 * The gravest alert of which the tracks show something, and its phases, as its own page marks them. Those of an alert about one vessel are of
 * that vessel: the others were elsewhere. `null` if the tracks show nothing of any.
 * @param {import("./types.js").Alert[]} alerts
 * @param {Track[]} tracks
 * @returns {{alert: import("./types.js").Alert, phases: Phase[]} | null}
 */
export function marked(alerts, tracks) {
  for (const alert of [...alerts].sort((one, other) => other.score - one.score)) {
    const own = alert.vessels.map(({ mmsi }) => mmsi);
    const all = phases(alert).map((phase) => (own.length === 1 ? { ...phase, mmsi: own[0] } : phase));
    const isShown = (/** @type {Phase} */ phase) => tracks.some((track) => (phase.mmsi === undefined ? own.includes(track.mmsi) : phase.mmsi === track.mmsi) && where(track.fixes, phase.at) !== null);
    if (all.some(isShown)) return { alert, phases: all };
  }
  return null;
}

/**
 * The tracks of several alerts as one for each vessel, each fix once.
 * @param {{evidence: {tracks?: RawTrack[]}}[]} alerts
 * @returns {RawTrack[]}
 */
export function joined(alerts) {
  /** @type {Map<string, RawTrack & {seen: Set<string>}>} */
  const all = new Map();
  for (const track of alerts.flatMap((alert) => alert.evidence?.tracks ?? [])) {
    const key = `${track.mmsi}.${track.track}`;
    const one = all.get(key) ?? { mmsi: track.mmsi, track: track.track, points: [], seen: new Set() };
    all.set(key, one);
    for (const point of track.points) {
      if (one.seen.has(point[0])) continue;
      one.seen.add(point[0]);
      one.points.push(point);
    }
  }
  return [...all.values()].map(({ mmsi, track, points }) => ({ mmsi, track, points }));
}
