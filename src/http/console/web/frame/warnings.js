// @ts-check
// The line under the bar that cannot be missed: lost connection, ended session, silent feeds, exercise data, a new version.
import { h, useState } from "../vendor/preact.js";
import { put } from "../api.js";
import { clock, span, time } from "../format.js";
import { build, clockOffset, feeds, since, status } from "../live.js";
import { ask, forgetAnswer, isDeclined, question } from "../purpose.js";
import { ended, eventNow, now, recorded, session, signedIn } from "../state.js";
import { local } from "../storage.js";
import { Banner } from "../ui/banner.js";
import { Button } from "../ui/button.js";
import { explain } from "../ui/explain.js";
import { say } from "../ui/toast.js";
import { t, word } from "../words.js";
import { Lazy } from "../views/lazy.js";
import { feedState, isOver, state } from "./status_poll.js";

const loadInPlace = () => import("../views/login.js").then(({ InPlace }) => InPlace);
/** Seconds that this machine's clock may differ from the server's. */
const CLOCK_TOLERANCE = 5;
/** Build of the first connection: what this page was made for. */
let mine = "";

export function Warnings() {
  const me = session.value;
  return h("div", { class: "warnings" },
    ended.value !== null ? h(Banner, { tone: "bad", urgent: true }, h("span", null, t("warning.ended", { why: ended.value ? ` (${ended.value})` : "" })), h(Lazy, { load: loadInPlace, props: {}, name: t("nav.login") })) : h(Connection, null),
    h(Purpose, null), h(Unstated, null), h(Version, null), h(ClockOff, null), h(Daemon, null),
    me?.exercise && h(Banner, { tone: "warn" }, h("b", null, t("warning.exercise_word")), h("span", null, t("warning.exercise"))));
}

function Connection() {
  if (status.value !== "lost") return null;
  // Counted by this machine's clock, stated by the server's, as all times are.
  const at = since.value + clockOffset.value;
  return h(Banner, { tone: "bad", urgent: true }, t("warning.lost", { time: clock(at, true), span: span((now.value - at) / 1000) }));
}

function Version() {
  const serving = build.value;
  if (!mine) mine = serving;
  if (!serving || serving === mine) return null;
  return h(Banner, { tone: "info" }, h("span", null, t("warning.version")), h(Button, { onClick: () => location.reload() }, t("action.reload")));
}

function ClockOff() {
  const off = Math.abs(clockOffset.value) / 1000;
  return off > CLOCK_TOLERANCE ? h(Banner, { tone: "warn" }, t("warning.clock", { span: span(off) })) : null;
}

/** Asks once a session what the shift is for, where the site wants it and nothing is set for the person. Nothing waits for the answer. */
function Purpose() {
  const me = session.value;
  const [answered, setAnswered] = useState("");
  const [chosen, choose] = useState(/** @type {string | null} */ (null));
  const began = me?.signed_in_at ?? "";
  if (!me || me.ask_purpose !== "shift" || me.usual_purpose || me.purposes.length < 2 || me.way === "token") return null;
  // All windows of the browser are one session; the answer given in one counts for all.
  if (answered === began || local.get("atalaia.purpose") === began) return null;
  const purpose = chosen ?? me.purpose ?? me.purposes[0];
  const keep = async () => {
    try {
      if (purpose !== me.purpose) signedIn((await put("/me/purpose", { purpose })).data);
      local.set("atalaia.purpose", began);
      setAnswered(began);
    } catch (failed) {
      say(explain(failed), "bad");
    }
  };
  return h(Banner, { tone: "info" }, h("label", { class: "row" }, h("span", { title: t("warning.purpose") }, t("warning.purpose")),
    h("select", { value: purpose, onChange: (/** @type {any} */ event) => choose(event.currentTarget.value) },
      me.purposes.map((each) => h("option", { key: each, value: each, selected: each === purpose }, word("purpose", each))))),
  h(Button, { onClick: () => void keep() }, t("warning.purpose_keep")));
}

/** Says that details are missing because nobody stated what they are for, and takes the answer later. */
function Unstated() {
  if (!isDeclined.value || question.value) return null;
  const again = () => {
    forgetAnswer();
    void ask("detail");
  };
  return h(Banner, { tone: "info" }, h("span", null, t("fault.purpose")), h(Button, { onClick: again }, t("ask.give")));
}

/** What the daemon says of itself: not ready (bad), feeds silent. */
function Daemon() {
  const silent = (feeds.value ?? []).filter((each) => feedState(each) === "silent");
  const reasons = state.value && !state.value.ready ? state.value.reasons : [];
  if (isOver.value) {
    return [
      reasons.length > 0 && h(Banner, { key: "reasons", tone: "bad" }, t("warning.not_ready", { why: reasons.join("; ") })),
      h(Banner, { key: "over", tone: "info" }, t("warning.recording_over", { time: time(eventNow.value, true) })),
    ];
  }
  // A feed falls silent by the clock, which recorded data do not go by.
  const since = (/** @type {string} */ at) => (recorded.value ? t("warning.by_clock", { time: time(at) }) : clock(at));
  const names = silent.map((each) => (each.silent_since ? t("warning.since", { name: each.name, time: since(each.silent_since) }) : each.name)).join(", ");
  return [
    reasons.length > 0 && h(Banner, { key: "reasons", tone: "bad" }, t("warning.not_ready", { why: reasons.join("; ") })),
    silent.length > 0 && h(Banner, { key: "silent", tone: "warn" }, t("warning.feeds", { n: silent.length, names })),
  ];
}

