// @ts-check
// The keyboard. Views add their keys while they are on the screen; `?` lists what is there.
import { signal } from "./vendor/preact.js";

/** @typedef {"all" | "list" | "alert" | "map"} Scope */
/**
 * @typedef {object} Action
 * @property {string} label key of the word that says what it does
 * @property {(event: KeyboardEvent) => unknown} run `false` passes the key on
 * @property {boolean} [focus] only while the focus is in the element of the scope (`data-keys="SCOPE"`)
 * @property {boolean} [hidden] not listed by `?`
 */
/** @typedef {{ scope: Scope, key: string, action: Action }} Binding */

/** What is bound now, the latest first. */
export const bindings = signal(/** @type {Binding[]} */ ([]));
/** Whether keys without a modifier work (WCAG 2.1.4). */
export const enabled = signal(true);
/** The first key of a sequence that waits for its second, as `g`. */
export const pending = signal("");

/** These move the focus or the map, so they belong to what has the focus unless somebody says otherwise. */
const OF_THE_FOCUS = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Enter", "Space", "+", "-", "Home", "End", "PageUp", "PageDown"]);
/** Milliseconds that a sequence waits for its second key. */
const PATIENCE = 1500;

/** A form in the page, wherever in it the focus is. */
const FORM = "form, dialog, [role=dialog]";
/** The place of a form of an act, which the form fills once it is loaded. */
const PLACE = "[data-form-place]";

let timer = 0;
/** The form that had the focus last; null if something else had it. @type {Element | null} */
let last = null;
/** @typedef {{ close: (() => void) | null }} Layer */
/** What lies open, the latest first. @type {Layer[]} */
let layers = [];
/** What has lain open since the page was opened: closed when nothing else is left. @type {Layer[]} */
let resting = [];

export const keys = {
  /**
   * Binds a key: `a`, `A`, `Shift+Enter`, `Alt+Space`, `Esc`, `.`, or a sequence as `g w`.
   * Where two scopes bind one key, the scope of the focus wins, then `all`, then the one bound last.
   * @param {Scope} scope @param {string} key @param {Action} action
   * @returns {() => void} takes it away
   */
  add(scope, key, action) {
    const focus = action.focus ?? (scope === "map" && OF_THE_FOCUS.has(key));
    const binding = { scope, key: key === "Esc" ? "Escape" : key, action: { ...action, focus } };
    bindings.value = [binding, ...bindings.peek()];
    return () => {
      bindings.value = bindings.peek().filter((each) => each !== binding);
    };
  },

  /**
   * Something lies open that Escape closes, the one opened last first.
   * @param {(() => void) | null} close null for what a binding of Escape closes, which may have steps before that
   * @param {boolean} [isResting] it was open before the reader did anything
   * @returns {() => void} it is closed
   */
  layer(close, isResting = false) {
    const layer = { close };
    if (isResting) resting = [layer, ...resting];
    else layers = [layer, ...layers];
    return () => {
      layers = layers.filter((each) => each !== layer);
      resting = resting.filter((each) => each !== layer);
    };
  },
};

addEventListener("focusin", ({ target }) => (last = target instanceof Element ? target.closest(FORM) : null));

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const name = named(event);
  if (!name || inText(event.target, name) || isOfForm(event.target, name)) return;
  const sequence = pending.peek() ? `${pending.peek()} ${name}` : name;
  settle();
  if (!enabled.peek() && isSingle(name)) return;
  if (name === "Escape" ? escape(event) : dispatch(sequence, event)) return;
  if (bindings.peek().some((each) => each.key.startsWith(`${sequence} `))) {
    pending.value = sequence;
    timer = window.setTimeout(settle, PATIENCE);
    event.preventDefault();
  }
});

function settle() {
  clearTimeout(timer);
  pending.value = "";
}

/** @param {string} key @param {KeyboardEvent} event */
function dispatch(key, event) {
  const holder = event.target instanceof Element ? event.target.closest("[data-keys]") : null;
  const here = holder?.getAttribute("data-keys") ?? "";
  const rank = (/** @type {Binding} */ each) => (each.scope === here ? 0 : each.scope === "all" ? 1 : 2);
  const found = bindings.peek().filter((each) => each.key === key && (!each.action.focus || each.scope === here));
  // Enter and Space on a button or link are that control's own.
  if ((key === "Enter" || key === "Space") && isControl(event.target)) return false;
  for (const each of found.sort((a, b) => rank(a) - rank(b))) {
    if (each.action.run(event) === false) continue;
    event.preventDefault();
    return true;
  }
  return false;
}

/** Closes what was opened last. @param {KeyboardEvent} event */
function escape(event) {
  for (const { close } of layers) {
    if (close === null) {
      if (dispatch("Escape", event)) return true;
      continue;
    }
    close();
    event.preventDefault();
    return true;
  }
  if (dispatch("Escape", event)) return true;
  resting[0]?.close?.();
  return resting.length > 0;
}

/** Name of the key that was pressed, or an empty text for one that is never bound.
 * @param {KeyboardEvent} event */
function named(event) {
  if (event.ctrlKey || event.metaKey || ["Shift", "Alt", "Control", "Meta", "AltGraph", "Dead"].includes(event.key)) return "";
  const key = event.key === " " ? "Space" : event.key;
  const withShift = event.shiftKey && key.length > 1 ? "Shift+" : "";
  // Alt changes what a key writes on some keyboards, so the code is read there.
  if (event.altKey) return `Alt+${event.code === "Space" ? "Space" : event.code.replace(/^Key|^Digit/, "").toLowerCase()}`;
  return `${withShift}${key}`;
}

/** @param {string} name */
function isSingle(name) {
  return [...name].length === 1;
}

/** @param {EventTarget | null} target @param {string} name */
function inText(target, name) {
  if (!(target instanceof HTMLElement)) return false;
  const isText = target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=range])");
  if (isText && name === "Escape" && !target.closest("form")) target.blur();
  return isText;
}

/**
 * Whether a key is meant for a form and for nothing else: one is filled in, is on its way, or has lost the focus when it was drawn again.
 * A letter must never act on an alert then. One that the focus went away from on purpose takes no keys.
 * @param {EventTarget | null} target @param {string} name
 */
function isOfForm(target, name) {
  if (name === "Escape") return false;
  if (target instanceof Element && target.closest(FORM)) return true;
  const place = document.querySelector(PLACE), drawn = place?.querySelector(FORM) ?? null;
  if (place && !drawn) return true;
  const form = drawn ?? (last?.isConnected ? last : null), isNowhere = [document.body, document.documentElement, document].some((each) => each === target);
  if (!form || !isNowhere) return false;
  // What is typed goes on where it was meant to go.
  firstField(form)?.focus();
  return true;
}

/** The field of a form that is filled in first. @param {Element} form @returns {HTMLElement | null} */
export function firstField(form) {
  return form.querySelector("[data-first]") ?? form.querySelector("textarea, input:not([type=radio], [type=checkbox])") ?? form.querySelector("input, select");
}

/** @param {EventTarget | null} target */
function isControl(target) {
  return target instanceof Element && target.matches("button, a[href], summary, [role=button], [role=menuitem], [role=tab], [role=option], input");
}
