// @ts-check
/**
 * Which rows the list shows, and in which order. Rows keep their place until somebody takes in what is new: what the stream
 * brings is written into the row where it stands, and new or worse alerts wait. No function here changes what it is given.
 */
import { rank } from "../severities.js";

/** @typedef {import("./types.js").Alert} Alert */
/**
 * @typedef {object} Held
 * @property {Map<string, Alert>} items every alert known under the filter, by id
 * @property {string[]} rows ids in the order shown
 * @property {Map<string, "new"|"worse">} waiting alerts that `take` would add or move up
 * @property {Set<string>} over rows that ended, or left the filter, since the last `take`
 * @property {Set<string>} gone rows that the server no longer has under the filter; they are in `over` too
 * @property {Map<string, number>} flashes how often a row has changed in place since it was loaded
 * @property {string|null} next cursor of the page after the last row; null if all are loaded
 * @property {number} total alerts under the filter, by the server's count
 */

/** A list of nothing. @returns {Held} */
export function empty() {
  return { items: new Map(), rows: [], waiting: new Map(), over: new Set(), gone: new Set(), flashes: new Map(), next: null, total: 0 };
}

/**
 * The order of the list: score, then the latest, then the id.
 * @param {Alert} a
 * @param {Alert} b
 */
export function compare(a, b) {
  if (a.score !== b.score) return b.score - a.score;
  const later = Date.parse(b.last_at) - Date.parse(a.last_at);
  if (later !== 0) return later;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/**
 * A list from its first page.
 * @param {{items: Alert[], next: string|null, total: number}} page
 * @returns {Held}
 */
export function first(page) {
  const list = empty();
  list.items = new Map(page.items.map((item) => [item.id, item]));
  list.rows = page.items.map((item) => item.id);
  list.next = page.next;
  list.total = page.total ?? page.items.length;
  return list;
}

/**
 * The list with a further page at its end. An alert that is there already keeps its place.
 * @param {Held} list
 * @param {{items: Alert[], next: string|null, total: number}} page
 * @returns {Held}
 */
export function further(list, page) {
  const items = new Map(list.items);
  const waiting = new Map(list.waiting);
  const rows = [...list.rows];
  const shown = new Set(rows);
  for (const item of page.items) {
    if (!isOlder(item, items.get(item.id))) items.set(item.id, item);
    if (shown.has(item.id)) continue;
    rows.push(item.id);
    waiting.delete(item.id);
  }
  return { ...list, items, rows, waiting, next: page.next, total: page.total ?? list.total };
}

/**
 * Whether an item is an older state of an alert than the one at hand.
 * @param {Alert} item
 * @param {Alert|undefined} known
 */
function isOlder(item, known) {
  if (!known) return false;
  if (item.revision !== known.revision) return item.revision < known.revision;
  return item.acts < known.acts;
}

/**
 * Whether an alert became worse: graver, or higher in the order by more than time.
 * @param {Alert} now
 * @param {Alert} before
 */
export function isWorse(now, before) {
  return rank(now.severity) > rank(before.severity) || now.score > before.score;
}

/**
 * The list after the stream brought alerts. `fits` says whether an alert is under the filter.
 * @param {Held} list
 * @param {Alert[]} news in the order in which they came
 * @param {(alert: Alert) => boolean} fits
 * @returns {Held}
 */
export function receive(list, news, fits) {
  const shown = new Set(list.rows);
  // Copied once for all of them: a burst of hundreds in a list of thousands must not copy it hundreds of times.
  const copy = {
    ...list, items: new Map(list.items), waiting: new Map(list.waiting), over: new Set(list.over), gone: new Set(list.gone), flashes: new Map(list.flashes),
  };
  for (const item of news) {
    const before = copy.items.get(item.id);
    if (isOlder(item, before)) continue;
    if (before && shown.has(item.id)) write(copy, item, before, fits(item));
    else arrive(copy, item, fits(item));
  }
  return copy;
}

/**
 * The list after a look at what the server has now: rows that are not there any more are greyed.
 * @param {Held} list
 * @param {{items: Alert[], next: string|null, total: number}} page
 * @param {(alert: Alert) => boolean} fits
 * @returns {Held}
 */
export function compared(list, page, fits) {
  const items = new Map(list.items);
  for (const item of page.items) {
    // A silence changes an alert without a revision.
    const known = items.get(item.id);
    if (known && known.etag === item.etag && known.silenced_by !== item.silenced_by) items.set(item.id, item);
  }
  const after = receive({ ...list, items }, page.items, fits);
  const there = new Set(page.items.map((item) => item.id)), last = page.items.at(-1);
  // A row below the end of the page may be on the next one.
  const isOnPage = (/** @type {Alert|undefined} */ item) => page.next === null || (item && last && compare(item, last) <= 0);
  const gone = after.rows.filter((id) => !there.has(id) && isOnPage(after.items.get(id)));
  const over = new Set([...after.over, ...gone]), left = new Set([...after.gone, ...gone]);
  // Rows that have left the filter still stand there, and are counted until the list is taken in.
  const standing = after.rows.filter((id) => left.has(id) || !isUnder(after.items.get(id), fits)).length;
  return { ...after, over, gone: left, total: page.total === undefined ? list.total : page.total + standing };
}

/** @param {Alert|undefined} item @param {(alert: Alert) => boolean} fits */
const isUnder = (item, fits) => item !== undefined && fits(item);

/**
 * Writes an alert into its row.
 * @param {Held} copy changed
 * @param {Alert} item
 * @param {Alert} before
 * @param {boolean} fits
 */
function write(copy, item, before, fits) {
  copy.items.set(item.id, item);
  copy.gone.delete(item.id);
  if (isWorse(item, before)) copy.waiting.set(item.id, "worse");
  const hasEnded = item.status !== "open" && before.status === "open";
  if (!fits || hasEnded) copy.over.add(item.id);
  else if (item.status === "open" || (before.state === "closed" && item.state !== "closed")) copy.over.delete(item.id);
  if (!fits) copy.waiting.delete(item.id);
  const changed = item.revision !== before.revision || item.acts !== before.acts || item.state !== before.state;
  if (changed) copy.flashes.set(item.id, (copy.flashes.get(item.id) ?? 0) + 1);
}

/**
 * An alert that has no row yet. Below the last loaded row it is left to the next page, so that it cannot stand out of order.
 * @param {Held} copy changed
 * @param {Alert} item
 * @param {boolean} fits
 */
function arrive(copy, item, fits) {
  const isKnown = copy.waiting.has(item.id);
  if (!fits) {
    if (isKnown) copy.total -= 1;
    copy.waiting.delete(item.id);
    return;
  }
  if (!isKnown) copy.total += 1;
  const last = copy.items.get(copy.rows[copy.rows.length - 1] ?? "");
  if (copy.next !== null && last && compare(last, item) < 0) return;
  copy.items.set(item.id, item);
  copy.waiting.set(item.id, "new");
}

/**
 * The list without an alert that the reader may no longer see. It goes at once: a row that stays would show what has been withdrawn.
 * @param {Held} list
 * @param {string} id
 * @returns {Held}
 */
export function withdraw(list, id) {
  if (!list.items.has(id) && !list.waiting.has(id)) return list;
  const copy = {
    ...list, items: new Map(list.items), waiting: new Map(list.waiting), over: new Set(list.over), flashes: new Map(list.flashes),
    rows: list.rows.filter((row) => row !== id), total: list.total - 1,
  };
  for (const held of [copy.items, copy.waiting, copy.over, copy.flashes]) held.delete(id);
  return copy;
}

/**
 * The list with all that waits taken in: in order, without the rows that left the filter.
 * @param {Held} list
 * @param {(alert: Alert) => boolean} fits
 * @returns {Held}
 */
export function take(list, fits) {
  const ids = new Set([...list.rows, ...list.waiting.keys()]);
  const kept = [...ids].map((id) => list.items.get(id)).filter((item) => item !== undefined && fits(item) && !list.gone.has(item.id));
  const items = /** @type {Alert[]} */ (kept).sort(compare);
  const rows = new Set(list.rows);
  const left = rows.size - items.filter((item) => rows.has(item.id)).length;
  return {
    ...list,
    total: list.total - left,
    items: new Map(items.map((item) => [item.id, item])),
    rows: items.map((item) => item.id),
    waiting: new Map(),
    over: new Set(),
    gone: new Set(),
    flashes: new Map(),
  };
}

/**
 * How many wait, by what they are.
 * @param {Held} list
 */
export function waiting(list) {
  let fresh = 0;
  for (const kind of list.waiting.values()) fresh += kind === "new" ? 1 : 0;
  return { fresh, worse: list.waiting.size - fresh };
}

/**
 * The row to go to from a row: `step` rows further, or the nearest end. Null in an empty list.
 * @param {string[]} rows
 * @param {string|null} from
 * @param {number} step
 */
export function neighbour(rows, from, step) {
  if (rows.length === 0) return null;
  const at = from === null ? -1 : rows.indexOf(from);
  if (at < 0) return rows[step < 0 ? rows.length - 1 : 0];
  return rows[Math.min(rows.length - 1, Math.max(0, at + step))];
}

/**
 * The row to open after the act on one: the next in which there is still work, else the last one before it.
 * @param {Held} list
 * @param {string} id
 */
export function following(list, id) {
  const at = list.rows.indexOf(id);
  const isWork = (/** @type {string} */ one) => list.items.get(one)?.state === "new";
  return list.rows.slice(at + 1).find(isWork) ?? list.rows.slice(0, Math.max(0, at)).reverse().find(isWork) ?? null;
}

/**
 * All rows from one to another, both included, whichever comes first.
 * @param {string[]} rows
 * @param {string} from
 * @param {string} to
 */
export function between(rows, from, to) {
  const ends = [rows.indexOf(from), rows.indexOf(to)];
  if (ends[0] < 0) return ends[1] < 0 ? [] : [to];
  return rows.slice(Math.min(...ends), Math.max(...ends) + 1);
}
