// @ts-check
/** The form of an act, loaded when it may be needed: with the first alert that is selected or chosen. */
import { h } from "../vendor/preact.js";
import { Lazy } from "../views/lazy.js";
import { t } from "../words.js";

const load = () => import("./forms.js").then(({ ActForm }) => ActForm);

/** Loads the forms, so that one is there with the key that opens it and nothing typed goes elsewhere. */
export function loadForms() {
  load().catch(() => undefined);
}

/** @param {Parameters<typeof import("./forms.js").ActForm>[0]} props */
export function LazyForm(props) {
  return h(Lazy, { load, props, name: t("acts.title") });
}
