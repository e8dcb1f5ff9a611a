// @ts-check
/** The forms of single and bulk acts. Each keeps its text until the server has it. */
import { get } from "../api.js";
import { nearest } from "../list/nearest.js";
import { h, useEffect, useRef, useState } from "../vendor/preact.js";
import { now, session } from "../state.js";
import { t } from "../words.js";
import { draftOf, useDraft } from "./drafts.js";
import { Choices, Shell, TextField, useSend } from "./shell.js";
import { subjects } from "./subjects.js";
import { ExportForm } from "./export.js";
import { SilenceForm } from "./silence.js";
import { Until, ahead } from "./until.js";

/** @typedef {import("../list/types.js").Alert} Alert */
/** @typedef {import("./run.js").Form} Form */

/** Findings in the order of the bar. */
const FINDINGS = /** @type {const} */ (["confirmed", "benign", "false"]);

/**
 * The form that is open.
 * @param {{form: Form, people?: string[], filter?: string, total?: number}} props `people` are names to offer for an assignment; `filter` is what an export covers
 */
export function ActForm({ form, people = [], filter = "", total = 0 }) {
  const { kind, alerts } = form;
  const key = draftOf(kind, alerts);
  switch (kind) {
    case "until": return h(UntilForm, { key, alerts });
    case "assign": return h(AssignForm, { key, alerts, people });
    case "note": return h(NoteForm, { key, alerts });
    case "close": return h(CloseForm, { key, alerts });
    case "reopen": return h(ReopenForm, { key, alerts });
    case "silence": return h(SilenceForm, { key, alerts });
    case "export": return h(ExportForm, { key, filter, total });
    default: return null;
  }
}

/** @param {{alerts: Alert[]}} props */
function UntilForm({ alerts }) {
  const draft = useDraft(draftOf("until", alerts), { choice: "2", typed: "", why: "" });
  const { busy, fault, send } = useSend(alerts, draft.clear);
  const { choice, typed, why } = draft.value;
  const until = ahead(choice, typed, now.value);
  // The moment moves with the clock. A second try under one key has to be of the same content, or the server refuses it.
  const sent = useRef({ key: "", until: 0 });
  const onSend = () => {
    if (until === null) return;
    if (sent.current.key !== draft.key) sent.current = { key: draft.key, until };
    void send({ act: "acknowledge", until: new Date(sent.current.until).toISOString(), why: why.trim() || null }, draft.key);
  };
  return h(Shell, {
    title: t("acts.form.until", { n: alerts.length }), about: subjects(alerts), submit: t("acts.do.acknowledge"), busy, fault,
    canSend: until !== null, why: t("acts.until_what"), onSend,
  },
  h(Until, { label: t("acts.until"), choice, typed, at: now.value, onSet: draft.set }),
  h(TextField, { label: t("acts.why"), isFirst: true, hint: t("acts.optional"), rows: 1, value: why, onText: (text) => draft.set({ why: text }) }));
}

/** @param {{alerts: Alert[], people: string[]}} props */
function AssignForm({ alerts, people }) {
  const draft = useDraft(draftOf("assign", alerts), { to: "", why: "" });
  const { busy, fault, send } = useSend(alerts, draft.clear);
  const { to, why } = draft.value;
  const me = session.value?.name ?? "";
  const all = useAssignees();
  const known = all ?? [...new Set([me, ...people])];
  const found = known.find((name) => name.toLowerCase() === to.trim().toLowerCase());
  // Without people the site takes any name; before they are known, the server decides.
  const isKnown = all === null || all.length === 0 || found !== undefined;
  const near = isKnown ? null : nearest(to.trim(), known) ?? known.find((name) => name.toLowerCase().startsWith(to.trim().toLowerCase())) ?? null;
  const missing = to.trim() === "" ? t("acts.to_whom") : isKnown ? null : t(near ? "acts.to_meant" : "acts.to_unknown", { name: to.trim(), near: near ?? "" });
  const onSend = () => send({ act: "assign", to: found ?? to.trim(), why: why.trim() || null }, draft.key);
  const field = useRef(/** @type {HTMLInputElement|null} */ (null));
  const choose = (/** @type {string} */ name) => {
    draft.set({ to: name });
    // The button goes with the choice; the keys must still reach the form.
    field.current?.focus();
  };
  const release = () => send({ act: "assign", to: null, why: why.trim() || null }, draft.key);
  return h(Shell, {
    title: t("acts.form.assign", { n: alerts.length }), about: subjects(alerts), submit: t("acts.do.assign"), busy, fault,
    canSend: missing === null, why: missing, onSend,
  },
  h("label", { class: "act-field" },
    h("span", null, t("acts.to")),
    h("input", {
      ref: field, list: "act-people", value: to, autocomplete: "off", spellcheck: false,
      onInput: (/** @type {any} */ event) => draft.set({ to: event.currentTarget.value }),
    }),
    h("datalist", { id: "act-people" }, known.filter(Boolean).map((name) => h("option", { key: name, value: name })))),
  h("div", { class: "act-people" },
    suggested(known, to, me).map((name) =>
      h("button", { key: name, type: "button", class: "button quiet", onClick: () => choose(name) }, name)),
    alerts.some((alert) => alert.owner !== null)
      ? h("button", { type: "button", class: "button quiet", disabled: busy, onClick: release }, t("acts.to_nobody"))
      : null),
  h(TextField, { label: t("acts.why"), hint: t("acts.optional"), rows: 1, value: why, onText: (text) => draft.set({ why: text }) }));
}

