// @ts-check
// One plot over time by uPlot, with thresholds as bands and lines, phases as upright lines, and the cursor of the page.
import { h, useEffect, useRef } from "../vendor/preact.js";
import { clock } from "../format.js";
import { palette } from "../state.js";
import { colours, paper } from "./colours.js";

/** @typedef {import("./limits.js").Limit} Limit */
/** @typedef {import("../vendor/uplot.js").Plot} UPlot */
/** @typedef {{label: string, colour: number, isDashed: boolean}} Series */
/**
 * @typedef {object} Shape
 * @property {Series[]} series
 * @property {Limit[]} limits
 * @property {{name: string, at: number}[]} phases
 * @property {boolean} isLog
 * @property {(value: number) => string} write - a value of the axis
 */

/** Height of a plot in pixels. */
const HEIGHT = 150;

/** @type {Promise<typeof import("../vendor/uplot.js")> | null} */
let loaded = null;

/**
 * @param {{title: string, times: number[], columns: (number | null | undefined)[][], shape: Shape, cursor: import("./cursor.js").Cursor, readout: import("./parts.js").Children, label: string}} props
 */
export function Plot({ title, times, columns, shape, cursor, readout, label }) {
  const holder = useRef(/** @type {HTMLDivElement | null} */ (null));
  const plot = useRef(/** @type {UPlot | null} */ (null));
  const line = useRef(/** @type {HTMLDivElement | null} */ (null));
  const looks = `${palette.value} ${paper.value}`;
  const from = cursor.span[0];
  const to = cursor.span[1];

  useEffect(() => {
    let isGone = false;
    /** @type {ResizeObserver | null} */
    let observer = null;
    loaded ??= import("../vendor/uplot.js");
    loaded.then(({ default: Uplot }) => {
      const element = holder.current;
      if (isGone || !element) return;
      const data = [times.map((time) => time / 1000), ...columns];
      const made = new Uplot(options(element, shape, [from / 1000, to / 1000]), data, element);
      line.current = document.createElement("div");
      line.current.className = "al-plot-cursor";
      made.over.append(line.current);
      follow(made.over, (x) => cursor.set(made.posToVal(x, "x") * 1000));
      plot.current = made;
      place(made, line.current, cursor.at.peek());
      observer = new ResizeObserver(() => {
        const width = Math.floor(element.clientWidth);
        if (width < 60) return;
        made.setSize({ width, height: HEIGHT });
        if (line.current) place(made, line.current, cursor.at.peek());
      });
      observer.observe(element);
    }, () => {
      loaded = null;
    });
    return () => {
      isGone = true;
      observer?.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [times, columns, shape, looks, from, to, cursor]);

  const at = cursor.at.value;
  useEffect(() => {
    if (plot.current && line.current) place(plot.current, line.current, at);
  }, [at]);
  return h("figure", { class: "al-plot" },
    h("figcaption", {}, h("b", {}, title), h("span", { class: "al-readout" }, readout)),
    h("div", { class: "al-plot-holder", ref: holder, role: "img", "aria-label": label }));
}

/**
 * @param {UPlot} plot
 * @param {HTMLDivElement} line
 * @param {number} at
 */
function place(plot, line, at) {
  line.style.transform = `translateX(${Math.round(plot.valToPos(at / 1000, "x"))}px)`;
}

/**
 * Calls `move` with the place of the pointer while it is pressed.
 * @param {HTMLElement} element
 * @param {(x: number) => void} move
 */
function follow(element, move) {
  const at = (/** @type {PointerEvent} */ event) => move(event.clientX - element.getBoundingClientRect().left);
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    at(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (event.buttons & 1) at(event);
  });
}

/**
 * @param {HTMLElement} element
 * @param {Shape} shape
 * @param {[number, number]} span - seconds
 */
function options(element, shape, span) {
  const colour = colours(element);
  const axis = { stroke: colour.quiet, font: `11px ${colour.font}`, grid: { stroke: colour.grid, width: 1 }, ticks: { stroke: colour.grid, width: 1, size: 4 } };
  return {
    width: Math.max(80, Math.floor(element.clientWidth)),
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    select: { show: false },
    padding: [8, 24, 0, 0],
    scales: { x: { time: false, range: () => span }, y: { distr: shape.isLog ? 3 : 1, log: 10, range: (/** @type {unknown} */ _, /** @type {number | null} */ low, /** @type {number | null} */ high) => range(shape, low, high) } },
    axes: [
      { ...axis, size: 26, space: 70, incrs: [60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400], values: (/** @type {unknown} */ _, /** @type {number[]} */ splits) => splits.map((split) => clock(split * 1000)) },
      { ...axis, size: 74, space: 24, values: (/** @type {unknown} */ _, /** @type {(number | null)[]} */ splits) => splits.map((split) => (split === null || (shape.isLog && !/^10*$/.test(String(split))) ? "" : shape.write(split))) },
    ],
    series: [{}, ...shape.series.map((each) => ({ label: each.label, stroke: colour.ships[each.colour % colour.ships.length], width: 1.75, dash: each.isDashed ? [6, 3] : undefined, points: { show: false } }))],
    hooks: { drawAxes: [(/** @type {UPlot} */ plot) => bands(plot, shape, colour)] },
  };
}

/**
 * The axis reaches a little beyond the values and the thresholds.
 * @param {Shape} shape
 * @param {number | null} low
 * @param {number | null} high
 */
function range(shape, low, high) {
  const top = Math.max(high ?? 0, ...shape.limits.map((limit) => limit.value), shape.isLog ? 100 : 1);
  if (!shape.isLog) return [0, top * 1.12];
  const bottom = Math.min(low ?? 10, ...shape.limits.map((limit) => limit.value));
  return [10 ** Math.floor(Math.log10(Math.max(1, bottom))), 10 ** Math.ceil(Math.log10(top))];
}

/**
 * Thresholds and phases, under the lines.
 * @param {UPlot} plot
 * @param {Shape} shape
 * @param {import("./colours.js").Colours} colour
 */
function bands(plot, shape, colour) {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio || 1;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = `${11 * ratio}px ${colour.font}`;
  ctx.textBaseline = "bottom";
  ctx.textAlign = "left";
  let above = Infinity;
  for (const limit of shape.limits) {
    const y = Math.round(plot.valToPos(limit.value, "y", true)) + 0.5;
    if (limit.isBand) {
      ctx.fillStyle = colour.band;
      ctx.fillRect(bbox.left, y, bbox.width, bbox.top + bbox.height - y);
    }
    ctx.strokeStyle = colour.limit;
    ctx.lineWidth = ratio;
    ctx.setLineDash(limit.isBand ? [] : [4 * ratio, 4 * ratio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    // Limits that lie close together would write over one another.
    if (above - y < 13 * ratio) continue;
    above = y;
    ctx.fillStyle = colour.ground;
    ctx.globalAlpha = 0.75;
    ctx.fillRect(bbox.left + 2 * ratio, y - 14 * ratio, ctx.measureText(limit.label).width + 8 * ratio, 13 * ratio);
    ctx.globalAlpha = 1;
    ctx.fillStyle = colour.limit;
    ctx.fillText(limit.label, bbox.left + 6 * ratio, y - 2 * ratio);
  }
  ctx.setLineDash([2 * ratio, 2 * ratio]);
  ctx.strokeStyle = colour.ink;
  for (const phase of shape.phases) {
    const x = Math.round(plot.valToPos(phase.at / 1000, "x", true)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
