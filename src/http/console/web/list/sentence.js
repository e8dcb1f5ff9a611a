// @ts-check
/** The line below the rows: the first sentence, in full, of the row under the pointer, else of the row with the keys, else of the first one. */
import { h, signal } from "../vendor/preact.js";
import { form } from "../acts/run.js";
import { sentence } from "./row.js";
import { active, held } from "./store.js";

/** The row under the pointer; null if there is none. */
export const pointed = signal(/** @type {string|null} */ (null));

/** Three lines high, so that no row moves when it changes; a longer sentence grows upwards over the room that is left below the last row. */
export function Sentence() {
  const { items, rows } = held.value;
  const id = [pointed.value, active.value, rows[0]].find((each) => each != null && items.has(each));
  const alert = id == null ? undefined : items.get(id);
  // A form needs the room more; the rows stay where they are.
  if (rows.length === 0 || form.value !== null) return null;
  return h("div", { class: "list-sentence" }, h("p", { id: "list-sentence" }, alert ? sentence(alert) : ""));
}
