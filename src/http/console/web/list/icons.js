// @ts-check
/** Small drawings: one for each behaviour, and the marks of a row. Lines of 16 by 16, in the colour of the text. */
import { h } from "../vendor/preact.js";

/** Paths by behaviour. What has none of its own gets a dot in a ring. @type {Readonly<Record<string, string>>} */
const PATHS = Object.freeze({
  loitering: "M8 3a5 5 0 1 1-4.6 3M3 2.5V6h3.5",
  rendezvous: "M2 5h5l-2-2M7 5 5 7M14 11H9l2-2M9 11l2 2",
  async_rendezvous: "M2 11h5M7 11l-2-2M7 11l-2 2M10 4.5h4M12 2.5v2l1.5 1.5M8 8h.01M11 8h.01",
  slowdown: "M2 8h6M8 8 5.5 5.5M8 8l-2.5 2.5M11 4v8M14 4v8",
  ais_gap: "M2 8h3M11 8h3M7 8h.01M9 8h.01M2 4v8M14 4v8",
  dark_rendezvous: "M3 8a3 3 0 1 0 6 0 3 3 0 0 0-6 0M11 5.5v5M13.5 5.5v5",
  out_and_back: "M3 12V6a3 3 0 0 1 6 0v4M6.5 7.5 9 10l2.5-2.5M13 12H3",
  small_craft_stop: "M3 10h10l-2 3H5zM8 10V3l4 4H8",
  zone_entry: "M9 3h4v10H9M2 8h8M7.5 5.5 10 8l-2.5 2.5",
  zone_exit: "M7 3H3v10h4M6 8h8M11.5 5.5 14 8l-2.5 2.5",
  zone_speed: "M3 12a6 6 0 1 1 10 0M8 10l3-4",
  alongside_at_anchor: "M5 2v9M2.5 8A2.5 3 0 0 0 5 11a2.5 3 0 0 0 2.5-3M10 4v9M13 4v9",
  limit_hugging: "M4 2v12M8 3c3 2-1 4 1 6s-1 3 0 4",
  drift: "M2 5c2-2 4 2 6 0s4 2 6 0M2 10c2-2 4 2 6 0s4 2 6 0",
  draught_change: "M8 2v7M5.5 6.5 8 9l2.5-2.5M2 12h12",
  voyage_anomaly: "M2 12 6 6l3 4 5-7M11 3h3v3",
  position_jump: "M3 12a.5.5 0 1 0 .01 0M12 4a.5.5 0 1 0 .01 0M4 10c1-5 4-6 6-6",
  identity_conflict: "M5 5a2 2 0 1 0 .01 0M11 5a2 2 0 1 0 .01 0M2 13c0-4 6-4 6 0 0-4 6-4 6 0",
  identity_change: "M5.5 3a2 2 0 1 0 .01 0M2 11c0-4 7-4 7 0M10 6h4l-1.5-1.5M14 12h-4l1.5 1.5",
  interference: "M8 8h.01M5.5 5.5a3.5 3.5 0 0 0 0 5M10.5 5.5a3.5 3.5 0 0 1 0 5M3 3a7 7 0 0 0 0 10M13 3a7 7 0 0 1 0 10",
  fishing_out_of_place: "M3 8c3-4 7-4 9 0-2 4-6 4-9 0M12 8l2.5-3v6zM6 7.5h.01",
  watchlist: "M2 8c3-5 9-5 12 0-3 5-9 5-12 0M8 6.2a1.8 1.8 0 1 0 .01 0",
  distress: "M8 2.5 14 13H2zM8 6.5v3M8 11.3h.01",
  feed_silent: "M3 3l10 10M8 12h.01M5.5 9.5A3.5 3.5 0 0 1 7 8.6M3.5 7A7 7 0 0 1 5 5.9M8 5a7 7 0 0 1 4.5 2",
  delivery_failed: "M2 4h12v8H2zM2 4l6 5 6-5M11 14l3-3M11 11l3 3",
  delivery_test: "M2 4h12v8H2zM2 4l6 5 6-5",
  vessel_flood: "M2 10h4l-1 3H3zM10 10h4l-1 3h-2zM6 5h4l-1 3H7z",
});

/** Paths of the marks. @type {Readonly<Record<string, string>>} */
const MARKS = Object.freeze({
  worse: "M8 13V4M4.5 7.5 8 4l3.5 3.5",
  ended: "M4 4h8v8H4z",
  retracted: "M3 8h10M4 4l8 8",
  silenced: "M3 6h2l3-3v10L5 10H3zM10.5 6l3 4M13.5 6l-3 4",
  note: "M3 3h10v7l-3 3H3zM10 13v-3h3M5.5 6h5",
  case: "M2 5h4l1.5 2H14v6H2z",
  listed: "M8 2.5 9.7 6l3.8.5-2.8 2.6.7 3.9L8 11.2 4.6 13l.7-3.9L2.5 6.5 6.3 6z",
  failed: "M2 4h12v8H2zM2 4l6 5 6-5M11 14l3-3M11 11l3 3",
  waiting: "M8 2.5a5.5 5.5 0 1 0 .01 0M8 5v3l2 2",
  cross: "M8 1.5v4M8 10.5v4M1.5 8h4M10.5 8h4M8 6.5a1.5 1.5 0 1 0 .01 0",
});

/**
 * @param {{path: string, name: string}} props `name` is the class
 */
function Drawing({ path, name }) {
  return h("svg", { class: `icon ${name}`, viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true", focusable: "false" }, h("path", { d: path }));
}

/** @param {{behaviour: string}} props */
export function BehaviourIcon({ behaviour }) {
  return h(Drawing, { path: PATHS[behaviour] ?? "M8 3a5 5 0 1 0 .01 0M8 8h.01", name: "behaviour" });
}

/** @param {{kind: string}} props */
export function MarkIcon({ kind }) {
  return h(Drawing, { path: MARKS[kind] ?? "M8 8h.01", name: `mark-${kind}` });
}
