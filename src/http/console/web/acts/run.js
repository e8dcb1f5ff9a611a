// @ts-check
/** What a key or a button of an act starts: the act itself, or the form that asks for what it needs. */
import { effect, signal } from "../vendor/preact.js";
import { get } from "../api.js";
import { access, now, selection, session } from "../state.js";
import { t } from "../words.js";
import { act, insist, last } from "./act.js";
import { copy } from "./copy.js";
import { explain } from "../ui/explain.js";
import { draftOf, keep, kept, undecide } from "./drafts.js";
import { mayEver, open } from "./rights.js";

/** @typedef {import("../list/types.js").Alert} Alert */
/** @typedef {import("./rights.js").Kind} Kind */
/** @typedef {{kind: Kind, alerts: Alert[]}} Form the form that is open, and the alerts it is about as they were when it was opened */
/** @typedef {{tone: "good"|"bad", text: string, ids: string[]}} Notice */

/** The open form; null if none is. It survives a reload. */
export const form = signal(/** @type {Form|null} */ (kept("form")));
/** The last thing to say about an act; null if there is nothing. */
export const notice = signal(/** @type {Notice|null} */ (null));
/** The act that met a newer state and waits for a decision; null if there is none. */
export const conflict = signal(/** @type {import("./act.js").Conflict|null} */ (null));
/** The alert that took the place of another one that was judged, until another is opened; null if none did. */
export const next = signal(/** @type {{id: string, before: Alert}|null} */ (null));
/** How many bars of an alert are on the page, by id: a form shows in the bar of its alert, and in the list if there is none. */
export const bars = signal(/** @type {ReadonlyMap<string, number>} */ (new Map()));

/**
 * Opens a form. Another one that is open keeps its text for the next time.
 * @param {Kind} kind
 * @param {Alert[]} alerts
 */
export function show(kind, alerts) {
  const slim = alerts.map((alert) => ({ ...alert, evidence: undefined }));
  leave();
  form.value = { kind, alerts };
  notice.value = null;
  keep("form", { kind, alerts: slim });
}

/** The form that is open is left: its text stays, what was chosen in it does not. */
function leave() {
  const shown = form.peek();
  if (shown) undecide(draftOf(shown.kind, shown.alerts));
}

/**
 * The alert as an act of a form meets it. The engine's own changes are no conflict, and a note is added to whatever is there. Another
 * person's act is one: the server then compares with the alert as it was when the form was opened.
 * @param {Kind} kind
 * @param {Alert} opened as it was then
 * @param {Alert} now
 */
export function asSeen(kind, opened, now) {
  return kind !== "note" && opened.acts !== now.acts ? opened : now;
}

/** Closes the form. */
export function hide() {
  leave();
  form.value = null;
  keep("form", null);
}

/** Drops all that names an alert, because the reader may see less than before; a form comes back if she may still do its act. */
async function drop() {
  const shown = form.peek();
  hide();
  notice.value = null;
  next.value = null;
  conflict.value = null;
  last.value = null;
  if (!shown || !mayEver(shown.kind, session.peek())) return;
  try {
    const alerts = await Promise.all(shown.alerts.map(async ({ id }) => (await get(`/alerts/${encodeURIComponent(id)}`)).data));
    if (form.peek() === null) show(shown.kind, alerts);
  } catch {
    // What she has written stays in the draft of the form.
  }
}

/** What is said ends after so long, ms: what went wrong has more to read. */
const SAID_MS = Object.freeze({ good: 10_000, bad: 20_000 });
/** The same while the pointer is on it, ms. */
const READ_MS = 60_000;
/** @type {any} */
let ending = 0;
/** What was selected when it was said; null if nothing was. @type {string|null} */
let saidOver = null;

effect(() => {
  const { id } = selection.value;
  // What was said over one alert is not about another.
  if (notice.peek() && id !== null && id !== saidOver) notice.value = null;
  if (next.peek() && next.peek()?.id !== id) next.value = null;
});

let seenWith = access.peek();
effect(() => {
  if (access.value === seenWith) return;
  seenWith = access.value;
  void drop();
});

/**
 * Starts an act on some alerts.
 * @param {Kind} kind
 * @param {Alert[]} alerts
 */
