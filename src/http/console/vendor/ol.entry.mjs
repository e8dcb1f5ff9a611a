// What the console takes from OpenLayers 10.11.0. `node vendor.mjs ol` bundles it, without the rest.
// Not here: controls (they write HTML, which the page forbids), everything that needs WebGL, and what nothing imports.
//! OpenLayers 10.11.0, BSD-2-Clause, and the packages it contains: versions and licences are in ol.md
export {default as OlMap} from "ol/Map.js";
export {default as View} from "ol/View.js";

export {default as Layer} from "ol/layer/Layer.js";
export {default as TileLayer} from "ol/layer/Tile.js";
export {default as ImageTileSource} from "ol/source/ImageTile.js";

export {default as DragBox} from "ol/interaction/DragBox.js";
export {default as DragPan} from "ol/interaction/DragPan.js";
export {defaults as defaultInteractions} from "ol/interaction/defaults.js";
export {shiftKeyOnly} from "ol/events/condition.js";

export {createXYZ} from "ol/tilegrid.js";
