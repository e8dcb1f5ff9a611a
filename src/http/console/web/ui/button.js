// @ts-check
import { h } from "../vendor/preact.js";

/** @typedef {import("../vendor/preact.js").ComponentChildren} Children */
/**
 * A button. `kind` is its weight: `plain`, `main` (one a form at most), `quiet` (in bars and rows), `danger`.
 * @param {{ children?: Children, onClick?: (event: MouseEvent) => void, kind?: "plain" | "main" | "quiet" | "danger", type?: "button" | "submit",
 *   disabled?: boolean, pressed?: boolean, title?: string, label?: string, hint?: string, expanded?: boolean, busy?: boolean, class?: string }} props
 *   `label` names a button that shows only a sign; `hint` is the key that does the same
 */
export function Button({ children, onClick, kind = "plain", type = "button", disabled, pressed, title, label, hint, expanded, busy, class: more }) {
  const name = `button ${kind}${more ? ` ${more}` : ""}`;
  const named = { title: title ?? label, "aria-label": label, "aria-pressed": pressed, "aria-expanded": expanded, "aria-busy": busy || undefined };
  return h("button", { type, class: name, disabled: disabled || busy, onClick, ...named }, children, hint && h("kbd", { "aria-hidden": true }, hint));
}
