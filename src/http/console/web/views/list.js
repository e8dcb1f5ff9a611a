// @ts-check
/** The list alone, for a window of its own. What is selected here is selected in the other windows. */
import { AlertList } from "../list/list.js";
import { addSheet } from "../sheet.js";
import { h } from "../vendor/preact.js";
import { t } from "../words.js";

await Promise.all([addSheet("list"), addSheet("acts")]);

export default function ListView() {
  return h("div", { class: "list-window" }, h("h1", { class: "for-readers" }, t("nav.list")), h(AlertList, { name: "alone" }));
}
