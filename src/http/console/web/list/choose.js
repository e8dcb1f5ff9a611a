// @ts-check
/** Moving through the list, choosing rows, and which alerts an act is about. */
import { onActed } from "../acts/act.js";
import { form, hide, next as swapped, notice } from "../acts/run.js";
import { openWindow } from "../route.js";
import { selection } from "../state.js";
import { between, following, neighbour } from "./order.js";
import { active, chosen, groupBy, grouping, held, shown, shut, takeIn } from "./store.js";

/** @typedef {import("./types.js").Alert} Alert */

/** Where the last choice was made, for a choice up to here. @type {string|null} */
let anchor = null;

/** Id of the alert that is open; null if none is. */
export function opened() {
  return selection.value?.kind === "alert" ? selection.value.id : null;
}

/**
 * Moves by some lines. With an alert open, the next one opens.
 * @param {number} step
 */
export function move(step) {
  const all = shown().lines.map((line) => line.id);
  const to = neighbour(all, active.peek() ?? opened(), step);
  if (to === null) return;
  active.value = to;
  if (opened() !== null && held.peek().items.has(to)) open(to);
}

/** Moves to the first or the last line. @param {"first"|"last"} end */
export function moveTo(end) {
  const all = shown().lines;
  const line = end === "first" ? all[0] : all[all.length - 1];
  if (line) active.value = line.id;
}

/** Takes in what waits and goes to the top. */
export function home() {
  takeIn();
  moveTo("first");
}

/** Opens an alert beside the list. @param {string} id */
export function open(id) {
  active.value = id;
  selection.value = { kind: "alert", id };
}

/**
 * Opens the line the keys are on: an alert, or the group under a header.
 * @param {boolean} inWindow
 * @returns {boolean} whether there was one
 */
export function openActive(inWindow) {
  const id = active.peek();
  if (id === null) return false;
  if (id.includes("/")) fold(id);
  else if (inWindow) openWindow(`/alerts/${id}`);
  else open(id);
  return true;
}

/** Folds a group, or unfolds it. @param {string} id of the header */
export function fold(id) {
  const next = new Set(shut.peek());
  if (!next.delete(id)) next.add(id);
  shut.value = next;
}

/** Chooses a row, or gives the choice up. @param {string} id */
export function toggle(id) {
  const next = new Set(chosen.peek());
  if (!next.delete(id)) next.add(id);
  anchor = id;
  chosen.value = next;
}

/** Chooses all rows from the last chosen one to this one. @param {string} id */
export function chooseTo(id) {
  const { ids } = shown();
  chosen.value = new Set([...chosen.peek(), ...between(ids, anchor ?? id, id)]);
}

/** Chooses all loaded rows of a group. @param {string} header */
export function chooseGroup(header) {
  const key = header.slice(header.indexOf("/") + 1);
  const ids = shown().lines.filter((line) => line.kind === "alert" && line.group === key).map((line) => line.id);
  const all = ids.every((id) => chosen.peek().has(id));
  const next = new Set(chosen.peek());
  for (const id of ids) all ? next.delete(id) : next.add(id);
  chosen.value = next;
}

/** @param {"one"|"to"} how */
export function chooseActive(how) {
  const id = active.peek() ?? opened();
  if (id === null) return;
  if (id.includes("/")) chooseGroup(id);
  else if (how === "one") toggle(id);
  else chooseTo(id);
}

/** Gives all choices up. */
export function clear() {
  chosen.value = new Set();
  anchor = null;
}

/** Chooses an alert no longer that was judged; what could not be judged stays chosen. @param {string} id */
function release(id) {
  const next = new Set(chosen.peek());
  next.delete(id);
  if (next.size === 0) return clear();
  chosen.value = next;
}

/**
 * The alerts an act is about: the chosen ones, else the one the keys are on, else the one that is open.
 * @returns {Alert[]}
 */
export function targets() {
  const { items, rows } = held.peek();
  const ids = chosen.peek().size > 0 ? rows.filter((id) => chosen.peek().has(id)) : [opened() ?? active.peek() ?? ""];
  return /** @type {Alert[]} */ (ids.map((id) => items.get(id)).filter(Boolean));
}

/** Puts the focus on a line, if it is drawn. @param {string|null} id */
function focusRow(id) {
  const row = /** @type {HTMLElement|null} */ (document.querySelector(`[data-keys=list] [data-id="${CSS.escape(id ?? "")}"]`));
  row?.focus({ preventScroll: true });
}

/**
 * One step back: the form, then what is said, the choice, the open alert, the groups.
 * @returns {boolean} whether there was something to close
 */
export function back() {
  if (form.peek()) hide();
  else if (notice.peek()) notice.value = null;
  else if (chosen.peek().size > 0) clear();
  else if (opened() !== null) {
    selection.value = { kind: null, id: null };
    requestAnimationFrame(() => focusRow(active.peek()));
  }
  else if (grouping.peek() !== "none") groupBy("none");
  else return false;
  return true;
}

/**
 * Goes on to the next alert with work once the one at hand is judged.
 * @returns {() => void} ends it
 */
export function follow() {
  return onActed((item, body) => {
    if (body?.act !== "acknowledge" && body?.act !== "close") return;
    if (chosen.peek().has(item.id)) return release(item.id);
    const isOpen = opened() === item.id;
    if (!isOpen && active.peek() !== item.id) return;
    const next = following(held.peek(), item.id);
    if (next === null) return;
    active.value = next;
    if (!isOpen) return;
    open(next);
    swapped.value = { id: next, before: item };
  });
}
