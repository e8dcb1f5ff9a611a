// @ts-check
// A form that keeps what was typed until the server has it: over a fault, a reload and a lost session.
import { h, useRef, useState } from "../vendor/preact.js";
import { ApiError, idempotencyKey } from "../api.js";
import { tab } from "../storage.js";
import { t } from "../words.js";
import { Button } from "./button.js";
import { explain } from "./explain.js";

/**
 * The state of a form that is kept under `name` in this window.
 * @template {Record<string, any>} T
 * @param {string} name @param {T} empty @param {{ secret?: (keyof T)[] }} [options] `secret` fields are never kept
 */
export function useForm(name, empty, options = {}) {
  const place = `atalaia.form.${name}`;
  const [state, setState] = useState(/** @returns {{ values: T, key: string }} */ () => {
    const kept = tab.read(place);
    return { values: { ...empty, ...kept?.values }, key: kept?.key ?? idempotencyKey() };
  });
  const [fault, setFault] = useState(/** @type {unknown} */ (null));
  const [busy, setBusy] = useState(false);
  // What holds now: two changes in one event are both made, although nothing is drawn between them.
  const latest = useRef(state);
  const take = (/** @type {{ values: T, key: string }} */ next) => {
    latest.current = next;
    setState(next);
  };
  const keep = (/** @type {{ values: T, key: string }} */ next) => {
    const values = Object.fromEntries(Object.entries(next.values).filter(([field]) => !options.secret?.includes(field)));
    tab.write(place, { values, key: next.key });
    take(next);
  };
  const set = (/** @type {Partial<T>} */ changes) => keep({ ...latest.current, values: { ...latest.current.values, ...changes } });
  const clear = () => {
    tab.remove(place);
    setFault(null);
    take({ values: empty, key: idempotencyKey() });
  };
  /** Sends it; the text goes only when `send` has succeeded. The key is the same for each attempt, so that it acts once.
   * @param {(values: T, key: string) => Promise<unknown>} send @returns {Promise<boolean>} */
  const submit = async (send) => {
    setBusy(true);
    setFault(null);
    try {
      await send(latest.current.values, latest.current.key);
      clear();
      return true;
    } catch (failed) {
      setFault(failed);
      // What the server refused was not done, so a corrected form is a new request.
      if (failed instanceof ApiError && failed.status >= 400 && failed.status < 500) keep({ ...latest.current, key: idempotencyKey() });
      return false;
    } finally {
      setBusy(false);
    }
  };
  /** What the server said about one field, by its pointer. @param {string} field */
  const faultOf = (field) => (fault instanceof ApiError ? fault.errors.find((each) => each.pointer.replace(/^\//, "") === field)?.detail ?? null : null);
  return { values: state.values, set, submit, clear, fault, faultOf, busy };
}

/**
 * The frame of a form in the page, with its buttons and its fault. Esc closes it and keeps the text.
 * @param {{ title?: string, level?: "h2" | "h3", children?: import("../vendor/preact.js").ComponentChildren, onSubmit: () => void, onCancel?: () => void, submit: string, danger?: boolean,
 *   busy?: boolean, fault?: unknown, disabled?: boolean, class?: string }} props
 */
export function Form({ title, level = "h3", children, onSubmit, onCancel, submit, danger = false, busy, fault, disabled, class: more }) {
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!busy && !disabled) onSubmit();
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape" && onCancel) {
      event.stopPropagation();
      onCancel();
    }
    if (event.key === "Enter" && event.ctrlKey) send(event);
  };
  return h("form", { class: `form${more ? ` ${more}` : ""}`, onSubmit: send, onKeyDown, noValidate: true },
    title && h(level, { class: "form-title" }, title), children,
    fault != null && h("p", { class: "form-fault", role: "alert" }, t("fault.form_kept", { why: explain(fault) })),
    h("div", { class: "form-buttons" }, h(Button, { type: "submit", kind: danger ? "danger" : "main", busy, disabled }, submit),
      onCancel && h(Button, { kind: "quiet", onClick: onCancel }, t("action.cancel"))));
}
