//! The page of one vessel, on one screen.
//!
//! Built for one screen: what it is, where it is, then the latest rows of each list. Empty
//! lists share one line at the end, so that "nothing known" is said without taking room.

use std::collections::BTreeSet;

use serde_json::Value;

use super::deed::Deed;
use super::deeds::Last;
use super::identity::{Field, country};
use super::record::VesselRecord;
use crate::cli::table::{Column, cut, number, short_id, table, text, width};
use crate::cli::when::lasting;
use crate::daemon::PastReach;
use crate::platform::telemetry::FromAir;
use crate::storage::evidence::report::{Standing, mmsi};
use crate::storage::store::Entry;
use atalaia_core::base::time::Time;
use atalaia_core::base::units::Mmsi;
use atalaia_core::behaviours::{Behaviour, Meeting};
use atalaia_core::engine::questions::meeting;
use atalaia_core::geo::LatLon;
use atalaia_core::picture::tracks::flag_of;

/// Maximum number of rows in a section, unless all are wanted. Enough to see whether something is a habit.
const ROWS: usize = 3;

/// The whole page. `all` shows every row. Without a journal the lists of the engine are not mentioned:
/// nothing is known about them.
pub(super) fn page(known: &VesselRecord, all: bool) -> String {
    let width = width();
    let mut page =
        Page { text: String::new(), rows: if all { usize::MAX } else { ROWS }, width, left_out: 0, none: Vec::new() };
    head(known, &mut page);
    alerts(known, &mut page);
    cases(known, &mut page);
    meetings(known, &mut page);
    if known.journal {
        page.deeds("stops at sea", "stop", &known.deeds.stops, known.read_to);
        page.deeds("silences at sea", "silence", &known.deeds.silences, known.read_to);
        page.deeds("port calls", "port call", &known.deeds.calls, known.read_to);
    }
    if !page.none.is_empty() {
        let none = page.none.join(", ");
        page.line(&format!("none known: {none}"));
    }
    match page.left_out {
        0 => {}
        1 => page.line("1 earlier row is left out: --all shows it"),
        more => page.line(&format!("{more} earlier rows are left out: --all shows them")),
    }
    page.text
}

/// The page while it is built.
struct Page {
    /// The lines so far, each with its line end.
    text: String,
    /// Maximum number of rows in a section.
    rows: usize,
    /// Lines are cut to this many characters; `None` for no limit.
    width: Option<usize>,
    /// Rows that had no room in their section, over all sections.
    left_out: usize,
    /// Names of the sections without rows.
    none: Vec<&'static str>,
}

impl Page {
    /// Adds a line, cut to the width.
    fn line(&mut self, line: &str) {
        self.text += &cut(line, self.width);
        self.text.push('\n');
    }

    /// Adds a line with a label in a column of its own. An empty label continues the line above.
    fn labelled(&mut self, label: &str, words: &str) {
        self.line(&format!("{label:<12} {words}"));
    }

    /// Adds a table, or its name to the list of empty sections. `none` is the name in the plural.
    fn section(&mut self, none: &'static str, columns: &[Column], rows: Vec<Vec<String>>) {
        if rows.is_empty() {
            return self.none.push(none);
        }
        let shown = rows.len().min(self.rows);
        self.left_out += rows.len() - shown;
        self.text += &table(columns, &rows[..shown], self.width);
    }

    /// Adds a section. Anything that still goes on has lasted until `read_to` at least.
    fn deeds(&mut self, none: &'static str, name: &'static str, deeds: &[Deed], read_to: Time) {
        let row = |deed: &Deed| {
            let lasted = deed.to.unwrap_or(read_to) - deed.from;
            let lasted = if deed.to.is_none() { format!("{} so far", lasting(lasted)) } else { lasting(lasted) };
            let at = deed.at.map_or_else(|| "-".to_owned(), |at| at.decimal_degrees());
            vec![deed.from.minute(), lasted, at, FromAir(&deed.note).to_string()]
        };
        let columns = [text(name), text("lasted"), text("where"), text("")];
        self.section(none, &columns, deeds.iter().map(row).collect());
    }
}

