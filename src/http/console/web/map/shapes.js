// @ts-check
// The shapes of the severities on a canvas: shape, letter and colour together, as in the list.
import { t } from "../words.js";

/** @typedef {import("./colours.js").SeverityName} SeverityName */

/** Half the width of a shape. Pixels. */
export const SHAPE = 9;

/** Half the side of the square that a shape is kept in. Pixels. */
const HALF = SHAPE + 3;
/** Shapes that were painted, as pictures: a frame has hundreds of them. @type {Map<string, OffscreenCanvas>} */
const kept = new Map();

/**
 * Draws the shape of a severity.
 * @param {CanvasRenderingContext2D} context @param {SeverityName} severity @param {number} x @param {number} y
 * @param {{severity: Record<SeverityName, string>, ink: Record<SeverityName, string>, halo: string}} colours @param {number} ratio pixels of the device for each pixel
 */
export function drawSeverity(context, severity, x, y, colours, ratio) {
  const name = [severity, t(`severity.letter.${severity}`), colours.severity[severity], ratio].join(" ");
  let picture = kept.get(name);
  if (!picture) {
    picture = new OffscreenCanvas(Math.ceil(2 * HALF * ratio), Math.ceil(2 * HALF * ratio));
    const own = /** @type {OffscreenCanvasRenderingContext2D} */ (picture.getContext("2d"));
    own.scale(ratio, ratio);
    paint(own, severity, HALF, HALF, colours);
    kept.set(name, picture);
  }
  // On whole pixels, so that it is as sharp as it was painted.
  const left = Math.round((x - HALF) * ratio) / ratio, top = Math.round((y - HALF) * ratio) / ratio;
  context.drawImage(picture, left, top, picture.width / ratio, picture.height / ratio);
}

/**
 * Paints the shape of a severity, slowly.
 * @param {CanvasRenderingContext2D|OffscreenCanvasRenderingContext2D} context @param {SeverityName} severity @param {number} x @param {number} y
 * @param {{severity: Record<SeverityName, string>, ink: Record<SeverityName, string>, halo: string}} colours
 */
function paint(context, severity, x, y, colours) {
  const r = SHAPE;
  context.beginPath();
  if (severity === "medium") {
    context.moveTo(x, y - r);
    context.lineTo(x + r, y + r * 0.8);
    context.lineTo(x - r, y + r * 0.8);
    context.closePath();
  } else if (severity === "high") {
    context.moveTo(x, y - r);
    context.lineTo(x + r, y);
    context.lineTo(x, y + r);
    context.lineTo(x - r, y);
    context.closePath();
  } else if (severity === "critical") {
    context.rect(x - r * 0.85, y - r * 0.85, r * 1.7, r * 1.7);
  } else {
    context.arc(x, y, r * 0.85, 0, 2 * Math.PI);
  }
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = colours.halo;
  context.stroke();
  context.fillStyle = colours.severity[severity];
  context.fill();
  context.fillStyle = colours.ink[severity];
  context.font = "bold 10px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(t(`severity.letter.${severity}`), x, y + (severity === "medium" ? 2.5 : 0.5));
}

/**
 * A thin broken ring around where a vessel of the selected alert is now.
 * @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} radius @param {string} colour
 */
export function drawNow(context, x, y, radius, colour) {
  context.setLineDash([3, 3]);
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.lineWidth = 1;
  context.strokeStyle = colour;
  context.stroke();
  context.setLineDash([]);
}

/**
 * A ring around what is selected: two lines, so that it is seen on any ground.
 * @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} radius @param {string} colour @param {string} halo
 */
export function drawRing(context, x, y, radius, colour, halo) {
  context.setLineDash([]);
  for (const [width, stroke] of /** @type {[number, string][]} */ ([[4.5, halo], [2, colour]])) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.lineWidth = width;
    context.strokeStyle = stroke;
    context.stroke();
  }
}
