// @ts-check
/** The menu of the filters that a person keeps by name: chosen, renamed, forgotten, and the one in force kept. Loaded when it is opened. */
import { filter, preferences, setPreference } from "../state.js";
import { h, useEffect, useRef, useState } from "../vendor/preact.js";
import { t } from "../words.js";

/** @typedef {{name: string, text: string}} Kept */

/** Longest name in characters. */
const LONGEST = 60;

/** @returns {Kept[]} */
const all = () => (Array.isArray(preferences.value.filters) ? preferences.value.filters : []);

/** @param {Kept[]} filters */
function keep(filters) {
  setPreference("filters", [...filters].sort((a, b) => a.name.localeCompare(b.name)));
}

/**
 * @param {{text: string, close: () => void, home: () => void}} props `text` is the filter in force; `home` puts the focus where the menu was opened
 */
export function SavedMenu({ text, close, home }) {
  const [name, setName] = useState("");
  const field = useRef(/** @type {HTMLInputElement|null} */ (null));
  const kept = all();
  const save = (/** @type {Event} */ event) => {
    event.preventDefault();
    const called = name.trim();
    if (!called || !text) return;
    keep([...kept.filter((one) => one.name !== called), { name: called, text }]);
    setName("");
    // The button that was pressed cannot be pressed again; Esc must still close the menu.
    field.current?.focus();
  };
  const pick = (/** @type {Kept} */ one) => {
    filter.value = one.text;
    close();
  };
  return [
    kept.length === 0 ? h("p", { key: "none", class: "saved-none" }, t("list.saved_none")) : null,
    kept.map((one) => h(Row, { key: one.name, one, pick, home })),
    h("form", { key: "save", class: "saved-form", onSubmit: save },
      h("input", { ref: field, value: name, maxLength: LONGEST, placeholder: t("list.saved_name"), "aria-label": t("list.saved_name"), disabled: !text, onInput: (/** @type {any} */ event) => setName(event.currentTarget.value) }),
      h("button", { type: "submit", class: "tool", disabled: !text || !name.trim() }, t("action.save"))),
  ];
}

/**
 * One filter, or the field in which it gets another name.
 * @param {{one: Kept, pick: (one: Kept) => void, home: () => void}} props
 */
function Row({ one, pick, home }) {
  const [name, setName] = useState(/** @type {string|null} */ (null));
  const field = useRef(/** @type {HTMLInputElement|null} */ (null));
  const isRenaming = name !== null;
  useEffect(() => field.current?.select(), [isRenaming]);
  const forget = () => {
    keep(all().filter((other) => other.name !== one.name));
    home();
  };
  if (name === null) {
    return h("div", { class: "saved-row" },
      h("button", { type: "button", class: "saved-pick", title: one.text, onClick: () => pick(one) }, h("b", null, one.name), h("small", null, one.text)),
      h(Sign, { label: t("list.saved_rename", { name: one.name }), sign: "✎", onClick: () => setName(one.name) }),
      h(Sign, { label: t("list.saved_drop", { name: one.name }), sign: "×", onClick: forget }));
  }
  const called = name.trim();
  const isTaken = called !== one.name && all().some((other) => other.name === called);
  const rename = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!called || isTaken) return;
    if (called !== one.name) keep(all().map((other) => (other.name === one.name ? { ...other, name: called } : other)));
    setName(null);
    home();
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    setName(null);
    home();
    event.stopPropagation();
  };
  return h("form", { class: "saved-row", onSubmit: rename, onKeyDown: onKey },
    h("input", { ref: field, value: name, maxLength: LONGEST, "aria-label": t("list.saved_name"), "aria-invalid": isTaken, onInput: (/** @type {any} */ event) => setName(event.currentTarget.value) }),
    isTaken ? h("small", { role: "alert" }, t("list.saved_taken")) : null,
    h("button", { type: "submit", class: "tool", disabled: !called || isTaken }, t("action.save")));
}

/** @param {{label: string, sign: string, onClick: () => void}} props */
function Sign({ label, sign, onClick }) {
  return h("button", { type: "button", class: "saved-drop", "aria-label": label, title: label, onClick }, sign);
}
