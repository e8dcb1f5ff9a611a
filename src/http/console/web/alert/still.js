// @ts-check
// Keeps what the reader is at where it is when the page above it grows. Browsers do so for what stands first on the screen, which with
// two columns is not what somebody writes in.
import { useLayoutEffect, useRef } from "../vendor/preact.js";

/** @typedef {{element: Element, top: number} | null} Held */

/**
 * @param {{current: HTMLElement | null}} panel
 * @param {unknown} data - what the panel is drawn from; when it changes, the place is kept
 */
export function useStill(panel, data) {
  const before = useRef(/** @type {unknown} */ (null));
  const held = useRef(/** @type {Held} */ (null));
  if (before.current !== data) {
    held.current = before.current === null ? null : hold(panel.current);
    before.current = data;
  }
  useLayoutEffect(() => {
    const { current } = held;
    held.current = null;
    if (!current?.element.isConnected) return;
    const moved = current.element.getBoundingClientRect().top - current.top;
    if (moved !== 0) scroller(current.element)?.scrollBy({ top: moved, behavior: "instant" });
  }, [data]);
}

/**
 * What has the focus in the panel, else the part under the pointer.
 * @param {HTMLElement | null} panel
 * @returns {Held}
 */
function hold(panel) {
  if (!panel) return null;
  const focused = document.activeElement;
  const element = focused && focused !== panel && panel.contains(focused) ? focused : panel.querySelector(".al-section:hover");
  return element ? { element, top: element.getBoundingClientRect().top } : null;
}

/**
 * The element that scrolls the page round another one.
 * @param {Element} element
 */
function scroller(element) {
  for (let each = element.parentElement; each; each = each.parentElement) {
    if (each.scrollHeight > each.clientHeight && /auto|scroll/.test(getComputedStyle(each).overflowY)) return each;
  }
  return null;
}
