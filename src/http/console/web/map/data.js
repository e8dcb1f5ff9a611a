// @ts-check
// What the map asks the server for beside alerts and picture: zones, coverage, tracks, the place to begin with.
import { get } from "../api.js";
import { mapX, mapY, NAUTICAL_MILE, stretch } from "./geo.js";

/** @typedef {import("./geo.js").Place} Place */
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
    const at = middleOf(shape);
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

/** Where the name of a zone stands. @param {ZoneShape} shape @returns {Place|null} */
function middleOf({ rings, lines, points }) {
  const line = lines[0], ring = rings[0];
  if (line) {
    const [lon, lat] = line.length % 2 ? line[(line.length - 1) / 2] : between(line[line.length / 2 - 1], line[line.length / 2]);
    return { lat, lon };
  }
  if (ring) {
    const lons = ring.map(([lon]) => lon), lats = ring.map(([, lat]) => lat);
    return { lon: (Math.min(...lons) + Math.max(...lons)) / 2, lat: (Math.min(...lats) + Math.max(...lats)) / 2 };
  }
  return points[0] ? { lon: points[0][0], lat: points[0][1] } : null;
}

/** The larger side of a zone. Metres of the map. @param {ZoneShape} shape @returns {number} */
function sizeOf({ rings, lines, points, halfWidth }) {
  const all = [...rings.flat(), ...lines.flat(), ...points], xs = all.map(([lon]) => mapX(lon)), ys = all.map(([, lat]) => mapY(lat));
  const miles = halfWidth * NAUTICAL_MILE * stretch(all[0]?.[1] ?? 0);
  return Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)) + 2 * miles;
}

/** @param {number[]} a @param {number[]} b */
const between = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];

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
