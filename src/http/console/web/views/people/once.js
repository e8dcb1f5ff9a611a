// @ts-check
import { h } from "../../vendor/preact.js";
import { Banner } from "../../ui/banner.js";
import { Button } from "../../ui/button.js";
import { copy } from "../../ui/copy.js";
import { t } from "../../words.js";

/** A secret that the server does not give again. It stays until the person says that she has noted it.
 * @param {{ text: string, secret: string, onDone: () => void }} props */
export function Once({ text, secret, onDone }) {
  return h(Banner, { tone: "warn" }, h("b", null, text), h("code", { class: "secret" }, secret),
    h(Button, { onClick: () => void copy(secret) }, t("action.copy")), h(Button, { kind: "quiet", onClick: onDone }, t("people.token_noted")));
}
