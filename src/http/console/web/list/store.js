// @ts-check
/** What the list knows: its rows, the filter's counts, what is chosen. One for the window, so that a change of page loses nothing. */
import { get, put } from "../api.js";
import { onActed } from "../acts/act.js";
import { lastSeq, onEntry, onReset, status } from "../live.js";
import { access, atHand, ended, eventNow, filter, now, order, preferences, session } from "../state.js";
import { callAll } from "../listeners.js";
import { batch, effect, signal, untracked } from "../vendor/preact.js";
import { matches, query } from "./filter.js";
import { lines } from "./groups.js";
import { compared, empty, first, further, receive, take, withdraw } from "./order.js";

/** @typedef {import("./types.js").Alert} Alert */
/** @typedef {import("./types.js").Summary} Summary */
/** @typedef {import("./groups.js").Grouping} Grouping */

/** Rows of one request. */
const PAGE = 200;
/** News are written into the list at most this often, ms; the first after a pause at once. */
const BEAT_MS = 150;
/** Counts are asked for at most this often, ms. */
const COUNT_MS = 3000;
/** Wait before the list looks whether it has missed an entry, ms. */
const CHECK_MS = 300;
/** Wait before something is read again that could not be had, ms. */
const RETRY_MS = 5000;
/** Wait before the list is compared with the server's, ms. */
const SYNC_MS = 500;
/** How often acknowledgements are looked at that may have run out, ms. */
const RUN_OUT_MS = 2000;
/** With groups on, at most so many alerts are loaded, to fill them. */
const GROUPED = 5000;

/** The rows. */
export const held = signal(empty());
/** `loading` before the first answer to a filter, `failed` with `problem` if there was none. */
export const phase = signal(/** @type {"loading"|"ready"|"failed"} */ ("loading"));
/** Why the list, or its further page, could not be loaded; null if it could. */
export const problem = signal(/** @type {any} */ (null));
/** Whether a further page is on its way. */
export const isPaging = signal(false);
/** Counts under the filter; null before the first answer. */
export const summary = signal(/** @type {Summary|null} */ (null));
/** How the rows are grouped. */
export const grouping = signal(/** @type {Grouping} */ ("none"));
/** Groups that are folded, as `grouping/key`. */
export const shut = signal(/** @type {ReadonlySet<string>} */ (new Set()));
/** The line that the keys act on: id of an alert or a header; null before the first move. */
export const active = signal(/** @type {string|null} */ (null));
/** Alerts chosen for an act on several. */
export const chosen = signal(/** @type {ReadonlySet<string>} */ (new Set()));
/** Whether new rows are taken in at once, for a screen on the wall. */
export const atOnce = signal(false);
/** Whether somebody holds the list still. */
export const isHeld = signal(false);
/** Whether the pointer or the focus is in the list, so that nothing may move. */
export const isTouched = signal(false);
/** Whether the drawer with the counts is open. */
export const hasDrawer = signal(false);

/** @param {Alert} alert */
export function fits(alert) {
  return matches(filter.peek() ?? "", alert, { me: session.value?.name ?? null, now: eventNow.peek() });
}

/** The lines as they are shown. */
export function shown() {
  return lines(held.value.rows, held.value.items, grouping.value, /** @type {Set<string>} */ (shut.value));
}

let control = new AbortController();
/** Parameters of the rows at hand: a further page must ask for the same. */
let asked = /** @type {Record<string, string>} */ ({});
/** Ends the listening to the log. */
let deaf = () => {};

/** Loads the list from the start. The rows before it stay until the answer is here. */
export async function load() {
  control.abort();
  control = new AbortController();
  const { signal: own } = control;
  asked = query(filter.peek() ?? "", [], eventNow.peek());
  phase.value = "loading";
  try {
    const { data } = await get("/alerts", { ...asked, sort: "-score", limit: PAGE }, { signal: own });
    batch(() => {
      held.value = first(data);
      phase.value = "ready";
      problem.value = null;
      const rows = new Set(held.value.rows);
      chosen.value = new Set([...chosen.value].filter((id) => rows.has(id)));
    });
    // Entries that came while the page was on its way are asked for again; an older state never overwrites a newer one.
    heard = data.seq;
    listenAgain();
    void ask();
    fill();
  } catch (error) {
    if (own.aborted) return;
    problem.value = error;
    phase.value = "failed";
    if (isPassing(error)) setTimeout(() => { if (!own.aborted && phase.peek() === "failed") load(); }, RETRY_MS);
  }
}

