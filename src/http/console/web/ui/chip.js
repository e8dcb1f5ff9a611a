// @ts-check
import { h } from "../vendor/preact.js";
import { t } from "../words.js";

/**
 * A short fact in a frame; with `onRemove` one that can be taken away.
 * @param {{ children?: import("../vendor/preact.js").ComponentChildren, tone?: "plain" | "good" | "warn" | "bad" | "accent", title?: string, onRemove?: () => void }} props
 */
export function Chip({ children, tone = "plain", title, onRemove }) {
  return h("span", { class: `chip ${tone}`, title }, children,
    onRemove && h("button", { type: "button", class: "chip-remove", onClick: onRemove, "aria-label": t("action.delete") }, "×"));
}
