// @ts-check
/** The vessels that a text names, the best first: what does not fit below the search box. */
import "../words/list.js";
import { t, word } from "../alert/words.js";
import { get } from "../api.js";
import { agoText } from "../format.js";
import { link } from "../route.js";
import { showAt } from "../show_vessel.js";
import { eventNow } from "../state.js";
import { explain } from "../ui/explain.js";
import { h, useEffect, useRef, useState } from "../vendor/preact.js";
import { called, mmsiText } from "../vessel.js";
import { addSheet } from "../sheet.js";

await addSheet("list");

/** Rows of one request. */
const PAGE = 200;
const HEADS = ["name", "mmsi", "flag", "type"];

/** @typedef {{items: any[], total: number, next: string|null}} Found */

/** @param {{params: Record<string, string>}} props */
export default function VesselsView({ params }) {
  const q = (params.q ?? "").trim();
  const [found, setFound] = useState(/** @type {Found|null} */ (null));
  const [fault, setFault] = useState(/** @type {unknown} */ (null));
  const asked = useRef(new AbortController());
  const load = async (/** @type {Found|null} */ before) => {
    asked.current.abort();
    const { signal } = (asked.current = new AbortController());
    setFault(null);
    try {
      const { data } = await get("/vessels", { q, limit: PAGE, cursor: before?.next }, { signal });
      setFound({ ...data, items: [...(before?.items ?? []), ...data.items] });
    } catch (failed) {
      if (!signal.aborted) setFault(failed);
    }
  };
  useEffect(() => {
    setFound(null);
    if (q) void load(null);
    return () => asked.current.abort();
  }, [q]);
  return h("div", { class: "sheet vessels" },
    h("header", { class: "page-head" }, h("h1", null, t("nav.vessels")), q ? h("bdi", { class: "page-sum" }, `“${q}”`) : null,
      found ? h("span", { class: "page-sum" }, t("search.vessels_found", { n: found.total })) : null),
    fault ? h("p", { class: "act-fault", role: "alert" }, explain(fault), " ", h("button", { type: "button", class: "tool", onClick: () => load(found) }, t("action.retry"))) : null,
    q === "" ? h("p", { class: "page-empty" }, t("search.where")) : !found && !fault ? h("p", null, t("word.loading")) : null,
    found && found.items.length === 0 ? h("p", { class: "page-empty" }, t("search.nothing")) : null,
    found?.items.length ? h("div", { class: "table-box" }, h("table", { class: "table" },
      h("thead", null, h("tr", null, HEADS.map((name) => h("th", { key: name, scope: "col" }, t(`alert.id.${name}`))), h("th", { scope: "col" }, t("alert.heard")), h("th", null, h("span", { class: "for-readers" }, t("action.show_on_map"))))),
      h("tbody", null, found.items.map((one) => h("tr", { key: `${one.mmsi}.${one.track}` },
        h("th", { scope: "row" }, h("a", link(`/vessels/${one.mmsi}`), h("bdi", null, called(one)))), h("td", null, mmsiText(one.mmsi)), h("td", null, one.flag ?? "–"), h("td", null, word("vessel", one.kind)),
        h("td", null, agoText(one.at, eventNow.value)),
        h("td", null, h("button", { type: "button", class: "tool", "aria-label": `${t("action.show_on_map")}: ${called(one)}`, onClick: () => showAt(one.mmsi, one) }, t("action.show_on_map")))))))) : null,
    found?.next ? h("button", { type: "button", class: "button", onClick: () => load(found) }, t("search.more_vessels", { n: found.total - found.items.length })) : null);
}
