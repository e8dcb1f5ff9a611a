// @ts-check
// Labels that do not overlap: each takes the first free place around its point, or is left out.

/** @typedef {{x: number, y: number, text: string, colour: string, gap?: number, italic?: boolean, centred?: boolean, must?: boolean}} Label  `must`: drawn even where it hides others */

const FONT = "12px system-ui, sans-serif", HEIGHT = 15;
/** How many labels a frame has at most: beyond that nobody can read the map below them. */
const MOST = 300;
/** Side of a cell of the grid that finds neighbours. Pixels. */
const CELL = 64;

export class Labels {
  /** Rectangles that are taken, by cell. @type {Map<number, number[][]>} */ #taken = new Map();
  /** Widths of texts that were measured. @type {Map<string, number>} */ #widths = new Map();
  #count = 0;

  /** Begins a frame. */
  clear() {
    this.#taken.clear();
    this.#count = 0;
    if (this.#widths.size > 5000) this.#widths.clear();
  }

  /** Keeps a rectangle free of labels. @param {number} x @param {number} y @param {number} width @param {number} height */
  keepFree(x, y, width, height) {
    this.#take([x, y, x + width, y + height]);
  }

  /** Draws labels in order of importance. @param {CanvasRenderingContext2D} context @param {Label[]} labels @param {string} halo @param {number} width of the map @param {number} height of the map */
  draw(context, labels, halo, width, height) {
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.lineJoin = "round";
    for (const label of labels) {
      if (this.#count >= MOST) return;
      if (label.x < -40 || label.y < -10 || label.x > width + 40 || label.y > height + 10) continue;
      context.font = label.italic ? `italic ${FONT}` : FONT;
      const wide = this.#width(context, label.text), place = this.#place(label, wide, width);
      if (!place) continue;
      this.#count++;
      context.lineWidth = 3;
      context.strokeStyle = halo;
      context.strokeText(label.text, place[0], place[1] + HEIGHT / 2);
      context.fillStyle = label.colour;
      context.fillText(label.text, place[0], place[1] + HEIGHT / 2);
    }
  }

  /** @param {Label} label @param {number} wide @param {number} width of the map @returns {number[]|null} */
  #place({ x, y, gap = 9, centred, must }, wide, width) {
    const middle = y - HEIGHT / 2;
    const places = centred
      ? [[x - wide / 2, middle]]
      : [[x + gap, middle], [x - gap - wide, middle], [x - wide / 2, y - gap - HEIGHT], [x - wide / 2, y + gap], [x + gap, y + gap - 4], [x + gap, y - gap - HEIGHT + 4]];
    for (const [left, top] of places) {
      const box = [left - 2, top, left + wide + 2, top + HEIGHT];
      // Half a name at the edge is worse than a name on the other side; what has no other side may be cut.
      if ((centred || (left >= 0 && left + wide <= width)) && this.#isFree(box)) {
        this.#take(box);
        return [Math.round(left), Math.round(top)];
      }
    }
    const [left, top] = places.find(([at]) => at >= 0 && at + wide <= width) ?? places[0];
    return must ? [Math.round(left), Math.round(top)] : null;
  }

  /** @param {CanvasRenderingContext2D} context @param {string} text @returns {number} */
  #width(context, text) {
    let wide = this.#widths.get(text);
    if (wide === undefined) {
      wide = context.measureText(text).width;
      this.#widths.set(text, wide);
    }
    return wide;
  }

  /** @param {number[]} box */
  #take(box) {
    for (const cell of cellsOf(box)) {
      const list = this.#taken.get(cell);
      if (list) list.push(box);
      else this.#taken.set(cell, [box]);
    }
  }

  /** @param {number[]} box @returns {boolean} */
  #isFree([left, top, right, bottom]) {
    for (const cell of cellsOf([left, top, right, bottom])) {
      for (const other of this.#taken.get(cell) ?? []) {
        if (left < other[2] && right > other[0] && top < other[3] && bottom > other[1]) return false;
      }
    }
    return true;
  }
}

/** @param {number[]} box @returns {number[]} */
function cellsOf([left, top, right, bottom]) {
  const cells = [];
  for (let row = Math.floor(top / CELL); row <= Math.floor(bottom / CELL); row++) {
    for (let column = Math.floor(left / CELL); column <= Math.floor(right / CELL); column++) cells.push(row * 4096 + column);
  }
  return cells;
}

/** A text from the air as one line of a label: without control characters and marks that turn its direction. @param {string} text @param {number} [most] characters @returns {string} */
export function plain(text, most = 28) {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
