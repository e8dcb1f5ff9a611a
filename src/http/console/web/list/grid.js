// @ts-check
/** The rows. Only those near the window are drawn; the row with the focus always is. */
import { underway } from "../acts/act.js";
import { bindings } from "../keys.js";
import { eventNow, selection } from "../state.js";
import { Fragment, h, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { Lazy } from "../views/lazy.js";
import { language, t } from "../words.js";
import { chooseTo, fold, open, opened, toggle } from "./choose.js";
import { Failed, Skeleton } from "./empty.js";
import { lineAt } from "./groups.js";
import { GroupHeader } from "./header.js";
import { commonWords } from "./prefix.js";
import { Row } from "./row.js";
import { pointed } from "./sentence.js";
import { active, chosen, grouping, held, isTouched, more, phase, problem, shown, shut } from "./store.js";

/** @typedef {import("./types.js").Alert} Alert */
/** @typedef {{top: number, height: number}} View */
/** @typedef {(change: (before: View) => View) => void} SetView */

const loadEmpty = () => import("./quiet.js").then(({ Empty }) => Empty);

/** Screens drawn above and below the visible one. */
const BEYOND = 1;
/** The rows are drawn again each time the list has scrolled so far, CSS pixels; less than what is drawn beyond the window. */
const STEP = 4 * 52;
/** The next page is asked for when so many pixels are left below the window. */
const AHEAD = 3000;
/** Pointer or focus count as being in the list for so long after they last did something, ms: a mouse left lying holds nothing. */
const TOUCH_MS = 20_000;

/** The first rows and the groups that are shown, in a box that scrolls. */
export function Grid() {
  const box = useRef(/** @type {HTMLDivElement|null} */ (null));
  const [view, setView] = useState({ top: 0, height: 900 });
  const list = held.value;
  const by = grouping.value;
  const folded = shut.value;
  const { lines, height } = useMemo(shown, [list.rows, by, folded, by === "none" ? null : list.items]);
  const headers = useMemo(() => commons(lines), [lines]);
  useView(box, setView);
  useTouch(box);
  useSelection(box, lines);
  const prefix = useMemo(() => commonWords([...list.items.values()].flatMap((alert) => (alert.zones[0] ? [alert.zones[0].name] : []))), [list.items]);
  const minute = Math.floor(eventNow.value / 60_000);
  useEffect(() => {
    if (view.top + view.height + AHEAD > height) more();
  }, [view, height, list.next]);
  const on = useHandlers();

  if (list.rows.length === 0) {
    if (phase.value === "loading") return h(Skeleton, null);
    return phase.value === "failed" ? h(Failed, null) : h(Lazy, { load: loadEmpty, props: {}, name: t("nav.list") });
  }
  const from = Math.max(0, lineAt(lines, view.top - BEYOND * view.height));
  const to = Math.min(lines.length, lineAt(lines, view.top + STEP + (1 + BEYOND) * view.height) + 1);
  const current = active.value;
  const drawn = lines.slice(from, to).map((line, index) => ({ line, index: from + index }));
  const at = current === null ? -1 : lines.findIndex((line) => line.id === current);
  if (at >= 0 && (at < from || at >= to)) drawn.push({ line: lines[at], index: at });
  // Without a row of its own, the first one is where Tab enters the list.
  const entry = at >= 0 ? current : (lines[0]?.id ?? null);
  const isOpen = opened();
  return h(Fragment, null,
    h("div", {
      class: `grid${phase.value === "loading" ? " loading" : ""}`, ref: box, role: "grid", "aria-label": t("list.rows"), "aria-rowcount": list.next === null ? lines.length : list.total,
      "aria-multiselectable": "true", "aria-busy": phase.value === "loading", tabIndex: -1, onScroll: () => read(box.current, setView),
    },
    h("div", { class: "grid-inner", role: "presentation", style: { height: `${height}px` } }, drawn.map(({ line, index }) => {
      if (line.kind === "header") return h(GroupHeader, { key: line.id, header: line, by, top: line.top, index: index + 1, isActive: line.id === current, isEntry: line.id === entry, onFold: fold });
      const alert = list.items.get(line.id);
      if (!alert) return null;
      const common = line.group === null ? null : (headers.get(line.group) ?? null);
      return h(Row, {
        key: line.id, alert, top: line.top, index: index + 1, isActive: line.id === current, isEntry: line.id === entry, isOpen: line.id === isOpen, isChosen: chosen.value.has(line.id),
        isOver: list.over.has(line.id), isWorse: list.waiting.get(line.id) === "worse", underway: underway.value.get(line.id),
        flash: list.flashes.get(line.id) ?? 0, minute, language: language.value, common, prefix, on,
      });
    }))),
    // Below the rows: above them it would push them down.
    phase.value !== "loading" && problem.value ? h(Failed, { isBrief: true }) : null);
}

/**
 * What the alerts of each group have in common, by the key of the group.
 * @param {import("./groups.js").Line[]} lines
 */
function commons(lines) {
  const found = /** @type {Map<string, import("./groups.js").Header["common"]>} */ (new Map());
  for (const line of lines) if (line.kind === "header") found.set(line.key, line.common);
  return found;
}

/**
 * @param {HTMLDivElement|null} box
 * @param {SetView} setView
 */
function read(box, setView) {
  if (!box) return;
  const top = Math.floor(box.scrollTop / STEP) * STEP;
  const height = box.clientHeight;
  setView((before) => (before.top === top && before.height === height ? before : { top, height }));
}

/**
 * Follows the size of the box.
 * @param {{current: HTMLDivElement|null}} box
 * @param {SetView} setView
 */
function useView(box, setView) {
  const isThere = held.value.rows.length > 0;
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    read(element, setView);
    const observer = new ResizeObserver(() => read(element, setView));
    observer.observe(element);
    return () => observer.disconnect();
  }, [isThere]);
}

