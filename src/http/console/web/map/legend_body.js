// @ts-check
// The layers with their keys, and what colours and signs mean.
import { Fragment, h } from "../vendor/preact.js";
import { number } from "../format.js";
import { GRAVEST_FIRST } from "../severities.js";
import { Severity } from "../ui/severity.js";
import { t } from "../words.js";
import { AGE_BOUNDS, COLOUR_MODES, COLOURS, SPEED_BOUNDS } from "./colours.js";
import { COURSES, LABEL_MODES, LAYERS } from "./model.js";

/** @typedef {import("./model.js").MapModel} MapModel */
/** @typedef {import("./colours.js").PaletteName} PaletteName */

/** @param {{model: MapModel, palette: PaletteName}} props */
export function LegendBody({ model, palette }) {
  return h("div", { class: "map-legend-body" }, h(Layers, { model }), h(Choices, { model }), h(Key, { model, palette }));
}

/** @param {{model: MapModel}} props */
function Layers({ model }) {
  const on = model.layers.value;
  return h("fieldset", null,
    h("legend", null, t("map.layers")),
    LAYERS.map((name, i) =>
      h("label", { key: name, class: "map-layer" },
        h("input", { type: "checkbox", checked: on.has(name), onChange: () => model.toggle(name) }),
        h("span", null, t(`map.layer.${name}`)),
        h("kbd", { "aria-hidden": true }, i + 1))));
}

/** @param {{model: MapModel}} props */
function Choices({ model }) {
  return h(Fragment, null,
    h(Choice, {
      label: t("map.colour"), hint: "y", value: model.colour.value, options: COLOUR_MODES.map((mode) => [mode, t(`map.colour.${mode}`)]),
      onPick: (value) => (model.colour.value = /** @type {any} */ (value)),
    }),
    h(Choice, {
      label: t("map.labels"), hint: "l", value: model.labels.value, options: LABEL_MODES.map((mode) => [mode, t(`map.labels.${mode}`)]),
      onPick: (value) => (model.labels.value = /** @type {any} */ (value)),
    }),
    h(Choice, {
      label: t("map.course_length"), value: String(model.course.value), options: COURSES.map((minutes) => [String(minutes), `${minutes} min`]),
      onPick: (value) => (model.course.value = Number(value)),
    }));
}

/** @param {{label: string, hint?: string, value: string, options: string[][], onPick: (value: string) => void}} props */
function Choice({ label, hint, value, options, onPick }) {
  return h("label", { class: "map-choice" },
    h("span", null, label),
    h("select", { value, onChange: (/** @type {any} */ event) => onPick(event.currentTarget.value) },
      options.map(([name, text]) => h("option", { key: name, value: name }, text))),
    hint ? h("kbd", { "aria-hidden": true }, hint) : null);
}

/** The classes of a way to colour, as texts. @param {import("./colours.js").ColourMode} mode @returns {string[]} */
function classes(mode) {
  if (mode === "muted") return ["plain", "listed", "in_case"].map((name) => t(`map.muted.${name}`));
  if (mode === "type") return ["fishing", "service", "pleasure", "high_speed", "passenger", "cargo", "tanker", "other"].map((name) => t(`map.type.${name}`));
  const bounds = mode === "speed" ? SPEED_BOUNDS.map((knots) => number(knots, knots % 1 ? 1 : 0)) : AGE_BOUNDS.map((seconds) => String(seconds / 60));
  const unit = mode === "speed" ? "kn" : "min";
  const texts = [`< ${bounds[0]} ${unit}`, ...bounds.slice(1).map((bound, i) => `${bounds[i]}–${bound} ${unit}`), `≥ ${bounds.at(-1)} ${unit}`];
  return mode === "speed" ? [...texts, t("map.unknown")] : texts;
}

/** @param {{model: MapModel, palette: PaletteName}} props */
function Key({ model, palette }) {
  const colours = COLOURS[palette], mode = model.colour.value, list = colours[mode], [plain] = colours.muted;
  return h("div", { class: "map-key" },
    h("h3", null, t("map.vessels")),
    h("ul", null,
      classes(mode).map((text, i) => h("li", { key: text }, h(Sign, { path: "M8 2L11.5 13L8 11.2L4.5 13z", fill: list[i] }), text)),
      h("li", null, h(Sign, { path: "M8 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6z", fill: plain }), t("map.sign.no_course")),
      h("li", null, h(Sign, { path: "M8 2L11.5 13L8 11.2L4.5 13z", fill: plain, stroke: colours.stale }), t("map.sign.stale")),
      h("li", null, h(Sign, { path: "M8 2L11.5 13L8 11.2L4.5 13z", fill: "none", stroke: plain }), t("map.sign.satellite")),
      h("li", null, h(Sign, { path: "M8 4L10.7 12L8 10.8L5.3 12z", fill: plain }), t("map.sign.class_b"))),
    h("h3", null, t("map.alerts")),
    h("ul", null,
      GRAVEST_FIRST.map((severity) => h("li", { key: severity }, h(Severity, { severity, text: true, size: 16 }))),
      h("li", null, h(Sign, { path: "M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0", fill: "none", stroke: colours.severity.high, dashed: true }), t("map.sign.reach")),
      h("li", null, h(Sign, { path: "M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0", fill: "none", stroke: colours.severity.high }), t("map.sign.interference"))),
    h("h3", null, t("map.zones")),
    h("ul", null, Object.entries(colours.zone).filter(([kind]) => kind !== "anchorage").map(([kind, colour]) =>
      h("li", { key: kind }, h(Sign, { path: "M2 4h12v8h-12z", fill: colour, faint: true, stroke: colour }), t(`map.zone.${kind}`)))));
}

/** @param {{path: string, fill: string, stroke?: string, dashed?: boolean, faint?: boolean}} props */
function Sign({ path, fill, stroke = "none", dashed, faint }) {
  return h("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": true },
    h("path", { d: path, fill, "fill-opacity": faint ? 0.2 : 1, stroke, "stroke-width": 1.5, "stroke-dasharray": dashed ? "3 2" : undefined }));
}
