// @ts-check
/** The list alone, for a window of its own. What is selected here is selected in the other windows. */
import { AlertList } from "../list/list.js";
import { addSheet } from "../sheet.js";
import { h } from "../vendor/preact.js";

await Promise.all([addSheet("list"), addSheet("acts")]);

export function ListView() {
  return h("div", { class: "list-window" }, h(AlertList, { name: "alone" }));
}

export default ListView;
