// @ts-check
// The question what something is for: the purposes of the site, with the last answer chosen.
import { h, useEffect, useRef, useState } from "../vendor/preact.js";
import { preferences, session, setPreference } from "../state.js";
import { t, word } from "../words.js";
import { Button } from "./button.js";

/**
 * @param {{ kind: import("../purpose.js").Kind | "search", onAnswer: (purpose: string) => void, onCancel?: () => void, takesFocus?: boolean, id?: string }} props
 *   `takesFocus` puts the focus on the button that answers, where letters that are being typed choose nothing
 */
export function PurposeForm({ kind, onAnswer, onCancel, takesFocus = false, id }) {
  const root = useRef(/** @type {HTMLFormElement | null} */ (null));
  const [chosen, choose] = useState(/** @type {string | null} */ (null));
  const { purposes = [], purpose = null } = session.value ?? {};
  const last = [chosen, preferences.value.purpose, purpose].find((each) => purposes.includes(/** @type {string} */ (each)));
  const value = /** @type {string} */ (last ?? purposes[0] ?? "");
  useEffect(() => {
    if (!takesFocus) return undefined;
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    /** @type {HTMLElement | null | undefined} */ (root.current?.querySelector("button[type=submit]"))?.focus();
    return () => setTimeout(() => {
      if (document.activeElement === document.body && before?.isConnected) before.focus({ preventScroll: true });
    }, 0);
  }, []);
  const onSubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (value !== preferences.peek().purpose) setPreference("purpose", value);
    onAnswer(value);
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || !onCancel) return;
    event.preventDefault();
    event.stopPropagation();
    onCancel();
  };
  return h("form", { class: "purpose", ref: root, id, onSubmit, onKeyDown },
    h("label", { class: "field" }, h("span", null, t(`ask.${kind}`)),
      h("select", { value, onChange: (/** @type {any} */ event) => choose(event.currentTarget.value) },
        purposes.map((each) => h("option", { key: each, value: each, selected: each === value }, word("purpose", each))))),
    h("p", { class: "muted" }, t("ask.recorded")),
    h("div", { class: "form-buttons" }, h(Button, { type: "submit", kind: "main" }, t(`ask.do.${kind}`)),
      onCancel && h(Button, { kind: "quiet", onClick: onCancel, hint: "Esc" }, t("action.cancel"))));
}
