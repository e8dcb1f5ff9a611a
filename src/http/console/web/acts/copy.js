// @ts-check
/** Alerts as plain text, to be pasted into a mail or a log. Field names are those of the reader's language; the summary is the engine's. */
import { t, word } from "../words.js";
import { position, time } from "../format.js";
import { toClipboard } from "../ui/copy.js";
import { mmsiText } from "../vessel.js";

/** @typedef {import("../list/types.js").Alert} Alert */

/** A vessel with all that identifies it. @param {{mmsi: number, name?: string|null, imo?: number|null, call_sign?: string|null, flag?: string|null}} vessel */
export function vesselLine({ mmsi, name, imo, call_sign: sign, flag }) {
  return [name, `MMSI ${mmsiText(mmsi)}`, imo ? `IMO ${imo}` : "", sign, flag].filter(Boolean).join(" · ");
}

/** Where an alert is, in both notations; empty without a position. @param {{position?: {lat: number, lon: number}|null}} alert */
export function placeLine({ position: at }) {
  const { dms, decimal } = position(at);
  return at ? `${dms} (${decimal})` : "";
}

/**
 * One alert as lines of text.
 * @param {Alert} alert
 */
export function asText(alert) {
  const lines = [
    `${t(`severity.${alert.severity}`)} ${alert.score} · ${word("behaviour", alert.behaviour)} · TLP:${alert.handling.tlp}`,
    alert.exercise ? t("list.mark.exercise") : "",
    alert.summary,
    ...alert.vessels.map(vesselLine),
    placeLine(alert),
    `${time(alert.started_at)} – ${alert.ended_at ? time(alert.ended_at) : t("alert_status.open")}`,
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
