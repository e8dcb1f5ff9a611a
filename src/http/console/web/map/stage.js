// @ts-check
// The OpenLayers map of one window: its layers, what the pointer does, and the view. It moves only when the user moves it.
import { defaultInteractions, DragBox, DragPan, OlMap, shiftKeyOnly, View } from "../vendor/ol.js";
import { distanceNm, latOf, lonOf, mapX, mapY, wrapped } from "../geo.js";
import { groundLayer } from "./ground/layer.js";
import { MapOverlay } from "./overlay.js";
import { VesselLayer } from "./vessels.js";

/** @typedef {import("../geo.js").Place} Place */
/** @typedef {import("./model.js").MapModel} MapModel */
/** Where the map looks. @typedef {{lat: number, lon: number, zoom: number}} Look */

/** Labels come back this long after the map has come to rest. Milliseconds. */
const REST = 150;
/** How far out and in the map goes. */
const ZOOMS = { least: 2.6, most: 18 };
/** The zoom that shows one vessel with its surroundings. */
const NEAR_ZOOM = 12;
/** Room beside what the map has to show. Pixels. */
const ROOM = 40;
/** What counts as use of the page. */
const USE = ["pointerdown", "wheel", "keydown"];
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * What the stage reports.
 * @typedef {Object} Events
 * @property {(at: Place, x: number, y: number) => void} onClick
 * @property {(at: Place, x: number, y: number, event: MouseEvent) => void} onMenu
 * @property {(mmsis: number[]) => void} onBox
 * @property {(look: Look) => void} onLook after each move of the user
 * @property {() => void} onDrag the user has begun to move the map by hand
 */

export class Stage {
  vessels; overlay; ground; map; view;
  #model; #frame = 0; #timer = 0;
  /** Where on the screen the middle of the map was when it last got its size, and the size of the window then. */
  #held = { x: 0, y: 0, window: "" };
  /** Whether somebody has used the page since the map is there. Before, it has the place that the address names. */
  #isUsed = false;
  #onUse = () => void (this.#isUsed = true);
  /** Where the movement that runs will end; null while the map is at rest. A key that comes sooner goes on from there. @type {{center: number[], zoom: number} | null} */
  #goal = null;

