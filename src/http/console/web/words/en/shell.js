// @ts-check
// Words of the frame.

const words = {
  "nav.watch": "Watch", "nav.list": "Alerts", "nav.map": "Map", "nav.alerts": "Alerts", "nav.alert": "Alert", "nav.cases": "Cases", "nav.case": "Case",
  "nav.vessel": "Vessel", "nav.vessels": "Vessels", "nav.zones": "Zones", "nav.silences": "Silences", "nav.status": "Status", "nav.people": "People", "nav.audit": "Audit",
  "nav.login": "Log in", "nav.unknown": "Not found",
  "frame.pages": "Pages", "frame.marking": "Highest marking of what this page has shown", "frame.local_time": "here {time}", "frame.lag": "engine −{span}",
  "frame.recorded": "RECORDED", "frame.recorded_title": "Recorded data: times and ages are those of the recording. The clock says {time}.",
  "frame.lag_title": "How far the engine's time is behind the clock", "frame.feeds": "Feeds", "frame.budget": "Budget", "frame.budget_of": "{today} of {allowed}",
  "frame.budget_title": "Alerts today at medium and above, of the number that a watch can look at", "frame.palette": "Palette", "frame.language": "Language",
  "frame.sound_on": "Sound is on", "frame.sound_off": "Sound is off", "frame.no_page": "There is no page {path}.", "frame.not_loaded": "This page could not be loaded. Check the connection, then reload.",
  "feeds.up": "{n} up", "feeds.lagging": "{n} lagging", "feeds.silent": "{n} silent",
  "palette.system": "As the system", "palette.day": "Day", "palette.dusk": "Dusk", "palette.night": "Night",
  "role.viewer": "viewer", "role.analyst": "analyst", "role.supervisor": "supervisor", "role.admin": "administrator", "role.auditor": "auditor", "role.n": { one: "{n} role", other: "{n} roles" },
  "search.placeholder": "Search: vessel, alert, case, zone, position", "search.label": "Search", "search.nothing": "Nothing found.", "search.vessels": "Vessels", "search.alerts": "Alerts", "search.cases": "Cases",
  "search.zones": "Zones", "search.coordinates": "Position",
  "keys.title": "Keys", "keys.help": "Keys of this page", "keys.search": "Search", "keys.palette": "Next palette", "keys.palette_is": "Palette: {name}", "keys.mute": "Sound on or off", "keys.close": "Close what is open",
  "keys.scope.list": "List", "keys.scope.alert": "Alert", "keys.scope.map": "Map", "keys.scope.all": "Everywhere", "keys.single": "Keys without Ctrl or Alt work",
  "warning.ended": "The session has ended{why}. What is on the screen stays; log in to go on.", "warning.lost": "Connection lost since {time} ({span}). What is shown may be out of date. Trying again.",
  "warning.version": "A new version of the console is here. Reload when it suits you.", "warning.clock": "The clock of this machine is off by {span}.", "warning.not_ready": "The daemon is not ready: {why}",
  "warning.feeds": { one: "Feed silent: {names}", other: "{n} feeds silent: {names}" }, "warning.since": "{name} since {time}", "warning.exercise_word": "EXERCISE", "warning.exercise": "There is exercise data on the screen.",
  "account.title": "Account",
  "account.sign_out": "Log out",
  "time.ago": "{span} ago",
  "warning.purpose": "What is this shift for? Every look at details is recorded with it.", "warning.purpose_keep": "Record it",
  "ask.export": "What is this export for?", "ask.search": "What is this search for vessels for?", "ask.detail": "What are you looking at this for?", "ask.recorded": "The answer is recorded in the audit.",
  "ask.do.export": "Export", "ask.do.search": "Search", "ask.do.detail": "Show", "ask.give": "State the purpose",
  "search.where": "Searched: names, MMSI, IMO numbers and call signs, words of alerts, cases, zones, positions. For a kind of vessel use the filter of the list, as type:tug.",
};
export default words;
