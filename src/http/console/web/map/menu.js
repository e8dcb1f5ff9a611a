// @ts-check
// The menu at a point of the map: right click, or the menu key for the middle. Esc closes it and gives the focus back.
import { h, useEffect, useLayoutEffect, useRef } from "../vendor/preact.js";
import { decimal, dms } from "../format.js";
import { t } from "../words.js";

/** @typedef {import("../geo.js").Place} Place */
/** Where the menu is, in pixels of the map, and what it is about. @typedef {{x: number, y: number, at: Place}} MenuPlace */
/** @typedef {{label: string, run: () => unknown}} MenuItem */

/** @param {{place: MenuPlace, items: MenuItem[], onClose: () => void}} props */
export function MapMenu({ place, items, onClose }) {
  const root = useRef(/** @type {HTMLDivElement|null} */ (null));
  useLayoutEffect(() => {
    const menu = root.current, around = menu?.parentElement;
    if (!menu || !around) return;
    // Inside of the map, whatever the point.
    menu.style.left = `${Math.max(4, Math.min(place.x, around.clientWidth - menu.offsetWidth - 4))}px`;
    menu.style.top = `${Math.max(4, Math.min(place.y, around.clientHeight - menu.offsetHeight - 4))}px`;
    /** @type {HTMLElement|null} */ (menu.querySelector("[role=menuitem]"))?.focus({ preventScroll: true });
  }, [place]);
  useEffect(() => {
    const outside = (/** @type {Event} */ event) => !root.current?.contains(/** @type {Node} */ (event.target)) && onClose();
    addEventListener("pointerdown", outside, true);
    return () => removeEventListener("pointerdown", outside, true);
  }, [onClose]);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const rows = [.../** @type {NodeListOf<HTMLElement>} */ (event.currentTarget && /** @type {HTMLElement} */ (event.currentTarget).querySelectorAll("[role=menuitem]"))];
    const at = rows.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") onClose();
    else if (to !== undefined) rows[(to + rows.length) % rows.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const pick = (/** @type {MenuItem} */ item) => {
    onClose();
    void item.run();
  };
  return h("div", { class: "map-menu", ref: root, role: "menu", "aria-label": t("map.menu"), onKeyDown },
    h("div", { class: "map-menu-head" }, dms(place.at.lat, place.at.lon), h("small", null, decimal(place.at.lat, place.at.lon))),
    items.map((item) => h("button", { key: item.label, type: "button", role: "menuitem", tabIndex: -1, onClick: () => pick(item) }, item.label)));
}
