// @ts-check
// What one map shows and how: its layers, colours, labels, tools. Each window has its own; selection and filter are shared.
import { effect, signal } from "../vendor/preact.js";
import { preferences, setPreference } from "../state.js";
import { COLOUR_MODES } from "./colours.js";
import { Fleet } from "./fleet.js";
import { MapAlerts } from "./alerts.js";
import { Past } from "./past.js";

/** @typedef {import("../geo.js").Place} Place */
/** @typedef {import("./colours.js").ColourMode} ColourMode */
/** @typedef {"vessels"|"alerts"|"course"|"zones"|"calm"|"class_a"|"class_b"|"night"|"grid"} LayerName */
/** @typedef {"none"|"alerts"|"listed"|"all"} LabelMode */
/** A track of a vessel: [longitude, latitude] of each point; with `alert`, of the time of that alert. @typedef {{mmsi: number, points: number[][], alert: string|null}} Track */
/** What the map writes of a zone, and how large the zone is in metres of the map. @typedef {{id: string, name: string, kind: string, at: Place, size: number}} ZoneName */

/** The layers in the order of the legend, and so of the keys 1 to 9. @type {LayerName[]} */
export const LAYERS = ["vessels", "alerts", "course", "zones", "calm", "class_a", "class_b", "night", "grid"];
/** What is on at first. @type {LayerName[]} */
const AT_FIRST = ["vessels", "alerts", "zones", "calm", "grid"];
/** The labels in the order of the key `l`. @type {LabelMode[]} */
export const LABEL_MODES = ["none", "alerts", "listed", "all"];
/** Lengths of the course lines. Minutes. */
export const COURSES = [6, 10, 20, 30];

/** @template T @param {readonly T[]} list @param {T} value @returns {T} */
export const following = (list, value) => list[(list.indexOf(value) + 1) % list.length];

export class MapModel {
  fleet = new Fleet();
  alerts = new MapAlerts();
  past = new Past();
  layers; colour; labels; course;
  /** Only the selection is drawn. */
  isolated = signal(false);
  /** The map keeps the selection in its middle. */
  following = signal(false);
  /** The vessel under the pointer; index into the fleet, -1 for none. */
  hover = signal(-1);
  /** Where the pointer is; null outside of the map. */
  pointer = signal(/** @type {Place|null} */ (null));
  /** The middle, and metres of the map for each pixel; null before the first frame. */
  look = signal(/** @type {{ lat: number, lon: number, resolution: number } | null} */ (null));
  /** Points of the line that is measured; null while the tool is off. */
  measure = signal(/** @type {Place[]|null} */ (null));
  /** Range rings: centres. */
  rings = signal(/** @type {Place[]} */ ([]));
  /** Tracks on the map. */
  tracks = signal(/** @type {Track[]} */ ([]));
  /** MMSIs that a box has chosen. */
  boxed = signal(/** @type {number[]|null} */ (null));
  /** A position that was searched for; null if there is none. */
  found = signal(/** @type {Place & {name: string}|null} */ (null));
  /** Names and places of the zones, for labels. */
  zones = signal(/** @type {ZoneName[]} */ ([]));
  /** What went wrong and lasts, as words of the dictionary. @type {import("../vendor/preact.js").Signal<Record<string, string|null>>} */
  faults = signal(/** @type {Record<string, string|null>} */ ({}));
  #off;

  /** @param {Record<string, string>} params of the address */
  constructor(params) {
    const kept = /** @type {any} */ (preferences.peek().map ?? {});
    const layers = params.layers !== undefined ? params.layers.split(".") : Array.isArray(kept.layers) ? kept.layers : AT_FIRST;
    this.layers = signal(new Set(LAYERS.filter((name) => layers.includes(name))));
    this.colour = signal(COLOUR_MODES.find((mode) => mode === (params.colour ?? kept.colour)) ?? "muted");
    this.labels = signal(LABEL_MODES.find((mode) => mode === (params.labels ?? kept.labels)) ?? "alerts");
    this.course = signal(COURSES.find((minutes) => minutes === (Number(params.course) || kept.course)) ?? 10);
    let first = true;
    this.#off = effect(() => {
      const map = { layers: [...this.layers.value], colour: this.colour.value, labels: this.labels.value, course: this.course.value };
      if (!first) setPreference("map", map);
      first = false;
    });
  }

  dispose() {
    this.#off();
    this.alerts.dispose();
    this.past.dispose();
  }

  /** @param {LayerName} name */
  toggle(name) {
    const next = new Set(this.layers.peek());
    if (!next.delete(name)) next.add(name);
    // One class at a time: two tints in one place cannot be told apart.
    if (next.has(name) && name === "class_a") next.delete("class_b");
    if (next.has(name) && name === "class_b") next.delete("class_a");
    this.layers.value = next;
  }

  /** States what is missing on the map; null once it is there. @param {string} part @param {string|null} text */
  setFault(part, text) {
    if ((this.faults.peek()[part] ?? null) !== text) this.faults.value = { ...this.faults.peek(), [part]: text };
  }
}
