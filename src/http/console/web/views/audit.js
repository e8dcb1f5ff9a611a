// @ts-check
// Audit: who did and read what, when, why. Read by cursor; the chain is verified by the server on demand.
import { h, useEffect, useRef, useState } from "../vendor/preact.js";
import { file, get } from "../api.js";
import { number, time } from "../format.js";
import { useBack } from "../live.js";
import { answers } from "../purpose.js";
import { WHY as BACK } from "../acts/back.js";
import { link, setParams } from "../route.js";
import { may } from "../state.js";
import { Button } from "../ui/button.js";
import { Chip } from "../ui/chip.js";
import { SelectField, TextField } from "../ui/field.js";
import { explain } from "../ui/explain.js";
import { listOf } from "../ui/list.js";
import { save } from "../ui/save.js";
import { say } from "../ui/toast.js";
import "../words/pages.js";
import { hasWord, t, word } from "../words.js";

/** @typedef {import("../../types/api").AuditRow} AuditRow */

const VERBS = ["collection", "alteration", "consultation", "disclosure", "combination", "erasure"];
const FILTERS = ["verb", "who", "subject", "since", "until"];
const PAGE = 200;
/** Milliseconds without a key before the filter is applied. */
const PAUSE = 300;

/** @param {{ params: Record<string, string> }} props */
export default function AuditView({ params }) {
  const filter = Object.fromEntries(FILTERS.map((each) => [each, params[each] ?? ""]));
  const rows = useRows(filter);
  const [open, setOpen] = useState(/** @type {number | null} */ (null));
  if (!may("audit")) return h("div", { class: "page-loading" }, t("fault.forbidden"));
  const chosen = rows.items.find((each) => each.seq === open) ?? null;
  return h("div", { class: "sheet" },
    h("div", { class: "sheet-head" }, h("h1", null, t("nav.audit")), h(Chain, null), h("span", { class: "grow" }), h(Export, { filter })),
    h(Filters, { filter }),
    rows.fault != null && h("p", { class: "form-fault", role: "alert" }, explain(rows.fault)),
    h("section", { class: "card audit-list" },
      h("div", { class: "audit-row head", "aria-hidden": true }, ["at", "who", "verb", "what", "subject", "why"].map((each) => h("span", { key: each }, t(`audit.${each}`)))),
      rows.items.length === 0 && !rows.loading ? h("p", { class: "search-none" }, t("audit.nothing"))
        : listOf({ items: rows.items, keyOf: (each) => each.seq, rowHeight: 30, label: t("nav.audit"), selected: open, onOpen: (each) => setOpen(each.seq === open ? null : each.seq), onEnd: rows.more, row: (each) => h(Row, { row: each }) })),
    chosen && h(Detail, { row: chosen }));
}

/** @param {{ filter: Record<string, string> }} props */
function Export({ filter }) {
  const [busy, setBusy] = useState(false);
  const write = () => {
    setBusy(true);
    file("/audit/export", instants(filter)).then((written) => save(written, "audit.jsonl"), (failed) => say(explain(failed), "bad")).finally(() => setBusy(false));
  };
  return h(Button, { onClick: write, busy }, t("audit.export"));
}

/** Loads the rows for a filter, and more of them by cursor. Late answers to an older filter are dropped.
 * @param {Record<string, string>} filter */
function useRows(filter) {
  const key = JSON.stringify(filter);
  /** The rows, and the filter that they answer. */
  const [state, setState] = useState({ key, items: /** @type {AuditRow[]} */ ([]), next: /** @type {string | null} */ (null), loading: true, fault: /** @type {unknown} */ (null) });
  const turn = useRef(0);
  const load = async (/** @type {string | null} */ cursor, /** @type {AuditRow[]} */ before) => {
    const mine = ++turn.current;
    setState((was) => ({ ...was, loading: true }));
    try {
      const { data } = await get("/audit", { ...instants(filter), cursor, limit: PAGE });
      if (mine === turn.current) setState({ key, items: [...before, ...data.items], next: data.next, loading: false, fault: null });
    } catch (fault) {
      if (mine === turn.current) setState((was) => ({ ...was, loading: false, fault }));
    }
  };
  useEffect(() => {
    // An answer to the filter before, which may come within the pause, is dropped too.
    turn.current++;
    setState((was) => ({ ...was, loading: true }));
    const timer = setTimeout(() => void load(null, []), PAUSE);
    return () => clearTimeout(timer);
  }, [key]);
  const given = answers.value;
  useEffect(() => {
    if (/** @type {any} */ (state.fault)?.type === "purpose") void load(null, []);
  }, [given]);
  useBack(state.fault, () => void load(null, []));
  const more = () => void (state.next && !state.loading && state.key === key && load(state.next, state.items));
  return { ...state, more };
}

