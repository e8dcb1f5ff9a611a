// @ts-check
// The colours of the map in the three palettes. Canvas and worker need numbers, so they are not custom properties of the page.

/** @typedef {"day"|"dusk"|"night"} PaletteName */
/** @typedef {"muted"|"type"|"speed"|"age"} ColourMode */
/** @typedef {"info"|"low"|"medium"|"high"|"critical"} SeverityName */

/**
 * @typedef {Object} MapColours
 * @property {string} sea ground of the map
 * @property {string} land land
 * @property {string} shore coast line
 * @property {string} grid graticule
 * @property {string} text labels
 * @property {string} halo ground of the labels
 * @property {string} faint names of zones, degrees, the vessel under the pointer
 * @property {string} course course lines of vessels
 * @property {string} select outline of what is selected
 * @property {string} tool measuring, range rings, boxes
 * @property {string} track track of a vessel
 * @property {string} stale rim of a vessel whose position is old
 * @property {string} night shade of the night, with its opacity
 * @property {string} covered cells where ships are heard, without opacity
 * @property {Record<SeverityName, string>} severity as in style/tokens.css
 * @property {Record<SeverityName, string>} ink letter on the shape of a severity
 * @property {number} tint share of the usual opacity that the tints of zones have
 * @property {Record<"corridor"|"area"|"port"|"anchorage"|"benign"|"source", string>} zone
 * @property {string[]} muted plain, listed, in a case
 * @property {string[]} type fishing, tug and service, pleasure, high speed, passenger, cargo, tanker, other or unknown
 * @property {string[]} speed under 0.5 kn, to 3, to 10, to 20, over 20, unknown
 * @property {string[]} age under 1 min, to 5, to 20, to 60, over 60
 */

/** @type {Record<PaletteName, MapColours>} */
export const COLOURS = {
  day: {
    sea: "#e0eaf0", land: "#f1ece0", shore: "#8f9a95", grid: "#c5d2d9", text: "#16242c", halo: "#f4f8fa", faint: "#4a5c67", course: "#7d909b", select: "#0b3fae",
    tool: "#8a1a6b", track: "#2c5777", stale: "#98a3a9", night: "rgba(20, 34, 60, 0.10)", covered: "#2f7d5b",
    severity: { info: "#74808b", low: "#0072b2", medium: "#f0e442", high: "#e69f00", critical: "#c24e00" },
    ink: { info: "#ffffff", low: "#ffffff", medium: "#1d1a00", high: "#1d1400", critical: "#ffffff" },
    tint: 1, zone: { corridor: "#a4551e", area: "#7a3e96", port: "#4c7a8c", anchorage: "#4c7a8c", benign: "#3f7d4e", source: "#8a7a3a" },
    muted: ["#5b7280", "#8a1a6b", "#7a3e96"],
    type: ["#b3541e", "#7b6a00", "#8a3a8a", "#a83250", "#1f5fb0", "#2e7d46", "#b01e1e", "#6b7780"],
    speed: ["#7a8790", "#3f6f9f", "#2e7d46", "#a07a00", "#b8400f", "#9aa5aa"],
    age: ["#1d4f3a", "#4f7f56", "#8a8a3a", "#b0782a", "#a04a3a"],
  },
  dusk: {
    sea: "#13202a", land: "#324048", shore: "#6f848f", grid: "#20303b", text: "#dbe5ea", halo: "#0d171e", faint: "#94a7b1", course: "#647885", select: "#7fc4ff",
    tool: "#ff9ad5", track: "#9cc3dc", stale: "#56656e", night: "rgba(0, 0, 0, 0.30)", covered: "#4fb98a",
    severity: { info: "#87939e", low: "#56a7dc", medium: "#e8dc4a", high: "#e69f00", critical: "#e2631b" },
    ink: { info: "#10171d", low: "#06131d", medium: "#1d1a00", high: "#1d1400", critical: "#140700" },
    tint: 0.6, zone: { corridor: "#e0995f", area: "#c39add", port: "#7fb4c8", anchorage: "#7fb4c8", benign: "#7fc08f", source: "#c9b86a" },
    muted: ["#8ba3b1", "#ff9ad5", "#c39add"],
    type: ["#f0985a", "#d6c04a", "#d79ad7", "#ff8fa6", "#7fb2f0", "#74c98d", "#ff8070", "#9aa7b0"],
    speed: ["#7f8f99", "#7fb2f0", "#74c98d", "#d6c04a", "#ff8a50", "#66757d"],
    age: ["#8fe0bd", "#8cc08f", "#c4c46a", "#d99a50", "#d0705c"],
  },
  night: {
    sea: "#000000", land: "#220705", shore: "#6a1c16", grid: "#1c0605", text: "#f2483e", halo: "#000000", faint: "#d6402f", course: "#5c1c14", select: "#f0523c",
    tool: "#e0602f", track: "#a83226", stale: "#551711", night: "rgba(60, 8, 4, 0.18)", covered: "#7a1e14",
    severity: { info: "#5c130e", low: "#75170f", medium: "#a3211a", high: "#d63328", critical: "#ff5a4d" },
    ink: { info: "#ff8378", low: "#ff9a90", medium: "#000000", high: "#000000", critical: "#000000" },
    tint: 0.8, zone: { corridor: "#8a2a1a", area: "#9a2a2a", port: "#5a1c14", anchorage: "#5a1c14", benign: "#66241a", source: "#5c2a10" },
    muted: ["#82271b", "#d8402f", "#b83424"],
    type: ["#c4561f", "#9a5a10", "#a03030", "#d8402f", "#7c2a20", "#8a3a14", "#e05030", "#6a2018"],
    speed: ["#5e1c14", "#93291c", "#cf3b27", "#ff6c48", "#ffb590", "#3f120d"],
    age: ["#d8402f", "#b83424", "#962c1f", "#74241a", "#551a12"],
  },
};

/** The bounds of the speed classes. Knots. */
export const SPEED_BOUNDS = [0.5, 3, 10, 20];
/** The bounds of the age classes. Seconds. */
export const AGE_BOUNDS = [60, 300, 1200, 3600];
/** The ways to colour vessels, in the order of the key `y`. @type {ColourMode[]} */
export const COLOUR_MODES = ["muted", "type", "speed", "age"];

/** The class of a ship type in the colours `type`. @param {number} type AIS ship type, 255 if unknown @returns {number} */
export function typeClass(type) {
  if (type === 30) return 0;
  if (type === 36 || type === 37) return 2;
  if ((type >= 31 && type <= 35) || (type >= 50 && type <= 59)) return 1;
  if (type >= 40 && type <= 49) return 3;
  if (type >= 60 && type <= 69) return 4;
  if (type >= 70 && type <= 79) return 5;
  if (type >= 80 && type <= 89) return 6;
  return 7;
}

/** The class of a speed. @param {number} tenths tenths of a knot; 65535 if unknown @returns {number} */
export function speedClass(tenths) {
  if (tenths === 65535) return 5;
  const knots = tenths / 10;
  let c = 0;
  while (c < 4 && knots >= SPEED_BOUNDS[c]) c++;
  return c;
}

/** The class of an age. @param {number} seconds 65535 if unknown or more @returns {number} */
export function ageClass(seconds) {
  let c = 0;
  while (c < 4 && seconds >= AGE_BOUNDS[c]) c++;
  return c;
}
