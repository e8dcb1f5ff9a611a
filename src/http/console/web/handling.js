// @ts-check
// The codes of handling, as the engine knows them.

/** @typedef {import("../types/api").Tlp} Tlp */

/** The traffic light protocol from the lowest marking to the highest. @type {Tlp[]} */
export const TLP = ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"];
/** Europol handling codes. */
export const EUROPOL = ["H0", "H1", "H2", "H3"];
/** Whether an alert is of the sea, or of an exercise or a test. */
export const REALITIES = ["actual", "exercise", "test"];
