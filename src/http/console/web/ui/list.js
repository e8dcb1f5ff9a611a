// @ts-check
// A list of equal rows of which only those near the window are drawn. The focus roves: one row can be reached by Tab.
import { h, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { Boundary } from "./boundary.js";

/** Screens drawn above and below the visible one. */
const BEYOND = 1;

/**
 * @template T
 * @typedef {object} Props
 * @property {T[]} items
 * @property {(item: T) => string | number} keyOf
 * @property {number} rowHeight pixels
 * @property {(item: T, index: number) => import("../vendor/preact.js").ComponentChildren} row content of a row
 * @property {string} label
 * @property {number} [total] rows that there are, if more than `items`
 * @property {string | number | null} [selected] key
 * @property {(item: T, event: Event) => void} [onOpen] Enter or a click
 * @property {(item: T) => void} [onFocus]
 * @property {() => void} [onEnd] called when the last rows come near
 * @property {(item: T) => string} [rowClass]
 * @property {string} [class]
 */

/** @template T @param {Props<T>} props */
export function List(props) {
  const { items, keyOf, rowHeight, label, selected = null, onOpen, onFocus, onEnd } = props;
  const root = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [view, setView] = useState({ top: 0, height: 800 });
  const [focus, setFocus] = useState(/** @type {string | number | null} */ (null));
  const measure = () => {
    const box = root.current;
    if (box && (box.scrollTop !== view.top || box.clientHeight !== view.height)) setView({ top: box.scrollTop, height: box.clientHeight });
  };
  useLayoutEffect(() => {
    measure();
    const observer = new ResizeObserver(measure);
    if (root.current) observer.observe(root.current);
    return () => observer.disconnect();
  }, []);
  const first = Math.max(0, Math.floor(view.top / rowHeight - (BEYOND * view.height) / rowHeight));
  const last = Math.min(items.length, Math.ceil((view.top + (1 + BEYOND) * view.height) / rowHeight));
  useLayoutEffect(() => {
    if (items.length && last >= items.length) onEnd?.();
  }, [last, items.length]);

  const at = Math.max(0, items.findIndex((each) => keyOf(each) === focus));
  const goTo = (/** @type {number} */ index) => {
    const to = Math.min(items.length - 1, Math.max(0, index));
    const item = items[to];
    const box = root.current;
    if (!item || !box) return;
    if (to * rowHeight < box.scrollTop) box.scrollTop = to * rowHeight;
    if ((to + 1) * rowHeight > box.scrollTop + box.clientHeight) box.scrollTop = (to + 1) * rowHeight - box.clientHeight;
    setFocus(keyOf(item));
    setView({ top: box.scrollTop, height: box.clientHeight });
    onFocus?.(item);
    requestAnimationFrame(() => /** @type {HTMLElement | null} */ (box.querySelector(`[data-index="${to}"]`))?.focus({ preventScroll: true }));
  };
  const page = Math.max(1, Math.floor(view.height / rowHeight) - 1);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: items.length - 1 }[event.key];
    if (event.target !== event.currentTarget && /** @type {HTMLElement} */ (event.target).dataset.index === undefined) return;
    if (to !== undefined && !event.altKey && !event.ctrlKey) goTo(to);
    else if (event.key === "Enter" && !event.shiftKey && items[at]) onOpen?.(items[at], event);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const rows = items.slice(first, last).map((item, offset) => {
    const index = first + offset;
    const key = keyOf(item);
    return h("div", {
      key, class: `list-row${key === selected ? " selected" : ""}${props.rowClass ? ` ${props.rowClass(item)}` : ""}`, role: "row", "data-index": index,
      "aria-rowindex": index + 1, "aria-selected": key === selected, tabIndex: index === at ? 0 : -1, style: { top: `${index * rowHeight}px`, height: `${rowHeight}px` },
      onFocus: () => focus !== key && setFocus(key), onClick: (/** @type {MouseEvent} */ event) => onOpen?.(item, event),
    }, h("div", { role: "gridcell", class: "list-cell" }, h(Boundary, { compact: true, name: `row ${key}`, children: props.row(item, index) })));
  });
  return h("div", { class: `list${props.class ? ` ${props.class}` : ""}`, ref: root, role: "grid", "aria-label": label, "aria-rowcount": props.total ?? items.length, onScroll: measure, onKeyDown },
    h("div", { class: "list-height", role: "presentation", style: { height: `${items.length * rowHeight}px` } }, rows));
}

/** A list with its types checked: `h` alone does not carry the type of the items over to `row` and `keyOf`.
 * @template T @param {Props<T>} props */
export function listOf(props) {
  return h(/** @type {any} */ (List), props);
}
