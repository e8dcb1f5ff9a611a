// @ts-check
// The panel of one alert: why it is there and what to do with it. The watch page shows it beside the list, `/alerts/ID` alone.
import { h, useCallback, useEffect, useRef } from "../vendor/preact.js";
import { ActsBar } from "../acts/bar.js";
import { keys } from "../keys.js";
import { go, openWindow, route } from "../route.js";
import { order, selection } from "../state.js";
import { copy } from "../ui/copy.js";
import { explain } from "../ui/explain.js";
import { useCase } from "./case_load.js";
import { Evidence } from "./evidence.js";
import { Handling } from "./handling.js";
import { Head } from "./head.js";
import { History } from "./history.js";
import { isAbout, retry, useLoaded } from "./load.js";
import { Boundary } from "../ui/boundary.js";
import { Section } from "./parts.js";
import { PrintLine, done, print, ready } from "./print.js";
import { Score } from "./score.js";
import { Sentences } from "./sentences.js";
import { useStill } from "./still.js";
import { Story } from "./story.js";
import { asText } from "./text.js";
import { Vessels } from "./vessels.js";
import { Why } from "./why.js";
import { t } from "./words.js";
import { addSheet } from "../sheet.js";

/** @typedef {import("./types.js").Alert} Alert */
/** @typedef {import("./types.js").Explanation} Explanation */

await addSheet("alert");

const INCLUDE = { include: "notes,history,deliveries,similar,nearby" };

/**
 * @param {{id: string, level?: "h1" | "h2"}} props - `level` is the heading of the summary; `h2` inside another page
 */
export function AlertPanel({ id, level = "h2" }) {
  const path = `/alerts/${encodeURIComponent(id)}`;
  const concerns = useCallback((/** @type {any} */ entry) => isAbout(entry, id), [id]);
  const loaded = useLoaded(path, INCLUDE, concerns);
  const explained = useLoaded(`${path}/explanation`, undefined, concerns);
  const panel = useRef(/** @type {HTMLElement | null} */ (null));
  const alert = /** @type {Alert | null} */ (loaded.data);
  const caseId = alert?.case_id ?? null;
  const own = useCase(caseId, useCallback((/** @type {any} */ entry) => entry.topic === "case" && entry.subject === caseId, [caseId]));
  const explanation = /** @type {Explanation | null} */ (explained.data);
  useEffect(() => {
    // Another alert begins at its top; the same one after a change stays where the reader is.
    panel.current?.scrollTo({ top: 0 });
  }, [id]);
  useKeys(panel, alert, explanation);
  useStill(panel, alert);
  if (!alert) return h("div", { class: "al-panel al-empty" }, loaded.fault ? h(Missing, { fault: loaded.fault, again: loaded.reload }) : h("p", { class: "al-quiet", role: "status" }, t("word.loading")));
  return h("article", { class: "al-panel", ref: panel, "data-keys": "alert", "aria-label": t("alert.panel") },
    h(PrintLine, { alert }),
    h("div", { class: "al-body" },
      loaded.fault ? h("p", { class: "al-fault al-stale", role: "status" }, t("alert.not_refreshed", { why: explain(loaded.fault) })) : null,
      h(Tools, { panel, alert, explanation }),
      h(Boundary, { mark: alert }, h(Head, { alert, case: own, level })),
      h(Boundary, { mark: alert }, h(Acts, { alert, onDone: loaded.reload, key: alert.id })),
      h(Sections, { alert, case: own, explanation, fault: explained.fault, again: explained.reload, onDone: loaded.reload })),
    h(PrintLine, { alert, isFoot: true }),
    h("i", { class: "al-paper", "aria-hidden": "true" }));
}

/**
 * @param {{alert: Alert, case: import("./case_load.js").Loaded, explanation: Explanation | null, fault: Error | null, again: () => void, onDone: () => void}} props
 */
function Sections({ alert, case: own, explanation, fault, again, onDone }) {
  const waiting = fault ? h(Missing, { fault, again }) : h("p", { class: "al-quiet" }, t("word.loading"));
  const limits = explanation?.limits ?? [];
  return h("div", { class: "al-columns" },
    h("div", { class: "al-column" },
      h(Section, { name: "why", title: t("alert.why"), mark: explanation }, explanation ? h(Why, { explanation, isOver: alert.status !== "open" }) : waiting),
      h(Section, { name: "score", title: t("alert.score"), mark: alert }, h(Score, { lines: alert.score_reasons, score: alert.score, severity: alert.severity })),
      h(Section, { name: "limits", title: t("alert.limits"), mark: explanation }, explanation
        ? limits.length ? h("div", {}, explanation.blind_spots ? h("p", { class: "al-blind", lang: "en" }, explanation.blind_spots) : null, h("ul", { class: "al-limits", lang: "en" }, limits.map((limit) => h("li", { key: limit }, limit)))) : h("p", { class: "al-quiet" }, t("alert.no_limits"))
        : waiting),
      h(Section, { name: "vessels", title: t("alert.vessels"), mark: alert }, h(Vessels, { alert })),
      h(Section, { name: "case", title: t("alert.case"), mark: alert }, h(Story, { alert, case: own }))),
    h("div", { class: "al-column" },
      h(Section, { name: "evidence", title: t("alert.evidence"), mark: alert }, h(Evidence, { alert, key: alert.id })),
      h(Section, { name: "history", title: t("alert.history"), mark: alert }, h(History, { alert })),
      h(Section, { name: "sentences", title: t("alert.sentences"), mark: alert.id }, h(Sentences, { id: alert.id, key: alert.id })),
      h(Section, { name: "handling", title: t("alert.handling"), mark: alert }, h(Handling, { alert, onDone, key: alert.id }))));
}