/** Most names that stand as buttons below the field. */
const SUGGESTED = 6;

/**
 * The people to offer: those whose names begin as what is written, or all while there is nothing. Nobody else where that is a name already.
 * @param {string[]} known
 * @param {string} written
 * @param {string} me
 */
function suggested(known, written, me) {
  const begun = written.trim().toLowerCase();
  if (known.some((name) => name.toLowerCase() === begun)) return [];
  return known.filter((name) => name !== "" && (begun !== "" || name !== me) && name.toLowerCase().includes(begun)).slice(0, SUGGESTED);
}

/** The people to whom an alert can be assigned; null until they are known. @returns {string[]|null} */
function useAssignees() {
  const [all, setAll] = useState(/** @type {string[]|null} */ (null));
  useEffect(() => {
    const control = new AbortController();
    get("/alerts/assignees", {}, { signal: control.signal }).then(({ data }) => setAll(data.items), () => undefined);
    return () => control.abort();
  }, []);
  return all;
}

/** @param {{alerts: Alert[]}} props */
function NoteForm({ alerts }) {
  const draft = useDraft(draftOf("note", alerts), { text: "" });
  const { busy, fault, send } = useSend(alerts, draft.clear);
  const { text } = draft.value;
  return h(Shell, {
    title: t("acts.form.note", { n: alerts.length }), about: subjects(alerts), submit: t("acts.do.note"), busy, fault,
    canSend: text.trim() !== "", why: t("acts.note_what"), onSend: () => send({ act: "note", text: text.trim() }, draft.key),
  },
  h(TextField, { label: t("acts.note"), hint: t("acts.note_stays"), rows: 3, most: 10_000, value: text, onText: (value) => draft.set({ text: value }) }));
}

/** @param {{alerts: Alert[]}} props */
function CloseForm({ alerts }) {
  const draft = useDraft(draftOf("close", alerts), { finding: "", why: "" });
  const { busy, fault, send } = useSend(alerts, draft.clear);
  const { finding, why } = draft.value;
  const missing = why.trim() === "" ? t("acts.why_what") : finding === "" ? t("acts.finding_what") : null;
  const options = FINDINGS.map((value) => ({ value, label: t(`finding.${value}`), hint: t(`finding.hint.${value}`) }));
  return h(Shell, {
    title: t("acts.form.close", { n: alerts.length }), about: subjects(alerts), submit: t("acts.do.close"), busy, fault,
    canSend: missing === null, why: missing, onSend: () => send({ act: "close", finding, why: why.trim() }, draft.key),
  },
  // The reason comes first: letters typed at once are its letters, and Tab leads on to the findings.
  h(TextField, { label: t("acts.why"), rows: 2, value: why, onText: (text) => draft.set({ why: text }) }),
  h(Choices, { name: "finding", label: t("acts.finding"), value: finding, options, onPick: (value) => draft.set({ finding: value }) }),
  finding ? h("p", { class: "act-hint" }, t(`finding.hint.${finding}`)) : null);
}

/** @param {{alerts: Alert[]}} props */
function ReopenForm({ alerts }) {
  const draft = useDraft(draftOf("reopen", alerts), { why: "" });
  const { busy, fault, send } = useSend(alerts, draft.clear);
  const { why } = draft.value;
  const findings = [...new Set(alerts.map((alert) => alert.finding_reason).filter(Boolean))];
  return h(Shell, {
    title: t("acts.form.reopen", { n: alerts.length }), about: subjects(alerts), submit: t("acts.do.reopen"), busy, fault,
    canSend: true, onSend: () => send({ act: "reopen", why: why.trim() || null }, draft.key),
  },
  findings.length === 1 ? h("p", { class: "act-hint" }, t("acts.closed_because", { why: findings[0] ?? "" })) : null,
  h(TextField, { label: t("acts.why"), hint: t("acts.optional"), rows: 1, value: why, onText: (text) => draft.set({ why: text }) }));
}
