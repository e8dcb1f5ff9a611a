// @ts-check
/** Half-written forms. They are kept in the tab's session storage, so that a reload or a lost session does not cost the text. */
import { idempotencyKey as newKey } from "../api.js";
import { tab } from "../storage.js";
import { useEffect, useRef, useState } from "../vendor/preact.js";

const PREFIX = "atalaia.draft.";

/** What a form asks the reader to decide. It is not kept when the form is left: the next time it has to be chosen again. */
const DECISIONS = ["finding"];

/**
 * The name under which a form keeps its text.
 * @param {string} kind
 * @param {{id: string}[]} alerts
 */
export function draftOf(kind, alerts) {
  return `${kind}.${alerts.length === 1 ? alerts[0].id : "several"}`;
}

/**
 * Forgets what was chosen in a form that is left; its text stays.
 * @param {string} name
 */
export function undecide(name) {
  const before = kept(name);
  const chosen = DECISIONS.filter((field) => before?.value?.[field]);
  if (chosen.length === 0) return;
  keep(name, { value: { ...before.value, ...Object.fromEntries(chosen.map((field) => [field, ""])) }, key: newKey() });
}

/**
 * What is kept under a name; null if there is nothing, or nothing that can be read.
 * @param {string} name
 * @returns {any}
 */
export function kept(name) {
  return tab.read(PREFIX + name);
}

/**
 * Keeps a value; null forgets it. A full or forbidden storage costs the draft, never the form.
 * @param {string} name
 * @param {any} value
 */
export function keep(name, value) {
  if (value === null) tab.remove(PREFIX + name);
  else tab.write(PREFIX + name, value);
}

/**
 * The fields of a form, kept while they are being written.
 * @template {Record<string, any>} T
 * @param {string} name unique for the form and what it is about
 * @param {T} initial
 * @returns {{value: T, set: (part: Partial<T>) => void, clear: () => void, key: string}} `key` stays the same until a field changes
 */
export function useDraft(name, initial) {
  const [state, setState] = useState(() => {
    const before = kept(name);
    return { value: { ...initial, ...before?.value }, key: before?.key ?? newKey() };
  });
  const isDone = useRef(false);
  const latest = useRef(state);
  latest.current = state;
  const set = (/** @type {Partial<T>} */ part) => {
    const value = { ...latest.current.value, ...part };
    // The same key for the same content, also after a reload: sent twice after a lost answer, it is done once.
    latest.current = { value, key: newKey() };
    keep(name, latest.current);
    setState(latest.current);
  };
  const clear = () => {
    isDone.current = true;
    keep(name, null);
  };
  useEffect(() => () => {
    if (isDone.current) keep(name, null);
  }, [name]);
  return { value: state.value, set, clear, key: state.key };
}
