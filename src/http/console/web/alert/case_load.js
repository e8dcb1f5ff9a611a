// @ts-check
// Loads a case with its alerts, whether the answer carries them or only their ids. A case is stored a little later than its first alert.
import { useEffect, useRef } from "../vendor/preact.js";
import { isUnknown, useLoaded } from "./load.js";

/** @typedef {import("./types.js").Alert} Alert */
/** @typedef {import("./types.js").Case} Case */
/** @typedef {{found: Case | null, alerts: Alert[], fault: Error | null, isPending: boolean, reload: () => void}} Loaded `isPending`: it is not there yet, and asked for again */

/** For how long a case that is not there may still be on its way to the store. Milliseconds. */
const STORED_WITHIN = 20_000;
/** Pause before it is asked for again. Milliseconds. */
const AGAIN = 1500;

/**
 * @param {string | null} id
 * @param {(entry: any) => boolean} concerns - whether an entry of the log makes it old
 * @returns {Loaded}
 */
export function useCase(id, concerns) {
  const loaded = useLoaded(id === null ? null : `/cases/${encodeURIComponent(id)}`, { include: "story,alerts" }, concerns);
  const found = /** @type {Case | null} */ (loaded.data);
  const own = found ? inTime(found) : [];
  const isBare = found !== null && own.length === 0 && found.alerts.length > 0;
  const list = useLoaded(isBare ? "/alerts" : null, { case: id, facts: "true", sort: "started_at", limit: 200 }, concerns);
  const alerts = isBare ? /** @type {Alert[]} */ (/** @type {any} */ (list.data)?.items ?? []) : own;
  const isPending = usePending(id, loaded);
  return { found, alerts, fault: loaded.fault, isPending, reload: loaded.reload };
}

/**
 * Asks again for a case that is not there yet, for a while.
 * @param {string | null} id
 * @param {{fault: Error | null, reload: () => void}} loaded
 */
function usePending(id, { fault, reload }) {
  const missing = useRef({ id, since: 0 });
  if (missing.current.id !== id) missing.current = { id, since: 0 };
  if (!isUnknown(fault)) missing.current.since = 0;
  else if (missing.current.since === 0) missing.current.since = Date.now();
  const isPending = missing.current.since > 0 && Date.now() - missing.current.since < STORED_WITHIN;
  useEffect(() => {
    if (!isPending) return undefined;
    const timer = setTimeout(reload, AGAIN);
    return () => clearTimeout(timer);
  }, [fault, isPending]);
  return isPending;
}

/**
 * The alerts of a case that came with it, the first to begin first.
 * @param {Case} found
 * @returns {Alert[]}
 */
export function inTime(found) {
  const whole = /** @type {Alert[]} */ ((found.alert_items ?? found.alerts).filter((each) => typeof each === "object" && each !== null));
  return [...whole].sort((one, other) => Date.parse(one.started_at) - Date.parse(other.started_at));
}
