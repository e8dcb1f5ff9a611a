// @ts-check
import { signal } from "../vendor/preact.js";

/** Which panel is open at the right edge. */
export const panel = signal(/** @type {"keys" | "account" | null} */ (null));

/** @param {"keys" | "account"} which */
export function togglePanel(which) {
  panel.value = panel.peek() === which ? null : which;
}
