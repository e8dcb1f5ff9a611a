// @ts-check
// What keys, menu and buttons of the map do.
import { copy } from "../ui/copy.js";
import { say } from "../ui/toast.js";
import { decimal, dms } from "../format.js";
import { selection } from "../state.js";
import { t } from "../words.js";
import { COLOUR_MODES } from "./colours.js";
import { loadAlertTracks, loadTrack, TRACK_HOURS, zonesAt } from "./data.js";
import { distanceNm } from "../geo.js";
import { following, LABEL_MODES } from "./model.js";

/** @typedef {import("./model.js").MapModel} MapModel */
/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {import("../geo.js").Place} Place */

/** Most tracks at a time: each is a request, and more lines than these cannot be told apart. */
const MOST_TRACKS = 40;
/** Requests for tracks at a time. */
const AT_ONCE = 4;
/** The zoom that shows a position with the coast about it. */
const PLACE_ZOOM = 9;

/** Whether a track has a line to draw. @param {import("./model.js").Track} track */
const isLine = ({ points }) => points.length > 1;

export class Actions {
  #tracks = new AbortController();

  /** @param {MapModel} model @param {() => Stage|null} stage null until the map is there */
  constructor(model, stage) {
    this.model = model;
    this.stage = stage;
  }

  dispose() {
    this.#tracks.abort();
  }

  /** Shows what is selected. */
  async goToSelection() {
    const chosen = selection.peek().id;
    await this.model.past.loaded;
    const stage = this.stage(), places = stage?.overlay.places() ?? [];
    // Another choice while the tracks came is gone to when it is asked for.
    if (selection.peek().id !== chosen) return undefined;
    if (!places.length) return say(t(selection.peek().kind ? "map.not_here" : "map.nothing_selected"));
    return stage?.show(places);
  }

  /** Goes to a position that was searched for, and marks it. @param {Place & {name: string}} found */
  goTo(found) {
    const stage = this.stage(), { following: follows, found: shown } = this.model;
    if (!stage) return;
    follows.value = false;
    shown.value = found;
    stage.view.cancelAnimations();
    stage.centreOn(found, Math.max(PLACE_ZOOM, stage.view.getZoom() ?? 0));
  }

  /** Keeps the selection in the middle until the map is moved by hand. */
  follow() {
    const { model } = this;
    if (model.following.peek()) {
      model.following.value = false;
      return say(t("map.follow_off"));
    }
    if (!this.#followed()) return say(t(selection.peek().kind ? "map.not_here" : "map.nothing_selected"));
    model.following.value = true;
    this.keepUp();
    return undefined;
  }

  /** Moves the middle to the vessel that is followed. */
  keepUp() {
    const stage = this.stage(), place = this.#followed();
    if (stage && place) stage.centreOn(place);
  }

  /** What is kept in the middle: the first vessel of the selection, else where the selection is. */
  #followed() {
    const overlay = this.stage()?.overlay;
    return overlay?.vessels()[0] ?? overlay?.places()[0];
  }

  isolate() {
    const { isolated } = this.model;
    if (!isolated.peek() && selection.peek().kind === null) return say(t("map.nothing_selected"));
    isolated.value = !isolated.peek();
    return undefined;
  }

  labels() {
    const { labels } = this.model;
    labels.value = following(LABEL_MODES, labels.peek());
    say(t("word.named", { name: t("map.labels"), value: t(`map.labels.${labels.peek()}`) }), "info", undefined, 3);
  }

  colours() {
    const { colour } = this.model;
    colour.value = following(COLOUR_MODES, colour.peek());
    say(t("word.named", { name: t("map.colour"), value: t(`map.colour.${colour.peek()}`) }), "info", undefined, 3);
  }

  /** The tracks of the selection, or none if they are shown. */
  track() {
    const selected = this.stage()?.overlay.selected() ?? [];
    const { kind, id } = selection.peek(), alert = kind === "alert" ? id : (kind === null && this.stage()?.overlay.alert()?.id) || null, shown = this.model.tracks.peek();
    if (alert !== null) return shown.some((track) => track.alert === alert) ? this.clearTracks() : this.loadOf(alert);
    if (!selected.length) return say(t("map.nothing_selected"));
    if (shown.length && selected.every((mmsi) => shown.some((track) => track.mmsi === mmsi))) return this.clearTracks();
    return this.load(selected);
  }