/**
 * Notes whether somebody is at the list: then nothing in it may move.
 * @param {{current: HTMLDivElement|null}} box
 */
function useTouch(box) {
  const isThere = held.value.rows.length > 0;
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    let timer = 0;
    const over = () => { isTouched.value = element.scrollTop > 0; };
    const touch = () => {
      isTouched.value = true;
      clearTimeout(timer);
      timer = window.setTimeout(over, TOUCH_MS);
    };
    const point = (/** @type {Event} */ event) => {
      const row = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest?.("[data-id]"));
      pointed.value = row?.dataset.id ?? null;
    };
    const leave = () => { pointed.value = null; };
    const names = ["pointermove", "pointerdown", "keydown", "wheel", "focusin", "scroll"];
    for (const name of names) element.addEventListener(name, touch, { passive: true });
    element.addEventListener("pointerleave", over);
    element.addEventListener("pointerover", point);
    element.addEventListener("pointerleave", leave);
    return () => {
      clearTimeout(timer);
      for (const name of names) element.removeEventListener(name, touch);
      element.removeEventListener("pointerleave", over);
      element.removeEventListener("pointerover", point);
      element.removeEventListener("pointerleave", leave);
    };
  }, [isThere]);
}

/**
 * Keeps the line of the keys where the selection is, and in the window.
 * @param {{current: HTMLDivElement|null}} box
 * @param {import("./groups.js").Line[]} lines
 */
function useSelection(box, lines) {
  const chosenElsewhere = selection.value?.kind === "alert" ? selection.value.id : null;
  useEffect(() => {
    if (chosenElsewhere !== null && held.peek().items.has(chosenElsewhere)) active.value = chosenElsewhere;
  }, [chosenElsewhere]);
  const current = active.value;
  useLayoutEffect(() => {
    const line = lines.find((one) => one.id === current);
    const element = box.current;
    if (!line || !element) return;
    if (line.top < element.scrollTop) element.scrollTop = line.top;
    else if (line.top + line.height > element.scrollTop + element.clientHeight) element.scrollTop = line.top + line.height - element.clientHeight;
    // Looked at again before the row is drawn: a form that opened meanwhile has the focus, and keeps it.
    const isFree = () => document.activeElement === null || document.activeElement === document.body || element.contains(document.activeElement);
    if (!isFree()) return;
    requestAnimationFrame(() => {
      if (!isFree()) return;
      const row = /** @type {HTMLElement|null} */ (element.querySelector(`[data-id="${CSS.escape(current ?? "")}"]`));
      row?.focus({ preventScroll: true });
    });
    // A change of the lines alone must not scroll: that would move the list under the reader.
  }, [current]);
}

/** What clicks on a row do; the same functions for all rows and always. */
function useHandlers() {
  const pick = useCallback((/** @type {string} */ id, /** @type {MouseEvent} */ event) => {
    if (event.shiftKey) chooseTo(id);
    else if (event.ctrlKey || event.metaKey) toggle(id);
    else open(id);
  }, []);
  const check = useCallback((/** @type {string} */ id, /** @type {MouseEvent} */ event) => {
    event.stopPropagation();
    if (event.shiftKey) chooseTo(id);
    else toggle(id);
  }, []);
  const goTo = useCallback((/** @type {Alert} */ alert) => {
    open(alert.id);
    // The same as the key of the map that goes to what is selected; in a window without a map nothing happens.
    const go = bindings.peek().find((one) => one.scope === "map" && one.key === "z");
    go?.action.run(new KeyboardEvent("keydown", { key: "z" }));
  }, []);
  return useMemo(() => ({ pick, check, goTo }), []);
}