/**
 * Whether a fault is one of the line or of a busy server, so that reading again may help.
 * @param {any} error
 */
function isPassing(error) {
  return error.status === 0 || error.status === 429 || error.status >= 500;
}

/** Timer of a further page that could not be had. */
let again = 0;

/** Loads the page after the last row. @returns {Promise<boolean>} whether it is there */
export async function more() {
  const { next } = held.peek();
  if (next === null || isPaging.peek() || phase.peek() !== "ready") return false;
  const { signal: own } = control;
  isPaging.value = true;
  try {
    const { data } = await get("/alerts", { ...asked, sort: "-score", limit: grouping.peek() === "none" ? PAGE : 1000, cursor: next }, { signal: own });
    if (own.aborted) return false;
    held.value = further(held.peek(), data);
    problem.value = null;
    return true;
  } catch (error) {
    if (own.aborted) return false;
    problem.value = error;
    clearTimeout(again);
    if (isPassing(error)) again = window.setTimeout(() => void (own.aborted || goOn()), RETRY_MS);
    return false;
  } finally {
    isPaging.value = false;
  }
}

/** With groups on, loads further pages by itself: half a group would look like a whole one. */
async function fill() {
  while (grouping.peek() !== "none" && held.peek().rows.length < GROUPED && await more());
}

/** Goes on after a further page that could not be had. */
export async function goOn() {
  if (await more()) await fill();
}

/** @param {Grouping} by */
export function groupBy(by) {
  grouping.value = by;
  active.value = null;
  fill();
}

let counting = 0;

/** Whether something came since the last count. */
let isStale = false;

/** Asks for the counts, soon: several calls within the time are one request. */
function count() {
  if (counting) {
    isStale = true;
    return;
  }
  void ask();
  counting = window.setTimeout(() => {
    counting = 0;
    if (isStale) count();
  }, COUNT_MS);
}

/** Asks for the counts at once. An answer about another filter than the one in force by then, or for other eyes, is dropped. */
async function ask() {
  isStale = false;
  const [text, seen] = [filter.peek(), access.peek()];
  try {
    const { data } = await get("/alerts/summary", query(text ?? "", [], eventNow.peek()), { background: true });
    if (text === filter.peek() && seen === access.peek()) summary.value = data;
  } catch {
    // The counts are a help; the list itself says when the server cannot be reached.
  }
}

/** Takes in what waits, and moves the reader's own mark to what she has seen. */
export function takeIn() {
  held.value = take(held.peek(), fits);
  const seq = lastSeq.peek();
  if (seq > 0) put("/me/seen", { seq }).catch(() => {});
}

/** News since the last beat. @type {Alert[]} */
let news = [];
let beat = 0;
/** When news were last written, ms of the window's own clock. */
let written = -Infinity;

/** The last entry of the log that the list has. */
let heard = 0;
let checking = 0;

/** Listens from the last entry that the list has. */
function listenAgain() {
  deaf();
  deaf = onEntry(listen, { after: heard });
}

/** The stream may begin after the page was read, and behind entries that came in between: those are asked for. */
function check() {
  checking = 0;
  if (phase.peek() === "ready" && heard < lastSeq.peek()) listenAgain();
}

/** @param {import("./types.js").Entry} entry */
function listen(entry) {
  heard = Math.max(heard, entry.seq);
  if (entry.item) hear(entry.item);
  if (entry.what === "withdrawn" && entry.subject) withdrawn(entry.subject);
  // A silence changes the marks of many alerts, which have no entries of their own.
  if (entry.topic === "silence" && !syncing) syncing = window.setTimeout(resync, SYNC_MS);
}

