// @ts-check
// The vessels of an alert: what each says it is, the lists it is on, the alerts about it before, and who is near now.
import { h } from "../vendor/preact.js";
import { ago, degrees, knots, nm } from "../format.js";
import { typeName as groupOf } from "../list/types.js";
import { link } from "../route.js";
import { showVessel } from "../show_vessel.js";
import { eventNow } from "../state.js";
import { Mark, Tag, VesselLink, When, letter } from "./parts.js";
import { t, word } from "./words.js";
import { called, mmsiText } from "../vessel.js";

/** @typedef {import("./types.js").Alert} Alert */

/** @param {{alert: Alert}} props */
export function Vessels({ alert }) {
  if (alert.vessels.length === 0) return h("p", { class: "al-quiet" }, t("alert.no_vessels"));
  const isSeveral = alert.vessels.length > 1;
  return h("div", {},
    h("table", { class: "al-table al-identities" },
      h("thead", {}, h("tr", {}, isSeveral ? h("th", { scope: "col" }, h("span", { class: "for-readers" }, t("alert.letter"))) : null,
        ["name", "mmsi", "imo", "call_sign", "flag", "type", "class"].map((name) => h("th", { scope: "col", key: name }, t(`alert.id.${name}`))))),
      h("tbody", {}, alert.vessels.map((vessel, index) => h("tr", { key: `${vessel.mmsi}.${vessel.track}` },
        isSeveral ? h("td", {}, h("b", { class: `al-letter al-ship-${index % 3}` }, letter(index))) : null,
        h("th", { scope: "row" }, h(VesselLink, { vessel }), " ", h(Show, { vessel }), vessel.role ? h(Tag, {}, word("case_role", vessel.role)) : null, h(Listed, { listed: vessel.listed ?? null })),
        cell("mmsi", mmsiText(vessel.mmsi), vessel.track > 1 ? h("span", { class: "al-note", title: t("alert.track_hint") }, ` .${vessel.track}`) : null),
        cell("imo", vessel.imo ?? "–"), cell("call_sign", vessel.call_sign || "–"), cell("flag", vessel.flag ?? "–"),
        cell("type", typeName(vessel.ship_type)), cell("class", vessel.class ?? "–"))))),
    h("p", { class: "al-note" }, t("alert.own_identity")),
    h(Identity, { alert }),
    h(Similar, { alert }),
    h(Near, { alert }));
}

/** A button that shows where a vessel is now. @param {{vessel: import("./types.js").VesselRef}} props */
function Show({ vessel }) {
  return h("button", { type: "button", class: "button quiet al-show", title: t("action.show_on_map"), "aria-label": `${t("action.show_on_map")}: ${called(vessel)}`, onClick: () => void showVessel(vessel) },
    h("svg", { viewBox: "0 0 16 16", width: 13, height: 13, "aria-hidden": "true" }, h("path", { d: "M8 1v4M8 11v4M1 8h4M11 8h4M8 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6", fill: "none", stroke: "currentColor", "stroke-width": 1.5 })));
}

/** A cell that has its heading with it, where the table is too narrow to have columns. @param {string} name @param {import("./parts.js").Children[]} children */
const cell = (name, ...children) => h("td", { "data-label": t(`alert.id.${name}`) }, ...children);

/** @param {{listed: string[] | boolean | null}} props */
export function Listed({ listed }) {
  if (!listed || (Array.isArray(listed) && listed.length === 0)) return null;
  return h(Tag, { tone: "listed" }, Array.isArray(listed) ? t("alert.listed_on", { lists: listed.join(", ") }) : t("alert.listed"));
}

/**
 * Name of a ship type in words.
 * @param {number | null | undefined} type - 1 to 99
 */
export function typeName(type) {
  if (type == null) return t("vessel.unknown");
  return `${t(`vessel.${groupOf(type)}`)} (${type})`;
}

