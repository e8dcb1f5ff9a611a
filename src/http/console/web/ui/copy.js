// @ts-check
import { t } from "../words.js";
import { say } from "./toast.js";

/** Puts text on the clipboard and says so; without a secure context through a selection.
 * @param {string} text @returns {Promise<boolean>} */
export async function copy(text) {
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else bySelection(text);
    say(t("action.copied"), "good", undefined, 3);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} text */
function bySelection(text) {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
