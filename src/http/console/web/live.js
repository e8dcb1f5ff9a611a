// @ts-check
// What arrives by itself: entries of the log, the state of the feeds, the picture. All windows of a browser share one stream.
import { computed, signal, useEffect } from "./vendor/preact.js";
import { get } from "./api.js";
import { callAll } from "./listeners.js";
import { workerUrl } from "./trusted.js";

/** @typedef {import("../types/api").Entry} Entry */
/** @typedef {import("../types/api").Feed} Feed */
/** @typedef {import("../types/api").Picture} Picture */
/** @typedef {import("../types/api").Name} Name */
/** @typedef {(entry: Entry) => void} Listener */

/** `live`, `waiting` (for some seconds), `lost` (longer), `ended` (the session is over or has not begun). */
export const status = signal(/** @type {"live" | "waiting" | "lost" | "ended"} */ ("waiting"));
/** Since when `status` is what it is, in milliseconds; `waiting` and `lost` count together. */
export const since = signal(Date.now());
/** Since when nothing is known of the present, in milliseconds of the server's clock; null while the connection stands. */
export const unknownSince = computed(() => (status.value === "lost" ? since.value + clockOffset.value : null));
/** The last entry of the log that has arrived; 0 before the first connection. */
export const lastSeq = signal(0);
/** State of the feeds; null before the first event. */
export const feeds = signal(/** @type {Feed[] | null} */ (null));
/** Build of the daemon that serves the stream; differs from the page's after an upgrade. */
export const build = signal("");
/** Server clock less this machine's, in milliseconds. */
export const clockOffset = signal(0);
/** The engine's time in milliseconds, as last heard; null before the first report of any vessel. */
export const engineTime = signal(/** @type {number | null} */ (null));
/** The picture is asked for while something listens to this signal. */
export const picture = signal(/** @type {Picture | null} */ (null), { watched: () => want(true), unwatched: () => want(false) });
/** Names by key of the picture; `namesVersion` changes with it.
 * @type {Map<number, Name>} */
export const names = new Map();
export const namesVersion = signal(0);

/** @type {Set<Listener>} */
const listeners = new Set();
/** @type {Set<() => void>} */
const resets = new Set();
/** @type {Set<(why: string) => void>} */
const ends = new Set();
/** @type {Set<(isSure: boolean) => void>} */
const accesses = new Set();
/** @type {((message: any) => void) | null} */
let post = null;
let wanted = false;

/**
 * Calls `listener` with each entry from now on. With `after`, first with those that the log has after that number, so
 * that nothing is lost between the answer that carried it and the stream.
 * @param {Listener} listener @param {{ after?: number }} [options]
 * @returns {() => void} ends it
 */
export function onEntry(listener, { after } = {}) {
  listeners.add(listener);
  if (after !== undefined && after < lastSeq.peek()) catchUp(listener, after).catch(() => callAll(resets));
  return () => void listeners.delete(listener);
}

/** Calls `listener` when so much was missed that everything has to be loaded again.
 * @param {() => void} listener */
export function onReset(listener) {
  resets.add(listener);
  return () => void resets.delete(listener);
}

/** Calls `listener` when the server ends the session. @param {(why: string) => void} listener */
export function onEnd(listener) {
  ends.add(listener);
  return () => void ends.delete(listener);
}

/** Calls `listener` when the reader may see less or more than before; with false when that may have happened unheard, before a new connection.
 * @param {(isSure: boolean) => void} listener */
export function onAccess(listener) {
  accesses.add(listener);
  return () => void accesses.delete(listener);
}

/** Drops picture and names, here and in what all windows share. */
export function forget() {
  picture.value = null;
  takeNames({ items: [], whole: true });
  post?.({ kind: "forget" });
}

/** Calls `again` when the connection is back, if the server was out of reach when `fault` was met.
 * @param {unknown} fault what the latest attempt ended in; null if it succeeded @param {() => unknown} again */
export function useBack(fault, again) {
  const isLive = status.value === "live";
  useEffect(() => {
    if (isLive && /** @type {any} */ (fault)?.status === 0) again();
  }, [isLive]);
}

/** Connects this window; a second call changes nothing. */
export function connect() {
  if (post) return;
  post = shared() ?? alone();
  report();
  document.addEventListener("visibilitychange", report);
  addEventListener("pagehide", () => post?.({ kind: "bye" }));
  addEventListener("pageshow", (event) => event.persisted && report());
  setInterval(report, 20_000);
}

