// @ts-check
/** The frame every form of an act has: heading, fields, what went wrong, the two buttons. It is part of the page, never above it. */
import { h, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { firstField } from "../keys.js";
import { t } from "../words.js";
import { act } from "./act.js";
import { explain } from "../ui/explain.js";
import { hide, settle } from "./run.js";

/** @typedef {import("../list/types.js").Alert} Alert */
/** @typedef {import("./act.js").Body} Body */

/**
 * Sends an act from a form and keeps track of it.
 * @param {Alert[]} alerts
 * @param {() => void} clear forgets the draft
 */
export function useSend(alerts, clear) {
  const [state, setState] = useState(/** @type {{busy: boolean, fault: string|null}} */ ({ busy: false, fault: null }));
  /**
   * @param {Body} body
   * @param {string} key
   */
  const send = async (body, key) => {
    setState({ busy: true, fault: null });
    try {
      const isDone = settle(alerts, await act(alerts, body, key));
      setState({ busy: false, fault: null });
      if (!isDone) return;
      clear();
      hide();
    } catch (error) {
      setState({ busy: false, fault: explain(error) });
    }
  };
  return { ...state, send };
}

/**
 * @param {{title: string, about: string, submit: string, busy: boolean, fault: string|null, canSend: boolean, why?: string|null,
 *   onSend: () => void, children?: any}} props `why` says what is still missing
 */
export function Shell({ title, about, submit, busy, fault, canSend, why, onSend, children }) {
  const root = useRef(/** @type {HTMLFormElement|null} */ (null));
  // Before the next key is heard: what is typed at once belongs into the form.
  useLayoutEffect(() => {
    const first = root.current && firstField(root.current);
    const before = /** @type {HTMLElement|null} */ (document.activeElement);
    first?.focus();
    root.current?.scrollIntoView({ block: "nearest" });
    // Where the reader was before: a closed form must not leave the keyboard nowhere.
    return () => setTimeout(() => {
      if (document.activeElement === document.body && before?.isConnected) before.focus({ preventScroll: true });
    }, 0);
  }, []);
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      event.preventDefault();
      hide();
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (canSend && !busy) onSend();
    }
  };
  const onSubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (canSend && !busy) onSend();
  };
  return h("form", { class: "act-form", ref: root, onSubmit, onKeyDown: onKey, "aria-label": title, noValidate: true },
    h("header", { class: "act-form-head" },
      h("h3", null, title),
      h("span", { class: "act-form-about", title: about }, about),
      h("button", { type: "button", class: "act-close", onClick: hide, "aria-label": t("acts.cancel") }, "×")),
    h("div", { class: "act-form-body" }, children),
    fault ? h("p", { class: "act-fault", role: "alert" }, fault, " ", h("span", { class: "act-kept" }, t("acts.text_is_kept"))) : null,
    h("footer", { class: "act-form-foot" },
      h("span", { class: "act-missing" }, !canSend && why ? why : ""),
      h("button", { type: "button", class: "button", onClick: hide }, t("acts.cancel"), h("kbd", null, "Esc")),
      h("button", { type: "submit", class: "button main", disabled: !canSend || busy, "aria-busy": busy },
        busy ? t("acts.sending") : submit, h("kbd", null, "Ctrl ↵"))));
}

/**
 * A row of choices of which one holds: radio buttons that look like a bar.
 * @param {{name: string, label: string, value: string, options: Array<{value: string, label: string, hint?: string}>, onPick: (value: string) => void}} props
 */
export function Choices({ name, label, value, options, onPick }) {
  return h("fieldset", { class: "act-choices" },
    h("legend", null, label),
    options.map((option) => h("label", { key: option.value, class: value === option.value ? "on" : "", title: option.hint ?? "" },
      h("input", {
        type: "radio", name, value: option.value, checked: value === option.value,
        onChange: () => onPick(option.value),
      }),
      option.label)));
}

/**
 * A field for a reason or a note.
 * @param {{label: string, value: string, rows: number, onText: (text: string) => void, hint?: string, most?: number, isFirst?: boolean}} props `most` in characters, as the server takes
 *   them; `isFirst` gets the focus when the form opens
 */
export function TextField({ label, value, rows, onText, hint, most = 2000, isFirst = false }) {
  return h("label", { class: "act-field" },
    h("span", null, label, hint ? h("small", null, hint) : null),
    h("textarea", { rows, value, maxLength: most, "data-first": isFirst ? "" : undefined, onInput: (/** @type {any} */ event) => onText(event.currentTarget.value) }));
}
