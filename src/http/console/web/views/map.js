// @ts-check
// The map in a window of its own (`/map`). It shares selection and filter with the other windows.
import { h } from "../vendor/preact.js";
import { MapView } from "../map/map.js";

/** The page. */
export default function MapPage() {
  return h(MapView, { alone: true });
}
