// @ts-check
// Words of the view of silences.

const words = {
  "silences.title": "Silences", "silences.in_force": { one: "{n} in force", other: "{n} in force" }, "silences.hold": { one: "{n} alert held back", other: "{n} alerts held back" },
  "silences.new": "New silence", "silences.none": "No silence is in force, and none ended in the last 48 h.", "silences.now": "In force", "silences.ahead": "To come", "silences.past": "Ended in the last 48 h",
  "silences.col.number": "No.", "silences.col.what": "What", "silences.col.until": "Until", "silences.col.holds": "Holds back now", "silences.col.who": "By", "silences.col.why": "Reason",
  "silences.from": "From {time}", "silences.left": "{span} left", "silences.lifted_at": "lifted {time}", "silences.ended_at": "ended {time}", "silences.show": "Show these alerts in the list",
  "silences.again": "Again", "silences.again_hint": "Make the same silence again, for as long as before", "silences.lift": "Lift", "silences.of_other": "Made by {name}",
  "silences.lift_why": "Why is silence {number} lifted?", "silences.zone": "zone {id}", "silences.vessel_hint": "Name or MMSI", "silences.vessel_what": "Pick a vessel from the list, or write the nine digits of its MMSI",
};
export default words;
