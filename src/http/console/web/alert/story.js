// @ts-check
// The case of an alert: its story, and its alerts in order of time with this one marked.
import { h } from "../vendor/preact.js";
import { link } from "../route.js";
import { Mark, When } from "./parts.js";
import { t, word } from "./words.js";
import { called } from "../vessel.js";

/** @typedef {import("./types.js").Alert} Alert */

/** @param {{alert: Alert, case: import("./case_load.js").Loaded}} props */
export function Story({ alert, case: { found, alerts, fault, isPending } }) {
  const id = alert.case_id;
  if (id === null) return h("p", { class: "al-quiet" }, t("alert.no_case"));
  if (!found) return h("p", { class: "al-quiet", role: "status" }, t(isPending ? "alert.case_storing" : fault ? "alert.case_unseen" : "word.loading"));
  return h("div", {},
    h("p", {}, h(Mark, { severity: found.severity, score: found.score }), " ", h("a", link(`/cases/${encodeURIComponent(id)}`), t("alert.open_case")),
      " ", h("span", { class: "al-note" }, t("alert.case_counts", { n: found.alerts.length, vessels: found.vessels.length }))),
    found.story ? h("p", { lang: "en", class: "al-words" }, found.story) : null,
    h("ol", { class: "al-story" }, alerts.map((each) => h("li", { key: each.id, class: each.id === alert.id ? "al-this" : "", "aria-current": each.id === alert.id ? "true" : undefined },
      h(When, { at: each.started_at }),
      h(Mark, { severity: each.severity, score: each.score, size: 15 }),
      each.id === alert.id ? h("b", {}, word("behaviour", each.behaviour)) : h("a", link(`/alerts/${encodeURIComponent(each.id)}`), word("behaviour", each.behaviour)),
      h("span", { class: "al-row-who" }, each.vessels.map(called).join(" · "))))));
}
