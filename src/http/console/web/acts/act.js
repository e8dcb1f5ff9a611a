// @ts-check
/**
 * Acts on alerts: sends them, says which are on their way, keeps what is needed to take the last one back. Nothing is shown as
 * done before the server has it.
 */
import { del, get, idempotencyKey as newKey, post } from "../api.js";
import { callAll } from "../listeners.js";
import { signal } from "../vendor/preact.js";
import { now } from "../state.js";
import { WHY } from "./back.js";
import { subjects } from "./subjects.js";

/** @typedef {import("../list/types.js").Alert} Alert */
/** @typedef {{act: "acknowledge"|"assign"|"note"|"mark"|"close"|"reopen", until?: string|null, to?: string|null, text?: string, finding?: string, mark?: any, why?: string|null}} Body */
/** @typedef {{alert: Alert, title: string, detail: string}} Failure */
/**
 * What came of an act on some alerts.
 * @typedef {object} Outcome
 * @property {Alert[]} done as they stand now
 * @property {Failure[]} failed refused, each for itself
 * @property {Conflict|null} conflict
 * @property {{alerts: Alert[], error: unknown}|null} left those that nothing is known of, because a request failed after others were answered
 */
/** @typedef {{count: number, who: string|null, error: unknown}} Hindrance alerts that could not be taken back; who acted since on the first of them, or null and what the API threw */
/** @typedef {{body: Body, seen: Alert, current: Alert, key: string}} Conflict an act that met a newer state of the alert */
/**
 * @typedef {object} Last the last act of this window
 * @property {string} act name of the act, or `silence`
 * @property {number} count alerts it was done to
 * @property {string} about names of the vessels
 * @property {number} [number] of a silence
 * @property {number} until ms since 1970 after which it cannot be taken back
 * @property {null|(() => Promise<Hindrance|null>)} undo takes it back and returns what stood in the way, or null; null if the act cannot be taken back
 */

/** For how long an act can be taken back, ms. */
export const UNDO_MS = 10_000;
/** Alerts in one request at most, as the API takes them. */
const BULK = 200;

/** Acts on their way: name of the act by id of the alert. */
export const underway = signal(/** @type {ReadonlyMap<string, string>} */ (new Map()));
/** The last act of this window; null before the first one and after it was taken back. */
export const last = signal(/** @type {Last|null} */ (null));

/** @typedef {(item: Alert, body: Body|null) => void} Listener */
/** @type {Set<Listener>} */
const listeners = new Set();

/**
 * Calls a function with each alert as it stands after an act, and the act; null for one that takes another back.
 * @param {Listener} listener
 * @returns {() => void} ends it
 */
