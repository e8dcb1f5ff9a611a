// @ts-check
// The page of one vessel: who it says it is, where it is, its alerts, its track, and why there is no other alert.
import { h, useCallback, useEffect, useMemo, useState } from "../vendor/preact.js";
import { Missing } from "../alert/alert.js";
import { Shown } from "../alert/evidence.js";
import { isUnknown, useLoaded } from "../alert/load.js";
import { Place, Section, Tag, When } from "../alert/parts.js";
import { extent, read } from "../alert/tracks.js";
import { Ago, Rows, typeName } from "../alert/vessels.js";
import { WhyNone } from "../alert/why_none.js";
import { t, word } from "../alert/words.js";
import { between, degrees, knots, nm, number } from "../format.js";
import { keys } from "../keys.js";
import { lastFix, showAt } from "../show_vessel.js";
import { may } from "../state.js";
import { Button } from "../ui/button.js";
import { mmsiText } from "../vessel.js";
import { addSheet } from "../sheet.js";

await addSheet("alert");

/** Spans of the track in hours. */
const HOURS = [2, 6, 24, 72];

/** @param {{id: string | null}} props */
export default function VesselPanel({ id }) {
  const isNumber = /^\d{1,9}$/.test(id ?? "");
  const mmsi = Number(id);
  const path = isNumber ? `/vessels/${mmsi}` : null;
  const concerns = useCallback((/** @type {any} */ entry) => entry.item?.vessels?.some((/** @type {any} */ vessel) => vessel.mmsi === mmsi) ?? false, [mmsi]);
  const vessel = useLoaded(path, undefined, concerns);
  const fix = lastFix(/** @type {any} */ (vessel.data));
  const onShow = () => void (fix && showAt(mmsi, fix));
  useEffect(() => (fix ? keys.add("all", "z", { label: "action.show_on_map", run: onShow }) : undefined), [mmsi, fix?.lat, fix?.lon]);
  if (!isNumber) return h("div", { class: "al-page al-empty" }, h("p", { class: "al-fault", role: "alert" }, t("alert.no_mmsi", { text: id ?? "" })));
  const data = /** @type {any} */ (vessel.data);
  const names = (data?.tracks ?? []).map((/** @type {any} */ track) => track.name).filter(Boolean);
  return h("div", { class: "al-page al-vessel-page" },
    h("header", { class: "al-head" },
      h("div", { class: "al-line" }, h("h1", {}, names[0] || `MMSI ${mmsiText(mmsi)}`), names.length ? h("span", { class: "al-note" }, `MMSI ${mmsiText(mmsi)}`) : null,
        (data?.tracks.length ?? 0) > 1 ? h(Tag, { tone: "retracted" }, t("alert.two_ships", { n: data.tracks.length })) : null,
        fix ? h(Button, { kind: "quiet", hint: "z", onClick: onShow }, t("action.show_on_map")) : null)),
    h("div", { class: "al-columns" },
      h("div", { class: "al-column" },
        data ? data.tracks.map((/** @type {any} */ track) => h(Section, { name: `id-${track.track}`, key: track.track, title: data.tracks.length > 1 ? t("alert.track_number", { n: track.track }) : t("alert.identity"), mark: data }, h(Identity, { track, mmsi })))
          : isUnknown(vessel.fault) ? h("p", { class: "al-quiet" }, t("alert.not_heard")) : vessel.fault ? h(Missing, { fault: vessel.fault, again: vessel.reload }) : h("p", { class: "al-quiet" }, t("word.loading")),
        h(Section, { name: "alerts", title: t("alert.alerts"), mark: mmsi }, h(Alerts, { mmsi, concerns, key: mmsi })),
        h(Section, { name: "none", title: t("alert.why_none"), note: t("alert.why_none_hint"), mark: mmsi }, may("search") ? h(WhyNone, { mmsi, key: mmsi }) : h("p", { class: "al-quiet" }, t("alert.search_right")))),
      h("div", { class: "al-column" },
        h(Section, { name: "track", title: t("alert.track"), mark: mmsi }, h(Track, { mmsi, name: names[0] ?? null, key: mmsi })),
        data ? h(Section, { name: "stops", title: t("alert.stops"), mark: data }, h(Stops, { tracks: data.tracks })) : null)));
}

