// @ts-check
// One line at the foot of the page that says what was done. It covers nothing, takes no focus and goes by itself.
import { h, signal } from "../vendor/preact.js";
import { Button } from "./button.js";

/** @typedef {{ text: string, tone: "info" | "good" | "bad", action?: { label: string, run: () => void } }} Toast */

export const toast = signal(/** @type {Toast | null} */ (null));
/** @type {any} */
let timer = 0;

/** Shows a line; a fault stays twice as long.
 * @param {string} text @param {"info" | "good" | "bad"} [tone] @param {{ label: string, run: () => void }} [action] @param {number} [seconds] */
export function say(text, tone = "info", action, seconds = tone === "bad" ? 16 : 8) {
  clearTimeout(timer);
  toast.value = { text, tone, action };
  timer = setTimeout(() => (toast.value = null), seconds * 1000);
}

/** The place of the line in the frame. */
export function ToastLine() {
  const shown = toast.value;
  const act = () => {
    shown?.action?.run();
    toast.value = null;
  };
  return h("div", { class: "toast-line", role: "status", "aria-live": "polite" },
    shown && h("div", { class: `toast ${shown.tone}` }, h("span", null, shown.text), shown.action && h(Button, { kind: "quiet", onClick: act }, shown.action.label)));
}
