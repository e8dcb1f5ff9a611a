// @ts-check
// The marking of an alert, and its change by somebody who gives a reason. Lowering it needs the right `mark_down`.
import { h, useState } from "../vendor/preact.js";
import { post } from "../api.js";
import { may } from "../state.js";
import { tab } from "../storage.js";
import { Form, useForm } from "../ui/form.js";
import { EUROPOL, REALITIES, TLP } from "../handling.js";
import { changes, fields, isBelow, lowers } from "./marks.js";
import { When } from "./parts.js";
import { t, word } from "./words.js";

/** @typedef {import("./types.js").Alert} Alert */

/** Shortest reason that says something. Characters. */
const SHORTEST = 3;

/** @param {{alert: Alert, onDone: () => void}} props */
export function Handling({ alert, onDone }) {
  const [isOpen, setOpen] = useState(() => tab.get(`atalaia.form.mark.${alert.id}`) !== null);
  const marks = alert.handling;
  return h("div", {},
    h("dl", { class: "al-figures al-handling" },
      pair("TLP", marks.tlp),
      pair(t("alert.codes"), marks.europol?.join(", ") || "–"),
      marks.handling_text ? pair(t("alert.conditions_text"), marks.handling_text) : null,
      pair(t("alert.releasable"), marks.releasable_to?.join(", ") || t("alert.releasable_all")),
      pair(t("alert.grade"), marks.source_grade && marks.info_grade ? `${marks.source_grade}${marks.info_grade} (${marks.scheme ?? "4x4"}): ${t(`alert.source.${marks.source_grade}`)}; ${t(`alert.info.${marks.info_grade}`)}` : "–"),
      pair(t("alert.purpose"), word("purpose", marks.purpose)),
      pair(t("alert.personal"), t(marks.personal_data ? "word.yes" : "word.no")),
      marks.legal_basis ? pair(t("alert.legal_basis"), marks.legal_basis) : null,
      pair(t("alert.retain_until"), marks.retain_until?.slice(0, 10) ?? "–"),
      pair(t("alert.reality"), word("reality", marks.reality)),
      marks.marked_by ? pair(t("alert.marked_by"), [marks.marked_by, " ", h(When, { at: marks.marked_at })]) : pair(t("alert.marked_by"), t("alert.automatic"))),
    may("act") ? isOpen ? h(MarkForm, { alert, close: () => setOpen(false), onDone }) : h("button", { type: "button", class: "button", onClick: () => setOpen(true) }, t("alert.change_marking")) : null);
}

/**
 * @param {{alert: Alert, close: () => void, onDone: () => void}} props
 */
function MarkForm({ alert, close, onDone }) {
  const marks = alert.handling;
  const before = fields(marks);
  const form = useForm(`mark.${alert.id}`, { ...before, why: "" });
  const { values, set } = form;
  const mark = changes(before, values);
  const isDown = lowers(marks, values);
  const isRefused = isDown && !may("mark_down");
  const isReady = Object.keys(mark).length > 0 && values.why.trim().length >= SHORTEST && !isRefused;
  const submit = async () => {
    const done = await form.submit((_, key) => post(`/alerts/${encodeURIComponent(alert.id)}/acts`, { act: "mark", mark, why: values.why.trim() }, { etag: alert.etag, key }));
    if (!done) return;
    close();
    onDone();
  };
  /** @param {keyof typeof values} name @param {import("./parts.js").Children} label @param {readonly string[]} from @param {(value: string) => string} write @param {(value: string) => boolean} [isBarred] */
  const choice = (name, label, from, write, isBarred) => h("label", { class: "al-field" }, h("span", {}, label),
    h("select", { value: values[name], onChange: (/** @type {any} */ event) => set({ [name]: event.currentTarget.value }) },
      from.map((value) => h("option", { value, key: value, disabled: isBarred?.(value) ?? false }, write(value)))));
  /** @param {keyof typeof values} name @param {import("./parts.js").Children} label @param {string} hint */
  const line = (name, label, hint) => h("label", { class: "al-field" }, h("span", {}, label),
    h("input", { type: "text", value: values[name], placeholder: hint, maxLength: 500, onInput: (/** @type {any} */ event) => set({ [name]: event.currentTarget.value }) }),
    form.faultOf(`mark/${name}`) ? h("small", { class: "al-fault" }, form.faultOf(`mark/${name}`)) : null);
  const isLowerTlp = (/** @type {string} */ value) => !may("mark_down") && isBelow(value, marks.tlp);
  return h(Form, { title: t("alert.change_marking"), submit: t("alert.mark"), onSubmit: submit, onCancel: close, busy: form.busy, fault: form.fault, disabled: !isReady, class: "al-form" },
    h("div", { class: "al-fields" },
      choice("tlp", "TLP", TLP, (value) => value, isLowerTlp),
      line("europol", t("alert.codes"), EUROPOL.join(",")),
      line("releasable_to", t("alert.releasable"), "ES,PT"),
      choice("source_grade", t("alert.source_grade"), ["A", "B", "C", "X"], (value) => `${value} – ${t(`alert.source.${value}`)}`),
      choice("info_grade", t("alert.info_grade"), ["1", "2", "3", "4"], (value) => `${value} – ${t(`alert.info.${value}`)}`),
      choice("reality", t("alert.reality"), REALITIES, (value) => word("reality", value)),
      line("handling_text", t("alert.conditions_text"), "")),
    h("label", { class: "al-field" }, h("span", {}, t("word.reason")),
      h("textarea", { rows: 2, value: values.why, required: true, maxLength: 1000, onInput: (/** @type {any} */ event) => set({ why: event.currentTarget.value }) })),
    isRefused ? h("p", { class: "al-fault", role: "alert" }, t("alert.no_mark_down")) : isDown ? h("p", { class: "al-warn" }, t("alert.marks_down")) : null);
}

/**
 * @param {string} name
 * @param {import("./parts.js").Children} value
 */
function pair(name, value) {
  return h("div", {}, h("dt", {}, name), h("dd", {}, value));
}
