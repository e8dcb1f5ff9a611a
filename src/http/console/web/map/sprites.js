// @ts-check
// Vessels as sprites: lists of (place in the buffer, colour) pairs. Copying them is several times faster than drawImage without a GPU.

/**
 * A look is a number: colour (0 to 31) × 512 + style (8) × 64 + direction (37; 36 = not known).
 * @param {number} colour @param {number} style bits of the STYLE constants @param {number} direction tenth of the degrees, or NO_DIRECTION
 * @returns {number}
 */
export const lookOf = (colour, style, direction) => colour * 512 + style * 64 + direction;

/** The position is old: grey rim. */
export const STALE = 1;
/** Heard by satellite only: hollow. */
export const HOLLOW = 2;
/** Class B: smaller. */
export const SMALL = 4;
/** A vessel without a known direction. */
export const NO_DIRECTION = 36;
/** Half the largest sprite, and so the margin that the buffer needs. Pixels at a ratio of 1. */
export const REACH = 8;
/** How many looks there can be. */
const LOOKS = 32 * 512;

/** Sprites of one palette, buffer width and ratio of pixels. They are made when a look is first needed. */
export class Sprites {
  /** @type {(Int32Array|undefined)[]} */ #arrows = new Array(LOOKS);
  /** @type {(Int32Array|undefined)[]} */ #dots = new Array(LOOKS);
  #colours; #stale; #width; #ratio; #context; #size;

  /**
   * @param {string[]} colours by the number of the colour
   * @param {string} stale colour of the rim of old positions
   * @param {number} width of the buffer in pixels
   * @param {number} ratio pixels of the device for each pixel of the page
   */
  constructor(colours, stale, width, ratio) {
    this.#colours = colours;
    this.#stale = stale;
    this.#width = width;
    this.#ratio = ratio;
    this.#size = 2 * Math.ceil(REACH * ratio) + 1;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = this.#size;
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", {willReadFrequently: true}));
  }

  /** The sprite of a look. @param {number} look @returns {Int32Array} */
  arrow(look) {
    return this.#arrows[look] ??= this.#make(look, false);
  }

  /** The dot of a look, for maps of a small scale. @param {number} look @returns {Int32Array} */
  dot(look) {
    // The direction of a dot cannot be seen.
    const plain = look & ~63;
    return this.#dots[plain] ??= this.#make(plain, true);
  }

  /** @param {number} look @param {boolean} dot @returns {Int32Array} */
  #make(look, dot) {
    const context = this.#context, size = this.#size, middle = (size - 1) / 2, style = (look >> 6) & 7, direction = look & 63;
    const colour = this.#colours[look >> 9] ?? "#888888";
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, size, size);
    context.translate(middle + 0.5, middle + 0.5);
    context.scale(this.#ratio, this.#ratio);
    if (dot) this.#outline(style & SMALL ? 1.3 : 1.7);
    else if (direction === NO_DIRECTION) this.#outline(style & SMALL ? 2.4 : 3);
    else this.#arrowhead(direction * 10, style & SMALL ? 0.78 : 1);
    if (style & HOLLOW) {
      context.lineWidth = 1.4;
      context.strokeStyle = style & STALE ? this.#stale : colour;
      context.stroke();
    } else {
      context.fillStyle = colour;
      context.fill();
      context.lineWidth = dot ? 0.8 : 1.2;
      context.strokeStyle = this.#stale;
      if (style & STALE) context.stroke();
    }
    return this.#pairs();
  }

  /** @param {number} radius */
  #outline(radius) {
    this.#context.beginPath();
    this.#context.arc(0, 0, radius, 0, 2 * Math.PI);
  }

  /** @param {number} degrees @param {number} scale */
  #arrowhead(degrees, scale) {
    const context = this.#context;
    context.rotate((degrees * Math.PI) / 180);
    context.beginPath();
    context.moveTo(0, -6.5 * scale);
    context.lineTo(3.8 * scale, 5 * scale);
    context.lineTo(0, 3.2 * scale);
    context.lineTo(-3.8 * scale, 5 * scale);
    context.closePath();
  }

  /** @returns {Int32Array} */
  #pairs() {
    const size = this.#size, middle = (size - 1) / 2;
    const pixels = new Uint32Array(this.#context.getImageData(0, 0, size, size).data.buffer);
    /** @type {number[]} */
    const pairs = [];
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const pixel = pixels[y * size + x];
        // Faint pixels would cut holes into the sprite below, because a copy does not mix.
        if (pixel >>> 24 > 70) pairs.push((y - middle) * this.#width + x - middle, pixel);
      }
    }
    return Int32Array.from(pairs);
  }
}
