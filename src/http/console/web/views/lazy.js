// @ts-check
/** A part of a page that is loaded when it is first shown. If it cannot be loaded, the rest goes on without it until the page begins again. */
import { h, useEffect, useState } from "../vendor/preact.js";
import { useReload } from "../reload.js";
import { t } from "../words.js";

/** @typedef {(props: any) => any} Part */

/**
 * @param {{load: () => Promise<any>, props: object, name: string}} props `name` says what it is, in words
 */
export function Lazy({ load, props, name }) {
  const [part, setPart] = useState(/** @type {{view: Part|null, failed: boolean}} */ ({ view: null, failed: false }));
  useEffect(() => {
    let isOld = false;
    load().then((view) => { if (!isOld) setPart({ view, failed: !view }); }, () => { if (!isOld) setPart({ view: null, failed: true }); });
    return () => { isOld = true; };
  }, [load]);
  useReload(part.failed);
  if (part.view) return h(part.view, props);
  if (!part.failed) return h("div", { class: "lazy", "aria-busy": "true" }, t("word.loading"));
  return h("div", { class: "lazy failed", role: "alert" }, h("span", null, t("watch.part_failed", { name })),
    h("button", { type: "button", class: "tool", onClick: () => location.reload() }, t("action.reload")));
}
