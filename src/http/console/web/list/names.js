// @ts-check
/** Names of groups. */
import { t, word } from "../words.js";

/**
 * @param {import("./groups.js").Header} header
 * @param {import("./groups.js").Grouping} by
 */
export function nameOfGroup(header, by) {
  if (header.key === "") return t(`list.group_none.${by}`);
  if (by === "case") return t("list.case", { id: header.key.slice(0, 6) });
  if (by === "behaviour") return word("behaviour", header.key);
  return header.name || header.key;
}
