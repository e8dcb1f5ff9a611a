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
  /** What was found, and the text that it answers: while somebody types on, it is an answer to less than what stands in the box. */
  const [found, setFound] = useState(/** @type {(Found & { text: string }) | null} */ (null));
  // What this search is for, where the site asks: it holds until the box is empty again.
  const [purpose, setPurpose] = useState(/** @type {string | null} */ (null));
  const [fault, setFault] = useState("");
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState(false);
  const root = useRef(/** @type {HTMLDivElement | null} */ (null));
  const pick = (/** @type {Row} */ row, /** @type {boolean} */ apart) => {
    setOpen(false);
    root.current?.querySelector("input")?.blur();
    if (apart) return openWindow(row.path);
    row.pick();
    setText("");
    return undefined;
  };
  /** Enter before the answer: its first row is picked when it comes; `apart` in a window of its own. */
  const awaited = useRef(/** @type {{ text: string, apart: boolean } | null} */ (null));
  useEffect(() => {
    setAt(0);
    if (awaited.current?.text !== text.trim()) awaited.current = null;
    if (text.trim() === "") setPurpose(null);
    if (text.trim().length < 2) return setFound(null);
    const sought = text.trim(), stop = new AbortController();
    const take = (/** @type {Found} */ answer) => {
      if (stop.signal.aborted) return;
      setFault("");
      setAt(0);
      setFound({ ...answer, text: sought });
      const waits = awaited.current;
      awaited.current = null;
      if (waits?.text === sought && answer.rows[0]) pick(answer.rows[0], waits.apart);
    };
    const fail = (/** @type {any} */ failed) => {
      if (stop.signal.aborted) return;
      awaited.current = null;
      setFault(explain(failed));
    };
    const timer = setTimeout(() => load().then(({ find }) => find(sought, stop.signal, purpose)).then(take, fail), PAUSE);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, purpose]);
  useEffect(() => {
    const outside = (/** @type {Event} */ event) => {
      if (root.current?.contains(/** @type {Node} */ (event.target))) return;
      awaited.current = null;
      setOpen(false);
    };
    addEventListener("pointerdown", outside, true);
    return () => removeEventListener("pointerdown", outside, true);
  }, []);
  if (!may("read")) return h("span", { class: "grow" });
  const rows = found?.rows;
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const count = rows?.length ?? 0;
    if (event.key === "Escape") {
      awaited.current = null;
      setOpen(false);
      if (text) setText("");
      else /** @type {HTMLElement} */ (event.currentTarget).blur();
    } else if (event.key === "ArrowDown" && count) setAt((at + 1) % count);
    else if (event.key === "ArrowUp" && count) setAt((at + count - 1) % count);
    else if (event.key === "Enter" && !open) setOpen(true);
    else if (event.key === "Enter" && text.trim().length >= 2 && found?.text !== text.trim()) awaited.current = { text: text.trim(), apart: event.shiftKey };
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
  return h("div", { class: "search", ref: root, role: "search", "aria-label": t("search.label") },
    h("input", {
      id: "search", type: "search", role: "combobox", autocomplete: "off", spellcheck: false, placeholder: t("search.placeholder"), "aria-label": t("search.label"), "aria-expanded": shown,
      "aria-controls": "search-results", "aria-activedescendant": shown && rows?.[at] ? `search-${at}` : undefined, value: text,
      onInput: (event) => { setText(event.currentTarget.value); setOpen(true); }, onFocus: () => { void load().catch(() => undefined); setOpen(true); }, onKeyDown,
    }),
    shown && h(Lazy, { load: loadResults, props: { found, fault, at, pick, onPurpose, onCancel }, name: t("search.label") }));
}
