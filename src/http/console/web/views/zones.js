// @ts-check
// Zones: what is watched, from which file, and when somebody last checked it. Zones are changed in their files.
import { h, useEffect, useState } from "../vendor/preact.js";
import { get } from "../api.js";
import { nm } from "../format.js";
import { useBack } from "../live.js";
import { explain } from "../ui/explain.js";
import "../words/pages.js";
import { t, word } from "../words.js";

/** @param {{ params: Record<string, string> }} props `id` marks one of them */
export default function ZonesView({ params }) {
  const [zones, setZones] = useState(/** @type {any[] | null} */ (null));
  const [fault, setFault] = useState(/** @type {unknown} */ (null));
  const load = () => void get("/zones").then(({ data }) => {
    setZones(data.features.map((/** @type {any} */ each) => each.properties));
    setFault(null);
  }, setFault);
  useEffect(load, []);
  useBack(fault, load);
  useEffect(() => void document.querySelector("tr.selected")?.scrollIntoView({ block: "center" }), [zones, params.id]);
  if (fault) return h("div", { class: "page-loading", role: "alert" }, explain(fault));
  if (!zones) return h("div", { class: "page-loading" }, t("word.loading"));
  /** @type {Map<string, any[]>} */
  const files = new Map();
  for (const each of zones) files.set(each.file ?? "", [...(files.get(each.file ?? "") ?? []), each]);
  return h("div", { class: "sheet" }, h("h1", null, t("nav.zones")), h("p", { class: "muted" }, t("zones.intro")),
    zones.length === 0 && h("p", null, t("zones.nothing")),
    [...files].map(([file, some]) => h("section", { key: file, class: "card scrolls", tabIndex: 0 }, h("h2", null, file || t("zones.built_in"), h("span", { class: "muted" }, ` ${t("zones.count", { n: some.length })}`)),
      h("table", null, h("thead", null, h("tr", null, ["name", "id", "kind", "near", "weight", "behaviours", "reviewed"].map((each) => h("th", { key: each, scope: "col" }, t(`zones.${each}`))))),
        h("tbody", null, some.map((zone) => h("tr", { key: zone.id, class: zone.id === params.id ? "selected" : undefined },
          h("th", { scope: "row" }, zone.name ?? zone.id), h("td", { class: "mono" }, zone.id), h("td", null, word("zone_kind", zone.kind)), h("td", { class: "nowrap" }, zone.near_nm ? nm(zone.near_nm) : "–"), h("td", null, zone.weight ?? "–"),
          h("td", null, behaviours(zone)), h("td", { class: "nowrap" }, zone.reviewed ?? t("word.never")))))))));
}

/** What the zone asks for beyond the usual. @param {any} zone */
function behaviours(zone) {
  const names = zone.behaviours ?? Object.keys(zone.settings ?? {});
  return names.map((/** @type {string} */ each) => word("behaviour", each)).join(", ") || "–";
}