/// Identity, last position, first report, watchlist and former identities.
fn head(known: &VesselRecord, page: &mut Page) {
    let word = |field: Field| known.sayings.now(field).map(|saying| FromAir(&saying.value).to_string());
    // The MMSI is always there: it is what other commands ask for.
    let mut who = vec![word(Field::Name).unwrap_or_else(|| "no name".to_owned()), format!("MMSI {:09}", known.mmsi)];
    who.extend(word(Field::Imo).map(|imo| format!("IMO {imo}")));
    who.extend(word(Field::CallSign).map(|sign| format!("call sign {sign}")));
    page.line(&who.join(", "));
    let mut what = vec![flag_of(Mmsi(known.mmsi)).map_or("no flag", |flag| country(flag.code())).to_owned()];
    what.push(word(Field::Kind).unwrap_or_else(|| "type unknown".to_owned()));
    what.extend(known.deeds.class.map(str::to_owned));
    what.extend(word(Field::Hull));
    what.extend(known.deeds.draught.map(|draught| format!("draught {draught:.1} m")));
    what.extend(known.deeds.destination.as_ref().map(|bound| format!("bound for {}", FromAir(bound))));
    page.line(&what.join(", "));
    if let Some(last) = &known.deeds.last {
        let ago = lasting(known.now - last.at);
        page.labelled("last heard", &format!("{} UTC, {ago} ago", last.at.minute()));
        page.labelled("", &format!("{} ({})", last.position.degrees_minutes(), last.position.decimal_degrees()));
        page.labelled("", &motion(last));
    }
    if let Some(first) = known.deeds.first_at {
        // How far back "first" reaches depends on what was read.
        let since = match known.since {
            Some(since) => format!(" (read since {})", since.minute()),
            None => " (as far as the daemon remembers)".to_owned(),
        };
        page.labelled("first heard", &format!("{} UTC{since}", first.minute()));
    }
    if 1 < known.deeds.tracks {
        page.labelled(
            "number",
            &format!("{} ships were heard under it; the last of them is shown", known.deeds.tracks),
        );
    }
    if let Some(found) = &known.listed {
        let row = &found.listed;
        let alike = if found.fuzzy { ", nearly" } else { "" };
        let reason = row.reason.as_ref().map_or_else(String::new, |reason| format!(": {}", FromAir(reason)));
        page.labelled(
            "watchlist",
            &format!("{} by {}{alike}{reason}", FromAir(&row.list), found.by.name().replace('_', " ")),
        );
    }
    for (place, saying) in known.sayings.before().into_iter().take(page.rows).enumerate() {
        let label = if place == 0 { "before" } else { "" };
        let said = match saying.first == saying.last {
            true => format!("known {}", saying.last.minute()),
            false => format!("known {} to {}", saying.first.minute(), saying.last.minute()),
        };
        page.labelled(label, &format!("{} {}, {said}", saying.field.name(), FromAir(&saying.value)));
    }
    page.left_out += known.sayings.before().len().saturating_sub(page.rows);
    if let Some(reach) = known.reach {
        let none = known.sayings.before().is_empty();
        page.labelled(if none { "before" } else { "" }, &reach_words(reach, none));
    }
}

/// How far back earlier identities were looked for, and what to do to look further.
fn reach_words(reach: PastReach, none: bool) -> String {
    let since = reach.since.minute();
    let other = if none { "no other identity" } else { "nothing else" };
    match reach.is_whole {
        true => format!("{other} since {since} UTC, where the reports of the journal begin"),
        false => format!("{other} since {since} UTC; --all looks further back"),
    }
}

/// Alerts and facts: what goes on first, then what happened once, then alerts before facts, else in the order of the
/// store.
fn alerts(known: &VesselRecord, page: &mut Page) {
    let mut entries: Vec<&Entry> = known.alerts.iter().collect();
    // What is over and what was taken back are one group; false sorts before true: alerts before facts.
    let rank = |entry: &Entry| (Standing::of(&entry.body).min(Standing::Over), entry.body["announced"] != true);
    entries.sort_by_key(|entry| rank(entry));
    let row = |entry: &&Entry| {
        let body = &entry.body;
        let word = |key: &str| body[key].as_str().unwrap_or_default();
        let kind = if body["announced"] == true { word("severity") } else { "fact" };
        let status = if Standing::of(body) == Standing::Happened { "happened" } else { word("status") };
        vec![
            short_id(&entry.id),
            format!("{status}, {}", entry.state.name()),
            kind.to_owned(),
            body["score"].to_string(),
            Time::parse(word("started_at")).map_or_else(String::new, Time::minute),
            word("behaviour").to_owned(),
            FromAir(word("summary")).to_string(),
        ]
    };
    let columns =
        [text("alert"), text("state"), text("severity"), number("score"), text("began"), text("behaviour"), text("")];
    let rows = entries.iter().map(row).collect();
    page.section("alerts", &columns, rows);
}

