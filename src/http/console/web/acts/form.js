// @ts-check
/** The form of an act, loaded when it may be needed: with the first alert that is selected or chosen. */
import { h } from "../vendor/preact.js";
import { useLayer } from "../ui/layer.js";
import { Lazy } from "../views/lazy.js";
import { t } from "../words.js";
import { hide } from "./run.js";

const load = () => import("./forms.js").then(({ ActForm }) => ActForm);

/** Loads the forms, so that one is there with the key that opens it and nothing typed goes elsewhere. */
export function loadForms() {
  load().catch(() => undefined);
}

/** @param {Parameters<typeof import("./forms.js").ActForm>[0]} props */
export function LazyForm(props) {
  useLayer(true, hide);
  // Its place is there at once: until the form is, keys do nothing.
  return h("div", { class: "act-place", "data-form-place": "" }, h(Lazy, { load, props, name: t("acts.title") }));
}
