// @ts-check
// The map of an alert's tracks. It shows all fixes, or what lies between the phases; it moves only when the reader asks.
import { h, useEffect, useRef, useState } from "../vendor/preact.js";
import { clock, nm } from "../format.js";
import { palette } from "../state.js";
import { box, drawGround, drawPhases, drawScale, drawShips, drawTracks, fit } from "./chart.js";
import { colours, paper } from "./colours.js";
import { land } from "./land.js";
import { SPEED_LIMITS } from "./tracks.js";
import { t } from "./words.js";

/** @typedef {import("./tracks.js").Track} Track */

/** Track shown round a phase that is of one vessel. Milliseconds. */
const AROUND = 20 * 60_000;

/**
 * @param {{tracks: Track[], phases: {name: string, at: number, mmsi?: number}[], cursor: import("./cursor.js").Cursor, letters: string[]}} props
 */
export function TrackMap({ tracks, phases, cursor, letters }) {
  const holder = useRef(/** @type {HTMLDivElement | null} */ (null));
  const ground = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const ships = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [isClose, setClose] = useState(phases.length > 0);
  const [zoom, setZoom] = useState(0);
  const [rings, setRings] = useState(/** @type {import("./land.js").Ring[]} */ ([]));
  const looks = `${palette.value} ${paper.value}`;

  useEffect(() => {
    if (!holder.current) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry.contentRect;
      setSize((old) => (old.width === Math.round(width) && old.height === Math.round(height) ? old : { width: Math.round(width), height: Math.round(height) }));
    });
    observer.observe(holder.current);
    return () => observer.disconnect();
  }, []);

  const [from, to] = isClose ? spanOf(phases, cursor.span) : cursor.span;
  const fitted = fit(isClose ? ownParts(tracks, phases) : tracks, from, to, Math.max(size.width, 80), Math.max(size.height, 80));
  const frame = { ...fitted, scale: fitted.scale * 2 ** zoom };
  const key = [frame.x, frame.y, frame.scale, frame.width, frame.height].join();

  useEffect(() => {
    if (!size.width) return undefined;
    const abort = new AbortController();
    land(box(frame), abort.signal).then(setRings, () => undefined);
    return () => abort.abort();
  }, [key]);
  useEffect(() => {
    const context = prepare(ground.current, frame);
    if (!context || !ground.current) return;
    const colour = colours(ground.current);
    drawGround(context, frame, rings, colour);
    drawTracks(context, frame, tracks, colour);
    drawPhases(context, frame, tracks, phases.map((phase) => ({ label: `${t(`alert.phase.${phase.name}`)} ${clock(phase.at)}`, at: phase.at, mmsi: phase.mmsi })), colour);
    drawScale(context, frame, colour, (length) => nm(length, length < 0.1 ? 2 : length < 1 ? 1 : 0));
  }, [key, rings, tracks, phases, looks]);
  const at = cursor.at.value;
  useEffect(() => {
    const context = prepare(ships.current, frame);
    if (context && ships.current) drawShips(context, frame, tracks, at, letters, colours(ships.current));
  }, [key, tracks, at, looks, letters]);

  return h("figure", { class: "al-map" },
    h("div", { class: "al-map-holder", ref: holder, role: "img", "aria-label": t("alert.map_text") },
      h("canvas", { ref: ground }), h("canvas", { ref: ships })),
    h("div", { class: "al-map-buttons" },
      phases.length ? h("button", { type: "button", "aria-pressed": isClose, onClick: () => {
        setClose(!isClose);
        setZoom(0);
      } }, t(isClose ? "alert.whole_track" : "alert.close_up")) : null,
      h("button", { type: "button", onClick: () => setZoom(zoom + 1), "aria-label": t("alert.zoom_in"), title: t("alert.zoom_in") }, "+"),
      h("button", { type: "button", onClick: () => setZoom(zoom - 1), "aria-label": t("alert.zoom_out"), title: t("alert.zoom_out") }, "−")),
    h(Legend, {}));
}

/** What the colours of the tracks mean. */
export function Legend() {
  return h("figcaption", { class: "al-legend" }, h("span", {}, t("alert.speed_kn")),
    [0, ...SPEED_LIMITS].map((limit, step) => h("span", { key: limit, class: "al-legend-step" },
      h("i", { class: `al-speed al-speed-${step}` }), step < SPEED_LIMITS.length ? `${limit}–${SPEED_LIMITS[step]}` : `≥ ${limit}`)),
    h("span", { class: "al-legend-step" }, h("i", { class: "al-speed al-speed-none" }), t("alert.unknown")));
}

/**
 * The parts of the tracks round the phases of their own vessels, where phases have one: hours before it a ship was far away.
 * @param {Track[]} tracks
 * @param {{at: number, mmsi?: number}[]} phases
 */
function ownParts(tracks, phases) {
  if (phases.every((phase) => phase.mmsi === undefined)) return tracks;
  const parts = tracks.map((track) => {
    const times = phases.filter((phase) => phase.mmsi === undefined || phase.mmsi === track.mmsi).map((phase) => phase.at);
    return { ...track, fixes: track.fixes.filter((fix) => times.some((at) => Math.abs(fix.at - at) <= AROUND)) };
  });
  const known = parts.filter((part) => part.fixes.length);
  return known.length ? known : tracks;
}

/**
 * From the first to the last phase with an eighth as much on both sides; at least 5 minutes on each.
 * @param {{at: number}[]} phases
 * @param {[number, number]} whole
 * @returns {[number, number]}
 */
function spanOf(phases, whole) {
  const times = phases.map((phase) => phase.at);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const room = Math.max((to - from) / 8, 5 * 60_000);
  return [Math.max(whole[0], from - room), Math.min(whole[1], to + room)];
}

/**
 * Sizes a canvas in device pixels and gives its context in page pixels.
 * @param {HTMLCanvasElement | null} canvas
 * @param {{width: number, height: number}} frame
 */
function prepare(canvas, frame) {
  const context = canvas?.getContext("2d");
  if (!canvas || !context) return null;
  const ratio = devicePixelRatio || 1;
  const [width, height] = [Math.round(frame.width * ratio), Math.round(frame.height * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
