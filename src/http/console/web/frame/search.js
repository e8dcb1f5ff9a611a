// @ts-check
// The search box: vessels, alerts, cases, zones and coordinates. Nothing on the page moves until a row is picked.
import { h, useEffect, useRef, useState } from "../vendor/preact.js";
import { openWindow } from "../route.js";
import { may } from "../state.js";
import { explain } from "../ui/explain.js";
import { Lazy } from "../views/lazy.js";
import { t } from "../words.js";

/** @typedef {import("./search_results.js").Row} Row */
/** @typedef {import("./search_results.js").Found} Found */

/** Milliseconds without a key after which the server is asked. */
const PAUSE = 200;
const load = () => import("./search_results.js");
const loadResults = () => load().then(({ Results }) => Results);

export function Search() {
  const [text, setText] = useState("");
  const [found, setFound] = useState(/** @type {Found | null} */ (null));
  // What this search is for, where the site asks: it holds until the box is empty again.
  const [purpose, setPurpose] = useState(/** @type {string | null} */ (null));
  const [fault, setFault] = useState("");
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState(false);
  const root = useRef(/** @type {HTMLDivElement | null} */ (null));
  useEffect(() => {
    setAt(0);
    if (text.trim() === "") setPurpose(null);
    if (text.trim().length < 2) return setFound(null);
    const stop = new AbortController();
    const timer = setTimeout(() => load().then(({ find }) => find(text.trim(), stop.signal, purpose)).then((rows) => { if (!stop.signal.aborted) { setFound(rows); setFault(""); } }, (failed) => failed.name !== "AbortError" && setFault(explain(failed))), PAUSE);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, purpose]);
  useEffect(() => {
    const outside = (/** @type {Event} */ event) => !root.current?.contains(/** @type {Node} */ (event.target)) && setOpen(false);
    addEventListener("pointerdown", outside, true);
    return () => removeEventListener("pointerdown", outside, true);
  }, []);
  if (!may("read")) return h("span", { class: "grow" });
  const rows = found?.rows;
  const pick = (/** @type {Row} */ row, /** @type {boolean} */ apart) => {
    setOpen(false);
    root.current?.querySelector("input")?.blur();
    if (apart) return openWindow(row.path);
    row.pick();
    setText("");
    return undefined;
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const count = rows?.length ?? 0;
    if (event.key === "Escape") {
      setOpen(false);
      if (text) setText("");
      else /** @type {HTMLElement} */ (event.currentTarget).blur();
    } else if (event.key === "ArrowDown" && count) setAt((at + 1) % count);
    else if (event.key === "ArrowUp" && count) setAt((at + count - 1) % count);
    else if (event.key === "Enter" && !open) setOpen(true);
    else if (event.key === "Enter" && rows?.[at]) pick(rows[at], event.shiftKey);
    else if (event.key === "Enter" && found?.isUnasked) /** @type {HTMLElement | null | undefined} */ (root.current?.querySelector("#search-purpose button"))?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onPurpose = (/** @type {string} */ said) => {
    setPurpose(said);
    root.current?.querySelector("input")?.focus();
  };
  const onCancel = () => {
    root.current?.querySelector("input")?.focus();
    setOpen(false);
  };
  const shown = open && text.trim().length >= 2;
  return h("div", { class: "search", ref: root, role: "search" },
    h("input", {
      id: "search", type: "search", role: "combobox", autocomplete: "off", spellcheck: false, placeholder: t("search.placeholder"), "aria-label": t("search.label"), "aria-expanded": shown,
      "aria-controls": "search-results", "aria-activedescendant": shown && rows?.[at] ? `search-${at}` : undefined, value: text,
      onInput: (event) => { setText(event.currentTarget.value); setOpen(true); }, onFocus: () => { void load().catch(() => undefined); setOpen(true); }, onKeyDown,
    }),
    shown && h(Lazy, { load: loadResults, props: { found, fault, at, pick, onPurpose, onCancel }, name: t("search.label") }));
}
