// @ts-check
// What happened to an alert: changes by the engine, acts of people, notes, and each delivery.
import { h } from "../vendor/preact.js";
import { WHY as BACK } from "../acts/back.js";
import { Mark, Tag, When } from "./parts.js";
import { merged } from "./past.js";
import { t, word } from "./words.js";

/** @typedef {import("./types.js").Alert} Alert */

/** What the history calls the program itself. */
const PROGRAM = "(atalaia)";
/** Milliseconds; wall clock and engine time are shown apart from this difference on. */
const LATE = 120_000;

/** @param {{alert: Alert}} props */
export function History({ alert }) {
  const notes = Array.isArray(alert.notes) ? alert.notes : [];
  const history = merged(alert.history ?? [], notes);
  return h("div", {},
    history.length ? h("ol", { class: "al-history" }, history.map((past, index) => h(Event, { past, key: `${past.seq}.${index}` }))) : h("p", { class: "al-quiet" }, t("alert.no_history")),
    h(Deliveries, { alert }));
}

/** @param {{past: import("./past.js").Row}} props */
function Event({ past }) {
  const isProgram = !past.who || past.who === PROGRAM, isBack = past.why === BACK;
  // Taking an act back sets the state before it again: the audit has the steps, a reader sees what the person did.
  const steps = isBack ? ["taken_back"] : [past.what, ...(past.steps ?? [])];
  const isLate = past.stored_at && Math.abs(Date.parse(past.stored_at) - Date.parse(past.at)) > LATE;
  return h("li", { class: `al-past${isProgram ? "" : " al-past-person"}${past.what === "retracted" ? " al-past-retracted" : ""}` },
    h(When, { at: past.at }),
    h("span", { class: "al-past-what" },
      h("b", {}, steps.map((what) => word("change", what)).join(", ")), past.revision ? h("span", { class: "al-note" }, ` r${past.revision}`) : null,
      past.severity && past.score != null && isProgram ? h(Mark, { severity: past.severity, score: past.score, size: 14 }) : null),
    h("span", { class: "al-past-why" },
      isProgram ? null : h("b", { class: "al-who" }, past.who),
      isBack ? h("span", { class: "al-note" }, [past.what, ...(past.steps ?? [])].map((what) => word("change", what)).join(", ")) : null,
      past.why && !isBack ? h("span", { lang: isProgram ? "en" : undefined, class: "al-words" }, past.why) : null,
      isLate ? [" ", h("span", { class: "al-note" }, t("alert.stored"), " ", h("span", { class: "nowrap" }, h(When, { at: past.stored_at })))] : null));
}

/** @param {{alert: Alert}} props */
function Deliveries({ alert }) {
  if (!Array.isArray(alert.deliveries)) return null;
  return h("div", { class: "al-part" },
    h("h3", {}, t("alert.deliveries")),
    alert.deliveries.length === 0 ? h("p", { class: "al-quiet" }, t("alert.no_deliveries")) : h("table", { class: "al-table" },
      h("thead", {}, h("tr", {}, ["sink", "revision", "delivery_state", "time", "attempts"].map((name) =>
        h("th", { scope: "col", key: name, class: name === "attempts" || name === "revision" ? "al-right" : "" }, t(`alert.${name}`))))),
      h("tbody", {}, alert.deliveries.map((each, index) => h("tr", { key: index },
        h("th", { scope: "row" }, each.sink), h("td", { class: "al-right" }, `r${each.revision}`),
        h("td", {}, h(Tag, { tone: `delivery-${each.state}` }, word("alert.delivery", each.state)), each.error ? h("span", { class: "al-error", lang: "en" }, each.error) : null),
        h("td", {}, each.at ? h(When, { at: each.at }) : "–"), h("td", { class: "al-right" }, String(each.attempts)))))));
}
