// @ts-check
// Draws the map of an alert: land, tracks coloured by speed, phases, scale. Knows canvases and numbers, nothing of the page.
import { NAUTICAL_MILE, latitude, mercatorX, mercatorY } from "../geo.js";
import { BRIDGED, speedClass, where } from "./tracks.js";

/** @typedef {import("./tracks.js").Track} Track */
/** @typedef {import("./colours.js").Colours} Colours */
/** @typedef {{x: number, y: number, scale: number, width: number, height: number}} Frame - centre in Mercator fractions, pixels in a fraction, size in pixels */

/** Smallest width of a map. Mercator fractions, about 200 m at the equator. */
const NARROWEST = 0.000005;
/** Circumference of the earth in metres, as the fractions count it. */
const ROUND = 40_030_230;
/** Where the page puts its buttons over the map; no label goes there. */
const buttons = (/** @type {number} */ width) => ({ left: width - 200, top: 0, right: width, bottom: 36 });
/** Lengths of a scale bar in nautical miles. */
const LENGTHS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/**
 * The frame that shows all fixes between two times.
 * @param {Track[]} tracks
 * @param {number} from
 * @param {number} to
 * @param {number} width
 * @param {number} height
 * @returns {Frame}
 */
export function fit(tracks, from, to, width, height) {
  const within = tracks.flatMap((track) => track.fixes.filter((fix) => fix.at >= from && fix.at <= to));
  const fixes = within.length ? within : tracks.flatMap((track) => track.fixes);
  const xs = fixes.map((fix) => mercatorX(fix.lon));
  const ys = fixes.map((fix) => mercatorY(fix.lat));
  const [west, east, north, south] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const room = 56;
  const scale = Math.min((width - room) / Math.max(east - west, NARROWEST), (height - room) / Math.max(south - north, NARROWEST));
  return { x: (west + east) / 2, y: (north + south) / 2, scale, width, height };
}

/**
 * The rectangle that a frame shows.
 * @param {Frame} frame
 */
export function box(frame) {
  const [w, t] = [frame.width / 2 / frame.scale, frame.height / 2 / frame.scale];
  return { west: frame.x - w, east: frame.x + w, north: frame.y - t, south: frame.y + t };
}

/**
 * @param {Frame} frame
 * @param {{lon: number, lat: number}} place
 * @returns {[number, number]}
 */
