// @ts-check
// The case of an alert: its story, and its alerts in order of time with this one marked.
import { h } from "../vendor/preact.js";
import { link } from "../route.js";
import { useLoaded } from "./load.js";
import { Mark, When, called } from "./parts.js";
import { t, word } from "./words.js";

/** @typedef {import("./types.js").Alert} Alert */
/** @typedef {import("./types.js").Case} Case */

/** @param {{alert: Alert}} props */
export function Story({ alert }) {
  const id = alert.case_id;
  const path = id === null ? null : `/cases/${encodeURIComponent(id)}`;
  const loaded = useLoaded(path, { include: "story,alerts" }, (entry) => entry.topic === "case" && entry.subject === id);
  if (id === null) return h("p", { class: "al-quiet" }, t("alert.no_case"));
  const found = /** @type {Case | null} */ (loaded.data);
  if (!found) return h("p", { class: "al-quiet" }, loaded.fault ? t("alert.case_unseen") : t("word.loading"));
  const alerts = inTime(found);
  return h("div", {},
    h("p", {}, h("a", link(`/cases/${encodeURIComponent(id)}`), h(Mark, { severity: found.severity, score: found.score }), " ", t("alert.open_case")),
      " ", h("span", { class: "al-note" }, t("alert.case_counts", { n: found.alerts.length, vessels: found.vessels.length }))),
    found.story ? h("p", { lang: "en", class: "al-words" }, found.story) : null,
    h("ol", { class: "al-story" }, alerts.map((each) => h("li", { key: each.id, class: each.id === alert.id ? "al-this" : "", "aria-current": each.id === alert.id ? "true" : undefined },
      h(When, { at: each.started_at }),
      h(Mark, { severity: each.severity, score: each.score, size: 15 }),
      each.id === alert.id ? h("b", {}, word("behaviour", each.behaviour)) : h("a", link(`/alerts/${encodeURIComponent(each.id)}`), word("behaviour", each.behaviour)),
      h("span", { class: "al-row-who" }, each.vessels.map(called).join(" · "))))));
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
