// @ts-check
// How near the behaviours are to an alert about a vessel. Pure functions.

/** One form of a behaviour now. @typedef {import("./types.js").Standing & {behaviour: string, away: number, asked_for: boolean}} Form */

/**
 * Those with the fewest missing conditions first, as the rows count them; those that no zone asks for last.
 * @param {Form[]} forms
 */
export function nearest(forms) {
  // Behaviours about inputs say nothing of a vessel, and what meets everything is no reason for having no alert.
  return forms.filter((form) => form.behaviour !== "feed_silent" && !isMet(form))
    .sort((one, other) => Number(other.asked_for) - Number(one.asked_for) || one.missing - other.missing || one.away - other.away);
}

/** Whether nothing is missing, so that there is an alert. @param {Form} form */
export const isMet = (form) => form.asked_for && form.missing === 0;
