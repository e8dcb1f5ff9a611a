// @ts-check
// The table of the fixes behind an alert. Only the rows in sight are drawn; the row of the page's moment is marked and kept in sight.
import { h, useEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { decimal, degrees, distance, knots, time } from "../format.js";
import { metres, wrapped } from "../geo.js";
import { paper } from "./colours.js";
import { where } from "./tracks.js";
import { t } from "./words.js";

/** @typedef {import("./tracks.js").Track} Track */

/** Height of a row and of the table in pixels. */
const ROW = 22;
const HEIGHT = 11 * ROW;

/**
 * @param {{tracks: Track[], letters: string[], cursor: import("./cursor.js").Cursor}} props
 */
export function Fixes({ tracks, letters, cursor }) {
  const rows = useMemo(() => all(tracks), [tracks]);
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [top, setTop] = useState(0);
  const at = cursor.at.value;
  const active = Math.max(0, rows.findLastIndex((row) => row.fix.at <= at));
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const place = active * ROW;
    if (place < element.scrollTop || place > element.scrollTop + HEIGHT - 2 * ROW) element.scrollTop = place - HEIGHT / 2;
  }, [active]);
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    cursor.set(rows[Math.max(0, Math.min(rows.length - 1, active + step))].fix.at);
  };
  const isSeveral = tracks.length > 1;
  const isPair = tracks.length === 2;
  const isOneDay = rows.length > 0 && dayOf(rows[0].fix.at) === dayOf(rows[rows.length - 1].fix.at);
  const first = paper.value ? 0 : Math.max(0, Math.floor(top / ROW) - 10);
  const shown = paper.value ? rows : rows.slice(first, first + 32);
  return h("div", { class: `al-fixes${isPair ? " al-fixes-pair" : isSeveral ? " al-fixes-several" : ""}`, role: "table", "aria-label": t("alert.fixes"), "aria-rowcount": rows.length + 1 },
    h("div", { class: "al-fix al-fix-head", role: "row" },
      isSeveral ? cell("columnheader", h("span", { class: "for-readers" }, t("alert.letter"))) : null,
      cell("columnheader", t("alert.time")), cell("columnheader", t("alert.position")),
      cell("columnheader", t("alert.sog"), true), cell("columnheader", t("alert.cog"), true),
      isPair ? cell("columnheader", t("alert.apart"), true) : null),
    h("div", { class: "al-fix-box", ref: box, tabIndex: 0, role: "rowgroup", "aria-label": t("alert.fixes"), onKeyDown, onScroll: () => setTop(box.current?.scrollTop ?? 0) },
      h("svg", { class: "al-fix-room", width: 1, height: rows.length * ROW, "aria-hidden": "true" }),
      shown.map((row, index) => h(Row, { key: first + index, row, letters, isSeveral, isPair, isOneDay, index: first + index, isActive: first + index === active, choose: cursor.set }))));
}

/**
 * @param {{row: ReturnType<typeof all>[number], letters: string[], isSeveral: boolean, isPair: boolean, isOneDay: boolean, index: number, isActive: boolean, choose: (at: number) => void}} props
 */
function Row({ row, letters, isSeveral, isPair, isOneDay, index, isActive, choose }) {
  const { fix } = row;
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  useEffect(() => {
    if (place.current) place.current.style.top = `${index * ROW}px`;
  }, [index]);
  return h("div", { ref: place, class: `al-fix${isActive ? " al-fix-active" : ""}`, role: "row", "aria-rowindex": index + 2, "aria-selected": isActive, onClick: () => choose(fix.at) },
    isSeveral ? cell("cell", h("b", { class: `al-letter al-ship-${row.ship % 3}` }, letters[row.ship])) : null,
    cell("cell", h(Moment, { at: fix.at, isOneDay })),
    cell("cell", decimal(fix.lat, wrapped(fix.lon))),
    cell("cell", knots(fix.sog), true),
    cell("cell", degrees(fix.cog), true),
    isPair ? cell("cell", distance(row.apart), true) : null);
}

/** @param {number} at milliseconds */
const dayOf = (at) => time(at).slice(0, 10);

/**
 * A moment whose date, where the table is narrow, is left out as far as all rows have it in common; the moment above the plots has it in full.
 * @param {{at: number, isOneDay: boolean}} props
 */
function Moment({ at, isOneDay }) {
  const text = time(at, true);
  return h("span", { title: text }, h("span", { class: "al-far" }, text.slice(0, 8)), h("span", { class: isOneDay ? "al-far" : "" }, text.slice(8, 11)), text.slice(11));
}

/**
 * @param {string} role
 * @param {import("./parts.js").Children} content
 * @param {boolean} [isNumber]
 */
function cell(role, content, isNumber = false) {
  return h("span", { role, class: isNumber ? "al-right" : "" }, content);
}

/**
 * The fixes of all tracks by time, with the distance to the other ship at that time where there are two.
 * @param {Track[]} tracks
 */
function all(tracks) {
  const rows = tracks.flatMap((track, ship) => track.fixes.map((fix) => {
    const other = tracks.length === 2 ? where(tracks[1 - ship].fixes, fix.at) : null;
    return { ship, fix, apart: other ? metres(fix, other) : null };
  }));
  return rows.sort((one, other) => one.fix.at - other.fix.at || one.ship - other.ship);
}
