// @ts-check
/** The line below the rows: the first sentence, in full, of the row under the pointer, else of the row with the keys, else of the first one. */
import { h, signal } from "../vendor/preact.js";
import { asOf } from "../format.js";
import { eventNow } from "../state.js";
import { bars, form } from "../acts/run.js";
import { sentence } from "./row.js";
import { active, held } from "./store.js";

/** The row under the pointer; null if there is none. */
export const pointed = signal(/** @type {string|null} */ (null));

/** Whether the form that is open stands below the rows: that of one alert stands beside that alert, if its page is open. */
export function isFormHere() {
  const shown = form.value;
  return shown !== null && !(shown.alerts.length === 1 && (bars.value.get(shown.alerts[0].id) ?? 0) > 0);
}

/** Three lines high, so that no row moves when it changes; a longer sentence grows upwards over the room that is left below the last row. */
export function Sentence() {
  const { items, rows } = held.value;
  const id = [pointed.value, active.value, rows[0]].find((each) => each != null && items.has(each));
  const alert = id == null ? undefined : items.get(id);
  // A form below the rows needs the room more.
  if (rows.length === 0 || isFormHere()) return null;
  return h("div", { class: "list-sentence" }, h("p", { id: "list-sentence" }, alert ? [sentence(alert), " ", h("small", { class: "as-of" }, asOf(alert, eventNow.value))] : ""));
}
