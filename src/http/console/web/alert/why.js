// @ts-check
// Why there is an alert: each condition with what was measured beside its threshold, and what the behaviour is about.
import { h } from "../vendor/preact.js";
import { number, percent } from "../format.js";
import { When } from "./parts.js";
import { languageOf, local, nameOf, requirement, valueOf } from "./said.js";
import { t, word } from "./words.js";
import { mmsiText } from "../vessel.js";

/** @typedef {import("./types.js").Condition} Condition */
/** @typedef {import("./types.js").Explanation} Explanation */

/** Values up to this length are not broken over lines. Characters. */
const SHORT = 13;

/** @param {{explanation: Explanation, isOver?: boolean}} props - `isOver`: the alert has ended, so what is not met is why */
export function Why({ explanation, isOver = false }) {
  const compared = explanation.conditions.filter((condition) => condition.threshold !== null && condition.threshold !== undefined);
  const others = explanation.conditions.filter((condition) => !compared.includes(condition));
  const met = compared.filter((condition) => condition.met);
  const unmet = compared.filter((condition) => !condition.met);
  return h("div", {},
    compared.length ? h("table", { class: "al-table al-conditions" },
      h("thead", {}, h("tr", {},
        h("th", { scope: "col" }, t("alert.condition")),
        h("th", { scope: "col", class: "al-right" }, t("alert.measured")),
        h("th", { scope: "col", class: "al-right" }, t("alert.threshold")),
        h("th", { scope: "col", class: "al-margin-head" }, t("alert.margin")))),
      h("tbody", {}, met.map((condition, index) => h(Row, { condition, key: index }))),
      unmet.length ? h("tbody", { class: "al-unmet" },
        h("tr", { class: "al-group" }, h("th", { colSpan: 4, scope: "colgroup" }, t(isOver ? "alert.unmet_over" : "alert.unmet"))),
        unmet.map((condition, index) => h(Row, { condition, key: index }))) : null)
      : h("p", { class: "al-quiet" }, t("alert.no_conditions")),
    others.length ? h("div", { class: "al-also" }, h("h3", {}, t("alert.also_measured")),
      h("dl", {}, others.map((condition, index) => h("div", { key: index },
        h("dt", { lang: "en" }, nameIn(condition), condition.own_word ? h(OwnWord, {}) : null), h(Amount, { as: "dd", text: amount(condition.measured_text, condition.measured) }))))) : null,
    h(Now, { explanation }),
    h(Settings, { explanation }),
    h(Card, { explanation }));
}

/** @param {Condition} condition */
export const nameIn = (condition) => condition.label || nameOf(condition.name);

/** Marks what rests on the ship's own word. */
const OwnWord = () => h("span", { class: "al-own", title: t("alert.own_word_hint") }, t("alert.own_word"));

/** Whose threshold it is: `default` or `settings`. @param {string} source */
const sourceIn = (source) => word("alert.source_of", source);

/** Keeps a number and its unit on one line. @param {string} text */
const whole = (text) => text.replace(/(\d) (?=\S+$)/, "$1\u00a0");

/** @param {{condition: Condition}} props */
function Row({ condition }) {
  const measured = local(amount(condition.measured_text, condition.measured));
  return h("tr", { class: condition.met ? "" : "al-not-met" },
    h("th", { scope: "row" },
      h("span", { class: "al-tick", "aria-label": t(condition.met ? "alert.met" : "alert.not_met") }, condition.met ? "✓" : "✗"),
      h("span", { class: "al-condition", lang: "en" }, nameIn(condition), condition.own_word ? h(OwnWord, {}) : null)),
    h("td", { class: `al-right al-strong${measured.length <= SHORT ? " al-whole" : ""}` }, measured),
    h("td", { class: "al-right" }, whole(local(amount(condition.threshold_text, condition.threshold))),
      condition.source ? h("span", { class: "al-source" }, sourceIn(condition.source)) : null),
    h("td", { class: "al-margin" }, h(Margin, { margin: condition.margin ?? null, met: condition.met })));
}

/** The thresholds of the rule that nothing was compared with. @param {{explanation: Explanation}} props */
function Settings({ explanation }) {
  const settings = explanation.settings ?? [];
  if (!settings.length) return null;
  return h("details", { class: "al-more al-also" },
    h("summary", {}, t("alert.settings", { n: settings.length })),
    h("dl", {}, settings.map((setting) => h("div", { key: setting.name },
      h("dt", { lang: "en" }, setting.label, setting.source === "settings" ? h("span", { class: "al-note" }, ` (${sourceIn(setting.source)})`) : null), h(Amount, { as: "dd", text: setting.text })))));
}

