// @ts-check
// How a vessel is named where people read it.

/** An MMSI in its nine digits: those of groups and coast stations begin with zeros. @param {number | string} mmsi */
export const mmsiText = (mmsi) => String(mmsi).padStart(9, "0");

/** The name of a vessel, else its number. @param {{ name?: string | null, mmsi: number }} vessel */
export const called = (vessel) => vessel.name || `MMSI ${mmsiText(vessel.mmsi)}`;