  /** @param {HTMLElement} target @param {MapModel} model @param {Look} look @param {Events} events */
  constructor(target, model, look, events) {
    this.#model = model;
    this.overlay = new MapOverlay(model);
    this.vessels = new VesselLayer(model.fleet, (context, frame) => this.overlay.draw(context, frame));
    this.ground = groundLayer((fault) => model.setFault("land", fault === null ? null : "map.no_land"));
    this.view = new View({
      center: [mapX(look.lon), mapY(look.lat)], zoom: look.zoom, minZoom: ZOOMS.least, maxZoom: ZOOMS.most, enableRotation: false, multiWorld: true, smoothResolutionConstraint: false,
    });
    // Dragging has no kinetics: the map stops where the hand stops.
    const without = { dragPan: false, doubleClickZoom: false, altShiftDragRotate: false, pinchRotate: false, shiftDragZoom: false, keyboard: false };
    const interactions = defaultInteractions(without).extend([new DragPan({})]);
    this.map = new OlMap({ target, view: this.view, layers: [this.ground.layer, this.vessels], controls: [], interactions, maxTilesLoading: 8 });
    this.#boxes(events);
    this.map.on("change:size", () => this.#hold());
    for (const type of USE) addEventListener(type, this.#onUse, { capture: true, passive: true, once: true });
    this.map.on("click", (/** @type {any} */ event) => void events.onClick(placeOf(event.coordinate), event.pixel[0], event.pixel[1]));
    this.map.on("pointerdrag", () => {
      // No value: OpenLayers takes `false` as a wish to end the drag.
      events.onDrag();
    });
    this.map.on("movestart", () => {
      this.overlay.quiet = true;
      // What was below the pointer is elsewhere now.
      model.hover.value = -1;
    });
    this.map.on("postrender", () => {
      if (!this.#held.window) this.#hold();
      this.#report();
    });
    this.map.on("moveend", () => {
      clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => {
        this.overlay.quiet = false;
        this.redraw();
        events.onLook(this.look());
      }, REST);
    });
    const viewport = this.map.getViewport();
    viewport.addEventListener("contextmenu", (/** @type {MouseEvent} */ event) => {
      event.preventDefault();
      const [x, y] = this.map.getEventPixel(event);
      events.onMenu(this.placeAt(x, y), x, y, event);
    });
    viewport.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => this.#point(event));
    viewport.addEventListener("pointerleave", () => (model.hover.value = -1));
    target.addEventListener("wheel", () => events.onDrag(), { passive: true });
  }

  dispose() {
    for (const type of USE) removeEventListener(type, this.#onUse, { capture: true });
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
    this.map.setTarget(undefined);
    this.map.dispose();
    this.ground.dispose();
  }

  /** Draws again with the next frame. */
  redraw() {
    this.vessels.changed();
  }

  /** @returns {Look} */
  look() {
    const [x, y] = this.view.getCenter() ?? [0, 0];
    return { lat: latOf(y), lon: lonOf(x), zoom: this.view.getZoom() ?? 3 };
  }

  /** The position at a point of the map. @param {number} x @param {number} y @returns {Place} */
  placeAt(x, y) {
    return placeOf(this.map.getCoordinateFromPixel([x, y]) ?? [0, 0]);
  }

  /** The middle of the map. Pixels. @returns {[number, number]} */
  middle() {
    const [width, height] = this.map.getSize() ?? [0, 0];
    return [width / 2, height / 2];
  }

  /** What the map shows: west, south, east, north. Metres of the map. @returns {number[]} */
  extent() {
    return this.view.calculateExtent(this.map.getSize());
  }

  /** How much of the map lies below the panel of an alert, from its right edge; also kept for the style sheet. Pixels. @returns {number} */
  covered() {
    const target = this.map.getViewport(), box = target.getBoundingClientRect();
    const isFree = (/** @type {number} */ x) => target.parentElement?.parentElement?.contains(document.elementFromPoint(x, box.top + box.height / 2)) ?? true;
    let covered = 0;
    while (covered < box.width * 0.7 && !isFree(box.right - covered - 2)) covered += 16;
    if (covered >= box.width * 0.7) covered = 0;
    const root = target.parentElement?.parentElement;
    root?.style.setProperty("--map-covered", `${covered}px`);
    root?.classList.toggle("covered", covered > 0);
    if (this.overlay.covered !== covered) {
      this.overlay.covered = covered;
      this.redraw();
    }
    return covered;
  }

  /** Whether a position can be seen, and is not below the panel of an alert. @param {Place} at */
  sees(at) {
    const [x, y] = this.map.getPixelFromCoordinate([mapX(at.lon), mapY(at.lat)]) ?? [-1, -1], [width, height] = this.map.getSize() ?? [0, 0];
    return x >= 0 && y >= 0 && x <= width - this.covered() && y <= height;
  }

  /** Puts a position into the middle of what can be seen. @param {Place} at @param {number} [zoom] */
  centreOn(at, zoom) {
    if (zoom !== undefined) this.view.setZoom(zoom);
    this.view.setCenter([mapX(at.lon) + (this.covered() / 2) * (this.view.getResolution() ?? 1), mapY(at.lat)]);
  }

  /** Shows all of some places. @param {Place[]} places */
  show(places) {
    if (places.length === 0) return;
    this.view.cancelAnimations();
    if (places.every((at) => distanceNm(at, places[0]) < 0.2)) {
      this.centreOn(places[0], Math.max(NEAR_ZOOM, this.view.getZoom() ?? 0));
      return;
    }
    // East of the first without a jump, so that a pair at 180 degrees is not shown with the whole world.
    const xs = places.map(({ lon }) => mapX(places[0].lon + wrapped(lon - places[0].lon))), ys = places.map(({ lat }) => mapY(lat));
    this.view.fit([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)], { padding: this.#room(), maxZoom: NEAR_ZOOM + 1 });
  }

  /** Room for what lies over the map, and for the names of vessels: top, right, bottom, left. Pixels. */
  #room() {
    const { top, bottom } = this.map.getViewport().getBoundingClientRect(), root = this.map.getViewport().parentElement?.parentElement;
    const boxOf = (/** @type {string} */ name) => root?.querySelector(name)?.getBoundingClientRect();
    const tools = boxOf(".map-tools"), foot = boxOf(".map-foot"), most = (bottom - top) / 3;
    return [Math.min(most, ROOM + (tools ? tools.bottom - top : 0)), 2 * ROOM + this.covered(), Math.min(most, ROOM + (foot ? bottom - foot.top : 0)), 2 * ROOM];
  }

  /** Moves the middle by shares of the window. @param {number} east @param {number} north */
  pan(east, north) {
    const [width, height] = this.map.getSize() ?? [0, 0], { center: [x, y], zoom } = this.#end(), resolution = this.view.getResolutionForZoom(zoom);
    this.#move({ center: [x + east * width * resolution, y + north * height * resolution], zoom }, 120);
  }

  /** @param {number} by levels */
  zoom(by) {
    const { center, zoom } = this.#end();
    this.#move({ center, zoom: Math.max(ZOOMS.least, Math.min(ZOOMS.most, zoom + by)) }, 150);
  }

  /** Where the map is once it is at rest. */
  #end() {
    return this.#goal ?? { center: this.view.getCenter() ?? [0, 0], zoom: this.view.getZoom() ?? 3 };
  }

  /** @param {{center: number[], zoom: number}} goal @param {number} duration milliseconds */
  #move(goal, duration) {
    this.view.cancelAnimations();
    this.#goal = goal;
    // Called also when something else moves the map meanwhile.
    this.view.animate({ ...goal, duration: STILL.matches ? 0 : duration }, () => {
      if (this.#goal === goal) this.#goal = null;
    });
  }

  /** Keeps what is shown where it is on the screen when a panel beside the map opens or closes; when the window changes, the middle stays. */
  #hold() {
    const { left, top, width, height } = this.map.getViewport().getBoundingClientRect(), before = this.#held;
    if (!width || !height) return;
    this.#held = { x: left + width / 2, y: top + height / 2, window: `${innerWidth}x${innerHeight}` };
    if (before.window !== this.#held.window || !this.#isUsed) return;
    this.view.cancelAnimations();
    const [x, y] = this.view.getCenter() ?? [0, 0], resolution = this.view.getResolution() ?? 1;
    this.view.setCenter([x + (this.#held.x - before.x) * resolution, y - (this.#held.y - before.y) * resolution]);
  }

  /** @param {Events} events */
  #boxes(events) {
    const box = new DragBox({ condition: shiftKeyOnly, className: "map-box" });
    box.on("boxend", () => {
      const { fleet } = this.#model;
      events.onBox(fleet.within(box.getGeometry().getExtent()).map((i) => fleet.mmsi[i]));
    });
    this.map.addInteraction(box);
  }

  /** Tells the middle and the scale, when they have changed. */
  #report() {
    const resolution = this.view.getResolution() ?? 1, { lat, lon } = this.look(), before = this.#model.look.peek();
    if (!before || before.resolution !== resolution || before.lat !== lat || before.lon !== lon) this.#model.look.value = { lat, lon, resolution };
  }

  /** Follows the pointer, at most once a frame. @param {PointerEvent} event */
  #point(event) {
    cancelAnimationFrame(this.#frame);
    const [x, y] = this.map.getEventPixel(event), pressed = event.buttons !== 0;
    this.#frame = requestAnimationFrame(() => {
      this.#model.pointer.value = this.placeAt(x, y);
      if (!pressed) this.#model.hover.value = this.vessels.hit(x, y);
    });
  }
}

/** @param {number[]} coordinate metres of the map @returns {Place} */
const placeOf = ([x, y]) => ({ lat: latOf(y), lon: lonOf(x) });