/** What one track under the number says of itself, and where it is. @param {{track: any, mmsi: number}} props */
function Identity({ track, mmsi }) {
  const fix = track.last_fix;
  /** @param {string} name @param {import("../alert/parts.js").Children} value */
  const pair = (name, value) => h("div", {}, h("dt", {}, t(`alert.id.${name}`)), h("dd", {}, value ?? "–"));
  return h("div", {}, h("dl", { class: "al-figures" },
    pair("name", track.name), pair("mmsi", mmsiText(mmsi)), pair("imo", track.imo === null ? null : [String(track.imo), isImo(track.imo) ? null : h(Tag, { tone: "retracted" }, t("alert.imo_wrong"))]),
    pair("call_sign", track.call_sign), pair("flag", track.flag), pair("type", typeName(track.ship_type)), pair("class", track.class),
    pair("length", track.length_metres === null ? null : `${number(track.length_metres)} m`), pair("draught", track.draught_metres === null ? null : `${number(track.draught_metres, 1)} m`),
    pair("destination", track.destination), pair("first_heard", track.first_heard_at ? h(When, { at: track.first_heard_at }) : null)),
  h("h3", {}, t("alert.last_fix")),
  fix ? h("dl", { class: "al-figures" },
    pair("at", [h(When, { at: fix.at, seconds: true }), " (", h(Ago, { at: fix.at }), ")"]), pair("position", h(Place, { at: fix })),
    pair("sog", knots(fix.sog_knots)), pair("cog", degrees(fix.cog_degrees)), pair("made_good", knots(track.made_good_knots)), pair("usual", knots(track.usual_knots)),
    pair("status", fix.status === null ? null : word("alert.nav", String(fix.status))), pair("shore", fix.shore_nm === null ? null : nm(fix.shore_nm)),
    pair("calm", t(fix.in_calm_water ? "word.yes" : "word.no")), pair("zones", track.zones.map((/** @type {any} */ zone) => zone.id).join(", ") || null),
    track.silent_since ? pair("silent", h("span", { class: "al-warn" }, h(When, { at: track.silent_since }))) : null) : h("p", { class: "al-quiet" }, t("alert.no_fix")),
  h("p", { class: "al-note" }, t("alert.own_identity")));
}

/**
 * Whether the check digit of an IMO number fits.
 * @param {number} imo
 */
function isImo(imo) {
  const digits = [...String(imo)].map(Number);
  return digits.length === 7 && digits.slice(0, 6).reduce((sum, digit, index) => sum + digit * (7 - index), 0) % 10 === digits[6];
}

/** @param {{mmsi: number, concerns: (entry: any) => boolean}} props */
function Alerts({ mmsi, concerns }) {
  const loaded = useLoaded(`/vessels/${mmsi}/alerts`, { limit: 50 }, concerns);
  const data = /** @type {any} */ (loaded.data);
  if (!data) return loaded.fault ? h(Missing, { fault: loaded.fault, again: loaded.reload }) : h("p", { class: "al-quiet" }, t("word.loading"));
  return data.items.length ? h(Rows, { alerts: data.items }) : h("p", { class: "al-quiet" }, t("alert.no_alerts"));
}

/** @param {{mmsi: number, name: string | null}} props */
function Track({ mmsi, name }) {
  const [hours, setHours] = useState(24);
  const loaded = useLoaded(`/vessels/${mmsi}/track`, { hours });
  const data = /** @type {any} */ (loaded.data);
  const tracks = useMemo(() => (data ? read([{ mmsi, track: 1, points: data.points }]) : []), [data]);
  const span = extent(tracks);
  return h("div", {},
    h("div", { class: "al-line-of-buttons", role: "group", "aria-label": t("alert.track") }, HOURS.map((each) =>
      h("button", { type: "button", class: "button", key: each, "aria-pressed": each === hours, onClick: () => setHours(each) }, `${each} h`)),
    h("button", { type: "button", class: "button quiet", onClick: loaded.reload }, t("action.reload")),
    data ? h("span", { class: "al-note" }, t(data.thinned ? "alert.track_thinned" : "alert.track_whole")) : null),
    loaded.fault && !isUnknown(loaded.fault) ? h(Missing, { fault: loaded.fault, again: loaded.reload }) : null,
    span ? h(Shown, { id: `${mmsi} ${hours}`, key: hours, tracks, phases: NO_PHASES, span, thresholds: NO_THRESHOLDS, names: [name ?? mmsiText(mmsi)], isEvidence: false })
      : data || isUnknown(loaded.fault) ? h("p", { class: "al-quiet" }, t("alert.no_track")) : loaded.fault ? null : h("p", { class: "al-quiet" }, t("word.loading")));
}

/** @type {{name: string, at: number}[]} */
const NO_PHASES = [];
const NO_THRESHOLDS = {};

/** @param {{tracks: any[]}} props */
function Stops({ tracks }) {
  const stops = tracks.flatMap((track) => track.stops).sort((one, other) => Date.parse(other.from) - Date.parse(one.from));
  if (!stops.length) return h("p", { class: "al-quiet" }, t("alert.no_stops"));
  return h("table", { class: "al-table" },
    h("thead", {}, h("tr", {}, ["from", "to"].map((name) => h("th", { scope: "col", key: name }, t(`word.${name === "to" ? "until" : "from"}`))), h("th", { class: "al-right" }, t("alert.lasted")), h("th", {}, t("alert.position")))),
    h("tbody", {}, stops.map((stop, index) => h("tr", { key: index }, h("td", {}, h(When, { at: stop.from })), h("td", {}, stop.over ? h(When, { at: stop.to }) : t("alert.goes_on")),
      h("td", { class: "al-right" }, between(stop.from, stop.to)), h("td", {}, h(Place, { at: stop }))))));
}
