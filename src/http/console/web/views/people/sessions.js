// @ts-check
import { h } from "../../vendor/preact.js";
import { del } from "../../api.js";
import { agoText, time } from "../../format.js";
import { now, session } from "../../state.js";
import { explain } from "../../ui/explain.js";
import { say } from "../../ui/toast.js";
import { hasWord, t, word } from "../../words.js";
import { Sure } from "./sure.js";

/** What is asked before all sessions of a person end. @param {string} name */
export function sureOf(name) {
  const me = session.value;
  const isLockedOut = me?.name === name && me.has_password === false;
  return `${t("people.end_sessions_sure", { name })}${isLockedOut ? ` ${t("account.no_way_back")}` : ""}`;
}

/** @param {{ items: any[], reload: () => Promise<unknown> }} props */
export function Sessions({ items, reload }) {
  const end = (/** @type {any} */ one) => del(`/users/${encodeURIComponent(one.name)}/sessions`).then(reload, (failed) => say(explain(failed), "bad"));
  if (items.length === 0) return h("p", { class: "muted" }, t("people.no_sessions"));
  return h("section", { class: "card scrolls", tabIndex: 0 }, h("table", null,
    h("thead", null, h("tr", null, ["name", "way", "address", "signed_in", "last_used", "ends", "actions"].map((each) => h("th", { key: each, scope: "col" }, t(`people.${each}`))))),
    h("tbody", null, items.map((one, index) => h("tr", { key: one.id ?? index },
      h("th", { scope: "row" }, one.name), h("td", null, hasWord(`way.${one.way}`) ? t(`way.${one.way}`) : word("way", one.way)), h("td", { class: "mono" }, one.address ?? "–"), h("td", { class: "nowrap" }, time(one.signed_in_at)),
      h("td", { class: "nowrap", title: time(one.last_used_at) }, one.last_used_at ? agoText(one.last_used_at, now.value) : "–"), h("td", { class: "nowrap" }, time(one.until)),
      h("td", null, h(Sure, { label: t("people.end_sessions"), sure: sureOf(one.name), onSure: () => void end(one) })))))));
}
