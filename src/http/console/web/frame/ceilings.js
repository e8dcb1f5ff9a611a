// @ts-check
// What a reader may see at most: shown in words, and edited for users and tokens.
import { h } from "../vendor/preact.js";
import { EUROPOL, REALITIES, TLP } from "../handling.js";
import { CheckField, SelectField, TextField } from "../ui/field.js";
import { t, word } from "../words.js";

/** @typedef {import("../../types/api").Ceilings} Limits */

/** Nothing is hidden from a reader with these. @type {Limits} */
export const NO_CEILINGS = { max_tlp: "RED", releasable_to: null, europol: null, purposes: null, realities: null, personal_data: true };

/** @param {{ ceilings: Limits }} props */
export function Ceilings({ ceilings }) {
  const list = (/** @type {string[] | null} */ some, /** @type {(each: string) => string} */ name = (each) => each) => (some === null ? t("ceilings.any") : some.map(name).join(", ") || t("word.none"));
  return h("dl", { class: "facts" },
    h("dt", null, t("ceilings.tlp")), h("dd", null, `TLP:${ceilings.max_tlp}`),
    h("dt", null, t("ceilings.releasable_to")), h("dd", null, list(ceilings.releasable_to)),
    h("dt", null, t("ceilings.europol")), h("dd", null, list(ceilings.europol)),
    h("dt", null, t("ceilings.purposes")), h("dd", null, list(ceilings.purposes, (each) => word("purpose", each))),
    h("dt", null, t("ceilings.realities")), h("dd", null, list(ceilings.realities, (each) => word("reality", each))),
    h("dt", null, t("ceilings.personal_data")), h("dd", null, t(ceilings.personal_data ? "word.yes" : "word.no")));
}

/** In one line, naming only what limits. @param {Limits} ceilings */
export function ceilingsText(ceilings) {
  const parts = [`TLP:${ceilings.max_tlp}`];
  if (ceilings.releasable_to) parts.push(`REL ${ceilings.releasable_to.join(", ") || t("word.none")}`);
  if (ceilings.europol) parts.push(`Europol ${ceilings.europol.join(", ")}`);
  if (ceilings.purposes) parts.push(ceilings.purposes.map((each) => word("purpose", each)).join(", "));
  if (ceilings.realities) parts.push(ceilings.realities.map((each) => word("reality", each)).join(", "));
  if (!ceilings.personal_data) parts.push(t("ceilings.no_personal_data"));
  return parts.join(" · ");
}

/**
 * @param {{ value: Limits, onChange: (next: Limits) => void }} props
 */
export function CeilingFields({ value, onChange }) {
  const set = (/** @type {Partial<Limits>} */ changes) => onChange({ ...value, ...changes });
  const releasable = { label: t("ceilings.releasable_to"), value: (value.releasable_to ?? []).join(", "), placeholder: t("ceilings.any"), onInput: (/** @type {string} */ text) => set({ releasable_to: text.trim() === "" ? null : text.split(",").map((each) => each.trimStart()) }) };
  return h("fieldset", null, h("legend", null, t("ceilings.title")),
    h("div", { class: "form-grid" },
      h(SelectField, { label: t("ceilings.tlp"), value: value.max_tlp, options: TLP.map((each) => ({ value: each, label: `TLP:${each}` })), onChange: (tlp) => set({ max_tlp: /** @type {any} */ (tlp) }) }),
      h(TextField, releasable), h(CheckField, { label: t("ceilings.personal_data"), checked: value.personal_data, onChange: (personal_data) => set({ personal_data }) })),
    h("div", { class: "choices" }, LISTS.map(([name, all, prefix]) => h(Choice, { key: name, label: t(`ceilings.${name}`), all, prefix, value: value[name], onChange: (chosen) => set({ [name]: chosen }) }))));
}

/** What the other limits may list, and the prefix of its words. @type {["europol" | "realities" | "purposes", string[], string][]} */
const LISTS = [
  ["europol", EUROPOL, "europol"], ["realities", REALITIES, "reality"],
  ["purposes", ["LawEnforcementMonitoring", "LawEnforcementOperation", "BorderMonitoring", "CustomsMonitoring", "FisheriesMonitoring", "Security", "Safety", "SAR", "VTM", "CounterTerrorism", "DefenceMonitoring", "NonSpecified"], "purpose"],
];

/** No limit, or some of what there is.
 * @param {{ label: string, all: string[], prefix: string, value: string[] | null, onChange: (chosen: string[] | null) => void }} props */
function Choice({ label, all, prefix, value, onChange }) {
  const toggle = (/** @type {string} */ one, /** @type {boolean} */ on) => onChange(all.filter((each) => (each === one ? on : value?.includes(each))));
  return h("fieldset", null, h("legend", null, label),
    h(CheckField, { label: t("ceilings.any"), checked: value === null, onChange: (any) => onChange(any ? null : [all[0]]) }),
    value !== null && h("div", { class: "choice" }, all.map((one) => h(CheckField, { key: one, label: word(prefix, one), checked: value.includes(one), onChange: (on) => toggle(one, on) }))));
}

/** The limits as the server takes them: no blanks, no empty words. @param {Limits} value @returns {Limits} */
export function cleanCeilings(value) {
  const clean = (/** @type {string[] | null} */ some) => some && some.map((each) => each.trim()).filter(Boolean);
  return { ...value, releasable_to: clean(value.releasable_to), europol: clean(value.europol), purposes: clean(value.purposes), realities: clean(value.realities) };
}
