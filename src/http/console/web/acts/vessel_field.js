// @ts-check
/** A field for a vessel: its number, or a part of its name with the vessels that have it. */
import { h, useEffect, useRef, useState } from "../vendor/preact.js";
import { get } from "../api.js";
import { explain } from "../ui/explain.js";
import { called, mmsiText } from "../vessel.js";
import { t } from "../words.js";

/** Vessels to offer at most. */
const MOST = 6;
/** Wait after the last key before the server is asked, ms. */
const PAUSE_MS = 250;

/** The number that is written, if it is one. @param {string} text */
export const numberIn = (text) => (/^\d{9}$/.test(text.trim()) ? text.trim() : "");

/**
 * @param {{label: string, text: string, mmsi: string, onSet: (text: string, mmsi: string) => void}} props `mmsi` is the number of the vessel that was
 *   picked or written; empty while there is none
 */
export function VesselField({ label, text, mmsi, onSet }) {
  const [found, setFound] = useState(/** @type {{items: any[], fault: string}|null} */ (null));
  const [at, setAt] = useState(0);
  const root = useRef(/** @type {HTMLLabelElement|null} */ (null));
  const sought = mmsi ? "" : text.trim();
  useEffect(() => {
    setFound(null);
    setAt(0);
    if (sought.length < 2) return undefined;
    const stop = new AbortController();
    const ask = () => get("/vessels", { q: sought, limit: MOST }, { signal: stop.signal }).then(
      ({ data }) => setFound({ items: data.items, fault: "" }),
      (fault) => { if (!stop.signal.aborted) setFound({ items: [], fault: explain(fault) }); });
    const timer = setTimeout(ask, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [sought]);
  const items = found?.items ?? [];
  const pick = (/** @type {any} */ vessel) => onSet(vessel.name ? `${vessel.name} · ${mmsiText(vessel.mmsi)}` : mmsiText(vessel.mmsi), mmsiText(vessel.mmsi));
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (!found) return;
    if (event.key === "Escape") setFound(null);
    else if (event.key === "ArrowDown" && items.length) setAt((at + 1) % items.length);
    else if (event.key === "ArrowUp" && items.length) setAt((at + items.length - 1) % items.length);
    else if (event.key === "Enter" && items[at]) pick(items[at]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return h("label", { class: "act-field act-vessel", ref: root }, h("span", null, label),
    h("input", {
      value: text, autocomplete: "off", spellcheck: false, role: "combobox", "aria-expanded": found !== null, "aria-controls": "act-vessels", placeholder: t("silences.vessel_hint"),
      "aria-activedescendant": items[at] ? `act-vessel-${at}` : undefined, onKeyDown, onBlur: () => setFound(null),
      onInput: (/** @type {any} */ event) => onSet(event.currentTarget.value, numberIn(event.currentTarget.value)),
    }),
    found ? h("div", { class: "act-vessels", id: "act-vessels", role: "listbox", "aria-label": label },
      items.length === 0 ? h("p", { role: "status" }, found.fault || t("search.nothing")) : null,
      items.map((vessel, index) => h("div", {
        key: `${vessel.mmsi}.${vessel.track}`, id: `act-vessel-${index}`, role: "option", class: "act-vessel-row", "aria-selected": index === at,
        onMouseDown: (/** @type {Event} */ event) => {
          event.preventDefault();
          pick(vessel);
        },
      }, h("span", null, called(vessel)), h("span", { class: "muted" }, [vessel.flag, mmsiText(vessel.mmsi)].filter(Boolean).join(" · "))))) : null);
}
