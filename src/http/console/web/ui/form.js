// @ts-check
// A form that keeps what was typed until the server has it: over a fault, a reload and a lost session.
import { h, useState } from "../vendor/preact.js";
import { ApiError, idempotencyKey } from "../api.js";
import { t } from "../words.js";
import { Button } from "./button.js";
import { explain } from "./explain.js";

/** @param {string} name */
function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(`atalaia.form.${name}`) ?? "null");
  } catch {
    return null;
  }
}

/**
 * The state of a form that is kept under `name` in this window.
 * @template {Record<string, any>} T
 * @param {string} name @param {T} empty @param {{ secret?: (keyof T)[] }} [options] `secret` fields are never kept
 */
export function useForm(name, empty, options = {}) {
  const [values, setValues] = useState(/** @returns {T} */ () => ({ ...empty, ...read(name)?.values }));
  const [fault, setFault] = useState(/** @type {unknown} */ (null));
  const [busy, setBusy] = useState(false);
  const [key, setKey] = useState(() => read(name)?.key ?? idempotencyKey());
  const keep = (/** @type {T} */ next) => {
    const kept = Object.fromEntries(Object.entries(next).filter(([field]) => !options.secret?.includes(field)));
    sessionStorage.setItem(`atalaia.form.${name}`, JSON.stringify({ values: kept, key }));
  };
  const set = (/** @type {Partial<T>} */ changes) => {
    const next = { ...values, ...changes };
    setValues(next);
    keep(next);
  };
  const clear = () => {
    sessionStorage.removeItem(`atalaia.form.${name}`);
    setValues(empty);
    setFault(null);
    setKey(idempotencyKey());
  };
  /** Sends it; the text goes only when `send` has succeeded. The key is the same for each attempt, so that it acts once.
   * @param {(values: T, key: string) => Promise<unknown>} send @returns {Promise<boolean>} */
  const submit = async (send) => {
    setBusy(true);
    setFault(null);
    try {
      await send(values, key);
      clear();
      return true;
    } catch (failed) {
      setFault(failed);
      // What the server refused was not done, so a corrected form is a new request.
      if (failed instanceof ApiError && failed.status >= 400 && failed.status < 500) setKey(idempotencyKey());
      return false;
    } finally {
      setBusy(false);
    }
  };
  /** What the server said about one field, by its pointer. @param {string} field */
  const faultOf = (field) => (fault instanceof ApiError ? fault.errors.find((each) => each.pointer.replace(/^\//, "") === field)?.detail ?? null : null);
  return { values, set, submit, clear, fault, faultOf, busy };
}

/**
 * The frame of a form in the page, with its buttons and its fault. Esc closes it and keeps the text.
 * @param {{ title?: string, children?: import("../vendor/preact.js").ComponentChildren, onSubmit: () => void, onCancel?: () => void, submit: string, danger?: boolean,
 *   busy?: boolean, fault?: unknown, disabled?: boolean, class?: string }} props
 */
export function Form({ title, children, onSubmit, onCancel, submit, danger = false, busy, fault, disabled, class: more }) {
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
    title && h("h3", null, title), children,
    fault != null && h("p", { class: "form-fault", role: "alert" }, t("fault.form_kept", { why: explain(fault) })),
    h("div", { class: "form-buttons" }, h(Button, { type: "submit", kind: danger ? "danger" : "main", busy, disabled }, submit),
      onCancel && h(Button, { kind: "quiet", onClick: onCancel }, t("action.cancel"))));
}
