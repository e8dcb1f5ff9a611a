// @ts-check
// The keys of this view, as they are bound now.
import { h } from "../vendor/preact.js";
import { bindings, enabled } from "../keys.js";
import { setPreference } from "../state.js";
import { CheckField } from "../ui/field.js";
import { t } from "../words.js";

const SCOPES = /** @type {const} */ (["list", "alert", "map", "all"]);

export function KeyHelp() {
  const toggle = (/** @type {boolean} */ on) => {
    enabled.value = on;
    setPreference("keys", on);
  };
  return [
    ...SCOPES.map((scope) => {
      const rows = unique(bindings.value.filter((each) => each.scope === scope && !each.action.hidden));
      return rows.length > 0 && h("section", { key: scope }, h("h3", null, t(`keys.scope.${scope}`)),
        h("dl", { class: "key-list" }, rows.map((each) => [h("dt", { key: each.key }, each.key.split(" ").map((one) => h("kbd", { key: one }, shown(one)))), h("dd", { key: `${each.key}.` }, t(each.action.label))])));
    }),
    h(CheckField, { key: "single", label: t("keys.single"), checked: enabled.value, onChange: toggle }),
  ];
}

/** One row for each key; keys that do the same stand one after the other. @param {import("../keys.js").Binding[]} all */
function unique(all) {
  const seen = new Map(all.map((each) => [each.key, each]));
  return [...seen.values()].sort((a, b) => a.action.label.localeCompare(b.action.label));
}

/** @param {string} key */
function shown(key) {
  return { Escape: "Esc", ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→" }[key] ?? key;
}
