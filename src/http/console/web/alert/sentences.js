// @ts-check
// The raw sentences behind an alert, fetched only when somebody asks: reading them is a search.
import { h, useState } from "../vendor/preact.js";
import { get } from "../api.js";
import { number } from "../format.js";
import { may } from "../state.js";
import { copy } from "../ui/copy.js";
import { explain } from "../ui/explain.js";
import { When } from "./parts.js";
import { t } from "./words.js";

/** Most sentences of one answer. */
const MOST = 500;

/** @typedef {{received_at: string, claimed_at: string | null, station: string | null, input: string | null, line: string}} Sentence */
/** @typedef {{items: Sentence[], from: string | null, until: string | null, complete: boolean}} Answer */

/** @param {{id: string}} props */
export function Sentences({ id }) {
  const [answer, setAnswer] = useState(/** @type {Answer | null} */ (null));
  const [fault, setFault] = useState(/** @type {unknown} */ (null));
  const [isBusy, setBusy] = useState(false);
  if (!may("search")) return h("p", { class: "al-quiet" }, t("alert.sentences_right"));
  const load = async () => {
    setBusy(true);
    setFault(null);
    try {
      setAnswer((await get(`/alerts/${encodeURIComponent(id)}/sentences`, { limit: MOST })).data);
    } catch (failed) {
      setFault(failed);
    }
    setBusy(false);
  };
  return h("div", {},
    h("p", { class: "al-line-of-buttons" },
      h("button", { type: "button", class: "button", onClick: load, disabled: isBusy }, t(answer ? "alert.sentences_again" : "alert.sentences_load")),
      answer?.items.length ? h("button", { type: "button", class: "button", onClick: () => copy(answer.items.map((item) => item.line).join("\n")) }, t("alert.copy_sentences", { n: answer.items.length })) : null,
      answer?.from ? h("span", { class: "al-note" }, h(When, { at: answer.from }), " – ", h(When, { at: answer.until }), ". ",
        answer.complete ? t("alert.sentences_all", { n: answer.items.length }) : t("alert.sentences_cut", { n: answer.items.length })) : answer ? null : h("span", { class: "al-note al-unfetched" }, t("alert.sentences_hint"))),
    fault ? h("p", { class: "al-fault", role: "alert" }, explain(fault)) : null,
    answer ? answer.items.length ? h("div", { class: "al-scroll", tabIndex: 0, role: "group", "aria-label": t("alert.sentences") }, h("table", { class: "al-table al-raw" },
      h("thead", {}, h("tr", {}, h("th", { class: "al-right" }, t("alert.number")), ["received", "claimed", "station", "sentence"].map((name) => h("th", { scope: "col", key: name }, t(`alert.${name}`))))),
      h("tbody", {}, answer.items.map((item, index) => h("tr", { key: index },
        h("td", { class: "al-right al-note" }, number(index + 1)),
        h("td", {}, h(When, { at: item.received_at, seconds: true })), h("td", {}, item.claimed_at ? h(When, { at: item.claimed_at, seconds: true, day: false }) : "–"),
        h("td", {}, item.station ?? item.input ?? "–"), h("td", {}, h("code", {}, item.line)))))))
      : h("p", { class: "al-quiet" }, t(answer.from ? "alert.sentences_none" : "alert.no_journal")) : null);
}
