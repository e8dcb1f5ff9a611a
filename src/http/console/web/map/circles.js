// @ts-check
// The circles of alerts: how far a silent vessel can have gone, and where interference is.

/** @typedef {import("../../types/api").Alert} Alert */
/** @typedef {import("../geo.js").Place} Place */
/** A circle that an alert draws. @typedef {{centre: Place, nm: number, dashed: boolean}} Circle */

/** The circles of an alert, from what it measured. @param {Alert} alert @returns {Circle[]} */
export function circlesOf(alert) {
  const centre = alert.position, { measured, thresholds } = alert.evidence;
  if (!centre) return [];
  if (alert.behaviour === "ais_gap" && alert.status === "open" && measured.distance_nm === undefined) {
    // As far as its usual speed can have taken it since it fell silent; once it is heard again, its track says more.
    const nm = (Number(measured.usual_knots) * Number(measured.silent_minutes)) / 60;
    return nm > 0 ? [{ centre, nm, dashed: true }] : [];
  }
  if (alert.behaviour === "dark_rendezvous") {
    // The silent vessel was last heard at this distance from the stop.
    const nm = Number(measured.distance_nm);
    return nm > 0 ? [{ centre, nm, dashed: true }] : [];
  }
  if (alert.behaviour === "interference") {
    const nm = Number(thresholds.radius_nm);
    return nm > 0 ? [{ centre, nm, dashed: false }] : [];
  }
  return [];
}
