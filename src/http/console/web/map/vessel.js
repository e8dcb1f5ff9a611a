// @ts-check
// What the map says about one vessel: the line at the pointer, and the card of the selected one. Names from the air are text nodes.
import { h } from "../vendor/preact.js";
import { names } from "../live.js";
import { decimal, degrees, dms, knots, NONE, number, span } from "../format.js";
import { link } from "../route.js";
import { Button } from "../ui/button.js";
import { t } from "../words.js";
import { typeClass } from "./colours.js";
import { IN_CASE, LISTED, OLD, SATELLITE } from "./fleet.js";
import { nameOf } from "./overlay.js";
import { mmsiText } from "../vessel.js";

/** @typedef {import("./fleet.js").Fleet} Fleet */

const TYPES = ["fishing", "service", "pleasure", "high_speed", "passenger", "cargo", "tanker", "other"];

/** The kind of a vessel in words. @param {number} type AIS ship type, 255 if unknown @returns {string} */
export const typeWord = (type) => (type === 255 || type === 0 ? t("map.type.unknown") : t(`map.type.${TYPES[typeClass(type)]}`));

/**
 * What is known of a vessel, as texts.
 * @param {Fleet} fleet @param {number} i
 */
export function factsOf(fleet, i) {
  const picture = /** @type {import("./fleet.js").Picture} */ (fleet.picture), flags = picture.flags[i], known = names.get(picture.key[i]);
  const at = fleet.place(i), marks = [];
  if (flags & LISTED) marks.push(t("map.muted.listed"));
  if (flags & IN_CASE) marks.push(t("map.muted.in_case"));
  const age = picture.age[i] === 65535 ? NONE : span(picture.age[i]);
  if (flags & OLD) marks.push(`${t("map.sign.stale")} (${t("map.ago", { age })})`);
  if (flags & SATELLITE) marks.push(t("map.sign.satellite"));
  const metres = known?.length ?? (picture.length[i] < 255 && picture.length[i] ? picture.length[i] * 2 : null);
  return {
    name: nameOf(fleet, i),
    mmsi: fleet.mmsi[i],
    flag: known?.flag ?? null,
    type: typeWord(picture.type[i]),
    speed: knots(picture.sog[i] === 65535 ? null : picture.sog[i] / 10),
    course: degrees(picture.cog[i] >= 3600 ? null : picture.cog[i] / 10),
    heading: degrees(picture.heading[i] >= 360 ? null : picture.heading[i]),
    age,
    length: metres ? `${number(metres)} m` : NONE,
    at, marks,
  };
}

/** The line at the pointer. @param {{fleet: Fleet, index: number, x: number, y: number, width: number}} props */
export function Tip({ fleet, index, x, y, width }) {
  const facts = factsOf(fleet, index), isRight = x > width - 260;
  const place = (/** @type {HTMLElement|null} */ element) => {
    if (!element) return;
    element.style.left = isRight ? "" : `${x + 16}px`;
    element.style.right = isRight ? `${width - x + 16}px` : "";
    element.style.top = `${Math.max(4, y - 40)}px`;
  };
  return h("div", { class: "map-tip", ref: place, "aria-hidden": true },
    h("strong", null, facts.name), facts.flag ? ` ${facts.flag}` : "",
    h("div", null, `${facts.type} · ${facts.speed} · ${facts.course} · ${t("map.ago", { age: facts.age })}`),
    facts.marks.length ? h("div", { class: "faint" }, facts.marks.join(" · ")) : null);
}

/** The card of the selected vessel. @param {{fleet: Fleet, mmsi: number, onClose: () => void, onGo: () => void, onTrack: () => void}} props */
export function VesselCard({ fleet, mmsi, onClose, onGo, onTrack }) {
  const i = fleet.find(mmsi), path = `/vessels/${mmsi}`;
  if (i < 0) {
    return h("section", { class: "map-card", "aria-label": t("map.selected") },
      h("header", null, h("strong", null, mmsiText(mmsi)), h(Button, { kind: "quiet", label: t("action.close"), onClick: onClose }, "×")), h("p", null, t("map.not_here")));
  }
  const facts = factsOf(fleet, i);
  /** @type {[string, string][]} */
  const rows = [
    ["MMSI", mmsiText(facts.mmsi)], [t("map.fact.type"), facts.type], [t("map.fact.length"), facts.length], [t("map.fact.speed"), facts.speed],
    [t("map.fact.course"), facts.course], [t("map.fact.heading"), facts.heading], [t("map.fact.age"), facts.age],
    [t("map.fact.position"), dms(facts.at.lat, facts.at.lon)], ["", decimal(facts.at.lat, facts.at.lon)],
  ];
  return h("section", { class: "map-card", "aria-label": t("map.selected") },
    h("header", null, h("a", link(path), facts.name), facts.flag ? h("span", { class: "faint" }, facts.flag) : null,
      h(Button, { kind: "quiet", label: t("action.close"), onClick: onClose }, "×")),
    facts.marks.length ? h("p", { class: "map-card-marks" }, facts.marks.join(" · ")) : null,
    h("dl", null, rows.map(([name, value]) => [h("dt", null, name), h("dd", null, value)])),
    h("footer", null, h(Button, { kind: "quiet", hint: "z", onClick: onGo }, t("map.key.go")), h(Button, { kind: "quiet", hint: "t", onClick: onTrack }, t("map.key.track"))));
}
