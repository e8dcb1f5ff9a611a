// @ts-check
/** Filters that a person keeps by name, in her own preferences: the button beside the filter box. */
import { preferences } from "../state.js";
import { h, useEffect, useRef, useState } from "../vendor/preact.js";
import { Lazy } from "../views/lazy.js";
import { t } from "../words.js";

const load = () => import("./saved_menu.js").then(({ SavedMenu }) => SavedMenu);

/**
 * @param {{text: string}} props the filter in force
 */
export function Saved({ text }) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef(/** @type {HTMLDivElement|null} */ (null));
  const count = Array.isArray(preferences.value.filters) ? preferences.value.filters.length : 0;
  useEffect(() => {
    if (!isOpen) return undefined;
    const away = (/** @type {Event} */ event) => {
      if (!root.current?.contains(/** @type {Node} */ (event.target))) setOpen(false);
    };
    addEventListener("pointerdown", away);
    return () => removeEventListener("pointerdown", away);
  }, [isOpen]);
  const home = () => root.current?.querySelector("button")?.focus();
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    setOpen(false);
    home();
    event.stopPropagation();
  };
  return h("div", { class: "saved", ref: root, onKeyDown: onKey },
    h("button", { type: "button", class: "tool", "aria-expanded": isOpen, title: t("list.saved"), onClick: () => setOpen(!isOpen) }, h("span", { "aria-hidden": "true" }, "★"), count ? h("small", null, count) : null, h("span", { class: "for-readers" }, t("list.saved"))),
    isOpen ? h("div", { class: "saved-menu" }, h(Lazy, { load, props: { text, close: () => setOpen(false), home }, name: t("list.saved") })) : null);
}
