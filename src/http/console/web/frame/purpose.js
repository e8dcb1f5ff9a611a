// @ts-check
// The question what the data are for, where the site asks with each export or look at details. It stands over the page and blocks nothing.
import { h } from "../vendor/preact.js";
import { answer, question, settle } from "../purpose.js";
import { PurposeForm } from "../ui/purpose.js";
import { t } from "../words.js";

/** Whether somebody is writing a text that belongs elsewhere. */
function isWriting() {
  const here = document.activeElement;
  return here instanceof HTMLElement && here.matches("textarea, select, input:not([type=checkbox], [type=radio])") && !here.closest(".act-form");
}

export function PurposeQuestion() {
  const open = question.value;
  if (!open) return null;
  return h("div", { role: "dialog", "aria-label": t(`ask.${open.kind}`) },
    h(PurposeForm, { key: open.kind, kind: open.kind, onAnswer: answer, onCancel: () => settle(null), takesFocus: !isWriting() }));
}