/** What changed in an alert about a change of identity: the measured pairs before and after. @param {{alert: Alert}} props */
function Identity({ alert }) {
  const measured = alert.evidence.measured ?? {};
  const pairs = Object.keys(measured).filter((name) => name.startsWith("old_") && `new_${name.slice(4)}` in measured);
  if (!pairs.length) return null;
  return h("table", { class: "al-table" },
    h("thead", {}, h("tr", {}, h("td", {}), h("th", { scope: "col" }, t("alert.before")), h("th", { scope: "col" }, t("alert.after")))),
    h("tbody", {}, pairs.map((name) => h("tr", { key: name }, h("th", { scope: "row" }, name.slice(4).replaceAll("_", " ")),
      h("td", {}, String(measured[name] ?? "–")), h("td", {}, String(measured[`new_${name.slice(4)}`] ?? "–"))))));
}

/** @param {{alert: Alert}} props */
function Similar({ alert }) {
  const { similar } = alert;
  if (!similar) return null;
  const counts = Object.entries(similar.counts).sort(([, one], [, other]) => other - one);
  return h("div", { class: "al-part" },
    h("h3", {}, t("alert.earlier")),
    counts.length === 0 ? h("p", { class: "al-quiet" }, t("alert.none_earlier")) : h("p", { class: "al-counts" },
      counts.map(([name, n]) => h("span", { key: name }, h("b", {}, String(n)), " ", word("behaviour", name)))),
    h(Rows, { alerts: similar.last }));
}

/**
 * Alerts in one line each.
 * @param {{alerts: Alert[]}} props
 */
export function Rows({ alerts }) {
  if (!alerts.length) return null;
  return h("ul", { class: "al-rows" }, alerts.map((each) => h("li", { key: each.id },
    h("a", { ...link(`/alerts/${encodeURIComponent(each.id)}`), title: each.summary },
      h(Mark, { severity: each.severity, score: each.score, size: 15 }), h("span", { class: "al-row-name" }, word("behaviour", each.behaviour)),
      h("span", { class: "al-row-who" }, each.vessels.map(called).join(" · "))),
    h(When, { at: each.started_at }),
    h("span", { class: "al-row-end" }, each.finding ? h(Tag, { tone: each.finding, title: each.finding_reason ?? "" }, word("finding", each.finding)) : word("state", each.state)))));
}

/** @param {{alert: Alert}} props */
function Near({ alert }) {
  if (alert.nearby === undefined) return null;
  const own = new Set(alert.vessels.map((vessel) => vessel.mmsi));
  const ships = (alert.nearby ?? []).filter((ship) => !own.has(ship.mmsi));
  return h("div", { class: "al-part" },
    h("h3", {}, t("alert.nearby")),
    alert.nearby === null ? h("p", { class: "al-quiet" }, t("alert.nearby_over"))
      : ships.length === 0 ? h("p", { class: "al-quiet" }, t("alert.nearby_none"))
        : h("table", { class: "al-table al-near" },
          h("thead", {}, h("tr", {}, ["name", "kind"].map((name) => h("th", { scope: "col", key: name }, t(`alert.id.${name}`))),
            ["away", "sog", "cog", "heard"].map((name) => h("th", { scope: "col", class: "al-right", key: name }, t(`alert.${name}`))))),
          h("tbody", {}, ships.map((ship) => h("tr", { key: `${ship.mmsi}.${ship.track}` },
            h("th", { scope: "row" }, h(VesselLink, { vessel: ship }), h(Listed, { listed: ship.listed ?? null })),
            h("td", {}, ship.kind ?? "–"),
            h("td", { class: "al-right" }, nm(ship.nm)), h("td", { class: "al-right" }, knots(ship.sog_knots)),
            h("td", { class: "al-right" }, degrees(ship.cog_degrees)), h("td", { class: "al-right" }, h(Ago, { at: ship.at })))))));
}

/** How long ago something at sea was. @param {{at: string | null}} props */
export function Ago({ at }) {
  return h("span", {}, ago(at, eventNow.value));
}
