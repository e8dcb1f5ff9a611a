// @ts-check
/** The filter box: one line of tokens with completion, chips under it, and filters kept by name. */
import { get } from "../api.js";
import { eventNow, filter, session } from "../state.js";
import { Fragment, h, useEffect, useRef, useState } from "../vendor/preact.js";
import { hasWord, t } from "../words.js";
import { country } from "./country.js";
import { accept, offers, restAt } from "./complete.js";
import { isBegun, isWrong, meant, problem, query, sound, tokens, without } from "./filter.js";
import { Saved } from "./saved.js";
import { hasDrawer, summary } from "./store.js";
import { TYPE_WORDS } from "./types.js";

/** @typedef {import("./complete.js").Offer} Offer */
/** @typedef {import("./filter.js").Token} Token */

/** Wait after the last key before the list is asked for, ms. */
const PAUSE_MS = 250;

/** Names of keys and values in the reader's language. */
const naming = {
  key: (/** @type {string} */ key) => t(`list.key.${key}`),
  value: (/** @type {string} */ key, /** @type {string} */ value) => valueName(key, value),
};

/**
 * The name of a value; empty if the value is its own name.
 * @param {string} key
 * @param {string} value
 */
function valueName(key, value) {
  const prefix = { severity: "severity", behaviour: "behaviour", state: "state", status: "alert_status" }[key];
  if (prefix) return hasWord(`${prefix}.${value}`) ? t(`${prefix}.${value}`) : "";
  if (key === "flag" && /^[a-z]{2}$/i.test(value)) return country(value);
  if (key === "owner") return value === "none" ? t("list.owner_none") : value === "me" ? t("list.owner_me") : "";
  if (key === "zone") return summary.peek()?.zone[value]?.name ?? "";
  if (key === "type") return TYPE_WORDS.has(value) ? t(`vessel.${TYPE_WORDS.get(value)}`) : "";
  if (key === "kind") return t(`list.kind.${value}`);
  if (key === "silenced" || key === "facts") return t(value === "true" ? "word.yes" : "word.no");
  return "";
}

