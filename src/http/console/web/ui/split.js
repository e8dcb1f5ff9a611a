// @ts-check
import { local } from "../storage.js";
import { h, useRef, useState } from "../vendor/preact.js";

/**
 * A splitter between the part before it and the part after it. Remembers the width under `name` in this browser.
 * @param {{ name: string, size: number, min: number, max: number, side?: "before" | "after", onSize: (size: number) => void, label: string }} props
 *   `size` in pixels of the part on `side`
 */
export function Splitter({ name, size, min, max, side = "before", onSize, label }) {
  const drag = useRef(/** @type {{ x: number, size: number } | null} */ (null));
  const set = (/** @type {number} */ value) => {
    const next = Math.round(Math.min(max, Math.max(min, value)));
    keep(name, next);
    onSize(next);
  };
  const sign = side === "before" ? 1 : -1;
  return h("div", {
    class: "splitter", role: "separator", tabIndex: 0, "aria-orientation": "vertical", "aria-label": label, "aria-valuenow": size, "aria-valuemin": min, "aria-valuemax": max,
    onPointerDown: (event) => {
      drag.current = { x: event.clientX, size };
      event.currentTarget.setPointerCapture(event.pointerId);
      event.preventDefault();
    },
    onPointerMove: (event) => drag.current && set(drag.current.size + sign * (event.clientX - drag.current.x)),
    onPointerUp: () => (drag.current = null),
    onKeyDown: (event) => {
      const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      set(size + sign * step);
    },
  });
}

/** A remembered width and what sets it. @param {string} name @param {number} usual @returns {[number, (size: number) => void]} */
export function useSize(name, usual) {
  const kept = Number(local.get(`atalaia.size.${name}`));
  const [size, setSize] = useState(/** @type {number | null} */ (kept > 0 ? kept : null));
  return [size ?? usual, setSize];
}

/** @param {string} name @param {number} size */
function keep(name, size) {
  local.set(`atalaia.size.${name}`, String(size));
}