export function pixel(frame, place) {
  return [frame.width / 2 + (mercatorX(place.lon) - frame.x) * frame.scale, frame.height / 2 + (mercatorY(place.lat) - frame.y) * frame.scale];
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {import("./land.js").Ring[]} rings
 * @param {Colours} colour
 */
export function drawGround(context, frame, rings, colour) {
  context.fillStyle = colour.sea;
  context.fillRect(0, 0, frame.width, frame.height);
  context.beginPath();
  for (const ring of rings) {
    for (let index = 0; index < ring.length; index += 2) {
      const x = frame.width / 2 + (ring[index] - frame.x) * frame.scale;
      const y = frame.height / 2 + (ring[index + 1] - frame.y) * frame.scale;
      if (index) context.lineTo(x, y);
      else context.moveTo(x, y);
    }
    context.closePath();
  }
  context.fillStyle = colour.land;
  context.fill("evenodd");
}

/**
 * Draws the tracks: each piece in the colour of the speed at its beginning, holes dotted, a casing so that lines stand out from land.
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Track[]} tracks
 * @param {Colours} colour
 */
export function drawTracks(context, frame, tracks, colour) {
  context.lineJoin = context.lineCap = "round";
  tracks.forEach((track, index) => {
    const places = track.fixes.map((fix) => pixel(frame, fix));
    for (const isCasing of [true, false]) {
      for (let next = 1; next < places.length; next++) {
        const [from, to] = [track.fixes[next - 1], track.fixes[next]];
        const isHole = to.at - from.at > BRIDGED;
        const speed = speedClass(from.sog);
        context.setLineDash(isHole ? [2, 5] : []);
        context.lineWidth = isCasing ? (isHole ? 0 : 5.5) : isHole ? 1.5 : 3;
        context.strokeStyle = isCasing ? colour.ground : isHole || speed < 0 ? colour.quiet : colour.speeds[speed];
        if (context.lineWidth === 0 || (isCasing && isHole)) continue;
        context.beginPath();
        context.moveTo(...places[next - 1]);
        context.lineTo(...places[next]);
        context.stroke();
      }
    }
    context.setLineDash([]);
    dots(context, track, places, index, colour);
  });
}

/**
 * The fixes themselves: round for the first vessel, square for the second, so that they differ without colour.
 * @param {CanvasRenderingContext2D} context
 * @param {Track} track
 * @param {[number, number][]} places
 * @param {number} index
 * @param {Colours} colour
 */
function dots(context, track, places, index, colour) {
  /** @type {[number, number] | null} */
  let last = null;
  places.forEach((place, at) => {
    if (last && Math.hypot(place[0] - last[0], place[1] - last[1]) < 6) return;
    last = place;
    const speed = speedClass(track.fixes[at].sog);
    context.fillStyle = speed < 0 ? colour.quiet : colour.speeds[speed];
    context.strokeStyle = colour.ground;
    context.lineWidth = 1;
    context.beginPath();
    if (index === 0) context.arc(place[0], place[1], 2.6, 0, 7);
    else context.rect(place[0] - 2.4, place[1] - 2.4, 4.8, 4.8);
    context.fill();
    context.stroke();
  });
}

/**
 * Rings where the ships were at the phases, with a label at the first of them.
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Track[]} tracks
 * @param {{label: string, at: number, mmsi?: number}[]} phases - with an MMSI, of that vessel alone
 * @param {Colours} colour
 */
export function drawPhases(context, frame, tracks, phases, colour) {
  /** @type {{left: number, top: number, right: number, bottom: number}[]} */
  const taken = [buttons(frame.width)];
  context.font = `600 12px ${colour.font}`;
  context.textBaseline = "middle";
  for (const phase of phases) {
    const own = tracks.filter((track) => phase.mmsi === undefined || track.mmsi === phase.mmsi);
    const places = own.map((track) => where(track.fixes, phase.at)).filter((place) => place !== null).map((place) => pixel(frame, place));
    context.strokeStyle = colour.ink;
    context.lineWidth = 1.5;
    for (const [x, y] of places) {
      context.beginPath();
      context.arc(x, y, 7, 0, 7);
      context.stroke();
    }
    if (places.length) label(context, frame, places[0], phase.label, taken, colour);
  }
}

/**
 * Text beside a place, where nothing is yet.
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {[number, number]} place
 * @param {string} text
 * @param {{left: number, top: number, right: number, bottom: number}[]} taken
 * @param {Colours} colour
 */
function label(context, frame, [x, y], text, taken, colour) {
  const width = context.measureText(text).width + 8;
  const offers = [[12, -16], [12, 16], [-12 - width, -16], [-12 - width, 16], [12, -36], [12, 36], [-12 - width, -36], [-12 - width, 36], [12, 56], [12, -56]];
  const boxes = offers.map(([dx, dy]) => ({ left: x + dx, top: y + dy - 9, right: x + dx + width, bottom: y + dy + 9 }));
  const isInside = (/** @type {typeof boxes[number]} */ one) => one.left > 2 && one.right < frame.width - 2 && one.top > 2 && one.bottom < frame.height - 26;
  const isFree = (/** @type {typeof boxes[number]} */ one) => taken.every((other) => one.right < other.left || one.left > other.right || one.bottom < other.top || one.top > other.bottom);
  const chosen = boxes.find((one) => isInside(one) && isFree(one)) ?? boxes.find(isFree) ?? boxes[0];
  taken.push(chosen);
  context.strokeStyle = colour.ink;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(chosen.left > x ? chosen.left : chosen.right, (chosen.top + chosen.bottom) / 2);
  context.stroke();
  context.fillStyle = colour.ground;
  context.fillRect(chosen.left, chosen.top, width, 18);
  context.strokeRect(chosen.left + 0.5, chosen.top + 0.5, width - 1, 17);
  context.fillStyle = colour.ink;
  context.fillText(text, chosen.left + 4, chosen.top + 9.5);
}

/**
 * The scale bar, true at the latitude of the middle. Gives its text for readers who do not see it.
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Colours} colour
 * @param {(nm: number) => string} write
 */
export function drawScale(context, frame, colour, write) {
  const metresInPixel = (ROUND * Math.cos((latitude(frame.y) * Math.PI) / 180)) / frame.scale;
  const length = [...LENGTHS].reverse().find((nm) => (nm * NAUTICAL_MILE) / metresInPixel <= Math.min(150, frame.width / 3)) ?? LENGTHS[0];
  const width = (length * NAUTICAL_MILE) / metresInPixel;
  const [x, y] = [12, frame.height - 12];
  context.font = `12px ${colour.font}`;
  context.textBaseline = "alphabetic";
  context.lineCap = "butt";
  const text = write(length);
  context.fillStyle = colour.ground;
  context.globalAlpha = 0.8;
  context.fillRect(x - 5, y - 19, width + context.measureText(text).width + 18, 25);
  context.globalAlpha = 1;
  context.strokeStyle = colour.ink;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x, y - 7);
  context.lineTo(x, y);
  context.lineTo(x + width, y);
  context.lineTo(x + width, y - 7);
  context.stroke();
  context.fillStyle = colour.ink;
  context.fillText(text, x + width + 7, y);
}

