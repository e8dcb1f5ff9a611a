// @ts-check
/** The line over the rows: what waits, how many there are, grouping, and the switches that hold or free the list. */
import { may, setPreference } from "../state.js";
import { h } from "../vendor/preact.js";
import { t } from "../words.js";
import { run } from "../acts/run.js";
import { home } from "./choose.js";
import { GROUPINGS } from "./groups.js";
import { waiting } from "./order.js";
import { atOnce, groupBy, grouping, held, isHeld, phase } from "./store.js";

/** @typedef {import("./groups.js").Grouping} Grouping */

export function Tools() {
  const { fresh, worse } = waiting(held.value);
  const parts = [fresh ? t("list.new", { n: fresh }) : "", worse ? t("list.worse", { n: worse }) : ""].filter(Boolean);
  return h("div", { class: "tools" },
    h("div", { class: "tools-left", "aria-live": "polite" },
      parts.length
        ? h("button", { type: "button", class: `pill${worse ? " worse" : ""}`, title: `${t("list.alerts", { n: held.value.total })}. ${t("list.pill_hint")}`, onClick: home }, parts.join(", "), h("kbd", { "aria-hidden": "true" }, "."))
        : h("span", { class: "tools-count" }, phase.value === "loading" && held.value.rows.length === 0 ? t("word.loading") : t("list.alerts", { n: held.value.total }))),
    h("label", { class: "tools-group" },
      h("span", null, t("list.group_by")),
      h("select", { value: grouping.value, onChange: (/** @type {any} */ event) => groupBy(/** @type {Grouping} */ (event.currentTarget.value)) },
        GROUPINGS.map((by) => h("option", { key: by, value: by }, t(`list.group.${by}`))))),
    may("export") ? h("button", { type: "button", class: "tool icon-only", title: t("acts.hint.export"), "aria-label": t("acts.button.export"), onClick: () => run("export", []) }, "⤓") : null,
    h("button", {
      type: "button", class: `tool${atOnce.value ? " on" : ""}`, "aria-pressed": atOnce.value, title: t("list.at_once_hint"),
      onClick: () => {
        atOnce.value = !atOnce.peek();
        setPreference("at_once", atOnce.peek());
      },
    }, t("list.at_once")),
    isHeld.value ? h("button", { type: "button", class: "tool held", title: t("list.held_hint"), onClick: () => { isHeld.value = false; } }, t("list.held")) : null);
}
