// @ts-check
/** Silences: what is held back, until when, by whom and why, and how much it hides. */
import "../words/silences.js";
import "../words/acts.js";
import "../words/list.js";
import { del, get, post } from "../api.js";
import { explain } from "../ui/explain.js";
import { agoText, between, time } from "../format.js";
import { onEntry, onReset, useBack } from "../live.js";
import { eventNow, filter, may, now, session } from "../state.js";
import { go, link } from "../route.js";
import { h, useCallback, useEffect, useState } from "../vendor/preact.js";
import { t, word } from "../words.js";
import { addSheet } from "../sheet.js";
import { NewSilence } from "./new-silence.js";
import { mmsiText } from "../vessel.js";

await Promise.all([addSheet("list"), addSheet("acts")]);

/**
 * @typedef {object} Silence
 * @property {number} number
 * @property {string} made_at
 * @property {string} who
 * @property {string} why
 * @property {number|null} mmsi
 * @property {string|null} name of the vessel as it was last heard
 * @property {string|null} zone
 * @property {string|null} behaviour
 * @property {string} from
 * @property {string} until
 * @property {string|null} lifted_at
 * @property {boolean} in_force
 * @property {number} holds alerts that it holds back now
 */

/** A silence that ends within this time is pointed out, ms. */
const SOON_MS = 3_600_000;
/** Silences that ended longer ago are not shown, ms. */
const RECENT_MS = 48 * 3_600_000;

/** The silences, kept up to date. */
function useSilences() {
  const [state, setState] = useState(/** @type {{items: Silence[]|null, fault: any}} */ ({ items: null, fault: null }));
  const load = useCallback(async (background = false) => {
    try {
      const { data } = await get("/silences", {}, { background });
      setState({ items: data.items, fault: null });
    } catch (fault) {
      setState((before) => ({ ...before, fault }));
    }
  }, []);
  useEffect(() => {
    load();
    let timer = 0;
    // What a silence holds changes with every alert; once in some seconds is enough.
    const soon = () => {
      if (!timer) timer = window.setTimeout(() => { timer = 0; load(true); }, 3000);
    };
    const off = onEntry((entry) => {
      if (entry.topic === "silence") load(true);
      else if (entry.topic === "alert") soon();
    });
    const offReset = onReset(() => load(true));
    return () => {
      clearTimeout(timer);
      off();
      offReset();
    };
  }, []);
  useBack(state.fault, () => load(true));
  return { ...state, load };
}

export default function SilencesView() {
  const { items, fault, load } = useSilences();
  const [isNew, setNew] = useState(false);
  const [drop, setDrop] = useState(/** @type {number|null} */ (null));
  const at = eventNow.value;
  const running = (items ?? []).filter((one) => one.in_force).sort((a, b) => Date.parse(a.until) - Date.parse(b.until));
  const ahead = (items ?? []).filter((one) => !one.in_force && one.lifted_at === null && Date.parse(one.from) > at);
  const past = (items ?? []).filter((one) => !one.in_force && !ahead.includes(one) && at - ended(one) < RECENT_MS).sort((a, b) => ended(b) - ended(a));
  const held = running.reduce((sum, one) => sum + one.holds, 0);
  const table = (/** @type {string} */ title, /** @type {Silence[]} */ rows, /** @type {boolean} */ isOver) =>
    rows.length ? h(Table, { title, rows, isOver, drop, setDrop, load }) : null;
  return h("div", { class: "sheet silences" },
    h("header", { class: "page-head" },
      h("h1", null, t("silences.title")),
      items ? h("span", { class: "page-sum" }, t("silences.in_force", { n: running.length }), " · ", t("silences.hold", { n: held })) : null,
      may("silence") ? h("button", { type: "button", class: "button", "aria-expanded": isNew, onClick: () => setNew(!isNew) }, t("silences.new")) : null),
    h("p", { class: "page-note" }, t("silence.hint")),
    isNew ? h(NewSilence, { onDone: () => { setNew(false); load(); }, onCancel: () => setNew(false) }) : null,
    fault ? h("p", { class: "act-fault", role: "alert" }, explain(fault), " ", h("button", { type: "button", class: "tool", onClick: () => load() }, t("action.retry"))) : null,
    items === null && !fault ? h("p", null, t("word.loading")) : null,
    items !== null && running.length + ahead.length + past.length === 0 ? h("p", { class: "page-empty" }, t("silences.none")) : null,
    table(t("silences.now"), running, false),
    table(t("silences.ahead"), ahead, false),
    table(t("silences.past"), past, true));
}

/** When a silence ended, ms since 1970. @param {Silence} one */
function ended(one) {
  return Date.parse(one.lifted_at ?? one.until);
}

/**
 * @param {{title: string, rows: Silence[], isOver: boolean, drop: number|null, setDrop: (number: number|null) => void, load: () => void}} props
 */