/**
 * Where the ships are at a moment, each with its letter; a line joins the first two.
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Track[]} tracks
 * @param {number} at
 * @param {string[]} letters
 * @param {Colours} colour
 */
export function drawShips(context, frame, tracks, at, letters, colour) {
  context.clearRect(0, 0, frame.width, frame.height);
  const ships = tracks.map((track) => where(track.fixes, at));
  const [one, other] = ships;
  if (one && other && ships.length === 2) {
    context.strokeStyle = colour.ink;
    context.lineWidth = 1;
    context.setLineDash([3, 3]);
    context.beginPath();
    context.moveTo(...pixel(frame, one));
    context.lineTo(...pixel(frame, other));
    context.stroke();
    context.setLineDash([]);
  }
  ships.forEach((ship, index) => {
    if (!ship) return;
    const [x, y] = pixel(frame, ship);
    context.save();
    context.translate(x, y);
    context.rotate(((ship.cog ?? 0) * Math.PI) / 180);
    context.beginPath();
    if (ship.cog === null) context.arc(0, 0, 6, 0, 7);
    else {
      context.moveTo(0, -11);
      context.lineTo(6, 7);
      context.lineTo(0, 4);
      context.lineTo(-6, 7);
      context.closePath();
    }
    context.fillStyle = colour.ships[index % colour.ships.length];
    context.strokeStyle = colour.ground;
    context.lineWidth = 1.5;
    context.fill();
    context.stroke();
    context.restore();
    if (letters.length > 1) tab(context, x, y, letters[index], index, colour);
  });
}

/**
 * The letter of a ship, to the left of the first and to the right of the others, so that ships side by side keep theirs apart.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {string} text
 * @param {number} index
 * @param {Colours} colour
 */
function tab(context, x, y, text, index, colour) {
  const left = index === 0 ? x - 26 : x + 11;
  context.fillStyle = colour.ships[index % colour.ships.length];
  context.fillRect(left, y - 8, 15, 16);
  context.fillStyle = colour.ground;
  context.font = `700 12px ${colour.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, left + 7.5, y + 0.5);
  context.textAlign = "start";
}
