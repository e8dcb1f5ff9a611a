// @ts-check
// What changes the map by itself: picture, alerts, palette, layers, the course of the sun. Everything ends with the functions returned.
import { effect, signal, untracked } from "../vendor/preact.js";
import { namesVersion, onEntry, onReset, picture } from "../live.js";
import { ended, eventNow, now, selection } from "../state.js";
import { loadCoverage, loadZones } from "./data.js";
import { around, fits, sunAbove } from "../geo.js";

/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {import("./model.js").MapModel} MapModel */
/** @typedef {import("./actions.js").Actions} Actions */
/** @typedef {import("./colours.js").PaletteName} PaletteName */

/** Interval between two drawings of the night. Milliseconds; the sun moves 1.25 degrees in that time. */
const SUN_STEP = 300_000;
/** Coverage is asked for again after this long. Milliseconds. */
const COVERAGE_EVERY = 600_000;
/** Pause before what failed is asked for again. Milliseconds. */
const AGAIN = 5000;

/**
 * Keeps the tiles up to date. `asked` are the zones as they were asked for when the map began to load; null if that failed.
 * @param {Stage} stage @param {MapModel} model @param {() => PaletteName} palette @param {Promise<Awaited<ReturnType<typeof loadZones>> | null>} asked @returns {() => void}
 */
export function wireGround(stage, model, palette, asked) {
  const shapes = signal(/** @type {import("./ground/zones.js").ZoneShape[]} */ ([]));
  const cells = signal(/** @type {import("./ground/sky.js").Cell[]} */ ([]));
  /** The area of the cells; null before the first. @type {ReturnType<typeof around> | null} */
  let area = null;
  let gone = false, cellsAt = 0, first = /** @type {typeof asked | null} */ (asked);
  /** @type {any} */
  let timer = 0;
  const zones = async () => {
    clearTimeout(timer);
    const early = first;
    first = null;
    try {
      const found = (await early) ?? (await loadZones());
      if (gone) return;
      shapes.value = found.shapes;
      model.zones.value = found.names;
      model.setFault("zones", null);
    } catch (fault) {
      if (gone) return;
      model.setFault("zones", "map.no_zones");
      // Without a session there is nothing to ask for; the zones come with the next one.
      if (/** @type {any} */ (fault).status !== 401) timer = setTimeout(zones, AGAIN);
    }
  };
  const coverage = async () => {
    cellsAt = now.peek();
    const asked = (area = around(stage.extent()));
    try {
      const found = await loadCoverage(asked);
      // A later answer, about where the map is now, may have come first.
      if (gone || asked !== area) return;
      cells.value = found;
      model.setFault("coverage", null);
    } catch {
      if (asked !== area) return;
      cellsAt = now.peek() - COVERAGE_EVERY + AGAIN;
      if (!gone) model.setFault("coverage", "map.no_coverage");
    }
  };
  const isCovered = () => model.layers.peek().has("class_a") || model.layers.peek().has("class_b");
  const onMove = () => void (isCovered() && area && !fits(area, stage.extent()) && coverage());
  stage.map.on("moveend", onMove);
  // Zones may have changed with the settings, or while the stream was cut.
  const offEntry = onEntry(({ topic }) => topic === "settings" && void zones()), offReset = onReset(() => void zones());
  const offs = [
    effect(() => {
      if (ended.value !== null) return;
      untracked(() => {
        void zones();
        stage.ground.refresh();
      });
    }),
    effect(() => {
      const layers = model.layers.value, part = layers.has("class_a") ? "class_a" : layers.has("class_b") ? "class_b" : null;
      if (!part) untracked(() => model.setFault("coverage", null));
      else if (now.value - cellsAt > COVERAGE_EVERY || !area || !fits(area, stage.extent())) void untracked(coverage);
    }),
    effect(() => {
      const layers = model.layers.value, at = layers.has("night") ? Math.floor(eventNow.value / SUN_STEP) * SUN_STEP : 0;
      const part = layers.has("class_a") ? /** @type {const} */ ("class_a") : layers.has("class_b") ? /** @type {const} */ ("class_b") : null;
      const shown = shapes.value.filter(({ kind }) => layers.has(kind === "port" || kind === "anchorage" ? "calm" : "zones"));
      stage.ground.setUp({ palette: palette(), zones: shown, coverage: part ? { cells: cells.value, part } : null, sun: at ? sunAbove(at) : null, grid: layers.has("grid") });
    }),
  ];
  return () => {
    gone = true;
    clearTimeout(timer);
    stage.map.un("moveend", onMove);
    offEntry();
    offReset();
    offs.forEach((off) => off());
  };
}

/** Keeps the moving things up to date. @param {Stage} stage @param {MapModel} model @param {Actions} actions @param {() => PaletteName} palette @returns {() => void} */
export function wireVessels(stage, model, actions, palette) {
  const offs = [
    effect(() => {
      const found = picture.value;
      if (!found) return;
      const start = performance.now();
      const hover = model.hover.peek(), mmsi = hover >= 0 ? model.fleet.mmsi[hover] : 0;
      model.fleet.update(found, model.colour.peek());
      untracked(() => {
        // Its place in the columns may be another in the new picture.
        if (hover >= 0) model.hover.value = model.fleet.find(mmsi);
        if (model.following.peek()) actions.keepUp();
      });
      performance.measure("map-update", { start });
      performance.clearMeasures("map-update");
    }),
    effect(() => {
      const mode = model.colour.value;
      model.fleet.paint(mode);
      stage.vessels.drawn.mode = mode;
      stage.redraw();
    }),
    effect(() => {
      void [picture.value, namesVersion.value, selection.value, model.alerts.list.value, model.alerts.chosen.value];
      void [model.labels.value, model.rings.value, model.tracks.value, model.past.tracks.value, model.found.value, model.boxed.value, model.hover.value, model.zones.value];
      const layers = model.layers.value, drawn = stage.vessels.drawn;
      stage.overlay.palette = drawn.palette = palette();
      drawn.vessels = layers.has("vessels");
      drawn.course = layers.has("course") ? model.course.value : 0;
      drawn.only = model.isolated.value ? stage.overlay.selected().map((mmsi) => model.fleet.find(mmsi)).filter((i) => i >= 0) : null;
      stage.redraw();
    }),
    effect(() => {
      // The end of a line that is measured follows the pointer; else the pointer changes nothing on the map.
      const points = model.measure.value;
      if (points) void model.pointer.value;
      stage.redraw();
    }),
    effect(() => {
      void selection.value;
      // The panel of the alert opens and closes with the selection; scale and position stay beside it.
      const timer = setTimeout(() => stage.covered(), 250);
      return () => clearTimeout(timer);
    }),
    effect(() => {
      if (selection.value.kind === null) {
        model.isolated.value = false;
        model.following.value = false;
      }
    }),
  ];
  return () => offs.forEach((off) => off());
}