/**
 * A value as text: in the server's words where it has some, else as the language writes numbers.
 * @param {string | null | undefined} text
 * @param {unknown} value
 */
export function amount(text, value) {
  if (text) return text;
  if (typeof value === "number") return number(value, Number.isInteger(value) ? 0 : 1);
  if (typeof value === "boolean") return t(value ? "word.yes" : "word.no");
  return value == null ? "–" : String(value);
}

/** A value of the engine, as the language writes it. @param {{as: "dd" | "b" | "span", text: string}} props */
function Amount({ as, text }) {
  return h(as, { lang: languageOf(text) }, local(text));
}

/**
 * A bar from the threshold in the middle: to the right as far as it is met, to the left as far as it falls short; full at once the threshold.
 * @param {{margin: number | null, met: boolean}} props
 */
export function Margin({ margin, met }) {
  if (margin === null || !Number.isFinite(margin)) return h("span", { class: "al-quiet", title: t("alert.no_margin") }, "–");
  const share = Math.max(-1, Math.min(1, margin));
  const width = Math.abs(share) * 50;
  const text = `${margin > 0 ? "+" : margin < 0 ? "−" : ""}${percent(Math.abs(margin))}`;
  return h("span", { class: `al-bar${met ? "" : " al-bar-short"}`, title: t(margin < 0 ? "alert.short_by" : "alert.beyond_by", { share: percent(Math.abs(margin)) }) },
    h("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
      h("rect", { class: "al-bar-ground", x: 0, y: 3, width: 100, height: 4 }),
      h("rect", { class: "al-bar-fill", x: share < 0 ? 50 - width : 50, y: 1.5, width: Math.max(width, 0.8), height: 7 }),
      h("rect", { class: "al-bar-limit", x: 49.5, y: 0, width: 1, height: 10 })),
    h("span", { class: "al-bar-text" }, text));
}

/** @param {Condition} condition */
export const measuredIn = (condition) => amount(condition.measured_text ?? valueOf(condition.name, condition.measured), condition.measured ?? t("alert.value_unknown"));
/** @param {Condition} condition */
export const requiredIn = (condition) => amount(condition.threshold_text ?? requirement(condition.name, condition.threshold), condition.threshold);

/** `228008600.2` as a reader knows it: the MMSI, and which track if it is not the first. @param {string | number | null | undefined} track */
const trackIn = (track) => {
  if (typeof track !== "string") return track;
  const [mmsi, number] = track.split(".");
  return number === "1" ? `MMSI ${mmsiText(mmsi)}` : `MMSI ${mmsiText(mmsi)} · ${t("alert.track_number", { n: number })}`;
};

/** How the conditions stand now, while the alert is open. @param {{explanation: Explanation}} props */
function Now({ explanation }) {
  if (!explanation.now?.length) return null;
  return h("details", { class: "al-more" },
    h("summary", {}, t("alert.now")),
    explanation.now.map((standing, index) => h(Standing, { standing, key: index })));
}

/**
 * The conditions of one form now.
 * @param {{standing: import("./types.js").Standing, title?: string}} props
 */
export function Standing({ standing, title }) {
  return h("div", { class: "al-standing" },
    h("h3", {}, title ?? [trackIn(standing.track), standing.form].filter(Boolean).join(" · "), " ",
      h("span", { class: "al-note" }, standing.missing ? t("alert.missing", { n: standing.missing }) : t("alert.all_met"))),
    h("ul", { class: "al-checks" }, standing.conditions.map((condition) =>
      h("li", { key: condition.name, class: condition.met ? "" : "al-not-met" },
        h("span", { class: "al-tick" }, condition.met ? "✓" : "✗"),
        h("span", { lang: "en" }, nameIn(condition)),
        h(Amount, { as: "b", text: measuredIn(condition) }),
        h(Amount, { as: "span", text: requiredIn(condition) })))));
}

/** The behaviour as the manual has it; its blind spots stand under what AIS cannot show. @param {{explanation: Explanation}} props */
function Card({ explanation }) {
  const headings = /** @type {const} */ (["watches", "why", "opens", "ends"]);
  const known = headings.filter((name) => explanation[name]);
  if (!known.length) return null;
  return h("details", { class: "al-more" },
    h("summary", {}, t("alert.card"), explanation.decided_at ? h("span", { class: "al-note" }, " ", t("alert.as_decided"), " ", h(When, { at: explanation.decided_at })) : null),
    h("dl", { class: "al-card" }, known.map((name) => h("div", { key: name }, h("dt", {}, t(`alert.card.${name}`)), h("dd", { lang: "en" }, explanation[name])))));
}
