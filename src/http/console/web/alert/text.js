// @ts-check
// An alert as plain text with every reason and number, for a mail or a log.
import { placeLine, vesselLine } from "../acts/copy.js";
import { time } from "../format.js";
import { now } from "../state.js";
import { marking } from "./head.js";
import { local } from "./said.js";
import { stairs } from "./stairs.js";
import { t, word } from "./words.js";

/**
 * @param {import("./types.js").Alert} alert
 * @param {import("./types.js").Explanation | null} explanation
 */
export function asText(alert, explanation) {
  const place = placeLine(alert);
  const lines = [
    marking(alert.handling),
    `${word("severity", alert.severity).toUpperCase()} ${alert.score} · ${word("behaviour", alert.behaviour)} · ${word("alert_status", alert.status)} · ${word("state", alert.state)} · ${alert.owner ?? t("alert.nobody")}`,
    alert.summary,
    "",
    `${t("alert.began")} ${time(alert.started_at)} · ${t("alert.decided")} ${time(alert.opened_at)} · ${alert.ended_at ? `${t("alert.ended")} ${time(alert.ended_at)}` : `${t("alert.last")} ${time(alert.last_at)}`}`,
    place ? t("word.named", { name: t("alert.position"), value: place }) : "",
    ...alert.vessels.map(vesselLine),
    alert.zones.length ? t("word.named", { name: t("alert.zones"), value: alert.zones.map((zone) => zone.name).join(", ") }) : "",
    ...(explanation ? ["", t("alert.why"), ...explanation.conditions.map(condition)] : []),
    "",
    t("word.named", { name: t("alert.score"), value: alert.score }),
    ...stairs(alert.score_reasons).map((line) => `  ${line.points > 0 ? "+" : "−"}${Math.abs(line.points)}  ${line.text}`),
    ...(explanation?.limits.length ? ["", t("alert.limits"), ...explanation.limits.map((limit) => `  ${limit}`)] : []),
    "",
    `${alert.id} r${alert.revision} · ${alert.etag} · ${time(now.peek())}`,
    `${location.origin}/alerts/${alert.id}`,
  ];
  return lines.filter((line, index) => line !== "" || lines[index - 1] !== "").join("\n");
}

/** @param {import("./types.js").Condition} condition */
function condition(condition) {
  const measured = local(condition.measured_text || String(condition.measured ?? "–"));
  const threshold = local(condition.threshold_text || String(condition.threshold ?? ""));
  return `  ${condition.met ? "+" : "−"} ${condition.label || condition.name}: ${measured}${threshold ? ` (${threshold})` : ""}`;
}