/** The marking of an alert was raised above the ceiling of the reader. @param {string} id */
function withdrawn(id) {
  news = news.filter((item) => item.id !== id);
  held.value = withdraw(held.peek(), id);
  count();
}

/** @param {Alert} item */
function hear(item) {
  news.push(item);
  if (!beat) beat = window.setTimeout(write, Math.max(0, written + BEAT_MS - performance.now()));
}

/**
 * Takes an act of this window in at once: the next act on the alert must know the state that this one left.
 * @param {Alert} item
 */
function acted(item) {
  news.push(item);
  window.clearTimeout(beat);
  write();
}

/** Writes the news into the list. */
function write() {
  beat = 0;
  written = performance.now();
  const items = news;
  news = [];
  try {
    held.value = receive(held.peek(), items, fits);
  } catch {
    // One that cannot be read must not cost the others.
    callAll(items.map((item) => () => { held.value = receive(held.peek(), [item], fits); }));
  }
  // An empty list has no row to be moved.
  const mayMove = held.peek().rows.length === 0 || (atOnce.peek() && !isHeld.peek() && !isTouched.peek());
  if (mayMove && held.peek().waiting.size > 0) held.value = take(held.peek(), fits);
  count();
}

/** Acknowledgements that have run out: the log says nothing of it, because nobody acted. */
function runOut() {
  const over = [...held.peek().items.values()].filter((item) => item.state === "acknowledged" && item.acknowledged_until !== null && Date.parse(item.acknowledged_until) <= now.peek());
  if (over.length) held.value = receive(held.peek(), over.map((item) => ({ ...item, state: /** @type {const} */ ("new"), acknowledged_until: null })), fits);
}

/**
 * Brings the list up to date after the stream had to begin again: rows keep their place, what is new waits.
 */
async function resync() {
  syncing = 0;
  if (phase.peek() !== "ready") return load();
  const limit = Math.min(1000, Math.max(PAGE, held.peek().rows.length));
  try {
    const { data } = await get("/alerts", { ...asked, sort: "-score", limit }, { background: true });
    held.value = compared(held.peek(), data, fits);
    count();
  } catch (error) {
    if (isPassing(error)) syncing = window.setTimeout(resync, RETRY_MS);
  }
}

/** The access with which the rows were read. */
let seenWith = access.peek();

/** Empties the list, because the reader may see less than before, and reads it again. */
function drop() {
  news = [];
  batch(() => {
    held.value = empty();
    summary.value = null;
    chosen.value = new Set();
    active.value = null;
  });
  if (session.peek() && filter.peek() !== null) load();
}

/** Timer of a comparison with the server that is due. */
let syncing = 0;
let users = 0;
/** @type {Array<() => void>} */
let offs = [];

/**
 * Keeps the list up to date as long as something shows it.
 * @returns {() => void} ends it
 */
export function start() {
  users += 1;
  if (users === 1) {
    let before = /** @type {string|null} */ (null);
    const timer = setInterval(runOut, RUN_OUT_MS);
    offs = [
      () => clearInterval(timer),
      () => deaf(),
      onReset(resync),
      onActed(acted),
      effect(() => {
        const text = filter.value;
        if (!session.value || text === null || text === before) return;
        before = text;
        load();
      }),
      effect(() => {
        if (access.value === seenWith) return;
        seenWith = access.value;
        drop();
      }),
      effect(() => {
        // An entry is told to the listeners after the number has moved, so a look at once would always find one missing.
        if (lastSeq.value > heard && !checking) checking = window.setTimeout(check, CHECK_MS);
      }),
      effect(() => {
        const isBack = ended.value === null && session.value && status.value === "live";
        if (!isBack) return;
        if (phase.peek() === "failed") load();
        else if (problem.peek()) void untracked(goOn);
      }),
      effect(() => {
        atOnce.value = preferences.value.at_once === true;
      }),
      effect(() => {
        order.value = shown().ids;
      }),
      effect(() => {
        atHand.value = active.value;
      }),
      () => { atHand.value = null; },
    ];
  }
  return () => {
    users -= 1;
    if (users === 0) for (const off of offs.splice(0)) off();
  };
}
