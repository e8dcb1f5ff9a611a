// @ts-check
// Why there is no alert about a vessel: all behaviours, the nearest to opening first, each with the first condition that is missing.
import { h } from "../vendor/preact.js";
import { isUnknown, useLoaded } from "./load.js";
import { When } from "./parts.js";
import { Standing, measuredIn, nameIn, requiredIn } from "./why.js";
import { t, word } from "./words.js";
import { explain } from "../ui/explain.js";

/** @typedef {import("./types.js").Standing & {behaviour: string, away: number, asked_for: boolean}} Form */

/** @param {{mmsi: number}} props */
export function WhyNone({ mmsi }) {
  const loaded = useLoaded(`/vessels/${mmsi}/explanations`);
  const data = /** @type {any} */ (loaded.data);
  if (isUnknown(loaded.fault)) return h("p", { class: "al-quiet" }, t("alert.not_heard"));
  if (!data) return loaded.fault ? h("p", { class: "al-fault", role: "alert" }, explain(loaded.fault)) : h("p", { class: "al-quiet" }, t("word.loading"));
  if (!data.tracks.length) return h("p", { class: "al-quiet" }, t("alert.not_heard"));
  return h("div", {},
    h("p", { class: "al-line-of-buttons" }, h("button", { type: "button", class: "button", onClick: loaded.reload }, t("action.reload")), h("span", { class: "al-note" }, t("alert.id.at"), " ", h(When, { at: data.at, seconds: true }))),
    data.tracks.map((/** @type {any} */ track) => h("div", { key: track.track },
      data.tracks.length > 1 ? h("h3", {}, t("alert.track_number", { n: track.track })) : null,
      h("ul", { class: "al-forms" }, nearest(track.behaviours).map((form, index) => h("li", { key: index }, h(FormRow, { form })))))));
}

/**
 * The nearest to opening first; those that no zone asks for last.
 * @param {Form[]} forms
 */
function nearest(forms) {
  // Behaviours about inputs say nothing of a vessel.
  return forms.filter((form) => form.behaviour !== "feed_silent").sort((one, other) => Number(other.asked_for) - Number(one.asked_for) || one.away - other.away || one.missing - other.missing);
}

/** @param {{form: Form}} props */
function FormRow({ form }) {
  const met = form.conditions.filter((condition) => condition.met).length;
  const first = form.conditions.find((condition) => !condition.met);
  const share = form.conditions.length ? met / form.conditions.length : 0;
  return h("details", { class: form.asked_for ? "" : "al-unasked" },
    h("summary", {},
      h("span", { class: "al-form-name" }, h("b", {}, word("behaviour", form.behaviour)), form.form ? h("span", { class: "al-note" }, ` ${form.form}`) : null),
      h("svg", { class: "al-share", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" }, h("rect", { class: "al-bar-ground", x: 0, y: 0, width: 100, height: 8 }), h("rect", { class: "al-bar-fill", x: 0, y: 0, width: share * 100, height: 8 })),
      h("span", { class: "al-form-count" }, t("alert.met_of", { n: met, all: form.conditions.length })),
      h("span", { class: "al-form-missing" }, form.asked_for ? first ? h("span", { lang: "en" }, `${nameIn(first)}: ${measuredIn(first)} (${requiredIn(first)})`) : t("alert.all_met") : t("alert.not_asked"))),
    h(Standing, { standing: form, title: t("alert.conditions") }));
}
