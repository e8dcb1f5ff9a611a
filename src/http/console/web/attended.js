// @ts-check
// Signs of life of the person at the desk. What a page asks for on its own does not keep a session alive, and who reads the list or the map
// sends nothing else.
import { get } from "./api.js";

/** At most one sign in this time. Milliseconds; much shorter than any `idle_minutes`. */
const EVERY = 60_000;
const INPUT = ["pointermove", "pointerdown", "wheel", "keydown"];

/** Listens for input from now on. @returns {() => void} ends it */
export function attend() {
  let last = Date.now();
  const sign = () => {
    const now = Date.now();
    if (now - last < EVERY) return;
    last = now;
    get("/me").catch(() => undefined);
  };
  for (const type of INPUT) addEventListener(type, sign, { capture: true, passive: true });
  return () => INPUT.forEach((type) => removeEventListener(type, sign, { capture: true }));
}