/** The filter as the server takes it: a day becomes the moment at which it begins or ends. @param {Record<string, string>} filter */
function instants(filter) {
  const day = (/** @type {string} */ text, /** @type {string} */ clock) => (/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T${clock}Z` : text);
  return { ...filter, since: day(filter.since, "00:00:00"), until: day(filter.until, "23:59:59.999") };
}

/** @param {{ filter: Record<string, string> }} props */
function Filters({ filter }) {
  const set = (/** @type {string} */ name) => (/** @type {string} */ value) => setParams({ [name]: value });
  const verbs = [{ value: "", label: t("word.all") }, ...VERBS.map((each) => ({ value: each, label: t(`verb.${each}`) }))];
  return h("div", { class: "audit-filters", role: "search", "aria-label": t("audit.filter") },
    h(SelectField, { label: t("audit.verb"), value: filter.verb, options: verbs, onChange: set("verb") }),
    h(TextField, { label: t("audit.who"), value: filter.who, onInput: set("who") }),
    h(TextField, { label: t("audit.subject"), value: filter.subject, onInput: set("subject"), placeholder: t("audit.subject_hint") }),
    h(TextField, { label: t("word.from"), placeholder: "2026-03-01", value: filter.since, onInput: set("since") }),
    h(TextField, { label: t("word.until"), placeholder: "2026-03-31", value: filter.until, onInput: set("until") }),
    FILTERS.some((each) => filter[each]) && h(Button, { kind: "quiet", onClick: () => setParams(Object.fromEntries(FILTERS.map((each) => [each, null]))) }, t("audit.clear")));
}

/** A subject as a person reads it: the filter of a list without the escapes of an address. @param {string | null} subject */
function readable(subject) {
  if (!subject?.startsWith("alerts ")) return subject;
  try {
    return decodeURIComponent(subject);
  } catch {
    return subject;
  }
}

/** What was done, in words. Taking an act back sets the state before it again, which is not how a person calls it. @param {AuditRow} row */
function did({ what, why }) {
  if (why === BACK) return t("change.taken_back");
  return hasWord(`audit.did.${what}`) ? t(`audit.did.${what}`) : word("change", what);
}

/** Acts on a case; the id alone does not say of what it is. */
const OF_CASE = new Set(["case", "held", "released"]);

/** What it was done to, with the way there for who may go it. @param {{ row: AuditRow }} props */
function Subject({ row: { subject, what } }) {
  const name = readable(subject);
  if (!subject || name === null) return "–";
  const vessel = /^vessel (\d{1,9})(?:\.\d+)?$/.exec(subject), isId = /^[a-z2-7]{26}$/.test(subject), kind = OF_CASE.has(what) ? "case" : "alert";
  if (!may("read") || (!vessel && !isId)) return name;
  // The row itself opens on a click: the link is followed, the row stays as it is.
  const onClick = (/** @type {Event} */ event) => event.stopPropagation();
  return h("span", { onClick }, vessel ? h("a", link(`/vessels/${vessel[1]}`), `${t("nav.vessel")} ${vessel[1].padStart(9, "0")}`)
    : h("a", { ...link(`/${kind}s/${subject}`), title: subject }, `${t(`nav.${kind}`)} ${subject.slice(0, 8)}`));
}

/** @param {{ row: AuditRow }} props */
function Row({ row }) {
  return h("div", { class: "audit-row" },
    h("span", { class: "nowrap" }, time(row.at, true)), h("span", { class: "cut" }, row.who), h("span", { class: "cut" }, word("verb", row.verb) || "–"), h("span", { class: "cut" }, did(row)),
    h("span", { class: "cut mono" }, h(Subject, { row }), row.times > 1 && ` ×${number(row.times)}`), h("span", { class: "cut" }, row.why ?? word("purpose", row.purpose)));
}

/** @param {{ row: AuditRow }} props */
function Detail({ row }) {
  const facts = [["at", time(row.at, true)], ["last_at", row.times > 1 && time(row.last_at, true)], ["who", row.who], ["caller", row.caller], ["way", row.way && t(`way.${row.way}`)], ["session", row.session], ["address", row.address], ["verb", word("verb", row.verb)],
    ["what", did(row)], ["subject", row.subject && h(Subject, { row })], ["purpose", word("purpose", row.purpose)], ["why", row.why], ["result", row.result], ["times", number(row.times)], ["hash", row.hash]];
  return h("section", { class: "card" }, h("h2", null, t("audit.row", { n: row.seq })),
    h("dl", { class: "facts" }, facts.map(([name, value]) => value && [h("dt", { key: name }, t(`audit.${name}`)), h("dd", { key: `${name}.`, class: name === "hash" ? "mono" : undefined }, value)])),
    h("div", { class: "row" }, row.subject && h(Button, { kind: "quiet", onClick: () => setParams({ subject: row.subject, who: null }) }, t("audit.all_of_subject")), h(Button, { kind: "quiet", onClick: () => setParams({ who: row.who, subject: null }) }, t("audit.all_of_person", { name: row.who }))));
}

/** Whether every row still carries the hash of the row before it. */
function Chain() {
  const [state, setState] = useState(/** @type {{ busy: boolean, answer: any, fault: unknown }} */ ({ busy: false, answer: null, fault: null }));
  const verify = async () => {
    setState({ busy: true, answer: null, fault: null });
    await get("/audit/verify").then(({ data }) => setState({ busy: false, answer: data, fault: null }), (fault) => setState({ busy: false, answer: null, fault }));
  };
  const { answer } = state;
  return h("span", { class: "row" }, h(Button, { onClick: () => void verify(), busy: state.busy }, t("audit.verify")),
    answer?.sound && h(Chip, { tone: "good", title: answer.head?.hash }, t("audit.sound", { n: answer.rows })),
    answer && !answer.sound && h("span", { class: "bad", role: "alert" }, t("audit.unsound", { n: answer.faults.length }), " ", answer.faults.slice(0, 3).map((/** @type {any} */ each) => (typeof each === "string" ? each : JSON.stringify(each))).join("; ")),
    state.fault != null && h("span", { class: "bad", role: "alert" }, explain(state.fault)));
}
