// @ts-check
// Status: is the console silent because the sea is, or because something is broken?
import { h } from "../vendor/preact.js";
import { ago, agoText, clock, number, span, time } from "../format.js";
import { feedState, state } from "../frame/status_poll.js";
import { feeds, unknownSince } from "../live.js";
import { now, recorded } from "../state.js";
import { Boundary } from "../ui/boundary.js";
import { Chip } from "../ui/chip.js";
import { GRAVEST_FIRST } from "../severities.js";
import { Severity } from "../ui/severity.js";
import "../words/pages.js";
import { t, word } from "../words.js";

/** @typedef {import("../../types/api").Status} Status */
/** @typedef {import("../../types/api").Feed} Feed */

export default function StatusView() {
  const status = state.value;
  if (!status) return h("div", { class: "page-loading" }, t("word.loading"));
  const cards = [["engine", h(Engine, { status })], ...(status.budget ? [["budget", h(Budget, { budget: status.budget })]] : []), ["open", h(Open, { status })], ["reload", h(Reload, { status })]];
  return h("div", { class: "sheet" },
    h("div", { class: "sheet-head" }, h("h1", null, t("nav.status")),
      unknownSince.value !== null ? h(Chip, { tone: "bad" }, t("frame.unknown_since", { time: clock(unknownSince.value) }))
        : h(Chip, { tone: status.ready ? "good" : "bad" }, t(status.ready ? "status.ready" : "status.not_ready")),
      h("span", { class: "muted" }, t("status.as_of", { time: time(status.at, true) }))),
    [...status.reasons, ...status.warnings].length > 0 && h("ul", { class: "card notices" }, status.reasons.map((each) => h("li", { key: each, class: "bad" }, each)), status.warnings.map((each) => h("li", { key: each, class: "warn" }, warningIn(each)))),
    h("div", { class: "cards" }, cards.map(([name, child]) => h("section", { key: String(name), class: "card" }, h("h2", null, t(`status.${name}`)), h(Boundary, { name: String(name), children: child })))),
    h("section", { class: "card scrolls", tabIndex: 0 }, h("h2", null, t("frame.feeds")), h(Boundary, { name: "feeds", children: h(Feeds, { all: feeds.value ?? status.inputs }) })),
    h("section", { class: "card scrolls", tabIndex: 0 }, h("h2", null, t("status.sinks")), h(Boundary, { name: "sinks", children: h(Sinks, { all: status.sinks }) })));
}

/** A warning of the daemon in the language of the reader, where it is one that the console knows; others stay English. @param {string} text */
function warningIn(text) {
  const [, name, time, rest = ""] = /^input (\S+) has sent nothing since ([^;]+?)(;.*)?$/.exec(text) ?? [];
  return name ? [t("status.warning_silent", { name, time }), h("span", { key: "rest", lang: "en" }, rest)] : h("span", { lang: "en" }, text);
}

/** @param {{ status: Status }} props */
function Engine({ status: { engine, at } }) {
  const lag = engine.time === null ? null : (Date.parse(at) - Date.parse(engine.time)) / 1000;
  return h("dl", { class: "facts" },
    h("dt", null, t("status.engine_time")), h("dd", null, time(engine.time, true)), h("dt", null, t("status.lag")), h("dd", null, recorded.value ? t("frame.recorded") : span(lag)),
    h("dt", null, t("status.vessels")), h("dd", null, number(engine.vessels)), h("dt", null, t("status.wait")), h("dd", null, `${number(engine.wait_seconds, 2)} s`));
}

/** @param {{ budget: NonNullable<Status["budget"]> }} props */
function Budget({ budget }) {
  const share = budget.allowed > 0 ? Math.min(100, (100 * budget.today) / budget.allowed) : 0;
  return h("div", null, h("p", null, t("status.budget_text", { today: budget.today, allowed: budget.allowed })), h("span", { class: "meter", "aria-hidden": true }, h("i", { style: { width: `${share}%` } })),
    budget.today > budget.allowed && h("p", { class: "warn" }, t("status.budget_over")));
}

/** @param {{ status: Status }} props */
function Open({ status }) {
  const by = status.alerts?.open ?? {};
  const behaviours = Object.entries(status.open_alerts).sort((a, b) => b[1] - a[1]);
  return h("div", { class: "open-counts" },
    h("div", { class: "row" }, GRAVEST_FIRST.map((each) => h("span", { key: each, class: "row" }, h(Severity, { severity: each, text: true }), h("b", null, number(by[each] ?? 0))))),
    h("p", { class: "muted" }, behaviours.length ? behaviours.map(([name, n]) => `${word("behaviour", name)} ${number(n)}`).join(" · ") : t("status.none_open")),
    h("p", { class: "muted" }, t("status.open_hint")));
}

