// @ts-check
// Why there is no alert about a vessel: all behaviours that open nothing now, the fewest missing conditions first, each with the first of them.
import { h } from "../vendor/preact.js";
import { isUnknown, useLoaded } from "./load.js";
import { When } from "./parts.js";
import { Standing, measuredIn, nameIn, requiredIn } from "./why.js";
import { local } from "./said.js";
import { isMet, nearest } from "./standing.js";
import { t, word } from "./words.js";
import { explain } from "../ui/explain.js";

/** @typedef {import("./standing.js").Form} Form */

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
      h(Met, { forms: track.behaviours }),
      h("ul", { class: "al-forms" }, nearest(track.behaviours).map((form, index) => h("li", { key: index }, h(FormRow, { form })))))));
}

/** What is met, in one line. @param {{forms: Form[]}} props */
function Met({ forms }) {
  const names = [...new Set(forms.filter(isMet).map((form) => word("behaviour", form.behaviour)))];
  return names.length ? h("p", { class: "al-note" }, t("alert.why_met", { names: names.join(", ") })) : null;
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
      h("span", { class: "al-form-count" }, form.asked_for ? t("alert.missing", { n: form.missing }) : ""),
      h("span", { class: "al-form-missing" }, form.asked_for ? first ? h("span", {}, h("span", { lang: "en" }, nameIn(first)), `: ${local(measuredIn(first))} (${local(requiredIn(first))})`) : null : t("alert.not_asked"))),
    h(Standing, { standing: form, title: t("alert.conditions") }));
}
