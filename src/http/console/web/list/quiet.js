// @ts-check
/** What an empty list says. Silence of the console must be told from silence of the sea. */
import { get } from "../api.js";
import { clock, time } from "../format.js";
import { engineTime, feeds, status as stream } from "../live.js";
import { state } from "../frame/status_poll.js";
import { eventNow, filter } from "../state.js";
import { h, useEffect, useState } from "../vendor/preact.js";
import { t } from "../words.js";
import { query, tokens } from "./filter.js";
import { summary } from "./store.js";

/** @typedef {{last: string|null, below: number, outside: number, budget: {today: number, allowed: number}|null}} Quiet */

/**
 * What is known of the silence: since when, what lies below, whether the feeds are up.
 * @param {string} text of the filter
 * @param {number|undefined} seq of the counts, to ask again when they change
 */
function useQuiet(text, seq) {
  const [quiet, setQuiet] = useState(/** @type {Quiet|null} */ (null));
  useEffect(() => {
    const control = new AbortController();
    // Asked again with each change of the counts, so not by the reader.
    const options = { signal: control.signal, background: true };
    Promise.all([
      get("/alerts", { ...query(text, ["state"], eventNow.peek()), sort: "-last_at", limit: 1 }, options).then(({ data }) => data.items[0]?.last_at ?? null),
      get("/alerts/summary", query(text, ["severity"], eventNow.peek()), options).then(({ data }) => data.total),
      // Under no filter at all: what somebody who filters must not forget.
      tokens(text).length === 0 ? 0 : get("/alerts/summary", query("", [], eventNow.peek()), options).then(({ data }) => data.state?.new ?? 0),
      get("/status", {}, options).then(({ data }) => data.budget ?? null).catch(() => null),
    ]).then(([last, below, outside, budget]) => setQuiet({ last, below, outside, budget })).catch(() => {});
    return () => control.abort();
  }, [text, seq]);
  return quiet;
}

/** @param {string} at a time of today is its clock, an earlier one its date too */
function short(at) {
  return at.slice(0, 10) === new Date(eventNow.peek()).toISOString().slice(0, 10) ? clock(at) : time(at);
}

/**
 * Whether a feed gives reports. The stream says `up`, the status page a state.
 * @param {any} feed
 */
function isUp(feed) {
  return (feed.up ?? feed.state === "up") && !feed.silent_since;
}

export function Empty() {
  const text = filter.value ?? "";
  const quiet = useQuiet(text, summary.value?.seq);
  const isPlain = tokens(text).length === 0;
  const all = feeds.value ?? [];
  const up = all.filter(isUp).length;
  const isLive = stream.value === "live";
  // A daemon that has just begun listens, and has heard nothing yet.
  const hasBegun = engineTime.value !== null && state.value?.ready !== false;
  const isWell = isLive && hasBegun && all.length > 0 && up === all.length;
  const verdict = isWell ? (isPlain ? "list.empty.sea" : "list.empty.filtered") : isLive && !hasBegun ? "list.empty.not_begun" : "list.empty.console";
  return h("div", { class: "list-empty", role: "status" },
    h("strong", null, isPlain ? (quiet?.last ? t("list.empty.since", { time: short(quiet.last) }) : t("list.empty.never")) : t("list.empty.filter")),
    quiet || summary.value ? h("p", null, [
      quiet && quiet.below > 0 ? t("list.empty.below", { n: quiet.below }) : t("list.empty.none_below"),
      quiet && quiet.outside > 0 ? t("list.empty.outside", { n: quiet.outside }) : "",
      summary.value?.silenced ? t("list.empty.silenced", { n: summary.value.silenced }) : "",
    ].filter(Boolean).join(" ")) : null,
    h("ul", null,
      h("li", { class: isLive ? "well" : "ill" }, t(isLive ? "list.empty.live" : "list.empty.not_live")),
      feeds.value === null || !isLive ? h("li", { class: "ill" }, t("list.empty.no_feeds")) : h("li", { class: up === all.length && up > 0 ? "well" : "ill" }, t("list.empty.feeds", { up, n: all.length })),
      quiet?.budget ? h("li", { class: quiet.budget.today <= quiet.budget.allowed ? "well" : "ill" }, t("list.empty.budget", { today: quiet.budget.today, allowed: quiet.budget.allowed })) : null),
    h("p", { class: isWell ? "verdict well" : "verdict ill" }, t(verdict)),
    h("div", { class: "list-empty-acts" },
      !isPlain ? h("button", { type: "button", class: "tool", onClick: () => { filter.value = ""; } }, t("list.clear_filter")) : null,
      quiet && quiet.below > 0 ? h("button", { type: "button", class: "tool", onClick: () => { filter.value = `${text} severity>=info`.trim(); } }, t("list.show_below")) : null));
}
