// What the console takes from OpenLayers 10.11.0. `node vendor.mjs ol` bundles it, without the rest.
// Not here: ScaleLine and Attribution (they write HTML, which the page forbids) and everything that needs WebGL.
//! OpenLayers 10.11.0, BSD-2-Clause, and the packages it contains: versions and licences are in ol.md
export {default as OlMap} from "ol/Map.js";
export {default as View} from "ol/View.js";
export {default as Feature} from "ol/Feature.js";
export {default as Overlay} from "ol/Overlay.js";
export {default as ImageTile} from "ol/ImageTile.js";
export {unByKey} from "ol/Observable.js";

export {default as Layer} from "ol/layer/Layer.js";
export {default as VectorLayer} from "ol/layer/Vector.js";
export {default as TileLayer} from "ol/layer/Tile.js";
export {default as ImageLayer} from "ol/layer/Image.js";
export {default as Graticule} from "ol/layer/Graticule.js";

export {default as VectorSource} from "ol/source/Vector.js";
export {default as ImageTileSource} from "ol/source/ImageTile.js";
export {default as XYZ} from "ol/source/XYZ.js";
export {default as TileWMS} from "ol/source/TileWMS.js";
export {default as ImageWMS} from "ol/source/ImageWMS.js";
export {default as WMTS, optionsFromCapabilities} from "ol/source/WMTS.js";
export {default as WMTSCapabilities} from "ol/format/WMTSCapabilities.js";
export {default as GeoJSON} from "ol/format/GeoJSON.js";

export {default as Point} from "ol/geom/Point.js";
export {default as LineString} from "ol/geom/LineString.js";
export {default as Polygon, circular, fromExtent} from "ol/geom/Polygon.js";
export {default as MultiPolygon} from "ol/geom/MultiPolygon.js";

export {default as Style} from "ol/style/Style.js";
export {default as Fill} from "ol/style/Fill.js";
export {default as Stroke} from "ol/style/Stroke.js";
export {default as Circle} from "ol/style/Circle.js";
export {default as Text} from "ol/style/Text.js";

export {default as Interaction} from "ol/interaction/Interaction.js";
export {default as DragBox} from "ol/interaction/DragBox.js";
export {default as DragPan} from "ol/interaction/DragPan.js";
export {default as MouseWheelZoom} from "ol/interaction/MouseWheelZoom.js";
export {default as Draw} from "ol/interaction/Draw.js";
export {default as Modify} from "ol/interaction/Modify.js";
export {default as Snap} from "ol/interaction/Snap.js";
export {defaults as defaultInteractions} from "ol/interaction/defaults.js";
export {shiftKeyOnly} from "ol/events/condition.js";

export {createXYZ} from "ol/tilegrid.js";
export {fromLonLat, toLonLat, getPointResolution} from "ol/proj.js";
export {getDistance} from "ol/sphere.js";
