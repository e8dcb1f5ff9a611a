// @ts-check
// The button that opens the layers with their keys, and what colours and signs mean.
import { h, useState } from "../vendor/preact.js";
import { local } from "../storage.js";
import { Button } from "../ui/button.js";
import { useLayer } from "../ui/layer.js";
import { Lazy } from "../views/lazy.js";
import { t } from "../words.js";

/** @typedef {import("./model.js").MapModel} MapModel */
/** @typedef {import("./colours.js").PaletteName} PaletteName */

const loadBody = () => import("./legend_body.js").then(({ LegendBody }) => LegendBody);

/** @param {{model: MapModel, palette: PaletteName}} props */
export function Legend({ model, palette }) {
  const [open, setOpen] = useState(local.get("atalaia.legend") === "open");
  const [isKept, setKept] = useState(open);
  const toggle = () => {
    setKept(false);
    local.set("atalaia.legend", open ? "shut" : "open");
    setOpen(!open);
  };
  useLayer(open, toggle, isKept);
  return h("section", { class: "map-legend", "aria-label": t("map.legend") },
    h(Button, { kind: "quiet", expanded: open, onClick: toggle }, t("map.layers")),
    open && h(Lazy, { load: loadBody, props: { model, palette }, name: t("map.legend") }));
}
