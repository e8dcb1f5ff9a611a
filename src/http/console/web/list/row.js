// @ts-check
/** One row of the list: 52 px, two lines. It is drawn again only when something on it changed. */
import { ago, asOf, between, localTime, time } from "../format.js";
import { Component, h } from "../vendor/preact.js";
import { hasWord, t, word } from "../words.js";
import { Severity } from "../ui/severity.js";
import { country } from "./country.js";
import { BehaviourIcon, MarkIcon } from "./icons.js";
import { Marks } from "./marks.js";
import { typeName } from "./types.js";
import { called, mmsiText } from "../vessel.js";

/** @typedef {import("./types.js").Alert} Alert */
/** @typedef {import("./types.js").Vessel} Vessel */
/**
 * @typedef {object} Props
 * @property {Alert} alert
 * @property {number} top CSS pixels
 * @property {number} index of the line, from 1
 * @property {boolean} isActive whether the keys are on it
 * @property {boolean} isEntry whether Tab enters the list at it
 * @property {boolean} isOpen whether it is the alert that is open
 * @property {boolean} isChosen
 * @property {boolean} isOver whether it ended or left the filter since the list was taken in
 * @property {boolean} isWorse
 * @property {string|undefined} underway act that the server has not answered yet
 * @property {number} flash how often it has changed in place
 * @property {number} minute the time at sea, in minutes
 * @property {string} language
 * @property {{behaviour: string|null, zone: string|null, vessel: string|null}|null} common what the header of its group says already
 * @property {string} prefix words with which the names of all zones of the list begin
 * @property {Handlers} on
 *
 * @typedef {object} Handlers
 * @property {(id: string, event: MouseEvent) => void} pick
 * @property {(id: string, event: MouseEvent) => void} check
 * @property {(alert: Alert) => void} goTo moves the map to the alert
 */

/** @extends {Component<Props, {broken: boolean}>} */
export class Row extends Component {
  state = { broken: false };

  /** @param {Props} next @param {{broken: boolean}} state */
  shouldComponentUpdate(next, state) {
    const before = /** @type {any} */ (this.props);
    return state.broken !== this.state.broken || Object.entries(next).some(([key, value]) => before[key] !== value);
  }

  /** A row that cannot be drawn says so; the others live. */
  componentDidCatch() {
    this.setState({ broken: true });
  }

  render() {
    const { alert, top, index, isActive, isEntry, isChosen, isOpen, isOver, underway, flash, on } = this.props;
    const names = ["alert-row", `sev-${alert.severity}`, `state-${alert.state}`, `is-${alert.status}`];
    for (const [name, holds] of Object.entries({ active: isActive, open: isOpen, chosen: isChosen, over: isOver, underway: Boolean(underway) })) {
      if (holds) names.push(name);
    }
    // Two names of one animation: changing from one to the other starts it again.
    if (flash > 0) names.push(flash % 2 ? "flash-a" : "flash-b");
    return h("div", {
      class: names.join(" "), role: "row", id: `alert-${alert.id}`, "aria-rowindex": index, "aria-selected": isChosen || isOpen, "aria-describedby": isActive ? "list-sentence" : undefined, "data-id": alert.id,
      tabIndex: isEntry ? 0 : -1, style: { transform: `translateY(${top}px)` },
      onClick: (/** @type {MouseEvent} */ event) => on.pick(alert.id, event),
    }, this.state.broken ? h("div", { role: "gridcell", class: "row-broken" }, t("list.row_broken"), " ", alert.id.slice(0, 8)) : h(Cells, this.props));
  }
}

/**
 * Line 1: severity, score, behaviour in full, marks, age. Line 2: vessels, zone, length. The foot of the list has the sentence.
 * @param {Props} props
 */
