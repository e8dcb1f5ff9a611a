// @ts-check
// The tracks of a case: those that its alerts keep, joined by vessel. Fetched when somebody asks, because each alert is then looked at.
import { h, useMemo, useState } from "../vendor/preact.js";
import { get } from "../api.js";
import { explain } from "../ui/explain.js";
import { Shown } from "./evidence.js";
import { extent, joined, phases as phasesOf, read, where } from "./tracks.js";
import { t } from "./words.js";
import { called } from "../vessel.js";

/** @typedef {import("./types.js").Alert} Alert */
/** @typedef {import("./types.js").RawTrack} RawTrack */

/** Most alerts whose tracks are fetched; the gravest come first. */
const MOST = 20;

/** @param {{id: string, alerts: Alert[]}} props */
export function CaseTracks({ id, alerts }) {
  const [found, setFound] = useState(/** @type {RawTrack[] | null} */ (null));
  const [fault, setFault] = useState(/** @type {unknown} */ (null));
  const [isBusy, setBusy] = useState(false);
  const tracks = useMemo(() => (found ? read(found).filter((track) => track.fixes.length) : []), [found]);
  const load = async () => {
    setBusy(true);
    setFault(null);
    try {
      const gravest = [...alerts].sort((one, other) => other.score - one.score).slice(0, MOST);
      const answers = await Promise.all(gravest.map((alert) => get(`/alerts/${encodeURIComponent(alert.id)}`)));
      setFound(joined(answers.map((answer) => answer.data)));
    } catch (failed) {
      setFault(failed);
    }
    setBusy(false);
  };
  const span = extent(tracks);
  // The first event of the case: what the reader wants to see before anything else.
  const phases = useMemo(() => firstOf(alerts, tracks), [alerts, tracks]);
  const names = tracks.map((track) => called(alerts.flatMap((alert) => alert.vessels).find((vessel) => vessel.mmsi === track.mmsi) ?? track));
  return h("div", {},
    h("p", { class: "al-line-of-buttons" },
      h("button", { type: "button", class: "button", onClick: load, disabled: isBusy }, t(found ? "action.reload" : "alert.tracks_load")),
      h("span", { class: "al-note" }, t("alert.tracks_hint", { n: Math.min(MOST, alerts.length), all: alerts.length }))),
    fault ? h("p", { class: "al-fault", role: "alert" }, explain(fault)) : null,
    span ? h(Shown, { id, tracks, phases, span, thresholds: NO_THRESHOLDS, names, isEvidence: false }) : found ? h("p", { class: "al-quiet" }, t("alert.no_tracks_case")) : null);
}

/**
 * The first event of a case at which as many of its vessels as possible are on the map: there the slider stands at first.
 * @param {Alert[]} alerts
 * @param {import("./tracks.js").Track[]} tracks
 */
export function firstOf(alerts, tracks) {
  const all = alerts.flatMap((alert) => phasesOf(alert).map(({ at }) => at)).sort((one, other) => one - other);
  const known = (/** @type {number} */ at) => tracks.filter((track) => where(track.fixes, at) !== null).length;
  const at = all.reduce((best, next) => (known(next) > known(best) ? next : best), all[0]);
  return at === undefined ? NO_PHASES : [{ name: "decided", at }];
}

/** @type {{name: string, at: number}[]} */
const NO_PHASES = [];
const NO_THRESHOLDS = {};
