// @ts-check
// What lies open over or beside the page, as the Escape key sees it.
import { useLayoutEffect, useRef } from "../vendor/preact.js";
import { keys } from "../keys.js";

/**
 * While it is open, Escape closes it before all that was opened earlier.
 * @param {boolean} isOpen
 * @param {(() => void) | null} close null if a binding of Escape closes it
 * @param {boolean} [isResting] it was open before the reader did anything: all else is closed before it
 */
export function useLayer(isOpen, close, isResting = false) {
  const latest = useRef(close);
  latest.current = close;
  const isBound = close === null;
  // With the page, not after the next frame: a second Escape must find what is open then.
  useLayoutEffect(() => (isOpen ? keys.layer(isBound ? null : () => latest.current?.(), isResting) : undefined), [isOpen, isBound]);
}