function Cells({ alert, isChosen, isWorse, underway, minute, common, prefix, on }) {
  const name = t("list.choose", { what: word("behaviour", alert.behaviour) });
  return [
    h("div", { role: "gridcell", class: "row-check", key: "check" },
      h("input", {
        type: "checkbox", checked: isChosen, tabIndex: -1, "aria-label": name,
        onClick: (/** @type {MouseEvent} */ event) => on.check(alert.id, event),
      }),
      h("button", {
        type: "button", class: "row-go", tabIndex: -1, disabled: alert.position === null, "aria-label": t("list.go_to"), title: t("list.go_to"),
        onClick: (/** @type {MouseEvent} */ event) => {
          event.stopPropagation();
          on.goTo(alert);
        },
      }, h(MarkIcon, { kind: "cross" }))),
    h("div", { role: "gridcell", class: "row-main", key: "main" },
      h("div", { class: "row-line" },
        h(Severity, { severity: alert.severity }), h("span", { class: "row-score", title: t("list.score", { n: alert.score }) }, alert.score),
        alert.state === "new" ? h("span", { class: "row-new", role: "img", "aria-label": t("state.new"), title: t("state.new") }) : h("span", { class: "row-new none" }),
        common?.behaviour ? null : h("span", { class: "row-behaviour" }, h(BehaviourIcon, { behaviour: alert.behaviour }), h("span", { class: "cut", title: word("behaviour", alert.behaviour) }, shortName(alert.behaviour))),
        underway ? h("span", { class: "row-underway" }, t("list.underway")) : h(Marks, { alert, isWorse, beside: common?.behaviour ? "" : shortName(alert.behaviour) }),
        h("span", { class: "row-age", title: `${t("list.last", { time: time(alert.last_at) })}\n${t("list.began", { time: time(alert.started_at) })}\n${localTime(alert.started_at)}` },
          ago(alert.last_at, minute * 60_000))),
      h("div", { class: "row-line second", title: sentence(alert) },
        h(Names, { vessels: alert.vessels }),
        h("span", { class: "row-rest" },
          alert.zones[0] && !common?.zone ? h("span", { class: "row-zone", title: alert.zones.map((zone) => zone.name).join("\n") }, shortZone(alert.zones[0].name, prefix)) : null),
        h("span", { class: "row-length", title: t("list.length") }, lasted(alert)))),
    // Only a wide list has room for it, and then needs no line below the rows.
    h("div", { role: "gridcell", class: "row-sentence", key: "sentence" }, sentence(alert), " ", h("small", { class: "as-of" }, asOf(alert, minute * 60_000))),
  ];
}

/**
 * The name of a behaviour, in the short form that the dictionary has for a long one.
 * @param {string} behaviour
 */
function shortName(behaviour) {
  return hasWord(`list.behaviour.${behaviour}`) ? t(`list.behaviour.${behaviour}`) : word("behaviour", behaviour);
}

/** The name of a zone without what all of them begin with: it is the end that tells them apart. @param {string} name @param {string} prefix */
const shortZone = (name, prefix) => (prefix !== "" && name.startsWith(prefix) ? `…${name.slice(prefix.length)}` : name);

/** A name of up to so many characters is never cut; one of a pair, which has less room. */
const WHOLE = 16, WHOLE_IN_PAIR = 12;

/** How long an alert lasted; beside two names without the word for it, which the tooltip has. @param {Alert} alert */
function lasted({ vessels, started_at, ended_at, last_at }) {
  const text = between(started_at, ended_at ?? last_at);
  return vessels.length > 1 ? text : t("list.lasted", { span: text });
}

/**
 * The vessels of an alert: one with flag and type, a pair with both names, more by number.
 * @param {{vessels: Vessel[]}} props
 */
function Names({ vessels }) {
  if (vessels.length === 0) return null;
  const title = vessels.map((vessel) => `${called(vessel)}, ${vessel.flag ? country(vessel.flag) : t("list.no_flag")}, ${t(`vessel.${typeName(vessel.ship_type)}`)}, MMSI ${mmsiText(vessel.mmsi)}`).join("\n");
  const [one] = vessels;
  const name = (/** @type {Vessel} */ vessel) => h("b", { class: [...called(vessel)].length > (vessels.length > 1 ? WHOLE_IN_PAIR : WHOLE) ? "long" : "" }, h("bdi", null, called(vessel)));
  const flag = (/** @type {Vessel} */ vessel) => (vessel.flag ? h("small", null, vessel.flag) : null);
  if (vessels.length === 1) {
    return h("span", { class: "row-names", title }, name(one), flag(one),
      one.ship_type === null ? null : h("small", { class: "row-type" }, t(`vessel.${typeName(one.ship_type)}`)));
  }
  return h("span", { class: "row-names pair", title }, name(one), flag(one), h("i", null, "–"), name(vessels[1]), flag(vessels[1]),
    vessels.length > 2 ? h("small", null, `+${vessels.length - 2}`) : null);
}

/**
 * The first sentence of the summary, in full.
 * @param {Alert} alert
 */
export function sentence(alert) {
  return /^.*?\.(?=\s+[A-Z]|$)/s.exec(alert.summary)?.[0] ?? alert.summary;
}
