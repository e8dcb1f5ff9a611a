// @ts-check
import { h, useState } from "../../vendor/preact.js";
import { Button } from "../../ui/button.js";
import { t } from "../../words.js";

/** A button whose act cannot be taken back: the first press asks, in place, the second does it.
 * @param {{ label: string, sure: string, onSure: () => void }} props */
export function Sure({ label, sure, onSure }) {
  const [asked, setAsked] = useState(false);
  if (!asked) return h(Button, { kind: "quiet", onClick: () => setAsked(true) }, label);
  return h("span", { class: "row", role: "group", "aria-label": sure }, h("span", { class: "bad" }, sure),
    h(Button, { kind: "danger", onClick: () => { setAsked(false); onSure(); } }, label), h(Button, { kind: "quiet", onClick: () => setAsked(false) }, t("action.cancel")));
}
