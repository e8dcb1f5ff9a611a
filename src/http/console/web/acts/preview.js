// @ts-check
/** What a silence would hold back, before anybody makes it. */
import { h, useEffect, useState } from "../vendor/preact.js";
import { time } from "../format.js";
import { eventNow } from "../state.js";
import { explain } from "../ui/explain.js";
import { called } from "../vessel.js";
import { t, word } from "../words.js";
import { silence } from "./act.js";

/** @typedef {import("../list/types.js").Alert} Alert */
/** @typedef {Awaited<ReturnType<typeof silence>>} Made */

/** Rows at most. */
const SHOWN = 5;
/** Wait after the last change of the form before the server is asked, ms. */
const PAUSE_MS = 350;
/** The preview is about what is there now, however long the silence lasts; ms. */
const LONG_MS = 3_600_000;
/** Letters of an id that tell two alerts apart. */
const ID = 8;

/**
 * The number that the silence bears as soon as it is made, and the alerts, each with its time and the beginning of its id: several of one
 * vessel look alike otherwise.
 * @param {{mmsi: string, zone: string, behaviour: string}} props
 */
export function Preview({ mmsi, zone, behaviour }) {
  const [seen, setSeen] = useState(/** @type {Made|string|null} */ (null));
  const isWhole = Boolean(mmsi || zone || behaviour);
  useEffect(() => {
    let isOld = false;
    setSeen(null);
    if (!isWhole) return undefined;
    const timer = setTimeout(async () => {
      const about = { ...(mmsi ? { mmsi: Number(mmsi) } : {}), ...(zone ? { zone } : {}), ...(behaviour ? { behaviour } : {}) };
      try {
        const made = await silence({ ...about, until: new Date(eventNow.peek() + LONG_MS).toISOString(), why: t("silence.preview") }, true);
        if (!isOld) setSeen(made);
      } catch (error) {
        if (!isOld) setSeen(explain(error));
      }
    }, PAUSE_MS);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [mmsi, zone, behaviour, isWhole]);
  if (!isWhole) return null;
  if (seen === null || typeof seen === "string") return h("div", { class: "act-preview", "aria-live": "polite" }, h("strong", null, seen ?? t("silence.counting")));
  const isOver = (/** @type {Alert} */ one) => Number(one.status !== "open");
  const items = [...seen.items].sort((one, other) => isOver(one) - isOver(other)).slice(0, SHOWN);
  const more = seen.holds + seen.recent - items.length;
  return h("div", { class: "act-preview", "aria-live": "polite" },
    h("strong", null, t("silence.holds", { n: seen.holds })), seen.recent > 0 ? h("p", null, t("silence.recent", { n: seen.recent })) : null,
    h("ul", null, items.map((item) => h("li", { key: item.id },
      h("span", { class: `sev-word sev-${item.severity}` }, `${t(`severity.${item.severity}`)} ${item.score}`), " ",
      [word("behaviour", item.behaviour), item.vessels.map(called).join(" – "), time(item.started_at), item.status === "open" ? "" : word("alert_status", item.status), item.id.slice(0, ID)].filter(Boolean).join(" · ")))),
    more > 0 ? h("li", null, t("acts.and_more", { n: more })) : null);
}