/** The text being written; the filter follows it after a pause. */
export function FilterBox() {
  const [text, setText] = useState(filter.value ?? "");
  const [menu, setMenu] = useState(/** @type {{list: Offer[], at: number}|null} */ (null));
  const box = useRef(/** @type {HTMLInputElement|null} */ (null));
  const timer = useRef(0);
  const applied = filter.value ?? "";
  /** The filter as this box left it last, and whether what stands in the box still waits to be one. */
  const own = useRef({ applied, waits: false });
  useEffect(() => {
    if (applied === own.current.applied || timer.current || own.current.waits) return;
    // Another window, a chip or a facet changed it; what is being typed here is not thrown away for an echo of itself.
    own.current.applied = applied;
    setText(applied);
  }, [applied]);
  const apply = (/** @type {string} */ value) => {
    clearTimeout(timer.current);
    timer.current = 0;
    own.current = { applied: sound(value), waits: false };
    filter.value = own.current.applied;
  };
  const counted = useCounts();
  const offer = (/** @type {string} */ value, /** @type {number} */ caret) => {
    const show = (/** @type {import("./types.js").Summary|null} */ counts) => {
      const list = offers(value, caret, counts, naming, session.peek()?.name ?? null);
      setMenu(list.length ? { list, at: -1 } : null);
    };
    show(counted(value, caret, (counts) => {
      if (box.current?.value === value && document.activeElement === box.current) show(counts);
    }));
  };
  const change = (/** @type {string} */ value, /** @type {number} */ caret) => {
    setText(value);
    offer(value, caret);
    clearTimeout(timer.current);
    // What is not finished, or cannot be meant, waits until it is, or until the reader says that it is.
    own.current.waits = isWrong(value) || isBegun(value, caret);
    timer.current = own.current.waits ? 0 : window.setTimeout(() => apply(value), PAUSE_MS);
  };
  const pick = (/** @type {Offer} */ offer) => {
    const field = box.current;
    if (!field) return;
    const next = accept(text, field.selectionStart ?? text.length, offer);
    change(next.text, next.caret);
    requestAnimationFrame(() => field.setSelectionRange(next.caret, next.caret));
    field.focus();
    if (offer.isWhole) setMenu(null);
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (menu && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      setMenu({ ...menu, at: (menu.at + step + menu.list.length + (menu.at < 0 && step < 0 ? 1 : 0)) % menu.list.length });
    } else if (menu && menu.at >= 0 && (event.key === "Enter" || event.key === "Tab")) pick(menu.list[menu.at]);
    else if (menu && menu.list.length > 0 && event.key === "Tab" && !event.shiftKey && text) pick(menu.list[0]);
    else if (event.key === "Enter") {
      apply(text);
      setMenu(null);
      /** @type {HTMLElement|null} */ (document.querySelector("[data-keys=list] [role=grid]"))?.focus();
    } else if (event.key === "Escape") {
      if (menu) setMenu(null);
      else box.current?.blur();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onFocus = () => change(text, box.current?.selectionStart ?? text.length);
  return h("div", { class: "filter" },
    h("div", { class: "filter-line" },
      h("input", {
        ref: box, class: "filter-box", type: "text", role: "combobox", "aria-label": t("list.filter"), "aria-expanded": menu !== null, "aria-controls": "filter-offers",
        "aria-autocomplete": "list", "aria-activedescendant": menu && menu.at >= 0 ? `offer-${menu.at}` : undefined, id: "filter-box",
        value: text, placeholder: t("list.filter_hint"), spellcheck: false, autocomplete: "off", autocapitalize: "none",
        onInput: (/** @type {any} */ event) => change(event.currentTarget.value, event.currentTarget.selectionStart), onFocus,
        onKeyDown: onKey, onBlur: () => { if (timer.current || own.current.waits) apply(text); setMenu(null); },
      }),
      h("kbd", { class: "filter-key", "aria-hidden": "true" }, "f"),
      h(Saved, { text: applied }),
      h("button", {
        type: "button", class: `tool${hasDrawer.value ? " on" : ""}`, "aria-expanded": hasDrawer.value, title: t("list.facets_hint"),
        onClick: () => { hasDrawer.value = !hasDrawer.peek(); },
      }, t("list.facets"))),
    menu ? h(Menu, { menu, pick }) : null,
    h(Chips, { text: applied }),
    h(Faults, { text, applied }));
}

/**
 * The counts under the rest of the filter: what is written about a key must not hide its other values. The function returns those at hand and
 * calls `then` with better ones.
 */
function useCounts() {
  const kept = useRef({ asked: "", counts: /** @type {import("./types.js").Summary|null} */ (null) });
  return (/** @type {string} */ text, /** @type {number} */ caret, /** @type {(counts: import("./types.js").Summary) => void} */ then) => {
    const rest = restAt(text, caret), asked = JSON.stringify(rest);
    if (rest === null || rest.text === (filter.peek() ?? "")) return summary.peek();
    if (kept.current.asked === asked) return kept.current.counts;
    kept.current = { asked, counts: null };
    get("/alerts/summary", query(sound(rest.text), [rest.key], eventNow.peek()), { background: true }).then(({ data }) => {
      if (kept.current.asked !== asked) return;
      kept.current.counts = data;
      then(data);
    }, () => undefined);
    return null;
  };
}

/** @param {{menu: {list: Offer[], at: number}, pick: (offer: Offer) => void}} props */
function Menu({ menu, pick }) {
  return h("ul", { class: "filter-offers", role: "listbox", id: "filter-offers", "aria-label": t("list.offers") }, menu.list.map((offer, at) =>
    h("li", {
      key: offer.insert, role: "option", id: `offer-${at}`, "aria-selected": at === menu.at, class: at === menu.at ? "on" : "",
      onMouseDown: (/** @type {Event} */ event) => {
        event.preventDefault();
        pick(offer);
      },
    }, h("code", null, offer.word), h("span", { class: "offer-hint" }, offer.hint), offer.count === null ? null : h("span", { class: "offer-count" }, offer.count))));
}

/**
 * One chip for each token, and a grey one for each default: what is left out must be seen.
 * @param {{text: string}} props
 */
function Chips({ text }) {
  const all = tokens(text);
  const asked = query(text, [], eventNow.peek());
  const widen = (/** @type {string} */ token) => { filter.value = `${text} ${token}`.trim(); };
  return h("div", { class: "chips" },
    asked.min_severity ? h("button", { type: "button", class: "chip default", title: t("list.widen"), onClick: () => widen("severity>=info") }, t("list.default_severity"), h("i", { "aria-hidden": "true" }, "×")) : null,
    asked.state ? h("button", { type: "button", class: "chip default", title: t("list.widen"), onClick: () => widen("state:new,acknowledged,closed") }, t("list.default_state"), h("i", { "aria-hidden": "true" }, "×")) : null,
    all.map((one, index) => h("button", {
      key: `${index} ${one.text}`, type: "button", class: "chip", title: t("list.remove_chip", { token: one.text }),
      onClick: () => { filter.value = without(text, index); },
    }, h(ChipText, { one }), h("i", { "aria-hidden": "true" }, "×"))),
    summary.value?.withheld ? h("span", { class: "chips-withheld", title: t("list.withheld_hint") }, t("list.withheld", { n: summary.value.withheld })) : null,
    all.length > 1 ? h("button", { type: "button", class: "chip clear", onClick: () => { filter.value = ""; } }, t("list.clear_filter")) : null);
}

/** @param {{one: Token}} props */
function ChipText({ one }) {
  const { key } = one;
  if (key === null) return h("bdi", null, `“${one.values[0]}”`);
  const values = one.values.map((value) => (["behaviour", "type", "state", "status", "severity", "zone", "owner", "flag", "kind", "silenced", "facts"].includes(key) ? valueName(key, value) || value : value));
  return h(Fragment, null, h("small", null, t(`list.key_short.${key}`), one.sign === ":" ? "" : ` ${one.sign.replace(">=", "≥").replace("<=", "≤")}`), " ", h("bdi", null, values.join(", ")));
}

/**
 * What cannot be meant, in words, while it is written.
 * @param {{text: string, applied: string}} props `applied` is the filter of the rows
 */
function Faults({ text, applied }) {
  const wrong = tokens(text).map((one) => ({ one, what: problem(one) })).filter(({ what }) => what !== null && what !== "empty");
  if (wrong.length === 0) return null;
  return h("p", { class: "filter-fault", role: "status" }, wrong.map(({ one, what }) => {
    const better = meant(one);
    const hint = better.length > 1 ? t("list.fault.near", { tokens: better.join(", ") }) : better.length === 1 ? t("list.fault.meant", { token: better[0] }) : "";
    return `${t(`list.fault.${what}`, { token: one.text })} ${hint} `;
  }), wrong.length && text.trim() !== applied ? t("list.fault.waits") : "");
}
