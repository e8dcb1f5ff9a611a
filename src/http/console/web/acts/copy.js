// @ts-check
/** Alerts as plain text, to be pasted into a mail or a log. Field names are those of the reader's language; the summary is the engine's. */
import { t, word } from "../words.js";
import { position, time } from "../format.js";
import { toClipboard } from "../ui/copy.js";
import { mmsiText } from "../vessel.js";

/** @typedef {import("../list/types.js").Alert} Alert */

/**
 * One alert as lines of text.
 * @param {Alert} alert
 */
export function asText(alert) {
  const vessels = alert.vessels.map((vessel) =>
    [vessel.name ?? "", `MMSI ${mmsiText(vessel.mmsi)}`, vessel.imo === null ? "" : `IMO ${vessel.imo}`, vessel.call_sign ?? "", vessel.flag ?? ""]
      .filter(Boolean).join(", "));
  const lines = [
    `${t(`severity.${alert.severity}`)} ${alert.score} · ${word("behaviour", alert.behaviour)} · TLP:${alert.handling.tlp}`,
    alert.exercise ? t("list.mark.exercise") : "",
    alert.summary,
    ...vessels,
    alert.position ? `${position(alert.position).dms} (${position(alert.position).decimal})` : "",
    `${time(alert.started_at)} – ${alert.ended_at ? time(alert.ended_at) : t("list.going_on")}`,
    alert.zones.map((zone) => zone.name).join(", "),
    `${t(`state.${alert.state}`)}${alert.owner ? ` · ${alert.owner}` : ""}${alert.finding ? ` · ${t(`finding.${alert.finding}`)}` : ""}`,
    `${location.origin}/alerts/${alert.id}`,
  ];
  return lines.filter(Boolean).join("\n");
}

/**
 * Puts alerts on the clipboard.
 * @param {Alert[]} alerts
 * @returns {Promise<boolean>} whether it worked
 */
export const copy = (alerts) => toClipboard(alerts.map(asText).join("\n\n"));
