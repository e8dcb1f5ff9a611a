// @ts-check
// Shows a vessel on the map from where there is none, or beside the alert that is open.
import { get } from "./api.js";
import { go, route } from "./route.js";
import { place, selection } from "./state.js";
import { explain } from "./ui/explain.js";
import { say } from "./ui/toast.js";
import { called } from "./vessel.js";
import { t } from "./words.js";

/** The zoom that shows a vessel with what is near it. */
const ZOOM = 11;

/** @typedef {{lat: number, lon: number}} Fix */

/**
 * The latest position of a vessel; null if none is known.
 * @param {{tracks: {last_fix: (Fix & {at: string})|null}[]}|null} vessel as the server describes it
 * @returns {Fix|null}
 */
export function lastFix(vessel) {
  const fixes = (vessel?.tracks ?? []).flatMap((track) => (track.last_fix ? [track.last_fix] : []));
  return fixes.sort((one, other) => Date.parse(other.at) - Date.parse(one.at))[0] ?? null;
}

/** To the map, with the vessel selected in its middle. @param {number} mmsi @param {Fix} fix */
export function showAt(mmsi, { lat, lon }) {
  selection.value = { kind: "vessel", id: String(mmsi) };
  go(`/?map=${lat.toFixed(4)},${lon.toFixed(4)},${ZOOM}`);
}

/** Where the vessel is now: on the map beside, which marks it, or on that of the watch. @param {{mmsi: number, name?: string|null}} vessel */
export async function showVessel(vessel) {
  try {
    const fix = lastFix((await get(`/vessels/${vessel.mmsi}`)).data);
    if (!fix) return say(t("vessel.no_position"));
    // The alert that is open stays so.
    if (route.peek().view === "watch") place.value = { lat: fix.lat, lon: fix.lon, name: called(vessel) };
    else showAt(vessel.mmsi, fix);
  } catch (fault) {
    say(/** @type {any} */ (fault).status === 404 ? t("vessel.no_position") : explain(fault), "bad");
  }
  return undefined;
}
