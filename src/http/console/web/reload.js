// @ts-check
// Begins the page again once the connection is back, where a module could not be loaded meanwhile: a browser keeps the failure for as long as
// the page lives. Selection and half-written texts are kept.
import { status } from "./live.js";
import { tab } from "./storage.js";
import { useEffect } from "./vendor/preact.js";

/** Least time between two attempts. Milliseconds. */
const PAUSE = 60_000;
/** Where the time of the last attempt is kept. */
const LAST = "atalaia.reloaded";

/** @param {boolean} isMissing whether a module could not be loaded */
export function useReload(isMissing) {
  const isLive = status.value === "live";
  useEffect(() => {
    if (!isLive || !isMissing) return undefined;
    const timer = setTimeout(() => {
      tab.set(LAST, String(Date.now()));
      location.reload();
    }, Math.max(0, Number(tab.get(LAST) ?? 0) + PAUSE - Date.now()));
    return () => clearTimeout(timer);
  }, [isLive, isMissing]);
}
