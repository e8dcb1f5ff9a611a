// @ts-check
/** The drawer with counts: by severity, state, behaviour, zone, owner, and by hour. A click narrows the filter or widens it again. */
import { get } from "../api.js";
import { clock, number, time } from "../format.js";
import { eventNow, filter } from "../state.js";
import { Severity } from "../ui/severity.js";
import { h, useEffect, useState } from "../vendor/preact.js";
import { t, word } from "../words.js";
import { asks, query, tokens, toggled } from "./filter.js";
import { BehaviourIcon } from "./icons.js";
import { summary } from "./store.js";
import { GRAVEST_FIRST } from "../severities.js";
import { STATES } from "./types.js";

/** @typedef {import("./types.js").Summary} Summary */

/** Values of a facet that are shown before the rest is asked for. */
const SHOWN = 6;
/** Facets whose own choice must not hide their other values. */
const OWN = /** @type {const} */ (["severity", "state", "behaviour", "zone", "owner"]);

/**
 * The counts of each facet under the rest of the filter. One question for all facets that the filter says nothing about.
 * @param {string} text
 */
function useCounts(text) {
  const [counts, setCounts] = useState(/** @type {Partial<Record<string, Summary>>} */ ({}));
  const base = summary.value;
  useEffect(() => {
    let isOld = false;
    const asked = query(text, [], eventNow.peek());
    const narrowed = OWN.filter((key) => tokens(text).some((one) => one.key === key) || (key === "severity" && asked.min_severity) || (key === "state" && asked.state));
    Promise.all(narrowed.map(async (key) => /** @type {const} */ ([key, (await get("/alerts/summary", query(text, [key], eventNow.peek()), { background: true })).data])))
      .then((all) => { if (!isOld) setCounts(Object.fromEntries(all)); })
      .catch(() => {});
    return () => { isOld = true; };
  }, [text, base?.seq]);
  return (/** @type {string} */ key) => counts[key] ?? base;
}

export function Facets() {
  const text = filter.value ?? "";
  const of = useCounts(text);
  if (!summary.value) return h("div", { class: "facets", "aria-busy": "true" }, t("word.loading"));
  const owners = Object.entries(of("owner")?.owner ?? {});
  return h("div", { class: "facets" },
    h(Hours, { hours: summary.value.hours }),
    h("div", { class: "facet-columns" },
      h(Facet, { name: "severity", text, values: GRAVEST_FIRST.map((value) => row(value, t(`severity.${value}`), of("severity")?.severity[value])) }),
      h(Facet, { name: "state", text, values: STATES.map((value) => row(value, t(`state.${value}`), of("state")?.state[value])) }),
      h(Facet, { name: "behaviour", text, values: sorted(Object.entries(of("behaviour")?.behaviour ?? {}).map(([value, count]) => row(value, word("behaviour", value), count))) }),
      h(Facet, { name: "owner", text, values: sorted(owners.map(([value, count]) => row(value || "none", value === "" || value === "none" ? t("list.owner_none") : value, count))) }),
      h(Facet, { name: "zone", text, values: sorted(Object.entries(of("zone")?.zone ?? {}).map(([value, { name, count }]) => row(value, name, count))) })));
}

/** @param {string} value @param {string} label @param {number} [count] */
function row(value, label, count = 0) {
  return { value, label, count };
}

/** @param {Array<{value: string, label: string, count: number}>} values */
function sorted(values) {
  return values.sort((a, b) => b.count - a.count || a.label.localeCompare(b.label));
}

/** @param {{name: string, text: string, values: Array<{value: string, label: string, count: number}>}} props */
function Facet({ name, text, values }) {
  const [isWhole, setWhole] = useState(false);
  const most = Math.max(1, ...values.map((value) => value.count));
  const shown = isWhole || values.length <= SHOWN + 1 ? values : values.slice(0, SHOWN);
  const explicit = tokens(text).some((one) => one.key === name);
  return h("section", { class: "facet", "aria-label": t(`list.key_short.${name}`) },
    h("h4", null, t(`list.key_short.${name}`)),
    h("ul", null, shown.map(({ value, label, count }) => {
      const isOn = explicit && asks(text, name, value) === true;
      return h("li", { key: value }, h("button", {
        type: "button", class: `facet-value${isOn ? " on" : ""}${count ? "" : " none"}`, "aria-pressed": isOn, title: label,
        onClick: () => { filter.value = toggled(text, name, value); },
      },
      name === "severity" ? h(Severity, { severity: /** @type {any} */ (value) }) : name === "behaviour" ? h(BehaviourIcon, { behaviour: value }) : null,
      h("bdi", { class: "facet-label" }, label),
      h("span", { class: "facet-bar", "aria-hidden": "true" }, h("i", { style: { width: `${(100 * count) / most}%` } })),
      h("span", { class: "facet-count" }, number(count))));
    })),
    values.length > shown.length || isWhole
      ? h("button", { type: "button", class: "facet-more", onClick: () => setWhole(!isWhole) }, isWhole ? t("action.less") : t("list.more_values", { n: values.length - shown.length }))
      : null,
    values.length === 0 ? h("p", { class: "facet-none" }, t("word.none")) : null);
}

/**
 * Alerts of the last 24 hours as blocks. A click asks for what began in that hour or later.
 * @param {{hours: Array<{hour: string, count: number}>}} props
 */
function Hours({ hours }) {
  const most = Math.max(1, ...hours.map((hour) => hour.count));
  const text = filter.value ?? "";
  const since = (/** @type {string} */ hour) => {
    const rest = tokens(text).filter((one) => one.key !== "since").map((one) => one.text).join(" ");
    filter.value = `${rest} since:${hour.replace(/\.\d+Z$/, "Z")}`.trim();
  };
  return h("section", { class: "hours", "aria-label": t("list.hours") },
    h("h4", null, t("list.hours")),
    h("ol", null, hours.map(({ hour, count }, index) => h("li", { key: hour },
      h("button", {
        type: "button", class: `hour level-${count === 0 ? 0 : Math.min(4, Math.ceil((4 * count) / most))}`, onClick: () => since(hour),
        title: `${time(hour)} · ${t("list.alerts", { n: count })}`, "aria-label": `${time(hour)}, ${t("list.alerts", { n: count })}`,
      }, count || ""),
      index % 6 === 0 ? h("small", { "aria-hidden": "true" }, clock(hour)) : null))));
}
