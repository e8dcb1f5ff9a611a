// @ts-check
// The bar: site, marking, clock, feeds, budget, search, palette, language, sound, help, who is signed in.
import { h } from "../vendor/preact.js";
import { del } from "../api.js";
import { clock, localTime, number, span, time } from "../format.js";
import { feeds, unknownSince } from "../live.js";
import { go, link, route } from "../route.js";
import { eventNow, forget, marking, may, now, palette, recorded, session, setPreference, sound } from "../state.js";
import { tab } from "../storage.js";
import { Button } from "../ui/button.js";
import { explain } from "../ui/explain.js";
import { Menu } from "../ui/menu.js";
import { say } from "../ui/toast.js";
import { LANGUAGES, LANGUAGE_NAMES, language, setLanguage, t } from "../words.js";
import { panel, togglePanel } from "./panel.js";
import { Search } from "./search.js";
import { feedState, isOver, state } from "./status_poll.js";

/** Pages in the order of the menu, the right that each needs, and its key. @type {[string, string, import("../../types/api").Right, string][]} */
export const PAGES = [
  ["watch", "/", "read", "g w"], ["cases", "/cases", "read", "g c"], ["silences", "/silences", "read", "g x"], ["zones", "/zones", "read", "g z"],
  ["status", "/status", "status", "g s"], ["people", "/people", "people", "g u"], ["audit", "/audit", "audit", "g a"],
];
export const PALETTES = ["day", "dusk", "night"];

export function Bar() {
  const pages = PAGES.filter(([, , right]) => may(right));
  const here = route.value.view;
  return h("header", { class: "bar" },
    h("span", { class: "bar-menu" }, h(Menu, { label: [h("span", { key: "sign", "aria-hidden": true }, "☰"), t(`nav.${here}`)], name: t("word.named", { name: t("frame.pages"), value: t(`nav.${here}`) }), items: pages.map(([name, path, , key]) => ({ label: t(`nav.${name}`), checked: name === here, hint: key, onPick: () => go(path) })) })),
    h("span", { class: "bar-site cut", title: session.value?.site }, session.value?.site || "Atalaia"),
    h("nav", { class: "bar-nav", "aria-label": t("frame.pages") }, pages.map(([name, path]) => h("a", { key: name, ...link(path), "aria-current": name === here ? "page" : undefined }, t(`nav.${name}`)))),
    h(Marking, null), h(Clock, null), h(Feeds, null), h(Budget, null), h(Search, null), h("span", { class: "bar-right" }, h(Settings, null), h(Who, null)));
}

function Marking() {
  const highest = marking.value;
  if (!highest) return null;
  return h("span", { class: `marking ${highest.replace("AMBER+", "")}`, title: t("frame.marking") }, `TLP:${highest}`);
}

function Clock() {
  if (recorded.value) {
    return h("span", { class: "bar-fact bar-clock", title: t("frame.recorded_title", { time: time(now.value) }) },
      h("b", null, time(eventNow.value, true)), h("strong", { class: "bar-recorded" }, t(isOver.value ? "frame.recording_over" : "frame.recorded")));
  }
  const engine = state.value?.engine.time;
  const lag = engine && state.value ? (Date.parse(state.value.at) - Date.parse(engine)) / 1000 : null;
  return h("span", { class: "bar-fact bar-clock", title: `${time(now.value)} · ${t("frame.local_time", { time: localTime(now.value) })}` },
    h("b", null, clock(now.value, true)), unknownSince.value !== null ? h("span", null, t("frame.lag_unknown")) : lag != null && h("span", { title: t("frame.lag_title") }, t("frame.lag", { span: span(Math.max(0, lag)) })));
}

/** A sign for each state of a feed, told apart without colour. @type {Record<string, string>} */
const SIGNS = { up: "M5 1a4 4 0 1 0 0 8a4 4 0 1 0 0-8z", lagging: "M5 1L9.4 9H.6z", silent: "M1 1h8v8h-8z" };

