// @ts-check
/** Which acts a person may do to which alerts. The server decides; this only spares the person a refusal. */

/** @typedef {import("../list/types.js").Alert} Alert */
/** @typedef {"acknowledge"|"until"|"mine"|"assign"|"note"|"silence"|"close"|"reopen"|"copy"|"export"} Kind */

/** Every act with its key, in the order of the bar. @type {ReadonlyArray<{kind: Kind, key: string, right: string}>} */
export const ACTS = Object.freeze([
  { kind: "acknowledge", key: "a", right: "act" },
  { kind: "until", key: "A", right: "act" },
  { kind: "mine", key: "i", right: "act" },
  { kind: "assign", key: "I", right: "act" },
  { kind: "note", key: "n", right: "act" },
  { kind: "silence", key: "s", right: "silence" },
  { kind: "close", key: "v", right: "act" },
  { kind: "reopen", key: "r", right: "act" },
  { kind: "copy", key: "c", right: "read" },
  { kind: "export", key: "e", right: "export" },
]);

/**
 * Whether a person has the right for an act at all.
 * @param {Kind} kind
 * @param {{rights: string[]}|null|undefined} me
 */
export function mayEver(kind, me) {
  const right = ACTS.find((one) => one.kind === kind)?.right ?? "act";
  return right === "read" || (me?.rights.includes(right) ?? false);
}

/**
 * The alerts among some to which an act can be done in their state.
 * @param {Kind} kind
 * @param {Alert[]} alerts
 * @param {string|null} me name of the reader
 */
export function open(kind, alerts, me) {
  switch (kind) {
    case "acknowledge": return alerts.filter((alert) => alert.state === "new");
    case "until": case "assign": case "close": return alerts.filter((alert) => alert.state !== "closed");
    case "mine": return alerts.filter((alert) => alert.state !== "closed" && alert.owner !== me);
    case "reopen": return alerts.filter((alert) => alert.state !== "new");
    default: return alerts;
  }
}
