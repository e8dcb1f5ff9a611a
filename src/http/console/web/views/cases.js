// @ts-check
/** Cases: stories of several alerts, the gravest first. */
import "../words/cases.js";
import "../words/acts.js";
import "../words/list.js";
import { get } from "../api.js";
import { explain } from "../ui/explain.js";
import { agoText, time } from "../format.js";
import { country } from "../list/country.js";
import { onEntry, onReset, useBack } from "../live.js";
import { go, link, openWindow, route, setParams } from "../route.js";
import { addSheet } from "../sheet.js";
import { eventNow } from "../state.js";
import { Boundary } from "../ui/boundary.js";
import { Severity } from "../ui/severity.js";
import { h, useCallback, useEffect, useRef, useState } from "../vendor/preact.js";
import { t, word } from "../words.js";
import { called, mmsiText } from "../vessel.js";

await Promise.all([addSheet("list"), addSheet("acts")]);

/**
 * @typedef {object} Case
 * @property {string} id
 * @property {number} score
 * @property {string} severity
 * @property {Array<{mmsi: number, track: number, name: string|null, flag: string|null}>} vessels
 * @property {Array<{mmsi: number, track: number, role: string}>} roles
 * @property {string[]} alerts
 * @property {string} story
 * @property {string} [status]
 * @property {string} [last_at]
 */

/** Rows of one request. */
const PAGE = 100;
/** Vessels named in a row before the rest is counted. */
const NAMED = 4;

/** The cases, kept up to date without moving: a change is written into its row, new ones wait for the button. */
function useCases() {
  const [state, setState] = useState(/** @type {{items: Case[]|null, next: string|null, withheld: number, fault: any, fresh: number}} */ ({ items: null, next: null, withheld: 0, fault: null, fresh: 0 }));
  const latest = useRef(state);
  latest.current = state;
  const load = useCallback(async () => {
    try {
      const { data } = await get("/cases", { limit: PAGE });
      setState({ items: data.items, next: data.next, withheld: data.withheld ?? 0, fault: null, fresh: 0 });
    } catch (fault) {
      setState((before) => ({ ...before, fault }));
    }
  }, []);
  const more = useCallback(async () => {
    const { next } = latest.current;
    if (next === null) return;
    try {
      const { data } = await get("/cases", { limit: PAGE, cursor: next });
      setState((before) => ({ ...before, items: [...(before.items ?? []), ...data.items.filter((/** @type {Case} */ one) => !before.items?.some((other) => other.id === one.id))], next: data.next }));
    } catch (fault) {
      setState((before) => ({ ...before, fault }));
    }
  }, []);
  const refresh = useCallback(async () => {
    try {
      const { data } = await get("/cases", { limit: PAGE }, { background: true });
      setState((before) => {
        const by = new Map(data.items.map((/** @type {Case} */ one) => [one.id, one]));
        const known = new Set(before.items?.map((one) => one.id));
        return { ...before, items: before.items?.map((one) => by.get(one.id) ?? one) ?? data.items, fresh: data.items.filter((/** @type {Case} */ one) => !known.has(one.id)).length, fault: null };
      });
    } catch (fault) {
      setState((before) => ({ ...before, fault }));
    }
  }, []);
  useEffect(() => {
    load();
    let timer = 0;
    const soon = () => {
      if (!timer) timer = window.setTimeout(() => { timer = 0; refresh(); }, 3000);
    };
    const off = onEntry((entry) => {
      if (entry.topic === "case" || (entry.topic === "alert" && entry.item?.case_id)) soon();
    });
    const offReset = onReset(refresh);
    return () => {
      clearTimeout(timer);
      off();
      offReset();
    };
  }, []);
  useBack(state.fault, load);
  return { ...state, load, more };
}