function Feeds() {
  const all = feeds.value;
  if (!all || !may("status")) return null;
  if (unknownSince.value !== null) {
    const text = t("frame.unknown_since", { time: clock(unknownSince.value) });
    return h("a", { class: "bar-fact feed-lights", ...link("/status"), title: t("word.named", { name: t("frame.feeds"), value: text }) }, h("span", { class: "light none" }, h("span", { "aria-hidden": true }, "?"), h("span", { class: "for-readers" }, text)));
  }
  const counts = ["up", "lagging", "silent"].map((which) => ({ which, n: all.filter((each) => feedState(each) === which).length }));
  const text = counts.map(({ which, n }) => t(`feeds.${which}`, { n })).join(", ");
  return h("a", { class: "bar-fact feed-lights", ...link("/status"), title: t("word.named", { name: t("frame.feeds"), value: text }) },
    counts.map(({ which, n }) => (n > 0 || which === "up") && h("span", { key: which, class: `light ${which}` },
      h("svg", { width: 10, height: 10, viewBox: "0 0 10 10", "aria-hidden": true }, h("path", { d: SIGNS[which], fill: "currentColor" })), h("span", { "aria-hidden": true }, n), h("span", { class: "for-readers" }, t(`feeds.${which}`, { n })))));
}

function Budget() {
  const budget = state.value?.budget;
  if (!budget) return null;
  return h("span", { class: "bar-fact bar-budget", title: t("frame.budget_title") }, t("frame.budget"), h("b", null, t("frame.budget_of", { today: number(budget.today), allowed: number(budget.allowed) })));
}

function Settings() {
  const palettes = ["system", ...PALETTES].map((each) => ({ label: t(`palette.${each}`), checked: palette.value === each, onPick: () => setPalette(each) }));
  const languages = LANGUAGES.map((each) => ({ label: LANGUAGE_NAMES[each], checked: language.value === each, onPick: () => { setLanguage(each); setPreference("language", each); } }));
  return [
    h(Menu, { key: "palette", label: h(Icon, { name: "palette" }), name: t("frame.palette"), right: true, items: palettes }),
    h(Menu, { key: "language", label: language.value.toUpperCase(), name: t("word.named", { name: t("frame.language"), value: language.value.toUpperCase() }), right: true, items: languages }),
    h(Button, { key: "sound", kind: "quiet", pressed: sound.value, label: t(sound.value ? "frame.sound_on" : "frame.sound_off"), onClick: () => (sound.value = !sound.peek()) }, h(Icon, { name: sound.value ? "sound" : "mute" })),
    h(Button, { key: "keys", kind: "quiet", label: t("keys.title"), expanded: panel.value === "keys", onClick: () => togglePanel("keys") }, "?"),
  ];
}

/** Signs of buttons, on a square of 16. @type {Record<string, string>} */
const ICONS = {
  palette: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13zM8 3v10a5 5 0 0 0 0-10z",
  sound: "M2 6v4h2.5L8 13V3L4.5 6zM10 5.2a4 4 0 0 1 0 5.6l1 1a5.4 5.4 0 0 0 0-7.6zM12 3.2a6.8 6.8 0 0 1 0 9.6l1 1a8.2 8.2 0 0 0 0-11.6z",
  mute: "M2 6v4h2.5L8 13V3L4.5 6zM10.2 5.3L9.3 6.2L11.1 8L9.3 9.8L10.2 10.7L12 8.9L13.8 10.7L14.7 9.8L12.9 8L14.7 6.2L13.8 5.3L12 7.1z",
};

/** @param {{ name: string }} props */
function Icon({ name }) {
  return h("svg", { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": true }, h("path", { d: ICONS[name], fill: "currentColor", "fill-rule": "evenodd" }));
}

/** @param {string} chosen */
export function setPalette(chosen) {
  palette.value = chosen;
  setPreference("palette", chosen);
}

function Who() {
  const me = session.value;
  if (!me) return null;
  const roles = me.roles.map((each) => t(`role.${each}`)).join(", ");
  const signOut = () => {
    // Who has no password cannot come back; the second time she knows.
    if (me.has_password !== false || panel.peek() === "account") return void leave();
    panel.value = "account";
    return say(t("account.no_way_back"), "bad");
  };
  const leave = async () => {
    try {
      await del("/session");
    } catch (failed) {
      // Who is told that she is signed out must be; a session that is over already is what she wants.
      if (/** @type {any} */ (failed).status !== 401) return say(explain(failed), "bad");
    }
    tab.clear();
    forget();
    // A new page: nothing of what this person saw may be left for the next one.
    return location.replace("/login");
  };
  return h("span", { class: "bar-me" },
    h(Menu, { right: true, title: roles, label: [h("b", { key: "n" }, me.name), h("span", { key: "r", class: "bar-who muted-in-bar" }, me.roles.length > 2 ? t("role.n", { n: me.roles.length }) : roles)],
      items: [{ label: roles, disabled: true }, "line", { label: t("account.title"), onPick: () => (panel.value = "account") }, { label: t("account.sign_out"), onPick: signOut }] }));
}
