// @ts-check
// What the map asks the server for beside alerts and picture: zones, coverage, tracks, the place to begin with.
import { get } from "../api.js";
import { nameAt, sizeOf } from "./zone_name.js";

/** @typedef {import("../geo.js").Place} Place */
/** @typedef {import("./ground/zones.js").ZoneShape} ZoneShape */
/** @typedef {import("./ground/zones.js").ZoneKind} ZoneKind */
/** @typedef {import("./model.js").ZoneName} ZoneName */

/** Looked at where the server names no place: the Atlantic between Europe, Africa and the Caribbean. */
const ATLANTIC = { lat: 27, lon: -32, zoom: 4 };
/** @type {ZoneKind[]} */
const KINDS = ["corridor", "area", "port", "anchorage", "benign", "source"];
/** Hours of a track. */
export const TRACK_HOURS = 2;

/** The place in an address, as `LAT,LON,ZOOM`; null if it is none. @param {string|undefined} text @returns {import("./stage.js").Look|null} */
export function readLook(text) {
  const [lat, lon, zoom] = (text ?? "").split(",").map(Number);
  return Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 2 && zoom <= 18 ? { lat, lon, zoom } : null;
}

/** @param {import("./stage.js").Look} look @returns {string} */
export const writeLook = ({ lat, lon, zoom }) => `${lat.toFixed(4)},${lon.toFixed(4)},${zoom.toFixed(2)}`;

/** Where the map begins. @returns {Promise<{look: import("./stage.js").Look, bbox: number[]|null}>} */
export async function firstLook() {
  try {
    const { data } = await get("/map/bounds");
    const [lon, lat] = Array.isArray(data.centre) ? data.centre : [data.centre?.lon, data.centre?.lat];
    const look = Number.isFinite(lat) && Number.isFinite(lon) ? { lat, lon, zoom: Math.max(2.6, Math.min(18, Number(data.zoom) || 6)) } : ATLANTIC;
    return { look, bbox: Array.isArray(data.bbox) && data.bbox.length === 4 ? data.bbox : null };
  } catch {
    return { look: ATLANTIC, bbox: null };
  }
}

/** All zones, as shapes for the worker and names for labels. @returns {Promise<{shapes: ZoneShape[], names: ZoneName[]}>} */
export async function loadZones() {
  const { data } = await get("/zones");
  const shapes = [], names = [];
  for (const feature of data.features ?? []) {
    const shape = shapeOf(feature);
    if (!shape) continue;
    shapes.push(shape);
    const at = nameAt(shape);
    // A source region is as large as a coast; its name in the middle of the land would say nothing.
    if (at && shape.kind !== "source") names.push({ id: shape.id, name: String(feature.properties?.name ?? shape.id), kind: shape.kind, at, size: sizeOf(shape) });
  }
  return { shapes, names };
}

/** @param {any} feature @returns {ZoneShape|null} */
function shapeOf(feature) {
  const properties = feature.properties ?? {}, kind = KINDS.find((each) => each === properties.kind), geometry = feature.geometry;
  if (!kind || !geometry) return null;
  const { type, coordinates } = geometry;
  const rings = type === "Polygon" ? coordinates : type === "MultiPolygon" ? coordinates.flat() : [];
  const lines = type === "LineString" ? [coordinates] : type === "MultiLineString" ? coordinates : [];
  const points = type === "Point" ? [coordinates] : type === "MultiPoint" ? coordinates : [];
  const halfWidth = lines.length ? Number(properties.half_width_nm) || 0 : points.length ? Number(properties.radius_nm) || 0 : 0;
  return { id: String(properties.id ?? feature.id), kind, rings, lines, points, halfWidth, near: Number(properties.near_nm) || 0 };
}

/** An area in degrees: west, south, east, north. East is beyond 180 where the area crosses the antimeridian. @typedef {[number, number, number, number]} Area */

/** The cells of an area where ships are heard. @param {Area} area @returns {Promise<import("./ground/sky.js").Cell[]>} */
export async function loadCoverage([west, south, east, north]) {
  const { data } = await get("/coverage", { bbox: [west, south, east > 180 ? east - 360 : east, north].map((degrees) => degrees.toFixed(3)).join(",") });
  return data.cells ?? [];
}

/** The way of a vessel in the last hours, as [longitude, latitude]. @param {number} mmsi @param {AbortSignal} [signal] @returns {Promise<number[][]>} */
export async function loadTrack(mmsi, signal) {
  const { data } = await get(`/vessels/${mmsi}/track`, { hours: TRACK_HOURS }, { signal });
  return (data.points ?? []).map((/** @type {any[]} */ point) => [Number(point[1]), Number(point[2])]);
}

/** The tracks of the time of an alert, as it keeps them. @param {string} id @param {AbortSignal} [signal] @returns {Promise<import("./model.js").Track[]>} */
export async function loadAlertTracks(id, signal) {
  const { data } = await get(`/alerts/${encodeURIComponent(id)}`, {}, { signal });
  const { tracks = [] } = /** @type {{tracks?: import("../alert/types.js").RawTrack[]}} */ (data.evidence ?? {});
  return tracks.map(({ mmsi, points }) => ({ mmsi, alert: id, points: points.map((point) => [Number(point[1]), Number(point[2])]) }));
}

/** The names of the zones that hold at a position. @param {Place} at @returns {Promise<string[]>} */
export async function zonesAt({ lat, lon }) {
  const { data } = await get("/zones/at", { lat: lat.toFixed(5), lon: lon.toFixed(5) });
  const items = data.items ?? data.zones ?? data.features ?? (Array.isArray(data) ? data : []);
  return items.map((/** @type {any} */ zone) => String(zone.name ?? zone.properties?.name ?? zone.id));
}
