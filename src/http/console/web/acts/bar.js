// @ts-check
/** The bar of acts of one alert, its form, and what came of the last act. The page of an alert shows it. */
import { h, useEffect } from "../vendor/preact.js";
import { keys } from "../keys.js";
import { session } from "../state.js";
import { t } from "../words.js";
import { onActed, underway } from "./act.js";
import { LazyForm, loadForms } from "./form.js";
import { Status } from "./status.js";
import { ACTS, mayEver, open } from "./rights.js";
import { asSeen, bars, form, run, undo } from "./run.js";

import "../words/acts.js";
import { addSheet } from "../sheet.js";

/** @typedef {import("../list/types.js").Alert} Alert */

await addSheet("acts");

/**
 * Counts a bar in or out, so that the list knows where the form of an alert shows.
 * @param {string} id
 * @param {number} step
 */
function count(id, step) {
  const next = new Map(bars.value);
  next.set(id, (next.get(id) ?? 0) + step);
  bars.value = next;
}

/**
 * @param {{alert: Alert, onDone?: (item: Alert) => void}} props `onDone` gets the alert as it stands after an act
 */
export function ActsBar({ alert, onDone }) {
  const { id } = alert;
  useEffect(() => {
    count(id, 1);
    loadForms();
    return () => count(id, -1);
  }, [id]);
  useEffect(() => onActed((item) => {
    if (item.id === id) onDone?.(item);
  }), [id, onDone]);
  useEffect(() => {
    const offs = ACTS.filter(({ kind }) => kind !== "export").map(({ kind, key }) =>
      keys.add("alert", key, { label: `acts.key.${kind}`, run: () => run(kind, [alert]) }));
    offs.push(keys.add("alert", "u", { label: "acts.key.undo", run: () => void undo() }));
    return () => offs.forEach((off) => off());
  }, [alert]);
  const shown = form.value;
  const opened = shown?.alerts.length === 1 && shown.alerts[0].id === id ? shown.alerts[0] : null;
  const about = opened && shown ? asSeen(shown.kind, opened, alert) : alert;
  return h("section", { class: "acts", "aria-label": t("acts.title") },
    h(Buttons, { alerts: [alert] }),
    opened && shown ? h(LazyForm, { form: { ...shown, alerts: [about] } }) : null,
    h(Status, { id }));
}

/**
 * One button for each act that the reader may do and that fits the state.
 * @param {{alerts: Alert[], isBulk?: boolean}} props
 */
export function Buttons({ alerts, isBulk = false }) {
  const me = session.value;
  const isBusy = alerts.some((alert) => underway.value.has(alert.id));
  const shown = ACTS.filter(({ kind }) => mayEver(kind, me) && kind !== (isBulk ? "silence" : "export"));
  return h("div", { class: "acts-bar", role: "toolbar", "aria-label": t("acts.title") }, shown.map(({ kind, key }) => {
    const fit = open(kind, alerts, me?.name ?? null).length;
    if (fit === 0 && (kind === "reopen" || kind === "mine")) return null;
    return h("button", {
      key: kind, type: "button", class: `button${kind === "acknowledge" ? " main" : ""}${form.value?.kind === kind ? " on" : ""}`,
      disabled: fit === 0 || (isBusy && kind !== "copy" && kind !== "export"), title: t(`acts.hint.${kind}`), onClick: () => run(kind, alerts),
    }, t(`acts.button.${kind}`), isBulk && fit !== alerts.length && fit > 0 ? ` ${fit}` : "", h("kbd", { "aria-hidden": "true" }, key));
  }));
}