  /** Draws the tracks of the time of an alert, and shows them whole if they are not in view. @param {string} id */
  async loadOf(id) {
    this.#tracks.abort();
    const abort = (this.#tracks = new AbortController()), { tracks } = this.model;
    tracks.value = [];
    try {
      const found = (await loadAlertTracks(id, abort.signal)).filter(isLine);
      if (abort.signal.aborted) return undefined;
      tracks.value = found;
      if (!found.length) return say(t("map.no_track_then"));
      const stage = this.stage(), places = found.flatMap(({ points }) => points.map(([lon, lat]) => ({ lon, lat })));
      if (stage && !places.some((at) => stage.sees(at))) stage.show(places);
    } catch {
      if (!abort.signal.aborted) say(t("map.tracks_failed", { n: 1 }), "bad");
    }
    return undefined;
  }

  /** The tracks of all vessels in view, or none if there are tracks of several. */
  trackAll() {
    const stage = this.stage(), { fleet, tracks } = this.model;
    if (!stage) return undefined;
    if (tracks.peek().length > 1) return this.clearTracks();
    return this.load(fleet.within(stage.extent()).map((i) => fleet.mmsi[i]));
  }

  clearTracks() {
    this.#tracks.abort();
    this.model.tracks.value = [];
  }

  /** Loads tracks; an answer for an earlier choice is dropped. @param {number[]} mmsis */
  async load(mmsis) {
    if (mmsis.length > MOST_TRACKS) return say(t("map.too_many", { n: mmsis.length, most: MOST_TRACKS }), "bad");
    this.#tracks.abort();
    const abort = (this.#tracks = new AbortController()), { tracks } = this.model, left = [...mmsis];
    tracks.value = [];
    let failed = 0;
    const work = async () => {
      for (let mmsi = left.shift(); mmsi !== undefined && !abort.signal.aborted; mmsi = left.shift()) {
        try {
          const points = await loadTrack(mmsi, abort.signal);
          const track = { mmsi, points, alert: null };
          if (!abort.signal.aborted && isLine(track)) tracks.value = [...tracks.peek(), track];
        } catch (fault) {
          // A vessel that the server does not know any more has no track.
          if (/** @type {any} */ (fault).status !== 404) failed++;
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (abort.signal.aborted) return undefined;
    if (failed) return say(t("map.tracks_failed", { n: failed }), "bad");
    return tracks.peek().length === 0 ? say(t("map.no_track", { hours: TRACK_HOURS })) : undefined;
  }

  /** Begins to measure, or ends it. */
  measure() {
    const { measure } = this.model;
    measure.value = measure.peek() ? null : [];
  }

  /** @param {Place} at */
  measureFrom(at) {
    this.model.measure.value = [at];
  }

  /** Adds a point to the line. @param {Place} at */
  addPoint(at) {
    const points = this.model.measure.peek() ?? [], last = points.at(-1);
    // A second click on one point ends the line: the tool stays, and the next click begins another.
    if (last && distanceNm(last, at) < 1e-4) return;
    this.model.measure.value = [...points, at];
  }

  /** Takes the last point back. @returns {boolean} whether there was one */
  removePoint() {
    const points = this.model.measure.peek();
    if (!points?.length) return false;
    this.model.measure.value = points.slice(0, -1);
    return true;
  }

  /** @param {Place} at */
  rings(at) {
    this.model.rings.value = [...this.model.rings.peek(), at];
  }

  /** @param {Place} at */
  copyPosition(at) {
    return copy(`${dms(at.lat, at.lon)} (${decimal(at.lat, at.lon)})`);
  }

  /** @param {Place} at */
  async zonesHere(at) {
    try {
      const found = await zonesAt(at);
      say(found.length ? t("word.named", { name: t("map.zones_here"), value: found.join(" · ") }) : t("map.no_zone_here"), "info", undefined, 15);
    } catch {
      say(t("map.zones_failed"), "bad");
    }
  }

  /** Selects what is at a point of the map: an alert before a vessel. A vessel that has an alert selects the alert. @param {number} x @param {number} y */
  pick(x, y) {
    const stage = this.stage();
    if (!stage) return;
    const i = stage.vessels.hit(x, y), { fleet, layers } = this.model;
    let alerts = stage.overlay.hit(x, y);
    if (!alerts.length && i >= 0 && layers.peek().has("alerts")) alerts = stage.overlay.marks.find(({ mmsi }) => mmsi === fleet.mmsi[i])?.alerts ?? [];
    if (alerts.length) {
      // Another click on the same place takes the next alert there, then the vessel itself.
      const at = alerts.findIndex(({ id }) => id === selection.peek().id);
      if (at + 1 < alerts.length || i < 0) selection.value = { kind: "alert", id: alerts[(at + 1) % alerts.length].id };
      else selection.value = { kind: "vessel", id: String(fleet.mmsi[i]) };
    } else if (i >= 0) {
      selection.value = { kind: "vessel", id: String(fleet.mmsi[i]) };
    }
  }

  /** Undoes one thing after the other: following, box, rings, position, tracks, isolation, selection of a vessel. @returns {boolean} whether there was something to undo */
  escape() {
    const { boxed, rings, tracks, isolated, found, following: follows } = this.model;
    if (follows.peek()) follows.value = false;
    else if (boxed.peek()) boxed.value = null;
    else if (rings.peek().length) rings.value = [];
    else if (found.peek()) found.value = null;
    else if (tracks.peek().length) this.clearTracks();
    else if (isolated.peek()) isolated.value = false;
    else if (selection.peek().kind === "vessel") selection.value = { kind: null, id: null };
    else return false;
    return true;
  }
}
