// @ts-check
// The page of one alert.
import { h, useEffect } from "../vendor/preact.js";
import { AlertPanel } from "../alert/alert.js";
import { selection } from "../state.js";

/** @param {{id: string | null}} props */
export default function AlertView({ id }) {
  useEffect(() => {
    if (id) selection.value = { kind: "alert", id };
  }, [id]);
  return id ? h("div", { class: "al-page" }, h(AlertPanel, { id, level: "h1" })) : null;
}
