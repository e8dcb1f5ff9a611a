// @ts-check
import { h } from "../vendor/preact.js";

/**
 * One line that cannot be missed and does not cover anything.
 * @param {{ tone: "info" | "warn" | "bad", children?: import("../vendor/preact.js").ComponentChildren, urgent?: boolean }} props
 */
export function Banner({ tone, children, urgent = false }) {
  return h("div", { class: `banner ${tone}`, role: urgent ? "alert" : "status" }, children);
}