export function run(kind, alerts) {
  const me = session.value;
  if (!mayEver(kind, me)) return say("bad", t("acts.no_right"), alerts);
  // What is exported is chosen in the form: it stands with the list, whichever alert is open.
  if (kind === "export") return show(kind, []);
  if (alerts.length === 0) return say("bad", t("acts.nothing_chosen"), alerts);
  if (kind === "copy") return void copyAll(alerts);
  const fit = open(kind, alerts, me?.name ?? null);
  if (fit.length === 0) return say("bad", t(`acts.unfit.${kind}`), alerts);
  if (kind === "acknowledge") return void send(fit, { act: "acknowledge" });
  if (kind === "mine") return void send(fit, { act: "assign", to: me?.name ?? null });
  show(kind, fit);
}

/** @param {Alert[]} alerts */
async function copyAll(alerts) {
  const done = await copy(alerts);
  say(done ? "good" : "bad", done ? t("acts.copied", { n: alerts.length }) : t("action.not_copied"), alerts);
}

/**
 * Sends an act that has no form, and says what came of it.
 * @param {Alert[]} alerts
 * @param {import("./act.js").Body} body
 */
async function send(alerts, body) {
  notice.value = null;
  try {
    settle(alerts, await act(alerts, body));
  } catch (error) {
    say("bad", explain(error), alerts);
  }
}

/**
 * Says what came of an act.
 * @param {Alert[]} alerts
 * @param {import("./act.js").Outcome} outcome
 * @returns {boolean} whether all of it was done
 */
export function settle(alerts, outcome) {
  conflict.value = outcome.conflict;
  if (outcome.conflict) return false;
  const { failed, left } = outcome;
  if (failed.length === 0 && !left) {
    notice.value = null;
    return true;
  }
  const said = [];
  if (failed.length > 0) {
    const first = failed[0].detail || failed[0].title;
    said.push(alerts.length === 1 ? first : t("acts.some_refused", { n: failed.length, all: alerts.length, first }));
  }
  if (left) {
    said.push(t("acts.some_left", { n: left.alerts.length, all: alerts.length, why: explain(left.error) }));
    narrow(left.alerts);
  }
  say("bad", said.join(" "), alerts);
  return false;
}

/**
 * The form that is open goes on with some of its alerts: those that are left. Its text stays.
 * @param {Alert[]} alerts
 */
function narrow(alerts) {
  const shown = form.peek();
  if (!shown || shown.alerts.length < 2 || !alerts.every(({ id }) => shown.alerts.some((one) => one.id === id))) return;
  keep(draftOf(shown.kind, alerts), kept(draftOf(shown.kind, shown.alerts)));
  form.value = { kind: shown.kind, alerts };
  keep("form", form.value);
}

/** Does the act that met a newer state all the same. */
export async function goOn() {
  const met = conflict.value;
  if (!met) return;
  try {
    if (settle([met.current], await insist(met))) hide();
  } catch (error) {
    say("bad", explain(error), [met.current]);
  }
}

/** Takes the last act back, if there is still time. */
export async function undo() {
  const before = last.value;
  if (!before || before.until <= now.value) return say("bad", t("acts.nothing_to_undo"), []);
  if (!before.undo) return say("bad", t("acts.no_undo"), []);
  last.value = null;
  try {
    const hindrance = await before.undo();
    if (!hindrance) return say("good", t("acts.undone"), []);
    const { count, who, error } = hindrance;
    const why = /** @type {any} */ (error).status === 412 ? t("acts.acted_between", { who: who ?? t("acts.somebody") }) : explain(error);
    say("bad", before.count === 1 ? t("acts.not_undone", { why }) : t("acts.undo_hindered", { n: count, all: before.count, why }), []);
  } catch (error) {
    say("bad", explain(error), []);
  }
}

/**
 * @param {"good"|"bad"} tone
 * @param {string} text
 * @param {Alert[]} alerts
 */
export function say(tone, text, alerts) {
  notice.value = { tone, text, ids: alerts.map((alert) => alert.id) };
  saidOver = selection.peek().id;
  linger(false);
}

/**
 * Has what is said end by itself, later while somebody points at it.
 * @param {boolean} isRead
 */
export function linger(isRead) {
  clearTimeout(ending);
  ending = setTimeout(() => { notice.value = null; }, isRead ? READ_MS : SAID_MS[notice.peek()?.tone ?? "good"]);
}
