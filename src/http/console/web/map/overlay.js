// @ts-check
// What is drawn above the vessels: alerts, selection, tracks, tools and labels. The overlay draws only what the model says.
import { names } from "../live.js";
import { atHand, selection } from "../state.js";
import { clock, degrees, dms, nm } from "../format.js";
import { rank } from "../severities.js";
import { circlesOf } from "./circles.js";
import { COLOURS } from "./colours.js";
import { LISTED } from "./fleet.js";
import { bearing, circle, distanceNm, greatCircle, latOf, lonOf, mapX, mapY, stretch } from "../geo.js";
import { gridStep } from "./ground/sky.js";
import { Labels, plain } from "./labels.js";
import { placesOf, vesselsOf } from "./places.js";
import { drawNow, drawRing, drawSeverity, SHAPE } from "./shapes.js";
import { showsHulls } from "./vessels.js";
import { mmsiText } from "../vessel.js";
import { t } from "../words.js";

/** @typedef {import("./model.js").MapModel} MapModel */
/** @typedef {import("./vessels.js").Frame} Frame */
/** @typedef {import("../geo.js").Place} Place */
/** @typedef {import("./labels.js").Label} Label */
/** @typedef {import("../../types/api").Alert} Alert */
/** Alerts at one place of the screen, the worst first. @typedef {{x: number, y: number, mx: number, my: number, alerts: Alert[], mmsi: number|null}} Mark */

/** An alert and where it is. @typedef {{alert: Alert, places: import("./places.js").AlertPlace[]}} PlacedAlert */

/** Radii of the range rings. Nautical miles. */
export const RINGS = [1, 3, 6, 12, 24];
/** How far above its vessel a severity shape stands. Pixels. */
const ABOVE = 17;
/** How large a zone has to be for its name. Pixels. */
const NAMED = 60;
/** Figures of the grid keep so far from the sides of the map, and from where tools lie over its top and foot. Pixels. */
const EDGE = 36, TOOLS = 62;
/** Outlines to scale: no more than this many in one frame. */
const MOST_HULLS = 400;

export class MapOverlay {
  /** How much of the map lies below the panel of an alert, from its right edge. Pixels. */
  covered = 0;
  /** Labels are left out while the map moves. */
  quiet = false;
  /** @type {import("./colours.js").PaletteName} */ palette = "day";
  /** What the last frame showed, for hit tests. @type {Mark[]} */
  marks = [];
  #model; #labels = new Labels();
  /** Places of the alerts, kept until the picture or the alerts change. */
  #placed = { version: -1, list: /** @type {Alert[]} */ ([]), alerts: /** @type {PlacedAlert[]} */ ([]) };

  /** @param {MapModel} model */
  constructor(model) {
    this.#model = model;
  }

  /** The alerts under a point of the page; empty if there are none. @param {number} x @param {number} y @returns {Alert[]} */
  hit(x, y) {
    const mark = this.marks.findLast((each) => Math.hypot(each.x - x, each.y - y) < SHAPE + 3);
    return mark?.alerts ?? [];
  }

  /** Draws a frame. @param {CanvasRenderingContext2D} context @param {Frame} frame */
  draw(context, frame) {
    const model = this.#model, colours = COLOURS[this.palette], layers = model.layers.peek();
    this.#labels.clear();
    context.lineJoin = "round";
    for (const track of [...model.past.tracks.peek(), ...model.tracks.peek()]) this.#track(context, frame, track.points, colours);
    for (const centre of model.rings.peek()) this.#rings(context, frame, centre, colours);
    this.marks = layers.has("alerts") ? this.#gather(frame) : [];
    if (layers.has("alerts")) this.#links(context, frame, colours);
    if (showsHulls(frame) && layers.has("vessels")) this.#hulls(context, frame, colours);
    for (const mark of this.marks.toReversed()) this.#mark(context, mark, colours, frame.ratio);
    this.#selection(context, frame, colours);
    this.#found(context, frame, colours);
    this.#measure(context, frame, colours);
    if (frame.moving || this.quiet) return;
    if (layers.has("grid")) this.#edge(context, frame, colours);
    this.#text(context, frame, colours);
  }

