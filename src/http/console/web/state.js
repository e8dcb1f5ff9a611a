// @ts-check
// What the parts of the console share: who is signed in, palette, language, selection, filter, clock. Selection and
// filter are the same in all windows of this browser.
import { batch, computed, effect, signal } from "./vendor/preact.js";
import { get, onData, put, setCsrf, signedOut } from "./api.js";
import { TLP } from "./handling.js";
import { enabled as keysEnabled } from "./keys.js";
import { clockOffset, engineTime, feeds, forget as forgetPicture, hearEngine, onAccess, onEnd, start, stop } from "./live.js";
import { beginView } from "./purpose.js";
import { onNavigate, route } from "./route.js";
import { local, tab } from "./storage.js";
import { LANGUAGES, language, setLanguage } from "./words.js";

export { language };

/** @typedef {import("../types/api").Me} Me */
/** @typedef {import("../types/api").Right} Right */
/** @typedef {import("../types/api").Tlp} Tlp */
/** @typedef {{ kind: "alert" | "vessel" | null, id: string | null }} Selection */

/** Who is signed in; null if nobody is, or until the server has answered. */
export const session = signal(/** @type {Me | null} */ (null));
/** Whether the server has answered who is signed in. */
export const sessionKnown = signal(false);
/** Why the session ended while the page was open; null while it lasts. The page stays as it is. */
export const ended = signal(/** @type {string | null} */ (null));
/** Grows when this person may see less or more than before: what is on the screen is dropped and read again. */
export const access = signal(0);
/** Why nobody could be signed in: a link was refused, or the server did not answer; null if all is well. */
export const signInFault = signal(/** @type {unknown} */ (null));
/** `day`, `dusk`, `night`, or `system` for what the machine is set to. */
export const palette = signal(local.get("atalaia.palette") ?? "system");
/** What is selected in list and map. */
export const selection = signal(/** @type {Selection} */ ({ kind: null, id: null }));
/** Text of the filter box; null until a list has set it. */
export const filter = signal(/** @type {string | null} */ (null));
/** A place that somebody asked to be shown, from the search box; the map goes there and sets it back to null. */
export const place = signal(/** @type {{ lat: number, lon: number, name: string } | null} */ (null));
/** Ids of the alerts in the order of the list, for `j` and `k` elsewhere. */
export const order = signal(/** @type {string[]} */ ([]));
/** Id of the alert that the keys of the list are on, whether it is open or not; null if there is no list or no such alert. */
export const atHand = signal(/** @type {string | null} */ (null));
/** Whether sounds are on; off in each new browser. */
export const sound = signal(local.get("atalaia.sound") === "on");
/** The server's clock in milliseconds, once a second. */
export const now = signal(Date.now());
/** Difference of the engine's time from the clock above which the data are recorded. Milliseconds. */
const A_DAY = 86_400_000;
/** Whether the engine works on recorded data: its time is then another than the clock's, and may run at another speed. */
export const recorded = computed(() => {
  const at = engineTime.value;
  if (at === null || Math.abs(now.value - at) <= A_DAY) return false;
  // Where the feeds say when their last line arrived, an engine that only stands still since then has live data.
  const heard = (feeds.value ?? []).filter((each) => each.last_line_at !== undefined);
  return heard.length === 0 || heard.some((each) => each.last_line_at !== null && Math.abs(Date.parse(each.last_line_at) - at) > A_DAY);
});
/** The moment against which the age of what happened at sea is measured, in milliseconds: the clock, or the engine's time with recorded data. */
export const eventNow = computed(() => (recorded.value ? /** @type {number} */ (engineTime.value) : now.value));
/** What the person set for herself; changes are sent to the server. */
export const preferences = signal(/** @type {import("../types/api").Preferences} */ ({}));

const marks = signal(/** @type {Record<string, Tlp>} */ ({}));
/** Highest marking of what this window has shown since it changed its page; null if nothing has one. */
export const marking = computed(() => TLP.findLast((each) => Object.values(marks.value).includes(each)) ?? null);

/** @param {Right} right */
export function may(right) {
  return session.value?.rights.includes(right) ?? false;
}

/** States what a part of the screen shows; null takes it back.
 * @param {string} part @param {Tlp | null | undefined} tlp */
export function setMarking(part, tlp) {
  if ((marks.peek()[part] ?? null) === (tlp ?? null)) return;
  const next = { ...marks.peek() };
  if (tlp) next[part] = tlp;
  else delete next[part];
  marks.value = next;
}

/** Asks who is signed in, at the start of the page. @returns {Promise<Me | null>} */
export async function loadSession() {
  try {
    return signedIn((await get("/session")).data);
  } catch (fault) {
    session.value = null;
    sessionKnown.value = true;
    if (/** @type {any} */ (fault).status !== 401) throw fault;
    return null;
  }
}

/** Takes over a session that has begun. @param {Me} me */
export function signedIn(me) {
  setCsrf(me.csrf);
  signedOut.value = false;
  ended.value = null;
  const unsaved = unsavedOf(me.name);
  preferences.value = { ...me.preferences, ...unsaved };
  adopt();
  batch(() => {
    session.value = me;
    sessionKnown.value = true;
  });
  if (Object.keys(unsaved).length) savePreferences();
  // The stream is of alerts: who may not read them has none.
  if (me.rights.includes("read")) start();
  return me;
}

/** What a person may see and do, as text that can be compared. @param {Me | null} me */
const sightOf = (me) => me && JSON.stringify([me.name, me.rights, me.ceilings]);