/** Starts the stream once somebody is signed in. */
export function start() {
  connect();
  post?.({ kind: "start" });
}

/** Ends the stream of all windows, when somebody signs out. */
export function stop() {
  post?.({ kind: "stop" });
}

function report() {
  post?.({ kind: "window", visible: document.visibilityState === "visible", picture: wanted });
}

/** @param {boolean} whether */
function want(whether) {
  wanted = whether;
  report();
}

/** @returns {((message: any) => void) | null} */
function shared() {
  if (typeof SharedWorker === "undefined") return null;
  try {
    const worker = new SharedWorker(/** @type {any} */ (workerUrl("./worker.js")), { type: "module", name: "atalaia" });
    worker.port.onmessage = ({ data }) => hear(data);
    worker.port.start();
    return (message) => worker.port.postMessage(message);
  } catch {
    return null;
  }
}

/** A stream of this window's own, where the browser has no SharedWorker.
 * @returns {(message: any) => void} */
function alone() {
  const hub = import("./hub.js").then(({ Hub }) => new Hub((_, message) => hear(message)));
  return (message) => void hub.then((it) => it.hear("here", message));
}

/** @param {any} message */
function hear(message) {
  switch (message.kind) {
    case "status":
      status.value = message.status;
      since.value = message.since;
      return;
    case "hello":
      takeHello(message);
      return;
    case "entry":
      lastSeq.value = message.entry.seq;
      callAll(listeners, message.entry);
      return;
    case "feeds":
      takeFeeds(message.feeds.feeds ?? []);
      return;
    case "reset":
      callAll(resets);
      return;
    case "access":
      callAll(accesses, true);
      return;
    case "end":
      callAll(ends, message.why);
      return;
    case "picture":
      hearEngine(message.picture.at * 1000);
      picture.value = message.picture;
      return;
    case "names":
      takeNames(message);
  }
}

/** @param {{ build: string, seq: number, offset: number, late?: boolean }} message `late`: told to this window alone, not to all as the stream began */
function takeHello({ build: serving, seq, offset, late = false }) {
  // A window that was frozen or asleep is no longer told anything; what it missed is loaded again.
  const hasMissed = late && lastSeq.peek() > 0 && seq > lastSeq.peek();
  clockOffset.value = offset;
  build.value = serving;
  lastSeq.value = Math.max(lastSeq.peek(), seq);
  if (!late || hasMissed) callAll(accesses, false);
  if (hasMissed) callAll(resets);
}

/** Takes the engine's time from an answer. One that was on its way for longer than another changes nothing.
 * @param {string | number | null | undefined} at RFC 3339, or milliseconds; NaN and null if there is none */
export function hearEngine(at) {
  const heard = at == null ? NaN : new Date(at).getTime();
  const last = engineTime.peek();
  // A step back by more than the answers can overtake one another is a daemon that began again.
  if (!Number.isNaN(heard) && (last === null || heard > last || last - heard > 3_600_000)) engineTime.value = heard;
}

/** The stream states less of a feed than `/status`; the rest stays as it was. @param {{ name: string, up: boolean, silent_since: string | null, reason: string | null }[]} heard */
function takeFeeds(heard) {
  feeds.value = heard.map((each) => {
    const known = feeds.peek()?.find(({ name }) => name === each.name);
    const state = each.up ? "up" : known?.state === "ended" ? "ended" : "down";
    return /** @type {Feed} */ ({ ...known, ...each, state });
  });
}

/** @param {{ items: any[], whole: boolean }} message */
function takeNames({ items, whole }) {
  if (whole) names.clear();
  for (const [key, name, call_sign, imo, flag, length, beam, type] of items) names.set(key, { name, call_sign, imo, flag, length, beam, type });
  namesVersion.value++;
}

/** @param {Listener} listener @param {number} after */
async function catchUp(listener, after) {
  const until = lastSeq.peek();
  for (let from = after; from < until; ) {
    const { data } = await get("/changes", { after: from, limit: 500 });
    if (data.reset) return callAll(resets);
    for (const entry of data.items) if (entry.seq <= until && listeners.has(listener)) callAll([listener], entry);
    if (data.items.length === 0) return undefined;
    from = data.items.at(-1).seq;
  }
  return undefined;
}