  /** The alerts with their places. @returns {PlacedAlert[]} */
  #alerts() {
    const { fleet, alerts, isolated } = this.#model, list = alerts.shown(), selected = selection.peek();
    if (this.#placed.version !== fleet.version || this.#placed.list !== list) {
      this.#placed = { version: fleet.version, list, alerts: list.map((alert) => ({ alert, places: placesOf(alert, fleet) })) };
    }
    return isolated.peek() ? this.#placed.alerts.filter(({ alert }) => selected.kind === "alert" && selected.id === alert.id) : this.#placed.alerts;
  }

  /** Puts the alerts on the places of their vessels. @param {Frame} frame @returns {Mark[]} */
  #gather(frame) {
    /** @type {Map<string, Mark>} */
    const marks = new Map();
    for (const { alert, places } of this.#alerts()) {
      for (const { mmsi, at } of places) {
        const mx = mapX(at.lon), my = mapY(at.lat), name = mmsi ? `v${mmsi}` : `a${alert.id}`;
        const mark = marks.get(name);
        if (mark) mark.alerts.push(alert);
        else marks.set(name, { mx, my, x: frame.px(mx), y: frame.py(my) - (mmsi ? ABOVE : 0), alerts: [alert], mmsi });
      }
    }
    const inside = [...marks.values()].filter(({ x, y }) => x > -60 && y > -60 && x < frame.width + 60 && y < frame.height + 60);
    for (const mark of inside) mark.alerts.sort((a, b) => rank(b.severity) - rank(a.severity) || b.score - a.score);
    const { id } = selection.peek(), isSelected = (/** @type {Mark} */ mark) => Number(mark.alerts.some((alert) => alert.id === id));
    return inside.sort((a, b) => isSelected(b) - isSelected(a) || rank(b.alerts[0].severity) - rank(a.alerts[0].severity));
  }

  /** Lines that join pairs, and circles. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {import("./colours.js").MapColours} colours */
  #links(context, frame, colours) {
    const selected = selection.peek();
    for (const { alert, places } of this.#alerts()) {
      const isSelected = selected.kind === "alert" && selected.id === alert.id;
      context.strokeStyle = colours.severity[alert.severity];
      context.lineWidth = isSelected ? 2.2 : 1.3;
      if (places.length > 1) this.#path(context, frame, places.map(({ at }) => at));
      // The circles of all alerts at once would hide the map: only interference is a ring anyway, the others belong to the selection.
      for (const { centre, nm: radius, dashed } of isSelected || alert.behaviour === "interference" ? circlesOf(alert) : []) {
        context.setLineDash(dashed ? [7, 5] : []);
        this.#path(context, frame, circle(centre, radius));
        context.setLineDash([]);
      }
    }
  }

  /** @param {CanvasRenderingContext2D} context @param {Mark} mark @param {import("./colours.js").MapColours} colours @param {number} ratio */
  #mark(context, { x, y, alerts }, colours, ratio) {
    context.globalAlpha = alerts.some(({ status }) => status === "open") ? 1 : 0.5;
    drawSeverity(context, alerts[0].severity, x, y, colours, ratio);
    context.globalAlpha = 1;
    this.#labels.keepFree(x - SHAPE - 1, y - SHAPE - 1, 2 * SHAPE + 2, 2 * SHAPE + 2);
  }

  /** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {import("./colours.js").MapColours} colours */
  #selection(context, frame, colours) {
    const { fleet, hover, boxed } = this.#model, drawn = new Set(this.selected());
    for (const mmsi of boxed.peek() ?? []) {
      const i = fleet.find(mmsi);
      if (i >= 0 && !drawn.has(mmsi)) drawRing(context, frame.px(fleet.x[i]), frame.py(fleet.y[i]), 9, colours.tool, colours.halo);
    }
    const alert = this.alert();
    for (const { at, mmsi } of alert ? placesOf(alert, fleet) : []) {
      drawRing(context, frame.px(mapX(at.lon)), frame.py(mapY(at.lat)), 13, colours.select, colours.halo);
      if (mmsi) drawn.delete(mmsi);
    }
    for (const mmsi of drawn) {
      const i = fleet.find(mmsi);
      if (i < 0) continue;
      // A vessel of an alert that is elsewhere: only where the vessel is now.
      if (alert) drawNow(context, frame.px(fleet.x[i]), frame.py(fleet.y[i]), 11, colours.select);
      else drawRing(context, frame.px(fleet.x[i]), frame.py(fleet.y[i]), 13, colours.select, colours.halo);
    }
    const i = hover.peek();
    if (i >= 0 && i < fleet.count) drawRing(context, frame.px(fleet.x[i]), frame.py(fleet.y[i]), 10, colours.faint, colours.halo);
  }

  /** The selected alert, else the one that the keys of the list are on, if it is on the map. @returns {Alert|undefined} */
  alert() {
    const { kind, id: chosen } = selection.peek(), id = kind === null ? atHand.peek() : chosen;
    return kind !== "vessel" ? this.#model.alerts.shown().find((alert) => alert.id === id) : undefined;
  }

  /** The MMSIs that are selected, by an alert or by themselves. @returns {number[]} */
  selected() {
    const { kind, id } = selection.peek();
    if (kind === "vessel") return [Number(id)];
    return this.alert()?.vessels.map(({ mmsi }) => mmsi) ?? [];
  }

  /** Where the selection is and, of an alert, was: its place with the tracks of its time, else the places of the vessels. @returns {Place[]} */
  places() {
    const { fleet, past } = this.#model, alert = this.alert();
    if (alert) return [...placesOf(alert, fleet).map(({ at }) => at), ...past.tracks.peek().flatMap(({ points }) => points.map(([lon, lat]) => ({ lon, lat })))];
    return this.vessels();
  }

  /** Where the selected vessels are now. @returns {Place[]} */
  vessels() {
    const { fleet } = this.#model;
    return this.selected().map((mmsi) => fleet.find(mmsi)).filter((i) => i >= 0).map((i) => fleet.place(i));
  }

  /**
   * Vessels to scale: the antenna is taken to be in the middle, and the beam a sixth of the length where nothing says it.
   * @param {CanvasRenderingContext2D} context @param {Frame} frame @param {import("./colours.js").MapColours} colours
   */
  #hulls(context, frame, colours) {
    const { fleet, isolated } = this.#model, picture = fleet.picture;
    if (!picture) return;
    const reach = 220 * frame.resolution, half = [(frame.width / 2) * frame.resolution + reach, (frame.height / 2) * frame.resolution + reach];
    const list = isolated.peek()
      ? this.selected().map((mmsi) => fleet.find(mmsi)).filter((i) => i >= 0)
      : fleet.within([frame.x - half[0], frame.y - half[1], frame.x + half[0], frame.y + half[1]]);
    context.strokeStyle = colours.muted[0];
    context.lineWidth = 1.2;
    for (const i of list.slice(0, MOST_HULLS)) {
      const name = names.get(picture.key[i]), known = picture.length[i] < 255 ? picture.length[i] * 2 : 0;
      const direction = picture.heading[i] < 360 ? picture.heading[i] : picture.cog[i] < 3600 ? picture.cog[i] / 10 : null;
      const length = name?.length || known;
      if (!length || direction === null) continue;
      const scale = stretch(latOf(fleet.y[i])) / frame.resolution;
      const long = (length / 2) * scale, wide = ((name?.beam || length / 6) / 2) * scale;
      if (long < 9) continue;
      context.save();
      context.translate(frame.px(fleet.x[i]), frame.py(fleet.y[i]));
      context.rotate((direction * Math.PI) / 180);
      context.beginPath();
      context.moveTo(0, -long);
      context.lineTo(wide, -long + 2 * wide);
      context.lineTo(wide, long);
      context.lineTo(-wide, long);
      context.lineTo(-wide, -long + 2 * wide);
      context.closePath();
      context.stroke();
      context.restore();
    }
  }

  /** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {number[][]} points @param {import("./colours.js").MapColours} colours */
  #track(context, frame, points, colours) {
    for (const [width, stroke] of /** @type {[number, string][]} */ ([[4, colours.halo], [1.8, colours.track]])) {
      context.strokeStyle = stroke;
      context.lineWidth = width;
      this.#path(context, frame, points.map(([lon, lat]) => ({ lon, lat })));
    }
    context.fillStyle = colours.track;
    for (const [lon, lat] of points) context.fillRect(frame.px(mapX(lon)) - 1.5, frame.py(mapY(lat)) - 1.5, 3, 3);
  }

  /** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Place} centre @param {import("./colours.js").MapColours} colours */
  #rings(context, frame, centre, colours) {
    const x = frame.px(mapX(centre.lon)), y = frame.py(mapY(centre.lat));
    for (const radius of [0.02, ...RINGS]) {
      context.strokeStyle = colours.tool;
      context.lineWidth = 1;
      const points = circle(centre, radius);
      this.#path(context, frame, points);
      const top = frame.py(mapY(points[0].lat));
      if (y - top > 24) this.#labels.draw(context, [{ x, y: top, text: nm(radius, 0), colour: colours.tool, centred: true }], colours.halo, frame.width, frame.height);
    }
  }

  /** A cross where a position was searched for. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {import("./colours.js").MapColours} colours */
  #found(context, frame, colours) {
    const found = this.#model.found.peek();
    if (!found) return;
    const x = frame.px(mapX(found.lon)), y = frame.py(mapY(found.lat));
    for (const [width, stroke] of /** @type {[number, string][]} */ ([[5, colours.halo], [2, colours.tool]])) {
      context.strokeStyle = stroke;
      context.lineWidth = width;
      context.beginPath();
      for (const [east, south] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        context.moveTo(x + 5 * east, y + 5 * south);
        context.lineTo(x + 16 * east, y + 16 * south);
      }
      context.stroke();
    }
    this.#labels.draw(context, [{ x, y: y + 26, text: found.name, colour: colours.tool, centred: true }], colours.halo, frame.width, frame.height);
  }

  /** The line that is measured, with the distance and bearing of each leg. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {import("./colours.js").MapColours} colours */
  #measure(context, frame, colours) {
    const { measure, pointer } = this.#model, fixed = measure.peek();
    if (!fixed) return;
    const end = pointer.peek(), points = end && fixed.length && !frame.moving ? [...fixed, end] : fixed;
    context.strokeStyle = colours.tool;
    for (const { lat, lon } of points) context.strokeRect(frame.px(mapX(lon)) - 2.5, frame.py(mapY(lat)) - 2.5, 5, 5);
    let sum = 0;
    for (let i = 1; i < points.length; i++) {
      context.strokeStyle = colours.tool;
      context.lineWidth = 2;
      this.#path(context, frame, greatCircle(points[i - 1], points[i]));
      const leg = distanceNm(points[i - 1], points[i]);
      sum += leg;
      const text = `${nm(leg, leg < 10 ? 2 : 1)} · ${degrees(bearing(points[i - 1], points[i]))}${i > 1 ? ` · Σ ${nm(sum, sum < 10 ? 2 : 1)}` : ""}`;
      const [x, y] = [frame.px(mapX(points[i].lon)), frame.py(mapY(points[i].lat))];
      this.#labels.draw(context, [{ x, y, text, colour: colours.tool, gap: 12 }], colours.halo, frame.width, frame.height);
    }
  }

  /** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Place[]} points */
  #path(context, frame, points) {
    if (!points.length) return;
    // From the first point on without a jump, so that a line over 180 degrees stays in one piece.
    let lon = points[0].lon;
    const x = frame.px(mapX(lon)), first = lon;
    context.beginPath();
    points.forEach((at, i) => {
      lon += at.lon - lon - 360 * Math.round((at.lon - lon) / 360);
      const px = x + mapX(lon - first) / frame.resolution, py = frame.py(mapY(at.lat));
      if (i) context.lineTo(px, py);
      else context.moveTo(px, py);
    });
    context.stroke();
  }

  /** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {import("./colours.js").MapColours} colours */
  #text(context, frame, colours) {
    const model = this.#model, { fleet } = model, mode = model.labels.peek();
    const taken = new Set(), selected = this.selected(), alert = this.alert(), own = alert ? placesOf(alert, fleet) : [];
    /** @type {Label[]} */
    const labels = [];
    /** @param {number} i @param {string} colour @param {boolean} [must] @param {string} [more] */
    const add = (i, colour, must, more = "") => {
      if (i < 0 || i >= fleet.count || taken.has(i)) return;
      taken.add(i);
      labels.push({ x: frame.px(fleet.x[i]), y: frame.py(fleet.y[i]), text: `${nameOf(fleet, i)}${more}`, colour, must, gap: must ? 17 : 9 });
    };
    // The alert's own place with its time; where its vessels are by now is another matter.
    const isElsewhere = own.some(({ mmsi }) => mmsi === null);
    if (alert && isElsewhere) for (const { at } of own) labels.push({ x: frame.px(mapX(at.lon)), y: frame.py(mapY(at.lat)), text: timeOf(alert), colour: colours.select, must: true, gap: 17 });
    for (const mmsi of selected) add(fleet.find(mmsi), colours.select, true, isElsewhere ? ` · ${t("map.now")}` : "");
    add(model.hover.peek(), colours.text);
    for (const { x, y, alerts } of this.marks) if (alerts.length > 1) labels.push({ x, y, text: `×${alerts.length}`, colour: colours.text, gap: SHAPE + 2 });
    if (mode !== "none") for (const { mmsi } of this.marks) if (mmsi) add(fleet.find(mmsi), colours.text);
    if (model.layers.peek().has("vessels") && !model.isolated.peek() && fleet.picture && (mode === "listed" || mode === "all")) {
      const half = [(frame.width / 2) * frame.resolution, (frame.height / 2) * frame.resolution];
      const listed = fleet.above.filter((i) => fleet.picture && fleet.picture.flags[i] & LISTED);
      for (const i of listed) add(i, colours.text);
      if (mode === "all") for (const i of fleet.within([frame.x - half[0], frame.y - half[1], frame.x + half[0], frame.y + half[1]]).slice(0, 1500)) add(i, colours.faint);
    }
    if (model.layers.peek().has("zones")) {
      for (const { at, name, size } of model.zones.peek()) {
        if (size < NAMED * frame.resolution) continue;
        labels.push({ x: frame.px(mapX(at.lon)), y: frame.py(mapY(at.lat)), text: plain(name, 44), colour: colours.faint, italic: true, centred: true });
      }
    }
    this.#labels.draw(context, labels, colours.halo, frame.width - this.covered, frame.height);
  }

  /** Degrees along the upper and left edge. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {import("./colours.js").MapColours} colours */
  #edge(context, frame, colours) {
    // The tiles are drawn for the next finer level, so their step is that of the level and not of the resolution.
    const step = gridStep((2 * mapX(180)) / 2 ** Math.max(0, Math.round(Math.log2((2 * mapX(180)) / 512 / frame.resolution))) / 512);
    const west = frame.x - (frame.width / 2) * frame.resolution, east = frame.x + (frame.width / 2) * frame.resolution, degree = mapX(1);
    /** @type {Label[]} */
    const labels = [];
    for (let n = Math.ceil(west / degree / step); n <= east / degree / step; n++) {
      const x = frame.px(mapX(n * step));
      if (x > EDGE && x < frame.width - EDGE) labels.push({ x, y: 9, text: half(dms(0, lonOf(mapX(n * step))), 1), colour: colours.faint, centred: true });
    }
    const south = latOf(frame.y - (frame.height / 2) * frame.resolution), north = latOf(frame.y + (frame.height / 2) * frame.resolution);
    for (let n = Math.ceil(south / step); n <= north / step; n++) {
      const y = frame.py(mapY(n * step)) - 9;
      // Half a figure beside the tools at the top or the button at the bottom would be read as another one.
      if (y > TOOLS && y < frame.height - TOOLS) labels.push({ x: 0, y, text: half(dms(n * step, 0), 0), colour: colours.faint, gap: 9 });
    }
    this.#labels.draw(context, labels, colours.halo, frame.width, frame.height);
  }
}

/** One half of a position in degrees and minutes, without the zeros at its end. @param {string} position @param {0|1} which @returns {string} */
const half = (position, which) => position.split(" ")[which].replace(/\.000'/, "'").replace(/00'/, "").replace(/^0+°[NSEW]$/, "0°");

/** What a vessel is called. @param {import("./fleet.js").Fleet} fleet @param {number} i @returns {string} */
export function nameOf(fleet, i) {
  const picture = fleet.picture, name = picture && names.get(picture.key[i])?.name;
  return (name && plain(name)) || mmsiText(fleet.mmsi[i]);
}

/** When an alert was: `13:59Z–14:35Z`; one time where both are the same. @param {Alert} alert */
const timeOf = ({ started_at, ended_at, last_at }) => [...new Set([clock(started_at), clock(ended_at ?? last_at)])].join("–");
