// @ts-check
// The evidence of an alert: map, plots and table of fixes, all at the moment that one scrubber shows.
import { Fragment, h, useMemo } from "../vendor/preact.js";
import { distance, knots, number } from "../format.js";
import { palette } from "../state.js";
import { language } from "../words.js";
import { Scrubber, useCursor } from "./cursor.js";
import { Earlier, useTracks } from "./earlier.js";
import { Fixes } from "./fixes.js";
import { limits } from "./limits.js";
import { Boundary } from "../ui/boundary.js";
import { letter } from "./parts.js";
import { Plot } from "./plot.js";
import { TrackMap } from "./trackmap.js";
import { NAUTICAL_MILE, metres } from "../geo.js";
import { distances, extent, phases as phasesOf, speeds, where } from "./tracks.js";
import { t } from "./words.js";
import { called } from "../vessel.js";

/** @typedef {import("./types.js").Alert} Alert */
/** @typedef {import("./tracks.js").Track} Track */

/** Most fixes of one vessel that an alert keeps. */
const KEPT = 200;
/** Most speeds in one plot: more lines cannot be told apart. */
const PLOTTED = 3;
/** From this ratio of the largest distance to the smallest threshold the scale is logarithmic. */
const WIDE = 8;

/** @param {{alert: Alert}} props */
export function Evidence({ alert }) {
  // The same fixes that came again must not draw everything again.
  const { tracks, isMore, add } = useTracks(alert, summary(alert));
  const thresholds = useMemo(() => {
    const { drift_knots: drift, ...others } = alert.evidence.thresholds ?? {};
    // Of a drop it is the drift of what floats, not the speed of a ship.
    return drift === undefined || alert.evidence.measured?.dropped_at ? others : { ...others, drift_knots: drift };
  }, [JSON.stringify(alert.evidence.thresholds), alert.evidence.measured?.dropped_at]);
  const phases = useMemo(() => phasesOf(alert), [alert.started_at, alert.opened_at, alert.ended_at, alert.evidence.measured?.dropped_at, alert.evidence.measured?.silent_since]);
  const span = extent(tracks);
  if (!span) return h("p", { class: "al-quiet" }, t("alert.no_tracks"));
  const id = isMore ? `${alert.id} more` : alert.id;
  return h(Fragment, {}, h(Earlier, { alert, isMore, add }), h(Shown, { id, key: id, tracks, phases, span, thresholds, names: tracks.map((track) => nameOf(alert.vessels, track)), stations: alert.evidence.stations ?? [] }));
}

/**
 * Differs when the tracks of an alert do: fixes are only ever added at the end or thinned.
 * @param {Alert} alert
 */
function summary(alert) {
  return (alert.evidence.tracks ?? []).map((track) => [track.mmsi, track.track, track.points.length, track.points[0]?.[0], track.points.at(-1)?.[0]].join()).join(";");
}

/**
 * @param {Alert["vessels"]} vessels
 * @param {Track} track
 */
function nameOf(vessels, track) {
  return called(vessels.find((vessel) => vessel.mmsi === track.mmsi && vessel.track === track.track) ?? vessels.find((vessel) => vessel.mmsi === track.mmsi) ?? { mmsi: track.mmsi });
}

/**
 * Map, plots, scrubber and table of some tracks.
 * @param {{id: string, tracks: Track[], phases: {name: string, at: number, mmsi?: number}[], span: [number, number], thresholds: Record<string, any>, names: string[], stations?: string[], isEvidence?: boolean}} props
 */
export function Shown({ id, tracks, phases, span, thresholds, names, stations = [], isEvidence = true }) {
  const decided = phases.find((phase) => phase.name === "decided");
  const cursor = useCursor(id, span, Math.max(span[0], Math.min(span[1], decided?.at ?? span[1])));
  const letters = useMemo(() => tracks.map((_, index) => letter(index)), [tracks.length]);
  return h("div", { class: "al-evidence" },
    tracks.length > 1 ? h("p", { class: "al-ships" }, names.map((name, index) => h("span", { key: index },
      h("b", { class: `al-letter al-ship-${index % 3}` }, letters[index]), name))) : null,
    h(Boundary, { mark: tracks }, h(TrackMap, { tracks, phases, cursor, letters })),
    h(Scrubber, { cursor, phases }),
    // Two that came one after the other were never near each other.
    tracks.length === 2 && phases.every((phase) => phase.name !== "dropped") ? h(Boundary, { mark: tracks }, h(Distance, { tracks, phases, cursor, thresholds })) : null,
    tracks.length <= PLOTTED ? h(Boundary, { mark: tracks }, h(Speeds, { tracks, phases, cursor, thresholds, names, letters })) : null,
    h(Boundary, { mark: tracks }, h(Fixes, { tracks, letters, cursor })),
    h("p", { class: "al-note" }, origin(tracks, stations, isEvidence)));
}

