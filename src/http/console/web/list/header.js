// @ts-check
/** Header of a group: what its alerts share, how many they are, the worst of them. */
import { nameOfGroup } from "./names.js";
import { Severity } from "../ui/severity.js";
import { h } from "../vendor/preact.js";
import { t, word } from "../words.js";

/**
 * @param {{header: import("./groups.js").Header, by: import("./groups.js").Grouping, top: number, index: number, isActive: boolean, isEntry: boolean, onFold: (id: string) => void}} props
 */
export function GroupHeader({ header, by, top, index, isActive, isEntry, onFold }) {
  const { behaviour, zone, vessel } = header.common;
  const common = [vessel, behaviour === null ? null : word("behaviour", behaviour), zone].filter(Boolean).join(" · ");
  return h("div", {
    class: `group${isActive ? " active" : ""}`, role: "row", "aria-rowindex": index, "aria-expanded": header.isOpen, "data-id": header.id, tabIndex: isEntry ? 0 : -1,
    style: { transform: `translateY(${top}px)` }, onClick: () => onFold(header.id),
  },
  h("div", { role: "gridcell", class: "group-cell" },
    h("span", { class: "group-sign", "aria-hidden": "true" }, header.isOpen ? "▾" : "▸"),
    h(Severity, { severity: /** @type {any} */ (header.severity) }),
    h("span", { class: "row-score" }, header.score),
    h("b", { class: "group-name" }, h("bdi", null, nameOfGroup(header, by))),
    common ? h("span", { class: "group-common" }, h("bdi", null, common)) : null,
    h("span", { class: "group-count" }, t("list.alerts", { n: header.count }), header.fresh ? h("em", null, t("list.of_which_new", { n: header.fresh })) : null)));
}