function Table({ title, rows, isOver, drop, setDrop, load }) {
  const heads = ["number", "what", "until", "holds", "who", "why"];
  return h("section", { class: "page-section" }, h("h2", null, title),
    h("div", { class: "table-box" }, h("table", { class: "table silences-table" },
      h("thead", null, h("tr", null, heads.map((name) => h("th", { key: name, scope: "col", class: name }, t(`silences.col.${name}`))), h("th", { class: "acts-col" }, h("span", { class: "for-readers" }, t("acts.title"))))),
      h("tbody", null, rows.map((one) => [
        h(Line, { key: one.number, one, isOver, isDropping: drop === one.number, setDrop, load }),
        drop === one.number ? h("tr", { key: `${one.number} form`, class: "form-row" }, h("td", { colSpan: heads.length + 1 }, h(Lift, { one, onDone: () => { setDrop(null); load(); }, onCancel: () => setDrop(null) }))) : null,
      ])))));
}

/**
 * @param {{one: Silence, isOver: boolean, isDropping: boolean, setDrop: (number: number|null) => void, load: () => void}} props
 */
function Line({ one, isOver, isDropping, setDrop, load }) {
  const left = Date.parse(one.until) - eventNow.value;
  const isMine = one.who === session.value?.name;
  const show = `/?q=${encodeURIComponent(tokensOf(one))}`;
  const [again, setAgain] = useState(/** @type {string|null} */ (null));
  const renew = async () => {
    setAgain("");
    const span = Date.parse(one.until) - Date.parse(one.from);
    const body = { ...(one.mmsi ? { mmsi: one.mmsi } : {}), ...(one.zone ? { zone: one.zone } : {}), ...(one.behaviour ? { behaviour: one.behaviour } : {}), until: new Date(eventNow.peek() + span).toISOString(), why: one.why };
    try {
      await post("/silences", body);
      setAgain(null);
      load();
    } catch (error) {
      setAgain(explain(error));
    }
  };
  const open = link(show, () => { filter.value = tokensOf(one); });
  return h("tr", { class: isOver ? "over" : left < SOON_MS ? "soon" : "" },
    h("td", { class: "number" }, one.number),
    h("td", null, h(What, { one })),
    h("td", { class: "time", title: `${t("silences.from", { time: time(one.from) })}` },
      isOver ? t(one.lifted_at ? "silences.lifted_at" : "silences.ended_at", { time: time(one.lifted_at ?? one.until) }) : [time(one.until), h("small", null, t("silences.left", { span: between(new Date(eventNow.value).toISOString(), one.until) }))]),
    h("td", { class: "number" }, isOver ? "–" : h("a", { ...open, title: t("silences.show") }, t("list.alerts", { n: one.holds }))),
    h("td", { title: time(one.made_at) }, h("bdi", null, one.who), h("small", null, agoText(one.made_at, now.value))),
    h("td", { class: "why" }, h("bdi", null, one.why), again ? h("p", { class: "act-fault", role: "alert" }, again) : null),
    h("td", { class: "acts-col" },
      !may("silence") ? null
        : isOver ? h("button", { type: "button", class: "tool", disabled: again === "", title: t("silences.again_hint"), onClick: renew }, t("silences.again"))
          : h("button", { type: "button", class: "tool", "aria-expanded": isDropping, title: isMine ? "" : t("silences.of_other", { name: one.who }), onClick: () => setDrop(isDropping ? null : one.number) }, t("silences.lift"))));
}

/** The filter that finds what a silence is about. @param {Silence} one */
function tokensOf(one) {
  return [one.mmsi ? `mmsi:${mmsiText(one.mmsi)}` : "", one.zone ? `zone:${one.zone}` : "", one.behaviour ? `behaviour:${one.behaviour}` : "", "silenced:true"].filter(Boolean).join(" ");
}

/** @param {{one: Silence}} props */
function What({ one }) {
  return h("span", { class: "silence-what" },
    one.mmsi !== null ? h("a", { ...link(`/vessels/${one.mmsi}`), class: "silence-part" }, one.name ? [h("bdi", null, one.name), ` · ${mmsiText(one.mmsi)}`] : `MMSI ${mmsiText(one.mmsi)}`) : null,
    one.behaviour ? h("span", { class: "silence-part" }, word("behaviour", one.behaviour)) : null,
    one.zone ? h("button", { type: "button", class: "silence-part link", onClick: () => go(`/?q=${encodeURIComponent(`zone:${one.zone}`)}`) }, t("silences.zone", { id: one.zone })) : null);
}

/**
 * Asks for the reason before a silence is lifted.
 * @param {{one: Silence, onDone: () => void, onCancel: () => void}} props
 */
function Lift({ one, onDone, onCancel }) {
  const [why, setWhy] = useState("");
  const [fault, setFault] = useState(/** @type {string|null} */ (null));
  const [isBusy, setBusy] = useState(false);
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await del(`/silences/${one.number}`, { why: why.trim() });
      onDone();
    } catch (error) {
      setFault(explain(error));
      setBusy(false);
    }
  };
  return h("form", { class: "inline-form", onSubmit: send, onKeyDown: (/** @type {KeyboardEvent} */ event) => { if (event.key === "Escape") onCancel(); } },
    h("label", null, t("silences.lift_why", { number: one.number }), h("input", { value: why, maxLength: 500, autofocus: true, onInput: (/** @type {any} */ event) => setWhy(event.currentTarget.value) })),
    h("button", { type: "button", class: "button", onClick: onCancel }, t("acts.cancel")),
    h("button", { type: "submit", class: "button main", disabled: isBusy || why.trim() === "" }, t("silences.lift")),
    fault ? h("p", { class: "act-fault", role: "alert" }, fault, " ", t("acts.text_is_kept")) : null);
}
