// @ts-check
// The past of an alert as a reader sees it: changes, acts and notes in one line of time. Pure functions.
import { WHY as BACK } from "../acts/back.js";

/** @typedef {import("./types.js").Past} Past */
/** @typedef {Past & {steps?: string[]}} Row a change, with the further steps of the same act */

/** The steps of one act follow each other within this time. Milliseconds. */
const ONE_ACT = 30_000;

/**
 * One line of time. A note that the acts already have is not repeated. Taking an act back sets the state before it again, step by step:
 * the audit has each step, a reader sees one act.
 * @param {Past[]} history
 * @param {import("./types.js").Note[]} notes
 * @returns {Row[]}
 */
export function merged(history, notes) {
  const has = (/** @type {import("./types.js").Note} */ note) => history.some((past) => past.what === "noted" && past.why === note.text);
  const more = notes.filter((note) => !has(note)).map((note) => ({ seq: 0, at: note.at, who: note.who, what: "noted", why: note.text, stored_at: undefined, revision: null, score: null, severity: null }));
  const all = [...history, ...more].sort((one, other) => Date.parse(one.stored_at ?? one.at) - Date.parse(other.stored_at ?? other.at));
  return all.reduce((rows, past) => {
    const before = rows.at(-1);
    if (before && isSameBack(before, past)) before.steps = [...(before.steps ?? []), past.what];
    else rows.push({ ...past });
    return rows;
  }, /** @type {Row[]} */ ([]));
}

/** Whether both are steps of taking one act back. @param {Row} before @param {Past} past */
const isSameBack = (before, past) => before.why === BACK && past.why === BACK && before.who === past.who && Date.parse(past.at) - Date.parse(before.at) < ONE_ACT;
