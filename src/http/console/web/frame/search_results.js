// @ts-check
// What the search finds: vessels, alerts, cases, zones and coordinates.
import { h } from "../vendor/preact.js";
import { get } from "../api.js";
import { decimal, dms } from "../format.js";
import { middleOf } from "../geo.js";
import { go, route } from "../route.js";
import { place, selection } from "../state.js";
import { PurposeForm } from "../ui/purpose.js";
import { t, word } from "../words.js";
import { readPlace } from "./place.js";
import { called, mmsiText } from "../vessel.js";

/** @typedef {{ key: string, group: string, text: string, more: string, path: string, pick: () => void }} Row */

/** Results of each kind at most. */
const EACH = 6;

/** What was found. @typedef {{ rows: Row[], isUnasked: boolean }} Found `isUnasked`: vessels are searched only once it is stated what for */

/**
 * @param {{ found: Found | null, fault: string, at: number, pick: (row: Row, apart: boolean) => void, onPurpose: (purpose: string) => void, onCancel: () => void }} props
 */
export function Results({ found, fault, at, pick, onPurpose, onCancel }) {
  return h("div", { class: "search-results", id: "search-results" },
    fault ? h("div", { class: "search-none", role: "alert" }, fault) : h(Rows, { found, at, pick }),
    found?.isUnasked && h(PurposeForm, { kind: "search", id: "search-purpose", onAnswer: onPurpose, onCancel }));
}

/** @param {{ found: Found | null, at: number, pick: (row: Row, apart: boolean) => void }} props */
function Rows({ found, at, pick }) {
  if (!found) return h("div", { class: "search-none" }, t("word.loading"));
  const { rows, isUnasked } = found;
  if (rows.length === 0) return isUnasked ? null : h("div", { class: "search-none", role: "status" }, t("search.nothing"), h("br", null), h("small", { class: "muted" }, t("search.where")));
  return h("div", { role: "listbox", "aria-label": t("search.label") },
    rows.map((row, index) => [
      row.group !== rows[index - 1]?.group && h("h3", { key: row.group, role: "presentation" }, t(`search.${row.group}`)),
      h("div", { key: row.key, id: `search-${index}`, class: "search-row", role: "option", "aria-selected": index === at, onClick: (/** @type {MouseEvent} */ event) => pick(row, event.shiftKey) },
        h("span", { class: "cut" }, row.text), h("span", { class: "muted nowrap" }, row.more)),
    ]));
}

/** @param {string} text @param {AbortSignal} signal @param {string | null} purpose of the search; null if it was not stated @returns {Promise<Found>} */
export async function find(text, signal, purpose) {
  const there = readPlace(text);
  if (there) return { rows: [placeRow("coordinates", decimal(there.lat, there.lon), dms(there.lat, there.lon), there)], isUnasked: false };
  const asked = [
    get("/vessels", { q: text, limit: EACH }, { signal, purpose }).then(({ data }) => [...data.items.map(vesselRow), ...moreRows(text, data.total - data.items.length)]),
    get("/alerts", { q: quoted(text), limit: EACH }, { signal }).then(({ data }) => data.items.map(alertRow)),
    cases(text, signal), zones(text, signal),
  ];
  const found = await Promise.allSettled(asked);
  const faults = found.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
  const rows = found.flatMap((each) => (each.status === "fulfilled" ? each.value : []));
  const isUnasked = faults.some((fault) => fault.type === "purpose");
  if (faults.length > 0 && rows.length === 0 && !isUnasked) throw faults[0];
  return { rows, isUnasked };
}

/** As words, not as tokens of the filter. @param {string} text */
const quoted = (text) => `"${text.replaceAll('"', "")}"`;

/** @param {any} vessel @returns {Row} */
function vesselRow(vessel) {
  const path = `/vessels/${vessel.mmsi}`;
  const pick = () => {
    selection.value = { kind: "vessel", id: String(vessel.mmsi) };
    go(path);
  };
  return { key: `v${vessel.mmsi}.${vessel.track}`, group: "vessels", text: called(vessel), more: [vessel.flag, word("vessel", vessel.kind), mmsiText(vessel.mmsi)].filter(Boolean).join(" · "), path, pick };
}

/** The row that leads to the vessels that have no row here. @param {string} text @param {number} n @returns {Row[]} */
function moreRows(text, n) {
  const path = `/vessels?q=${encodeURIComponent(text)}`;
  return n > 0 ? [{ key: "more", group: "vessels", text: t("search.more", { n }), more: "", path, pick: () => go(path) }] : [];
}

/** @param {import("../../types/api").Alert} alert @returns {Row} */
function alertRow(alert) {
  const path = `/alerts/${alert.id}`;
  const pick = () => {
    selection.value = { kind: "alert", id: alert.id };
    if (route.peek().view !== "watch") go(path);
  };
  const names = alert.vessels.map(called).join(", ");
  return { key: alert.id, group: "alerts", text: `${word("behaviour", alert.behaviour)}: ${names || alert.summary}`, more: `${t(`severity.${alert.severity}`)} ${alert.score}`, path, pick };
}

/** @param {string} text @param {AbortSignal} signal @returns {Promise<Row[]>} */
async function cases(text, signal) {
  const { data } = await get("/cases", { limit: 200 }, { signal });
  const sought = text.toLowerCase();
  const fits = (/** @type {any} */ one) => one.id.startsWith(sought) || one.vessels.some((/** @type {any} */ each) => (each.name ?? "").toLowerCase().includes(sought) || [String(each.mmsi), mmsiText(each.mmsi)].includes(sought));
  return data.items.filter(fits).slice(0, EACH).map((/** @type {any} */ one) => {
    const path = `/cases/${one.id}`;
    const names = one.vessels.map(called).join(", ");
    return { key: one.id, group: "cases", text: names, more: `${t(`severity.${one.severity}`)} ${one.score}`, path, pick: () => go(path) };
  });
}

/** @type {{ etag: string | null, features: any[] }} */
const known = { etag: null, features: [] };

/** @param {string} text @param {AbortSignal} signal @returns {Promise<Row[]>} */
async function zones(text, signal) {
  const answer = await get("/zones", {}, { signal, etag: known.etag });
  if (answer.data) Object.assign(known, { etag: answer.etag, features: answer.data.features });
  const sought = text.toLowerCase();
  const fits = (/** @type {any} */ { properties }) => `${properties.id} ${properties.name ?? ""}`.toLowerCase().includes(sought);
  return known.features.filter(fits).slice(0, EACH).map((feature) => {
    const { id, name, kind } = feature.properties;
    return placeRow("zones", name ?? id, word("zone_kind", kind), middle(feature.geometry), `/zones?id=${encodeURIComponent(id)}`);
  });
}

/** @param {string} group @param {string} text @param {string} more @param {{ lat: number, lon: number } | null} there @param {string} [elsewhere] page for it, where there is no map @returns {Row} */
function placeRow(group, text, more, there, elsewhere = "/") {
  const pick = () => {
    const hasMap = ["watch", "map"].includes(route.peek().view);
    if (there && (hasMap || elsewhere === "/")) place.value = { ...there, name: text };
    if (!there || !hasMap) go(elsewhere);
  };
  return { key: group + text, group, text, more, path: elsewhere, pick };
}

/** Middle of the box round a geometry; null without a point. @param {any} geometry */
function middle(geometry) {
  /** @type {number[][]} */
  const points = [];
  const walk = (/** @type {any} */ some) => {
    if (typeof some?.[0] === "number") points.push(some);
    else some?.forEach?.(walk);
  };
  walk(geometry?.coordinates);
  return middleOf(points);
}
