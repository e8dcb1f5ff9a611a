// @ts-check
// The line to read out, with marking, score, status, state and owner, and the facts in figures beside it.
import { h } from "../vendor/preact.js";
import { asOf, between } from "../format.js";
import { link } from "../route.js";
import { eventNow } from "../state.js";
import { Mark, Place, Tag, VesselLink, When, letter } from "./parts.js";
import { language } from "../words.js";
import { t, word } from "./words.js";

/** @typedef {import("./types.js").Alert} Alert */

/** @param {{alert: Alert, case: import("./case_load.js").Loaded, level?: "h1" | "h2"}} props */
export function Head({ alert, case: own, level = "h1" }) {
  return h("header", { class: "al-head" },
    h("div", { class: "al-line" },
      h(Mark, { severity: alert.severity, score: alert.score }),
      h(level, {}, word("behaviour", alert.behaviour)),
      h(Marking, { handling: alert.handling }),
      h(Tags, { alert })),
    alert.status === "retracted" ? h(Disproof, { alert }) : null,
    h("p", { class: "al-summary", lang: "en" }, alert.summary, " ", h("small", { class: "as-of", lang: language.value }, asOf(alert, eventNow.value))),
    h(Figures, { alert, case: own }));
}

/** The marking as it must be written on every page. @param {{handling: Alert["handling"]}} props */
export function Marking({ handling }) {
  return h("span", { class: `al-tlp al-tlp-${handling.tlp.toLowerCase().replace("+", "-")}` }, marking(handling));
}

/** @param {Alert["handling"]} handling */
export function marking(handling) {
  const codes = handling.europol?.length ? ` · ${handling.europol.join(" ")}` : "";
  const countries = handling.releasable_to?.length ? ` · REL ${handling.releasable_to.join(" ")}` : "";
  const reality = !handling.reality || handling.reality === "actual" ? "" : ` · ${handling.reality.toUpperCase()}`;
  return `TLP:${handling.tlp}${codes}${countries}${reality}`;
}

/** @param {{alert: Alert}} props */
function Tags({ alert }) {
  const until = alert.acknowledged_until;
  return h("span", { class: "al-tags" },
    h(Tag, { tone: alert.status }, word("alert_status", alert.status)),
    h(Tag, { tone: alert.state }, word("state", alert.state), until ? [" ", t("alert.until"), " ", h(When, { at: until })] : null),
    h(Tag, { tone: alert.owner ? "owned" : "nobody" }, alert.owner ? t("alert.owned", { name: alert.owner }) : t("alert.nobody")),
    alert.finding ? h(Tag, { tone: alert.finding, title: alert.finding_reason ?? "" }, word("finding", alert.finding)) : null,
    alert.silenced_by === null ? null : h(Tag, { tone: "silenced" }, t("alert.silenced", { number: String(alert.silenced_by) })),
    alert.confidence === "low" ? h(Tag, { title: t("alert.satellite_hint") }, t("alert.satellite")) : null,
    alert.announced ? null : h(Tag, { title: t("alert.fact_hint") }, t("alert.fact")),
    alert.exercise ? h(Tag, { tone: "exercise" }, t("alert.exercise")) : null);
}

/** What disproved a retracted alert. @param {{alert: Alert}} props */
function Disproof({ alert }) {
  const past = [...(alert.history ?? [])].reverse().find((each) => each.what === "retracted");
  return h("p", { class: "al-disproof", role: "status" },
    h("b", {}, t("alert.disproved")), " ",
    past?.why ? h("span", { lang: "en" }, past.why) : t("alert.disproved_unknown"),
    past ? h("span", { class: "al-note" }, " (", h(When, { at: past.at }), ")") : null);
}

/** @param {{alert: Alert, case: import("./case_load.js").Loaded}} props */
function Figures({ alert, case: own }) {
  return h("dl", { class: "al-figures" },
    figure(t("alert.began"), h(When, { at: alert.started_at })),
    figure(t("alert.decided"), h(When, { at: alert.opened_at })),
    alert.ended_at ? figure(t("alert.ended"), h(When, { at: alert.ended_at })) : figure(t("alert.last"), [h(When, { at: alert.last_at }), alert.status === "open" ? h(Age, { at: alert.last_at }) : null]),
    alert.vessels.length ? figure(t("alert.vessels"), alert.vessels.map((vessel, index) => h("span", { class: "al-party", key: `${vessel.mmsi}.${vessel.track}` },
      alert.vessels.length > 1 ? h("b", { class: "al-letter" }, letter(index)) : null, h(VesselLink, { vessel })))) : null,
    figure(t("alert.position"), h(Place, { at: alert.position })),
    alert.zones.length ? figure(t("alert.zones"), alert.zones.map((zone) =>
      h("span", { class: "al-zone", key: zone.id, title: zone.id }, `${zone.name} (${t(zone.relation === "in" ? "alert.zone_in" : "alert.zone_near")})`))) : null,
    alert.case_id ? figure(t("alert.case"), own.found || !own.fault ? h("a", link(`/cases/${encodeURIComponent(alert.case_id)}`), t("alert.open_case"))
      : h("span", { class: "al-quiet", role: "status" }, t(own.isPending ? "alert.case_storing" : "alert.case_unseen"))) : null,
    alert.replaces ? figure(t("alert.replaces"), h("a", link(`/alerts/${encodeURIComponent(alert.replaces)}`), alert.replaces.slice(0, 8))) : null);
}

/** How long ago it was known to hold. @param {{at: string}} props */
function Age({ at }) {
  return h("span", { class: "al-note", title: t("alert.heard_before") }, ` (${between(at, eventNow.value)})`);
}

/**
 * @param {string} name
 * @param {import("./parts.js").Children} value
 */
function figure(name, value) {
  return h("div", {}, h("dt", {}, name), h("dd", {}, value));
}
