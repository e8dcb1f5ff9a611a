// @ts-check
// The tracks of a case: those that its alerts keep, joined by vessel. Fetched when somebody asks, because each alert is then looked at.
import { h, useMemo, useState } from "../vendor/preact.js";
import { get } from "../api.js";
import { explain } from "../ui/explain.js";
import { Shown } from "./evidence.js";
import { extent, joined, marked, read } from "./tracks.js";
import { When } from "./parts.js";
import { t, word } from "./words.js";
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
  const gravest = useMemo(() => marked(alerts, tracks), [alerts, tracks]);
  const phases = gravest?.phases ?? NO_PHASES;
  const names = tracks.map((track) => called(alerts.flatMap((alert) => alert.vessels).find((vessel) => vessel.mmsi === track.mmsi) ?? track));
  return h("div", {},
    h("p", { class: "al-line-of-buttons" },
      h("button", { type: "button", class: "button", onClick: load, disabled: isBusy }, t(found ? "action.reload" : "alert.tracks_load")),
      h("span", { class: "al-note" }, t("alert.tracks_hint", { n: Math.min(MOST, alerts.length), all: alerts.length }))),
    span && gravest ? h("p", { class: "al-note al-marked" }, t("alert.tracks_marked", { name: word("behaviour", gravest.alert.behaviour) }), " ", h(When, { at: gravest.alert.opened_at })) : null,
    fault ? h("p", { class: "al-fault", role: "alert" }, explain(fault)) : null,
    span ? h(Shown, { id, tracks, phases, span, thresholds: NO_THRESHOLDS, names, isEvidence: false }) : found ? h("p", { class: "al-quiet" }, t("alert.no_tracks_case")) : null);
}

/** @type {import("./tracks.js").Phase[]} */
const NO_PHASES = [];
const NO_THRESHOLDS = {};
