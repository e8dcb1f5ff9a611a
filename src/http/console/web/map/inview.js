// @ts-check
// The map as a list: vessels in view, near a point, or in a box. For readers that cannot see the map, and for boxes.
import { h, useEffect, useRef, useState } from "../vendor/preact.js";
import { degrees, dms, nm } from "../format.js";
import { picture } from "../live.js";
import { selection } from "../state.js";
import { Button } from "../ui/button.js";
import { t } from "../words.js";
import { bearing, distanceNm } from "../geo.js";
import { factsOf } from "./vessel.js";

/** @typedef {import("./fleet.js").Fleet} Fleet */
/** @typedef {import("../geo.js").Place} Place */
/** What the list is about. @typedef {{kind: "view"} | {kind: "near", at: Place} | {kind: "box", mmsis: number[]}} ListSubject */

/** Most rows: a list is read, not scrolled for minutes. */
const MOST = 200;
/** How far is near. Nautical miles. */
export const NEAR_NM = 10;

/**
 * The vessels of a subject: alerted and listed ones first, or the nearest first.
 * @param {Fleet} fleet @param {ListSubject} subject @param {number[]} extent of the map, metres of the map @param {Place} middle @returns {{indices: number[], from: Place}}
 */
function choose(fleet, subject, extent, middle) {
  const from = subject.kind === "near" ? subject.at : middle;
  let indices;
  if (subject.kind === "box") indices = subject.mmsis.map((mmsi) => fleet.find(mmsi)).filter((i) => i >= 0);
  else if (subject.kind === "view") indices = fleet.within(extent);
  else {
    indices = [];
    for (let i = 0; i < fleet.count; i++) if (distanceNm(from, fleet.place(i)) <= NEAR_NM) indices.push(i);
  }
  const above = new Set(fleet.above), away = new Map(indices.map((i) => [i, distanceNm(from, fleet.place(i))]));
  const first = (/** @type {number} */ i) => (subject.kind !== "near" && above.has(i) ? 0 : 1);
  indices.sort((a, b) => first(a) - first(b) || (away.get(a) ?? 0) - (away.get(b) ?? 0));
  return { indices, from };
}

/**
 * @param {{fleet: Fleet, subject: ListSubject, extent: () => number[], middle: () => Place, onClose: () => void, onTracks: (mmsis: number[]) => void}} props
 */
export function VesselList({ fleet, subject, extent, middle, onClose, onTracks }) {
  const root = useRef(/** @type {HTMLElement|null} */ (null)), [turn, setTurn] = useState(0);
  // The rows keep their place until they are asked for again: a list that sorts itself each second cannot be read.
  const [rows, setRows] = useState(/** @type {{total: number, items: any[], from: Place}} */ ({ total: 0, items: [], from: { lat: 0, lon: 0 } }));
  // A list that is opened before the vessels are there is filled when they come.
  if (fleet.count === 0) void picture.value;
  const isThere = fleet.count > 0;
  useEffect(() => {
    const { indices, from } = choose(fleet, subject, extent(), middle());
    const items = indices.slice(0, MOST).map((i) => ({ ...factsOf(fleet, i), away: distanceNm(from, fleet.place(i)), to: bearing(from, fleet.place(i)) }));
    setRows({ total: indices.length, items, from });
  }, [subject, turn, isThere]);
  useEffect(() => root.current?.focus({ preventScroll: true }), [subject]);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const buttons = [...(root.current?.querySelectorAll(".map-list-row") ?? [])].map((each) => /** @type {HTMLElement} */ (each));
    const at = buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement)), to = { ArrowDown: at + 1, ArrowUp: Math.max(0, at - 1), Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === "Escape") onClose();
    else if (to !== undefined && buttons[to]) buttons[to].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const title = t(`map.list.${subject.kind}`, { n: rows.total, nm: nm(NEAR_NM, 0) }), chosen = selection.value;
  return h("section", { class: "map-list", ref: root, tabIndex: -1, "aria-label": title, onKeyDown },
    h("header", null, h("strong", null, title),
      h(Button, { kind: "quiet", onClick: () => setTurn(turn + 1) }, t("map.list.again")),
      h(Button, { kind: "quiet", disabled: !rows.total, onClick: () => onTracks(rows.items.map(({ mmsi }) => mmsi)) }, t("map.list.tracks")),
      h(Button, { kind: "quiet", label: t("action.close"), onClick: onClose }, "×")),
    rows.total > MOST ? h("p", { class: "faint" }, t("map.list.cut", { n: rows.total - MOST })) : null,
    rows.total === 0 ? h("p", null, t("map.list.none")) : null,
    rows.total === 0 ? null : h("p", { class: "faint" }, t("map.list.origin", { position: dms(rows.from.lat, rows.from.lon), from: t(`map.list.from_${subject.kind === "near" ? "point" : "middle"}`) })),
    rows.total === 0 ? null : h("div", { class: "map-list-head", "aria-hidden": true }, h("span", null, t("nav.vessel")), h("span", null, t("map.fact.type")),
      h("span", { class: "map-list-number" }, t("map.fact.speed")), h("span", { class: "map-list-number" }, t("map.list.away"))),
    h("ul", null, rows.items.map((row) => {
      const isChosen = chosen.kind === "vessel" && chosen.id === String(row.mmsi);
      return h("li", { key: row.mmsi },
        h("button", { type: "button", class: "map-list-row", "aria-pressed": isChosen, onClick: () => (selection.value = { kind: "vessel", id: String(row.mmsi) }) },
          h("span", { class: "map-list-name" }, row.name), h("span", { class: "map-list-type" }, row.type), h("span", { class: "map-list-number" }, row.speed),
          h("span", { class: "map-list-number" }, `${nm(row.away)} ${degrees(row.to)}`),
          row.marks.length ? h("span", { class: "faint" }, row.marks.join(" · ")) : null));
    })));
}