/// The cases of the vessel, and those that its alerts name but the store does not have yet.
fn cases(known: &VesselRecord, page: &mut Page) {
    let row = |case: &Value| {
        let word = |key: &str| case[key].as_str().unwrap_or_default();
        let alerts = known.standings.get(word("id")).map_or(0, |state| state.alerts);
        vec![
            short_id(word("id")),
            word("severity").to_owned(),
            case["score"].to_string(),
            alerts.to_string(),
            case["vessels"].as_array().map_or(0, Vec::len).to_string(),
            FromAir(word("story")).to_string(),
        ]
    };
    let columns = [text("case"), text("severity"), number("score"), number("alerts"), number("vessels"), text("")];
    // The daemon writes new cases once every few seconds. Their alerts name them at once.
    let is_stored = |id: &str| known.cases.iter().any(|case| case["id"] == id);
    let named: BTreeSet<&str> = known.alerts.iter().filter_map(|entry| entry.body["case_id"].as_str()).collect();
    let pending = named.into_iter().filter(|id| !is_stored(id)).map(|id| {
        let blank = String::new;
        vec![
            short_id(id),
            blank(),
            blank(),
            blank(),
            blank(),
            "new; the daemon will store it within seconds".to_owned(),
        ]
    });
    page.section("cases", &columns, known.cases.iter().map(row).chain(pending).collect());
}

/// Alerts and facts about meetings with other vessels. What is only inferred, as with a vessel that was silent, has a section
/// of its own: the page may be quoted. Retracted ones are left out: there was no meeting.
fn meetings(known: &VesselRecord, page: &mut Page) {
    let me = |vessel: &Value| vessel["mmsi"].as_u64() == Some(u64::from(known.mmsi));
    let (mut rows, mut possible) = (Vec::new(), Vec::new());
    for body in known.alerts.iter().map(|entry| &entry.body) {
        let word = |key: &str| body[key].as_str().unwrap_or_default();
        let Some(met) = meeting(word("behaviour")).filter(|_| word("status") != "retracted") else {
            continue;
        };
        // Of a group there may be several others.
        let others = body["vessels"].as_array().into_iter().flatten().filter(|vessel| !me(vessel));
        let others: Vec<String> = others
            .map(|vessel| {
                let name =
                    vessel["name"].as_str().map_or_else(|| "no name".to_owned(), |name| FromAir(name).to_string());
                format!("{name} ({})", mmsi(vessel))
            })
            .collect();
        let (from, to) = (Time::parse(word("started_at")), Time::parse(word("last_at")));
        if let (Some(from), Some(to), false) = (from, to, others.is_empty()) {
            let degrees = |key: &str| body["position"][key].as_f64();
            let at = degrees("lat").zip(degrees("lon")).map(|(lat, lon)| LatLon::new(lat, lon).decimal_degrees());
            let held = match Behaviour::named(word("behaviour")) {
                Some(behaviour) if word("status") != "open" => lasting(behaviour.lasted(from, to)),
                _ => lasted(known, from, to, word("status") == "open"),
            };
            let row = [from.minute(), held, at.unwrap_or_default()];
            let (behaviour, others) = (word("behaviour"), others.join(" + "));
            match met {
                Meeting::Inferred(verb) => {
                    let words = format!("{verb} {others} ({behaviour})");
                    possible.push(row.into_iter().chain([words]).collect());
                }
                Meeting::Seen(_) => rows.push(row.into_iter().chain([format!("{behaviour} {others}")]).collect()),
            }
        }
    }
    page.section("meetings", &[text("meeting"), text("lasted"), text("where"), text("")], rows);
    // What lasted is the stop that the alert rests on. How long they were together, if they were, is not known.
    let columns = [text("possible meeting"), text("alert lasted"), text("where"), text("")];
    page.section("possible meetings", &columns, possible);
}

/// How long a meeting lasted. One that goes on has lasted until the vessel was last heard. `from` and `to`
/// are its beginning and the last time at which it is known to hold.
fn lasted(known: &VesselRecord, from: Time, to: Time, is_open: bool) -> String {
    // The alert is only updated now and then, the vessel is heard all the time.
    let heard = known.deeds.last.as_ref().map_or(to, |last| last.at.max(to));
    if is_open { format!("{} so far", lasting(heard - from)) } else { lasting(to - from) }
}