/**
 * What the lines consist of: how many fixes, whether thinned, heard by whom, and that what lies between them is a straight line.
 * @param {Track[]} tracks
 * @param {string[]} stations
 * @param {boolean} isEvidence - whether they are the fixes that an alert keeps
 */
function origin(tracks, stations, isEvidence) {
  const count = tracks.reduce((sum, track) => sum + track.fixes.length, 0);
  const isThinned = tracks.some((track) => track.fixes.length >= KEPT);
  return [t("alert.fixes_count", { n: count }), isEvidence ? t(isThinned ? "alert.thinned" : "alert.complete") : "", t("alert.straight"), tracks.length === 2 ? t("alert.antennas") : "",
    stations.length ? t("alert.heard_by", { stations: stations.join(", ") }) : ""].filter(Boolean).join(" ");
}

/**
 * @typedef {object} PlotProps
 * @property {Track[]} tracks
 * @property {{name: string, at: number}[]} phases
 * @property {import("./cursor.js").Cursor} cursor
 * @property {Record<string, any>} thresholds
 */

/** The distance between the two ships. @param {PlotProps} props */
function Distance({ tracks, phases, cursor, thresholds }) {
  const between = useMemo(() => distances(tracks), [tracks]);
  const shown = language.value;
  const shape = useMemo(() => {
    const drawn = limits(thresholds, "metres");
    const largest = Math.max(0, ...(between?.metres ?? []).map((value) => value ?? 0));
    const isLog = drawn.length > 0 && largest > WIDE * drawn[0].value;
    const write = (/** @type {number} */ value) => (largest > 2 * NAUTICAL_MILE && !isLog ? `${number(value / NAUTICAL_MILE, 1)} nm` : `${number(value)} m`);
    return { series: [{ label: "", colour: 2, isDashed: false }], limits: drawn, phases, isLog, write };
  }, [between, thresholds, phases, shown]);
  const columns = useMemo(() => (between ? [between.metres.map((value) => (value === null ? null : Math.max(shape.isLog ? 1 : 0, value)))] : []), [between, shape]);
  if (!between) return null;
  const [here, there] = tracks.map((track) => where(track.fixes, cursor.at.value));
  const readout = here && there ? distance(metres(here, there)) : t("alert.not_known");
  return h(Plot, { title: t(shape.isLog ? "alert.distance_log" : "alert.distance"), times: between.at, columns, shape, cursor, readout, label: t("alert.distance_text") });
}

/** The reported speeds. @param {PlotProps & {names: string[], letters: string[]}} props */
function Speeds({ tracks, phases, cursor, thresholds, letters }) {
  const drawn = useMemo(() => speeds(tracks), [tracks]);
  const shown = `${language.value} ${palette.value}`;
  const shape = useMemo(() => ({
    series: tracks.map((_, index) => ({ label: letters[index], colour: index % 3, isDashed: index > 0 })),
    limits: limits(thresholds, "knots"),
    phases,
    isLog: false,
    write: (/** @type {number} */ value) => `${number(value, Number.isInteger(value) ? 0 : 1)} kn`,
  }), [tracks, thresholds, phases, shown]);
  if (drawn.knots.every((column) => column.every((value) => value == null))) return h("p", { class: "al-quiet" }, t("alert.no_speeds"));
  const readout = tracks.map((track, index) => h("span", { key: index, class: "al-reading" },
    tracks.length > 1 ? h("b", { class: `al-letter al-ship-${index % 3}` }, letters[index]) : null, knots(where(track.fixes, cursor.at.value)?.sog ?? null)));
  return h(Plot, { title: t("alert.speeds"), times: drawn.at, columns: drawn.knots, shape, cursor, readout, label: t("alert.speeds_text") });
}
