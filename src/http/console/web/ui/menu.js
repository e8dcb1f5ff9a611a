// @ts-check
import { h, useEffect, useRef, useState } from "../vendor/preact.js";
import { Button } from "./button.js";
import { useLayer } from "./layer.js";

/** @typedef {{ label: string, onPick?: () => void, href?: string, checked?: boolean, disabled?: boolean, hint?: string } | "line"} Item */

/**
 * A button that opens a list of actions below it. Arrows move, Enter picks, Esc closes and gives the focus back.
 * @param {{ label: import("../vendor/preact.js").ComponentChildren, name?: string, items: Item[], right?: boolean, kind?: "plain" | "quiet", title?: string }} props
 */
export function Menu({ label, name, items, right = false, kind = "quiet", title }) {
  const [open, setOpen] = useState(false);
  const root = useRef(/** @type {HTMLDivElement | null} */ (null));
  useEffect(() => {
    if (!open) return undefined;
    const outside = (/** @type {Event} */ event) => !root.current?.contains(/** @type {Node} */ (event.target)) && setOpen(false);
    addEventListener("pointerdown", outside, true);
    const rows = buttons(root.current);
    (rows.find((each) => each.getAttribute("aria-checked") === "true") ?? rows[0])?.focus();
    return () => removeEventListener("pointerdown", outside, true);
  }, [open]);
  const close = () => {
    setOpen(false);
    /** @type {HTMLElement | null | undefined} */ (root.current?.querySelector("button"))?.focus();
  };
  useLayer(open, close);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (!open) return;
    if (event.key === "Tab") return setOpen(false);
    if (event.key === "Escape") close();
    else if (!move(root.current, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return h("div", { class: "menu", ref: root, onKeyDown },
    h(Button, { kind, label: name, title: title ?? name, expanded: open, onClick: () => setOpen(!open) }, label),
    open && h("div", { class: `menu-list${right ? " right" : ""}`, role: "menu", "aria-label": name }, items.map((item, index) => row(item, index, close))));
}

/** @param {Item} item @param {number} index @param {() => void} close */
function row(item, index, close) {
  if (item === "line") return h("hr", { key: index });
  const role = item.checked === undefined ? "menuitem" : "menuitemradio";
  const pick = () => {
    close();
    item.onPick?.();
  };
  return h("button", { key: index, type: "button", role, tabIndex: -1, "aria-checked": item.checked, disabled: item.disabled, onClick: pick },
    h("span", { class: "tick", "aria-hidden": true }, item.checked ? "✓" : ""), h("span", null, item.label), item.hint && h("kbd", null, item.hint));
}

/** @param {HTMLElement | null} root @returns {HTMLElement[]} */
function buttons(root) {
  return [...(root?.querySelectorAll(".menu-list button:not(:disabled)") ?? [])].map((each) => /** @type {HTMLElement} */ (each));
}

/** @param {HTMLElement | null} root @param {string} key @returns {boolean} whether the key moves the focus */
function move(root, key) {
  const rows = buttons(root);
  const at = rows.findIndex((each) => each === document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[key];
  if (to === undefined || rows.length === 0) return false;
  rows[(to + rows.length) % rows.length].focus();
  return true;
}
