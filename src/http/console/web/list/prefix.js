// @ts-check
/** What several names have in common at their beginning. */

/**
 * The words with which all of some names begin, with the blank after them; empty if there are none, or only one name.
 * @param {Iterable<string>} names
 */
export function commonWords(names) {
  const all = [...new Set(names)];
  if (all.length < 2) return "";
  let common = all[0];
  for (const name of all) {
    while (common !== "" && !name.startsWith(common)) common = common.slice(0, -1);
    if (common === "") return "";
  }
  return common.slice(0, common.lastIndexOf(" ") + 1);
}
