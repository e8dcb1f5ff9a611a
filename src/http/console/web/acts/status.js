// @ts-check
/** What came of acts: on its way, done and for how long it can be taken back, refused, or met by somebody else's change. */
import { h } from "../vendor/preact.js";
import { now } from "../state.js";
import { time } from "../format.js";
import { t } from "../words.js";
import { last, underway } from "./act.js";
import { conflict, goOn, notice, undo } from "./run.js";

/** @typedef {import("../list/types.js").Alert} Alert */

/**
 * @param {{id?: string|null}} props only what concerns this alert; all without one
 */
export function Status({ id = null }) {
  const about = (/** @type {string[]} */ ids) => id === null || ids.length === 0 || ids.includes(id);
  const met = conflict.value;
  const said = notice.value;
  const way = id === null ? underway.value.size : Number(underway.value.has(id));
  const before = last.value;
  const left = before ? Math.ceil((before.until - Number(now.value)) / 1000) : 0;
  return h("div", { class: "acts-status", "aria-live": "polite" },
    way > 0 ? h("p", { class: "act-notice underway" }, t("acts.underway", { n: way })) : null,
    said && about(said.ids) ? h("p", { class: `act-notice ${said.tone}` },
      said.text, h("button", { type: "button", class: "act-close", "aria-label": t("acts.dismiss"), onClick: () => { notice.value = null; } }, "×")) : null,
    before && left > 0 && way === 0 ? h("p", { class: "act-notice good" },
      t(`acts.did.${before.act}`, { n: before.count }),
      before.undo ? h("button", { type: "button", class: "button quiet", onClick: undo }, t("acts.undo", { n: left }), h("kbd", null, "u")) : null) : null,
    met && about([met.seen.id]) ? h(Clash, { met }) : null);
}

/**
 * Both versions of an alert that somebody changed in between, beside each other.
 * @param {{met: import("./act.js").Conflict}} props
 */
function Clash({ met }) {
  const { seen, current, body } = met;
  const rows = /** @type {Array<[string, (alert: Alert) => string]>} */ ([
    ["acts.clash.state", (alert) => t(`state.${alert.state}`) + (alert.acknowledged_until ? ` ${t("acts.ends_at", { time: time(alert.acknowledged_until) })}` : "")],
    ["acts.clash.owner", (alert) => alert.owner ?? t("acts.nobody")],
    ["acts.clash.finding", (alert) => (alert.finding ? `${t(`finding.${alert.finding}`)}: ${alert.finding_reason ?? ""}` : "–")],
    ["acts.clash.severity", (alert) => `${t(`severity.${alert.severity}`)} ${alert.score}`],
    ["acts.clash.status", (alert) => t(`alert_status.${alert.status}`)],
    ["acts.clash.notes", (alert) => String(alert.notes)],
  ]);
  const leave = () => { conflict.value = null; };
  return h("div", { class: "act-clash", role: "alert" },
    h("p", null, h("strong", null, t("acts.clash.title")), " ", t("acts.clash.text", { act: t(`acts.do.${body.act}`) })),
    h("table", null,
      h("thead", null, h("tr", null, h("th", null), h("th", null, t("acts.clash.seen")), h("th", null, t("acts.clash.now")))),
      h("tbody", null, rows.map(([label, of]) => {
        const changed = of(seen) !== of(current);
        return h("tr", { key: label, class: changed ? "changed" : "" },
          h("th", { scope: "row" }, t(label)), h("td", null, of(seen)), h("td", null, changed ? h("strong", null, of(current)) : of(current)));
      }))),
    h("div", { class: "act-form-foot" },
      h("button", { type: "button", class: "button", onClick: leave }, t("acts.clash.leave")),
      h("button", { type: "button", class: "button main", onClick: goOn }, t("acts.clash.go_on"))));
}
