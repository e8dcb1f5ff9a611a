// @ts-check
// When each vessel of an alert did her own part of it. Pure functions.

/**
 * When one vessel did its own part of an alert: of two that came one after the other, and of one that was silent, each has its own. Milliseconds.
 * @param {{started_at: string, ended_at: string | null, last_at: string, evidence?: {measured?: Record<string, any>}}} alert
 * @param {number} mmsi
 * @returns {[number, number]}
 */
export function partOf(alert, mmsi) {
  const { dropped_at, slow_until, dropper_mmsi, silent_since, dark_mmsi } = alert.evidence?.measured ?? {};
  const [from, to] = [Date.parse(alert.started_at), Date.parse(alert.ended_at ?? alert.last_at)];
  const [dropped, silent] = [Date.parse(dropped_at), Date.parse(silent_since)];
  if (mmsi === dropper_mmsi && Number.isFinite(dropped)) return [dropped, Math.max(dropped, Date.parse(slow_until ?? dropped_at) || 0)];
  if (mmsi === dark_mmsi && Number.isFinite(silent)) return [silent, Math.max(silent, to)];
  return [from, Math.max(from, to)];
}