export function onActed(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Marks acts as on their way, or as over.
 * @param {string[]} ids
 * @param {string|null} act
 */
function mark(ids, act) {
  const next = new Map(underway.value);
  for (const id of ids) {
    if (act === null) next.delete(id);
    else next.set(id, act);
  }
  underway.value = next;
}

/**
 * Does an act to one or more alerts.
 * @param {Alert[]} alerts as the person saw them
 * @param {Body} body
 * @param {string} [key] idempotency key; the same one for a second try of the same content
 * @returns {Promise<Outcome>} throws what the API threw if nothing is known of the outcome
 */
export async function act(alerts, body, key = newKey()) {
  const ids = alerts.map((alert) => alert.id);
  mark(ids, body.act);
  try {
    const outcome = alerts.length === 1 ? await one(alerts[0], body, key) : await many(alerts, body, key);
    for (const item of outcome.done) callAll(listeners, item, body);
    if (outcome.done.length > 0) remember(alerts, outcome.done, body);
    return outcome;
  } finally {
    mark(ids, null);
  }
}

/** @type {Outcome} */
const NOTHING = Object.freeze({ done: [], failed: [], conflict: null, left: null });

/**
 * @param {Alert} alert
 * @param {Body} body
 * @param {string} key
 * @returns {Promise<Outcome>}
 */
async function one(alert, body, key) {
  try {
    const { data } = await post(`/alerts/${alert.id}/acts`, body, { etag: alert.etag, key });
    return { ...NOTHING, done: [/** @type {Alert} */ (data)] };
  } catch (error) {
    const { status, current, title, detail } = /** @type {any} */ (error);
    if (status === 412 && current) return { ...NOTHING, conflict: { body, seen: alert, current, key } };
    if (status === 422 || status === 404 || status === 409) return { ...NOTHING, failed: [{ alert, title, detail }] };
    throw error;
  }
}

/**
 * In as many requests as it takes. If one fails after others were answered, what those did is told, and the rest is left.
 * @param {Alert[]} alerts
 * @param {Body} body
 * @param {string} key
 * @returns {Promise<Outcome>}
 */
async function many(alerts, body, key) {
  /** @type {Outcome} */
  const outcome = { ...NOTHING, done: [], failed: [] };
  const known = new Map(alerts.map((alert) => [alert.id, alert]));
  for (let from = 0; from < alerts.length; from += BULK) {
    const ids = alerts.slice(from, from + BULK).map((alert) => alert.id);
    try {
      // The key of a request goes with its alerts: the rest, when it is sent again, is the same request for the server.
      const { data } = await post("/alerts/acts", { ids, ...body }, { key: `${key}.${ids[0]}` });
      for (const result of /** @type {any} */ (data).results) {
        const alert = known.get(result.id);
        if (result.item) outcome.done.push(result.item);
        else if (alert) outcome.failed.push({ alert, title: result.problem?.title ?? "", detail: result.problem?.detail ?? "" });
      }
    } catch (error) {
      if (from === 0) throw error;
      return { ...outcome, left: { alerts: alerts.slice(from), error } };
    }
  }
  return outcome;
}

/**
 * Sends an act again that met a newer state, now knowing it.
 * @param {Conflict} conflict
 */
export function insist(conflict) {
  return act([conflict.current], conflict.body, conflict.key);
}

/**
 * Keeps what takes the act back.
 * @param {Alert[]} before
 * @param {Alert[]} after
 * @param {Body} body
 */
function remember(before, after, body) {
  const known = new Map(before.map((alert) => [alert.id, alert]));
  const backs = after.map((item) => ({ before: /** @type {Alert} */ (known.get(item.id)), after: item }));
  const canUndo = backs.every((back) => reverse(back.before, body, now.value) !== null);
  last.value = { act: body.act, count: after.length, about: subjects(after), until: now.value + UNDO_MS, undo: canUndo ? () => takeBack(backs, body) : null };
}

/** @typedef {{before: Alert, after: Alert}} Back an alert before and after the act */

/**
 * The acts after which an alert is as it was before one; null if there are none. Notes stay, because nobody may alter what was written.
 * @param {Alert} before
 * @param {Body} body
 * @param {number} at ms since 1970; an acknowledgement that has run out since is not given again
 * @returns {Body[]|null}
 */
export function reverse(before, body, at) {
  const { state, owner, finding, finding_reason: reason, acknowledged_until: until } = before;
  const isAside = state === "acknowledged" && (until === null || Date.parse(until) > at);
  /** @type {Body[]} */
  const aside = isAside ? [{ act: "acknowledge", until, why: WHY }] : [];
  switch (body.act) {
    case "acknowledge": return isAside ? aside : [{ act: "reopen", why: WHY }];
    case "assign": return [{ act: "assign", to: owner, why: WHY }];
    case "close": return [{ act: "reopen", why: WHY }, ...aside];
    case "reopen": return state === "closed" ? [{ act: "close", finding: finding ?? "benign", why: reason ?? WHY }] : aside;
    default: return null;
  }
}

/**
 * Takes an act back, one alert after the other, each only if nobody acted on it since.
 * @param {Back[]} backs
 * @param {Body} body the act
 * @returns {Promise<Hindrance|null>} null if all is as before
 */
async function takeBack(backs, body) {
  /** @type {Hindrance|null} */
  let hindrance = null;
  const ids = backs.map(({ before }) => before.id);
  mark(ids, "undo");
  try {
    for (const { before, after } of backs) {
      let item = after;
      for (const step of reverse(before, body, now.value) ?? []) {
        try {
          item = await stepBack(item, step);
        } catch (error) {
          hindrance ??= { count: 0, who: /** @type {any} */ (error).status === 412 ? await lastActor(after) : null, error };
          hindrance.count += 1;
          break;
        }
      }
      if (item !== after) callAll(listeners, item, null);
    }
  } finally {
    mark(ids, null);
  }
  return hindrance;
}

/**
 * The person who acted on an alert last; null if the log does not say.
 * @param {Alert} seen the alert before that
 * @returns {Promise<string|null>}
 */
async function lastActor({ id, seq }) {
  try {
    const { data } = await get("/changes", { after: seq, limit: 500 });
    return data.items.findLast((/** @type {any} */ entry) => entry.subject === id && entry.topic === "act")?.who ?? null;
  } catch {
    return null;
  }
}

/**
 * One act that takes another back; again after the pause that the server asks for where there are many, and where only the engine has
 * changed the alert since.
 * @param {Alert} item
 * @param {Body} step
 * @returns {Promise<Alert>}
 */
async function stepBack(item, step) {
  const key = newKey();
  for (let { etag } = item; ;) {
    try {
      return (await post(`/alerts/${item.id}/acts`, step, { etag, key })).data;
    } catch (error) {
      const { status, retryAfter, current } = /** @type {any} */ (error);
      if (status === 412 && current?.acts === item.acts && current.etag !== etag) etag = current.etag;
      else if (status === 429) await new Promise((done) => setTimeout(done, 1000 * (retryAfter ?? 1)));
      else throw error;
    }
  }
}

/**
 * Makes a silence.
 * @param {{mmsi?: number, zone?: string, behaviour?: string, until: string, why: string}} body
 * @param {boolean} isTrial true only counts what it would hold back
 * @param {string} [key]
 * @returns {Promise<{holds: number, recent: number, items: Alert[], number: number|null}>} `holds` open alerts, and `recent` that are over
 */
export async function silence(body, isTrial, key = newKey()) {
  const { data } = await post("/silences", body, { key, params: isTrial ? { dry_run: true } : {} });
  const made = /** @type {{holds: number, recent: number, items: Alert[], number: number|null}} */ (data);
  const { number } = made;
  if (!isTrial && number !== null) {
    const undo = async () => {
      await del(`/silences/${number}`, { why: WHY });
      return null;
    };
    last.value = { act: "silence", count: made.holds, about: "", number, until: now.value + UNDO_MS, undo };
  }
  return made;
}
