// @ts-check
import { t } from "../words.js";
import { say } from "./toast.js";

/** Puts text on the clipboard, and says whether it is there. @param {string} text */
export async function copy(text) {
  if (await toClipboard(text)) say(t("action.copied"), "good", undefined, 3);
  else say(t("action.not_copied"), "bad");
}

/** Puts text on the clipboard; pages without TLS have none of their own, so there through a selected field.
 * @param {string} text @returns {Promise<boolean>} whether it is there */
export async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return bySelection(text);
  }
}

/** @param {string} text */
function bySelection(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "for-readers";
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before?.focus();
  return done;
}