/** @param {{ status: Status }} props */
function Reload({ status: { reload } }) {
  return h("dl", { class: "facts" },
    h("dt", null, t("status.reload_result")), h("dd", { class: reload.ok ? "good" : "bad" }, reload.ok ? t("status.reload_ok") : t("status.reload_failed", { n: reload.problems })),
    h("dt", null, t("status.reload_taken")), h("dd", null, time(reload.taken_at)),
    reload.waits_for_restart.length > 0 && [h("dt", { key: "t" }, t("status.reload_waits")), h("dd", { key: "d", class: "warn mono" }, reload.waits_for_restart.map((each) => `[${each}]`).join(" "))]);
}

const TONE = /** @type {const} */ ({ up: "good", lagging: "warn", silent: "bad", none: "plain" });

/** @param {{ all: Feed[] }} props */
function Feeds({ all }) {
  if (all.length === 0) return h("p", { class: "muted" }, t("status.no_feeds"));
  const heads = ["name", "state", "rate", "lag", "last_line", "lines", "rejected", "times_not_used", "dropped"];
  const right = new Set(["rate", "lag", "lines", "rejected", "times_not_used", "dropped"]);
  return h("table", null,
    h("thead", null, h("tr", null, heads.map((each) => h("th", { key: each, class: right.has(each) ? "number" : undefined, scope: "col" }, t(`feed.${each}`))))),
    h("tbody", null, all.map((feed) => h("tr", { key: feed.name }, feedCells(feed)))));
}

/** @param {Feed} feed */
function feedCells(feed) {
  const state = feedState(feed);
  /** @param {Record<string, number>|undefined} counts */
  const sum = (counts) => Object.values(counts ?? {}).reduce((all, each) => all + each, 0);
  /** @param {Record<string, number>|undefined} counts */
  const reasons = (counts) => Object.entries(counts ?? {}).map(([reason, n]) => `${reason}: ${number(n)}`).join("\n");
  const isKnown = unknownSince.value === null;
  const label = !isKnown ? t("feed.unknown") : feed.state === "down" ? t("feed.down") : feed.silent_since ? t("feed.silent_for", { span: ago(feed.silent_since, now.value) }) : t(`feed.is_${state}`);
  return [
    h("th", { key: "n", scope: "row" }, feed.name), h("td", { key: "s" }, h(Chip, { tone: isKnown ? TONE[state] : "plain", title: feed.reason ?? undefined }, label), isKnown && feed.reason && h("small", { class: "muted" }, ` ${feed.reason}`)),
    h("td", { key: "r", class: "number" }, isKnown ? t("feed.per_second", { n: number(feed.lines_per_second, 1) }) : "–"), h("td", { key: "l", class: "number" }, !isKnown || feed.lag_seconds == null ? "–" : span(feed.lag_seconds)),
    h("td", { key: "t", class: "nowrap", title: time(feed.last_line_at, true) }, feed.last_line_at ? agoText(feed.last_line_at, now.value) : t("word.never")),
    h("td", { key: "c", class: "number" }, number(feed.lines)), h("td", { key: "j", class: "number", title: reasons(feed.rejected) }, number(sum(feed.rejected))),
    h("td", { key: "u", class: "number", title: reasons(feed.times_not_used) }, number(sum(feed.times_not_used))), h("td", { key: "d", class: "number" }, number(feed.dropped + feed.lost_datagrams)),
  ];
}

/** @param {{ all: import("../../types/api").Sink[] }} props */
function Sinks({ all }) {
  if (all.length === 0) return h("p", { class: "muted" }, t("status.no_sinks"));
  const heads = ["name", "state", "delivered", "waiting", "failed", "delayed", "given_up"];
  return h("table", null,
    h("thead", null, h("tr", null, heads.map((each, index) => h("th", { key: each, class: index > 1 ? "number" : undefined, scope: "col" }, t(`sink.${each}`))))),
    h("tbody", null, all.map((sink) => h("tr", { key: sink.name },
      h("th", { scope: "row" }, sink.name), h("td", null, unknownSince.value !== null ? h(Chip, null, t("feed.unknown")) : h(Chip, { tone: sink.state === "up" ? "good" : "bad" }, t(sink.state === "up" ? "feed.is_up" : "feed.down")), sink.reason && h("small", { class: "muted" }, ` ${sink.reason}`)),
      h("td", { class: "number" }, number(sink.delivered)),
      h("td", { class: "number", title: sink.oldest_waits_since ? t("sink.oldest", { time: time(sink.oldest_waits_since) }) : undefined }, number(sink.waiting), sink.oldest_waits_since && h("small", { class: "muted" }, ` ${ago(sink.oldest_waits_since, now.value)}`)),
      h("td", { class: `number${sink.failed ? " bad" : ""}` }, number(sink.failed)), h("td", { class: "number" }, number(sink.delayed)), h("td", { class: "number" }, number(sink.given_up))))));
}