/** What could not be had, and a button that asks again. @param {{fault: Error, again: () => void}} props */
export function Missing({ fault, again }) {
  return h("p", { class: "al-fault", role: "alert" }, /** @type {any} */ (fault).status === 404 ? t("alert.not_found") : explain(fault), " ",
    h("button", { type: "button", class: "button", onClick: () => retry(fault, again) }, t(/** @type {any} */ (fault).type === "purpose" ? "ask.give" : "action.retry")));
}

/** The bar of actions. @param {{alert: Alert, onDone: () => void}} props */
function Acts({ alert, onDone }) {
  // The list knows alerts with counts in place of their notes and deliveries.
  const item = /** @type {any} */ ({ ...alert, notes: Array.isArray(alert.notes) ? alert.notes.length : alert.notes });
  return h("div", { class: "al-acts" }, h(ActsBar, { alert: item, onDone }));
}

/**
 * @param {{panel: {current: HTMLElement | null}, alert: Alert, explanation: Explanation | null}} props
 */
function Tools({ panel, alert, explanation }) {
  const place = order.value.indexOf(alert.id);
  const isAlone = route.value.view === "alert";
  /** @param {string} label @param {string} text @param {() => void} run @param {boolean} [isOff] */
  const tool = (label, text, run, isOff = false) => h("button", { type: "button", class: "al-tool", title: t(label), "aria-label": t(label), onClick: run, disabled: isOff }, text);
  return h("nav", { class: "al-tools", "aria-label": t("alert.tools") },
    isAlone && place >= 0 ? [
      tool("alert.key.previous", "↑", () => step(alert.id, -1), place === 0),
      h("span", { class: "al-note", key: "place" }, t("alert.place", { n: place + 1, all: order.value.length })),
      tool("alert.key.next", "↓", () => step(alert.id, 1), place === order.value.length - 1)] : null,
    h("span", { class: "al-space" }),
    tool("alert.key.copy", t("alert.copy"), () => copy(asText(alert, explanation))),
    tool("alert.key.print", t("alert.print"), () => print(panel.current)),
    isAlone ? null : tool("alert.key.window", t("alert.window"), () => openWindow(`/alerts/${encodeURIComponent(alert.id)}`)));
}

/**
 * Shows the next alert of the list, here or on its own page.
 * @param {string} id
 * @param {number} by
 */
function step(id, by) {
  const place = order.peek().indexOf(id);
  const next = place < 0 ? undefined : order.peek()[place + by];
  if (!next) return false;
  selection.value = { kind: "alert", id: next };
  if (route.peek().view === "alert") go(`/alerts/${encodeURIComponent(next)}`, { replace: true });
  return true;
}

/**
 * The keys of the panel. On the watch page the list has its own `j` and `k`.
 * @param {{current: HTMLElement | null}} panel
 * @param {Alert | null} alert
 * @param {Explanation | null} explanation
 */
function useKeys(panel, alert, explanation) {
  const latest = useRef({ alert, explanation });
  latest.current = { alert, explanation };
  useEffect(() => {
    const here = () => latest.current.alert;
    /** @param {number} by */
    const move = (by) => () => (here() ? step(/** @type {Alert} */ (here()).id, by) : false);
    const offs = [
      keys.add("alert", "j", { label: "alert.key.next", run: move(1) }),
      keys.add("alert", "k", { label: "alert.key.previous", run: move(-1) }),
      keys.add("alert", "p", { label: "alert.key.print", run: () => void print(panel.current) }),
      keys.add("alert", "C", { label: "alert.key.copy", run: () => {
        const alertHere = here();
        if (alertHere) copy(asText(alertHere, latest.current.explanation));
      } }),
    ];
    // The browser's own way to print knows nothing of what has to be drawn first.
    const onPrintKey = (/** @type {KeyboardEvent} */ event) => {
      if (event.key.toLowerCase() !== "p" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || !panel.current) return;
      event.preventDefault();
      print(panel.current);
    };
    // A print from the browser's menu comes without the key; canvases stay as they are then, but nothing is left out.
    const onPrint = () => {
      if (panel.current) ready(panel.current);
    };
    addEventListener("keydown", onPrintKey);
    addEventListener("beforeprint", onPrint);
    addEventListener("afterprint", done);
    return () => {
      removeEventListener("keydown", onPrintKey);
      removeEventListener("beforeprint", onPrint);
      removeEventListener("afterprint", done);
      offs.forEach((off) => off());
    };
  }, []);
}
