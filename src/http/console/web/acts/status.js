// @ts-check
/** What came of acts: on its way, done and for how long it can be taken back, refused, or met by somebody else's change. */
import { h } from "../vendor/preact.js";
import { now, selection } from "../state.js";
import { time } from "../format.js";
import { t } from "../words.js";
import { last, underway } from "./act.js";
import { bars, conflict, goOn, linger, next, notice, undo } from "./run.js";
import { subjects } from "./subjects.js";

/** @typedef {import("../list/types.js").Alert} Alert */

/**
 * @param {{id?: string|null, isList?: boolean}} props with `id` what concerns this alert and what can be taken back; in the list
 *   what no bar of an alert says already
 */
export function Status({ id = null, isList = false }) {
  const hasBar = (/** @type {string} */ one) => (bars.value.get(one) ?? 0) > 0;
  const anyBar = [...bars.value.values()].some((count) => count > 0);
  const about = (/** @type {string[]} */ ids) => (isList ? (ids.length === 0 ? !anyBar : !ids.every(hasBar)) : ids.length === 0 || (id !== null && ids.includes(id)));
  const met = conflict.value;
  const said = notice.value;
  const ways = [...underway.value.keys()].filter((one) => (isList ? !hasBar(one) : one === id)).length;
  const before = isList && anyBar ? null : last.value;
  const left = before ? Math.ceil((before.until - now.value) / 1000) : 0;
  return h("div", { class: "acts-status", "aria-live": "polite" },
    id === null ? null : h(Swapped, { id }),
    ways > 0 ? h("p", { class: "act-notice underway" }, t("acts.underway", { n: ways })) : null,
    said && about(said.ids) ? h("p", { class: `act-notice ${said.tone}`, onPointerEnter: () => linger(true), onPointerLeave: () => linger(false) },
      said.text, h("button", { type: "button", class: "act-close", "aria-label": t("acts.dismiss"), onClick: () => { notice.value = null; } }, "×")) : null,
    before && left > 0 && ways === 0 ? h("p", { class: "act-notice good" },
      t(`acts.did.${before.act}`, { n: before.count, number: String(before.number ?? "") }), before.about ? `: ${before.about}` : "",
      before.undo ? h("button", { type: "button", class: "button quiet", onClick: undo }, t("acts.undo", { n: left }), h("kbd", null, "u")) : null) : null,
    met && about([met.seen.id]) ? h(Clash, { met }) : null);
}

/**
 * That this alert took the place of the one that was judged: who goes on acting must know on which.
 * @param {{id: string}} props
 */
function Swapped({ id }) {
  const swap = next.value;
  if (swap?.id !== id || underway.value.has(id)) return null;
  const { before } = swap;
  const back = () => {
    next.value = null;
    selection.value = { kind: "alert", id: before.id };
  };
  return h("p", { class: "act-notice next" }, h("span", null, h("strong", null, t("acts.next")), " ", t("acts.before", { names: subjects([before]) })),
    h("button", { type: "button", class: "button quiet", onClick: back }, t("acts.open_before")));
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