/** Takes the session as it stands now. What is on the screen is dropped if the person may see less or more than before.
 * @param {boolean} isSure whether that is known, or has to be found out */
async function recheck(isSure) {
  const before = session.peek();
  if (!before || ended.peek() !== null) return;
  const { data: me } = await get("/session");
  if (session.peek() !== before || (!isSure && sightOf(me) === sightOf(before))) return;
  batch(() => {
    marks.value = {};
    signedIn(me);
    access.value += 1;
  });
  forgetPicture();
}

/** After this person has signed out by herself. */
export function forget() {
  stop();
  signedOut.value = false;
  ended.value = null;
  session.value = null;
}

/** Keeps a preference here and at the server. @param {string} name @param {unknown} value */
export function setPreference(name, value) {
  preferences.value = { ...preferences.peek(), [name]: value };
  adopt();
  const who = session.peek()?.name;
  if (who) local.write(UNSAVED, { who, set: { ...unsavedOf(who), [name]: value } });
  clearTimeout(saving);
  saving = setTimeout(savePreferences, 400);
}

/** @type {any} */
let saving = 0;
/** Where what the server has not confirmed yet is kept: the next page may ask for the preferences before they have arrived there. */
const UNSAVED = "atalaia.unsaved";

/** What this person has set and the server has not confirmed. @param {string} who @returns {Record<string, unknown>} */
function unsavedOf(who) {
  const kept = local.read(UNSAVED);
  return kept?.who === who ? kept.set : {};
}

function savePreferences() {
  clearTimeout(saving);
  saving = 0;
  const sent = local.get(UNSAVED);
  const confirmed = () => void (local.get(UNSAVED) === sent && local.remove(UNSAVED));
  void put("/me/preferences", preferences.peek(), { keepalive: true }).then(confirmed, () => undefined);
}
// What was set a moment ago must not be lost with the page.
addEventListener("pagehide", () => saving && savePreferences());

/** Palette, language and keys as the person set them, on whatever machine she signs in. */
function adopt() {
  const set = preferences.peek();
  if (set.palette && set.palette !== palette.peek()) palette.value = set.palette;
  const chosen = LANGUAGES.find((each) => each === set.language);
  if (chosen && chosen !== language.peek()) setLanguage(chosen);
  keysEnabled.value = set.keys !== false;
}

const dark = matchMedia("(prefers-color-scheme: dark)");
/** Whether the machine is set to dark colours just now. */
const isDark = signal(dark.matches);
dark.addEventListener("change", () => (isDark.value = dark.matches));

effect(() => {
  const chosen = palette.value;
  local.set("atalaia.palette", chosen);
  document.documentElement.dataset.palette = chosen === "system" ? (isDark.value ? "dusk" : "day") : chosen;
});

// A page of one thing, or the thing that is open beside the list or on the map.
effect(() => {
  const { view, id } = route.value;
  const isOne = id !== null || selection.value.kind === null;
  beginView(JSON.stringify([session.value?.name, ...(isOne ? [view, id] : [selection.value.kind, selection.value.id])]));
});

effect(() => local.set("atalaia.sound", sound.value ? "on" : "off"));

setInterval(() => (now.value = Date.now() + clockOffset.peek()), 1000);

effect(() => {
  if (signedOut.value && session.peek() && ended.peek() === null) ended.value = "";
});
// Who only lost the right to the stream is still signed in.
onEnd((why) => void recheck(true).catch(() => session.peek() && (ended.value = why)));
onAccess((isSure) => void recheck(isSure).catch(() => undefined));

// The marking follows from what was fetched for this page, so that no part can forget to state it.
onNavigate.add(() => (marks.value = {}));
onData.add((data) => {
  // Lists within the ceilings of the reader are as of the engine's time.
  if (data && "withheld" in data) hearEngine(data.at);
  const items = Array.isArray(data?.items) ? data.items : [data];
  for (const item of items) {
    const tlp = item?.handling?.tlp;
    if (tlp) setMarking(`fetched ${tlp}`, tlp);
  }
});

// Windows tell one another; one that opens later asks.
const channel = new BroadcastChannel("atalaia");
let silent = false;
// What nobody has chosen is not told: a new window must not clear the selection of the others.
const selectionAtStart = selection.peek();
channel.onmessage = ({ data }) => {
  if (data.kind === "asks") return void (selection.peek().kind && channel.postMessage({ kind: "selection", value: selection.peek() }));
  silent = true;
  if (data.kind === "selection" && data.value.id !== selection.peek().id) selection.value = data.value;
  if (data.kind === "filter" && data.value !== filter.peek()) filter.value = data.value;
  if (data.kind === "signed-in") void follow().catch(() => undefined);
  silent = false;
};
effect(() => tell("selection", selection.value));
effect(() => tell("filter", filter.value));
channel.postMessage({ kind: "asks" });

/** @param {string} kind @param {unknown} value */
function tell(kind, value) {
  if (!silent && value !== null && value !== selectionAtStart) channel.postMessage({ kind, value });
}

/** Takes over the session that has begun in another window. Another person must not find what this one has on the screen or half written. */
async function follow() {
  const before = session.peek();
  const { data: me } = await get("/session", {}, { background: true });
  if (before && before.name !== me.name) {
    tab.clear();
    location.reload();
  } else if (!before || ended.peek() !== null) signedIn(me);
}

/** Tells the other windows that there is a session again. */
export function announceSession() {
  channel.postMessage({ kind: "signed-in" });
}
