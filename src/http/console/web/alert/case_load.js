// @ts-check
// Loads a case with its alerts, whether the answer carries them or only their ids.
import { useLoaded } from "./load.js";

/** @typedef {import("./types.js").Alert} Alert */
/** @typedef {import("./types.js").Case} Case */

/**
 * @param {string | null} id
 * @param {(entry: any) => boolean} concerns - whether an entry of the log makes it old
 */
export function useCase(id, concerns) {
  const loaded = useLoaded(id === null ? null : `/cases/${encodeURIComponent(id)}`, { include: "story,alerts" }, concerns);
  const found = /** @type {Case | null} */ (loaded.data);
  const own = found ? inTime(found) : [];
  const isBare = found !== null && own.length === 0 && found.alerts.length > 0;
  const list = useLoaded(isBare ? "/alerts" : null, { case: id, facts: "true", sort: "started_at", limit: 200 }, concerns);
  const alerts = isBare ? /** @type {Alert[]} */ (/** @type {any} */ (list.data)?.items ?? []) : own;
  return { found, alerts, fault: loaded.fault, reload: loaded.reload };
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
