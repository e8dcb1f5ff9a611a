// @ts-check
/** What acts are about, in a few words: the names of the vessels. */
import { t, word } from "../words.js";
import { called } from "../vessel.js";

/** @typedef {import("../list/types.js").Alert} Alert */

/** Names at most. */
const NAMES = 3;

/**
 * The vessels of one alert, or the first vessel of each of several.
 * @param {Alert[]} alerts
 */
export function subjects(alerts) {
  const names = [...new Set(alerts.flatMap(({ vessels, behaviour }) => {
    if (vessels.length === 0) return [word("behaviour", behaviour)];
    return (alerts.length === 1 ? vessels : vessels.slice(0, 1)).map(called);
  }))];
  const more = names.length - NAMES;
  return names.slice(0, NAMES).join(", ") + (more > 0 ? ` ${t("acts.and_more", { n: more })}` : "");
}
