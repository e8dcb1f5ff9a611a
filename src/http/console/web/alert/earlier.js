// @ts-check
// What happened before the tracks of an alert begin: hours may lie between the first ship's visit and the boat that came later.
import { h, useMemo, useState } from "../vendor/preact.js";
import { get } from "../api.js";
import { explain } from "../ui/explain.js";
import { When } from "./parts.js";
import { before, joined, phases, read } from "./tracks.js";
import { t } from "./words.js";
import { called } from "../vessel.js";

/** @typedef {import("./types.js").Alert} Alert */
/** @typedef {import("./types.js").RawTrack} RawTrack */

/** How far back the daemon answers with tracks, in hours. */
const HOURS = 72;
/** Track shown before that moment, in milliseconds. */
const ROOM = 3_600_000;

/**
 * The first phase of an alert that the tracks of its vessel do not reach, if there is one.
 * @param {Alert} alert
 */
function beyond(alert) {
  const tracks = read(alert.evidence.tracks);
  return phases(alert).find((phase) => {
    const own = tracks.filter((track) => track.mmsi === phase.mmsi);
    return phase.mmsi !== undefined && (phase.name === "dropped" || phase.name === "silent") && own.every((track) => before(track.fixes, phase.at) < 0);
  }) ?? null;
}

/**
 * The tracks of an alert, with what the reader has added to them.
 * @param {Alert} alert
 * @param {string} mark - differs when the tracks do
 */
export function useTracks(alert, mark) {
  const [more, setMore] = useState(/** @type {RawTrack[]} */ ([]));
  const tracks = useMemo(() => read(more.length ? joined([{ evidence: { tracks: alert.evidence.tracks ?? [] } }, { evidence: { tracks: more } }]) : alert.evidence.tracks)
    .filter((track) => track.fixes.length), [mark, more]);
  return { tracks, isMore: more.length > 0, add: setMore };
}

/**
 * Says that the first ship was there earlier, and fetches its track on demand.
 * @param {{alert: Alert, isMore: boolean, add: (more: RawTrack[]) => void}} props
 */
export function Earlier({ alert, isMore, add }) {
  const [state, setState] = useState(/** @type {"" | "busy" | "none" | unknown} */ (""));
  const phase = isMore ? null : beyond(alert);
  if (!phase || phase.mmsi === undefined) return null;
  const { mmsi, at } = phase;
  const vessel = alert.vessels.find((each) => each.mmsi === mmsi);
  const load = async () => {
    setState("busy");
    try {
      const { data } = await get(`/vessels/${mmsi}/track`, { hours: HOURS });
      const until = Date.parse(alert.last_at) + ROOM;
      const points = /** @type {RawTrack} */ (data).points.filter(([time]) => Date.parse(time) >= at - ROOM && Date.parse(time) <= until);
      const reaches = points.length > 0 && Date.parse(points[0][0]) <= at;
      setState(reaches ? "" : "none");
      if (reaches) add([{ mmsi, track: vessel?.track ?? 1, points }]);
    } catch (failed) {
      setState(failed);
    }
  };
  const moment = new Date(at).toISOString();
  const [head, tail] = t("alert.before_tracks", { name: called(vessel ?? { mmsi }), at: "\u0000" }).split("\u0000");
  return h("p", { class: "al-line-of-buttons" }, h("span", {}, head, h(When, { at: moment }), tail),
    h("button", { type: "button", class: "button", onClick: load, disabled: state === "busy" }, t("alert.add_track")),
    state === "none" ? h("span", { class: "al-note", role: "status" }, t("alert.no_track")) : state && state !== "busy" ? h("span", { class: "al-fault", role: "alert" }, explain(state)) : null);
}