export default function CasesView() {
  const { items, next, withheld, fault, fresh, load, more } = useCases();
  const text = (route.value.params.find ?? "").toLowerCase();
  const shown = (items ?? []).filter((one) => !text || `${one.id} ${one.story} ${one.vessels.map((vessel) => `${vessel.name ?? ""} ${mmsiText(vessel.mmsi)}`).join(" ")}`.toLowerCase().includes(text));
  return h("div", { class: "sheet cases" },
    h("header", { class: "page-head" },
      h("h1", null, t("cases.title")),
      items ? h("span", { class: "page-sum" }, t("cases.count", { n: shown.length })) : null,
      fresh ? h("button", { type: "button", class: "pill", onClick: load }, t("cases.fresh", { n: fresh })) : null,
      h("span", { class: "grow" }),
      h("input", { type: "search", class: "page-find", value: route.value.params.find ?? "", placeholder: t("cases.find"), "aria-label": t("cases.find"), onInput: (/** @type {any} */ event) => setParams({ find: event.currentTarget.value }) })),
    fault ? h("p", { class: "act-fault", role: "alert" }, explain(fault), " ", h("button", { type: "button", class: "tool", onClick: load }, t("action.retry"))) : null,
    items === null && !fault ? h("p", null, t("word.loading")) : null,
    items !== null && shown.length === 0 ? h("p", { class: "page-empty" }, t(text ? "cases.none_found" : "cases.none")) : null,
    shown.length ? h("div", { class: "table-box" }, h("table", { class: "table cases-table" },
      h("thead", null, h("tr", null, ["score", "vessels", "story", "alerts", "last"].map((name) => h("th", { key: name, scope: "col", class: name === "alerts" ? "number" : name }, t(`cases.col.${name}`))))),
      h("tbody", null, shown.map((one) => h(Boundary, { key: one.id, compact: true, name: "case" }, h(Line, { one })))))) : null,
    next !== null ? h("button", { type: "button", class: "button", onClick: more }, t("cases.more")) : null,
    withheld ? h("p", { class: "page-note" }, t("list.withheld", { n: withheld })) : null);
}

/** @param {{one: Case}} props */
function Line({ one }) {
  const path = `/cases/${one.id}`;
  const open = (/** @type {MouseEvent} */ event) => {
    if (/** @type {HTMLElement} */ (event.target).closest("a, button")) return;
    if (event.shiftKey) openWindow(path);
    else go(path);
  };
  const role = (/** @type {{mmsi: number, track: number}} */ vessel) => one.roles?.find((each) => each.mmsi === vessel.mmsi && each.track === vessel.track)?.role;
  return h("tr", { class: "case-row", onClick: open },
    h("td", { class: "score" }, h(Severity, { severity: /** @type {any} */ (one.severity) }), h("span", { class: "row-score" }, one.score)),
    h("td", { class: "vessels" },
      one.vessels.slice(0, NAMED).map((vessel) => h("div", { key: `${vessel.mmsi}.${vessel.track}`, class: "case-vessel", title: vessel.flag ? country(vessel.flag) : "" },
        h("a", { ...link(`/vessels/${vessel.mmsi}`) }, h("bdi", null, called(vessel))), h("small", null, vessel.flag ?? ""),
        role(vessel) ? h("span", { class: "chip" }, word("case_role", role(vessel))) : null)),
      one.vessels.length > NAMED ? h("small", null, t("acts.and_more", { n: one.vessels.length - NAMED })) : null),
    h("td", { class: "story" }, h("a", { ...link(path), class: "case-link" }, t("list.case", { id: one.id.slice(0, 6) })), h("p", { title: one.story }, one.story)),
    h("td", { class: "number" }, h("a", { ...link(`/?q=${encodeURIComponent(`case:${one.id}`)}`) }, t("list.alerts", { n: one.alerts.length }))),
    h("td", { class: "time", title: one.last_at ? time(one.last_at) : "" }, one.last_at ? [time(one.last_at), h("small", null, agoText(one.last_at, eventNow.value))] : "–"));
}