/// Motion and place: `12.3 kn, course 045°, under way using engine, 12.0 nm off the coast, in Corridor 7`.
/// Parts that were not reported are left out, except the speed, whose absence is worth saying.
fn motion(last: &Last) -> String {
    let mut words = vec![last.knots.map_or("speed not reported".to_owned(), |knots| format!("{knots:.1} kn"))];
    words.extend(last.course.map(|course| format!("course {course:03.0}°")));
    words.extend(last.status.and_then(status).map(str::to_owned));
    if last.shore_nm.is_finite() {
        words.push(format!("{:.1} nm off the coast", last.shore_nm));
    }
    if last.calm {
        words.push("in calm water".to_owned());
    }
    words.extend(last.zones.iter().map(|zone| format!("in {}", FromAir(zone))));
    words.join(", ")
}

/// The navigational status in words (ITU-R M.1371-5, table 45). `None` for codes without a meaning.
fn status(code: u8) -> Option<&'static str> {
    let words = [
        "under way using engine",
        "at anchor",
        "not under command",
        "restricted manoeuvrability",
        "constrained by draught",
        "moored",
        "aground",
        "fishing",
        "under way sailing",
    ];
    words.get(usize::from(code)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A vessel without a journal, with these alerts.
    fn known(alerts: &[Value]) -> VesselRecord {
        let now = Time::from_seconds(86_400);
        let entry = |body: &Value| Entry {
            id: "abcd".to_owned(),
            state: crate::storage::store::WorkState::New,
            assignee: None,
            finding: None,
            finding_reason: None,
            body: body.clone(),
        };
        VesselRecord {
            mmsi: 1,
            now,
            read_to: now,
            since: None,
            journal: false,
            deeds: super::super::deeds::Deeds::default(),
            sayings: super::super::identity::Sayings::default(),
            reach: None,
            listed: None,
            alerts: alerts.iter().map(entry).collect(),
            cases: Vec::new(),
            standings: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn a_meeting_that_is_only_inferred_is_listed_as_a_possible_one() {
        let of = |behaviour: &str, other: u32| {
            serde_json::json!({
                "behaviour": behaviour, "status": "ended", "started_at": "1970-01-01T01:00:00Z",
                "last_at": "1970-01-01T12:00:00Z", "vessels": [{"mmsi": 1}, {"mmsi": other}],
            })
        };
        let text = page(&known(&[of("rendezvous", 2), of("dark_rendezvous", 3), of("async_rendezvous", 4)]), true);
        let line = |word: &str| text.lines().position(|line| line.contains(word)).unwrap_or_else(|| panic!("{text}"));
        let (meetings, possible) = (line("meeting  "), line("possible meeting"));
        assert!(meetings < line("000000002") && line("000000002") < possible, "{text}");
        assert!(possible < line("may have met no name (000000003)"), "{text}");
        assert!(possible < line("at one place after another: no name (000000004)"), "{text}");
        let none = page(&known(&[of("dark_rendezvous", 3)]), true);
        assert!(none.contains("none known: cases, meetings\n"), "no meeting is known: {none}");
    }

    #[test]
    fn a_case_has_as_many_alerts_as_in_the_list_of_cases() {
        let mut vessel = known(&[]);
        let alerts = ["a", "b", "c", "d", "e", "f", "g"];
        vessel.cases =
            vec![serde_json::json!({"id": "caseone", "score": 70, "alerts": alerts, "vessels": [{"mmsi": 1}]})];
        let state = crate::storage::store::CaseState { alerts: 6, ..Default::default() };
        vessel.standings.insert("caseone".to_owned(), state);
        let text = page(&vessel, true);
        let row = text.lines().find(|line| line.starts_with("caseone")).unwrap_or_else(|| panic!("{text}"));
        let cells: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(cells, ["caseone", "70", "6", "1"], "one of the seven is a minor event");
    }

    #[test]
    fn a_stop_that_goes_on_has_lasted_until_the_end_of_the_reading() {
        let time = |text: &str| Time::parse(text).expect("a time");
        let mut page = Page { text: String::new(), rows: ROWS, width: None, left_out: 0, none: Vec::new() };
        let stop = Deed {
            from: time("2024-03-01T13:00:00Z"),
            to: None,
            at: Some(LatLon::new(36.0, -9.0)),
            note: "still for 3 h".to_owned(),
        };
        page.deeds("stops at sea", "stop", &[stop], time("2024-03-01T16:05:00Z"));
        assert!(page.text.contains("  3 h 05 min so far  "), "{}", page.text);
    }
}
