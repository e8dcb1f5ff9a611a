// @ts-check
// What the data are used for, where the site asks for it with each export, each search or each look at details. The server decides when:
// a request that it refuses for want of a purpose becomes one question to the person, and is sent again with the answer.
import { signal } from "./vendor/preact.js";

/** @typedef {"export" | "detail"} Kind */
/** @typedef {{ kind: Kind, answer: Promise<string | null>, settle: (word: string | null) => void }} Question */

/** The question that waits for the person; null if there is none. */
export const question = signal(/** @type {Question | null} */ (null));
/** Grows with each answer, so that what was refused meanwhile is asked for again. */
export const answers = signal(0);
/** Whether the person did not want to answer for what is open: nothing is asked again by itself. */
export const isDeclined = signal(false);

/** What this window shows, with the name of the person; one answer holds for all that belongs to it. */
let view = "";
/** The answer for `view`; null until there is one. */
let word = /** @type {string | null} */ (null);

/** Windows that show the same ask once. */
const channel = new BroadcastChannel("atalaia.purpose");
channel.onmessage = ({ data }) => {
  if (data.view !== view) return;
  if (question.peek()?.kind === "detail") settle(data.word);
  else keep(data.word);
};

/** The window shows something else: what is loaded for it needs an answer of its own. @param {string} name */
export function beginView(name) {
  if (name === view) return;
  view = name;
  forgetAnswer();
  if (question.peek()?.kind === "detail") close(null);
}

/** The person will answer after all, or the answer was not accepted. */
export function forgetAnswer() {
  word = null;
  isDeclined.value = false;
}

/** What an address is asked for. @param {string} url @returns {Kind} */
export function kindOf(url) {
  return url.startsWith("/api/v1/alerts/export") ? "export" : "detail";
}

/** The answer that holds already; each export needs one of its own. @param {Kind} kind */
export function given(kind) {
  return kind === "detail" ? word : null;
}

/** Asks the person; several requests for one view wait for the same answer.
 * @param {Kind} kind @returns {Promise<string | null>} null if the person does not want to answer */
export async function ask(kind) {
  const asked = view;
  for (let open = question.peek(); ; open = question.peek()) {
    if (kind === "detail" && (word !== null || isDeclined.peek() || asked !== view)) return asked === view ? word : null;
    if (open === null) break;
    await open.answer;
  }
  /** @type {(word: string | null) => void} */
  let settled = () => undefined;
  const answer = new Promise((/** @type {typeof settled} */ done) => (settled = done));
  question.value = { kind, answer, settle: settled };
  return answer;
}

/** The person's answer to the open question; null if she does not want to give one. @param {string | null} said */
export function settle(said) {
  const open = question.peek();
  if (!open) return;
  if (open.kind === "detail") {
    if (said !== null) keep(said);
    else isDeclined.value = true;
  }
  close(said);
}

/** The same in all windows. @param {string} said */
export function answer(said) {
  if (question.peek()?.kind === "detail") channel.postMessage({ view, word: said });
  settle(said);
}

/** @param {string} said */
function keep(said) {
  word = said;
  answers.value += 1;
}

/** @param {string | null} said */
function close(said) {
  const open = question.peek();
  question.value = null;
  open?.settle(said);
}
