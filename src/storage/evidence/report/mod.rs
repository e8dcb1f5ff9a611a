//! An alert or a case as one page to read and print: what happened, where, how it was found, and what AIS cannot show.
//!
//! One HTML file that fetches nothing and runs nothing: its `Content-Security-Policy` allows one style sheet, its own.
//! The map is drawn from the built-in coastline. Every text in it, of any origin, is escaped in `html`.
//!
//! A report reads stored JSON, not the type of an alert: it must also be possible for an alert that an earlier version
//! stored. Nothing in it fails. A value that is missing leaves its row or section out, and a marking that cannot be read
//! makes the page RED.

mod events;
mod html;
mod map;
mod measures;
mod parts;
mod standing;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub use events::{Event, Party, events, formerly, ties, vessels_of};
pub use measures::{Measure, Number, WHAT_AIS_CANNOT_SHOW, measures};
pub use standing::Standing;
pub use words::{behaviour_title, entries, flag, mmsi, position_of, ship_type, time_of, vessel_name, vessel_words};

use events::{key, vessels_in};
use html::{Element, element, text};
use map::{Charted, Line, Map, Mark, TRACK_STYLES};
use parts::{PageMarking, dot, place, section, table, when};

use crate::storage::store::{AlertFile, AuditRow, CaseFile, Note};
use atalaia_core::base::text::{counted, elapsed};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::units::METRES_PER_NM;
use atalaia_core::behaviours::Behaviour;
use atalaia_core::geo::LatLon;
use atalaia_core::zones::ZoneSet;

/// The map of an alert covers its tracks from this long before it began until this long after it ended.
const AROUND: Span = Span::from_hours(1);
/// Places of one alert closer together than this, in metres, share a mark.
const SAME_PLACE: f64 = 0.15 * METRES_PER_NM;
/// A position of an alert that is nearer than this to a fix of the evidence, in metres, comes from it: both are rounded to about 1 m.
const SAME_FIX: f64 = 3.0;
/// Measured moments of another vessel that the page must show: the keys of its MMSI and of the moment, and what it was.
const EVENTS_BEFORE: [(&str, &str, &str); 3] = [
    ("dropper_mmsi", "dropped_at", "it began to slow or was farthest off its course"),
    ("dropper_mmsi", "passed_at", "it passed nearest to where the other one stopped"),
    ("dark_mmsi", "silent_since", "it went silent"),
];
/// Maximum number of tracks on a map: twice the number of styles, beyond which they cannot be told apart.
const MOST_TRACKS: usize = 12;
/// Maximum number of vessels of one alert whose positions are marked. With two marks each, more would cover the tracks.
const MOST_MARKED: usize = 4;

/// The report of one alert as HTML. `zones` are those drawn on its map; `None` if they are not known. `now` is the wall
/// clock; it is printed at the end and affects nothing else.
pub fn of_alert(alert_file: &AlertFile, zones: Option<&ZoneSet>, now: Time) -> String {
    let entry = &alert_file.told.entry;
    let alert = &entry.body;
    let severity = alert["severity"].as_str().unwrap_or_default();
    let event = Event { number: 1, alert_file };
    let title = parts::title_of(alert);
    let mut content = vec![
        text("p", "Alert report").class("kicker"),
        text("h1", &title),
        parts::grade(severity, &format!("score {} of 100 · {}", alert["score"], event.state())),
        text("p", alert["summary"].as_str().unwrap_or_default()).class("summary"),
        key_facts(alert_file),
    ];
    content.extend(figure_of_alert(alert, zones, &title).into_iter().flatten());
    // In the order of the alert, in which the ship that it is about comes first.
    let vessels: Vec<Party> = vessels_in(alert).map(Party::of).collect();
    content.extend(section("Vessels, as they identify themselves", parts::vessels(&vessels).into_iter().collect()));
    let why = section("Why this alert was raised", parts::measures(alert));
    let score = section("How the score comes about", parts::score(alert).into_iter().collect());
    content.push(element("div").class("pair").add(element("div").all(why)).add(element("div").all(score)));
    content.extend(section("History of the alert", history(alert_file).into_iter().collect()));
    let acts: Vec<(Option<usize>, &AuditRow)> = alert_file.told.audit.iter().map(|row| (None, row)).collect();
    let notes: Vec<&Note> = alert_file.told.notes.iter().collect();
    content.extend(section("What people did", parts::acts(&acts, &notes).into_iter().collect()));
    content.extend(section("Handling", parts::handling_of(alert).iter().map(parts::handling).collect()));
    // Every report ends with what AIS cannot show: it may be read by people who know nothing of AIS.
    content.extend(parts::limits());
    content.extend(parts::about(now));
    parts::page(&format!("alert {}: {title}", short(&entry.id)), &PageMarking::of(alert), content)
}

/// The report of a case with all of its alerts, as HTML. Alerts and facts are numbered in order of time; the map, the
/// story and the rows of actions use the same numbers. Facts are minor events of the story and have no section of their own.
/// `zones` and `now` are as in [`of_alert`].
pub fn of_case(case_file: &CaseFile, zones: Option<&ZoneSet>, now: Time) -> String {
    let case = &case_file.case;
    let events = events(case_file);
    let id = case["id"].as_str().unwrap_or_default();
    let vessels = vessels_of(events.iter().map(Event::alert));
    let names: Vec<String> = vessels.iter().take(3).map(|party| vessel_name(&party.vessel)).collect();
    let more = vessels.len().saturating_sub(names.len());
    let more = if 0 < more { format!(" and {more} more") } else { String::new() };
    let title = format!("Case {}: {}{more}", short(id), names.join(", "));
    let alerts = events.iter().filter(|event| event.is_alert()).count();
    let facts = match events.len() - alerts {
        0 => String::new(),
        facts => format!(", {}", counted(facts, "minor event")),
    };
    let began = events.iter().filter_map(Event::began).min();
    let last = events.iter().filter_map(|event| time_of(event.alert(), "last_at").or(event.ended())).max();
    let span =
        began.zip(last).map_or(String::new(), |(began, last)| format!("{} to {} UTC", began.minute(), last.minute()));
    let held = &case["held"];
    let held = match held.is_null() {
        true => "no".to_owned(),
        false => {
            let word = |key: &str| held[key].as_str().unwrap_or_default();
            let at = time_of(held, "at").map_or(String::new(), Time::minute);
            format!("by {} since {at} UTC: {}", word("who"), word("why"))
        }
    };
    let mut content = vec![
        text("p", "Case report").class("kicker"),
        text("h1", &title),
        parts::grade(
            case["severity"].as_str().unwrap_or_default(),
            &format!(
                "score {} of 100 · {}{facts} · {}",
                case["score"],
                counted(alerts, "alert"),
                counted(vessels.len(), "vessel")
            ),
        ),
        parts::facts(vec![("Time", span), ("Legal hold", held), ("Case", id.to_owned())]),
    ];
    content.extend(figure_of_case(&events, zones, &title));
    content.extend(section("What happened, in order of time", story(&events).into_iter().collect()));
    let ties = ties(&events);
    let ties = (!ties.is_empty()).then(|| {
        let list = element("ul").class("plain").all(ties.iter().map(|tie| text("li", tie)));
        let why = "Alerts belong to one case when they share a vessel and are no more than 72 hours apart.";
        vec![text("p", why), list]
    });
    content.extend(section("What holds the case together", ties.unwrap_or_default()));
    content.extend(section("Vessels, as they identify themselves", parts::vessels(&vessels).into_iter().collect()));
    content
        .extend(section("The alerts one by one", events.iter().filter(|event| event.is_alert()).map(detail).collect()));
    let mut acts: Vec<(Option<usize>, &AuditRow)> = case_file.audit.iter().map(|row| (None, row)).collect();
    for event in &events {
        acts.extend(event.alert_file.told.audit.iter().map(|row| (Some(event.number), row)));
    }
    // The rows come by alert; a reader follows them by time.
    acts.sort_by_key(|(_, row)| row.at);
    let notes: Vec<&Note> = events.iter().flat_map(|event| &event.alert_file.told.notes).collect();
    content.extend(section("What people did", parts::acts(&acts, &notes).into_iter().collect()));
    let handling = parts::handling_of_all(events.iter().map(Event::alert));
    content.extend(section("Handling (the strictest of its alerts)", handling.iter().map(parts::handling).collect()));
    content.extend(parts::limits());
    content.extend(parts::about(now));
    parts::page(&title, &PageMarking::of_all(events.iter().map(Event::alert)), content)
}

/// A file name with the marking: `TLP-AMBER_alert-qcztu5gc.html`. RED if the marking cannot be read.
pub fn file_name(kind: &str, id: &str, marked: &Value) -> String {
    let tlp = marked["handling"]["tlp"].as_str().unwrap_or("RED");
    let plain = |text: &str| text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '+').collect::<String>();
    format!("TLP-{}_{kind}-{}.html", plain(tlp), plain(&short(id)))
}

/// The first eight characters of an id, enough to find it again.
fn short(id: &str) -> String {
    id.chars().take(8).collect()
}

/// Times, position, zones and receiving stations of an alert, and what analysts decided. Empty values are left out.
fn key_facts(alert_file: &AlertFile) -> Element {
    let entry = &alert_file.told.entry;
    let alert = &entry.body;
    let at = |key: &str| time_of(alert, key).map_or(String::new(), |at| format!("{} UTC", at.minute()));
    let began = time_of(alert, "started_at").zip(time_of(alert, "last_at"));
    // Between what is known: the condition may have gone on after it was last seen.
    let behaviour = alert["behaviour"].as_str().and_then(Behaviour::named);
    let lasted = began.map_or(String::new(), |(began, last)| {
        let behaviour = behaviour.filter(|behaviour| behaviour.character().counts_minutes);
        behaviour.map_or_else(
            || elapsed(began, last).to_string(),
            |pair| format!("{} (first and last minute included)", pair.lasted(began, last)),
        )
    });
    let place = position_of(alert);
    let place =
        place.map_or("not known".to_owned(), |at| format!("{} ({})", at.degrees_minutes(), at.decimal_degrees()));
    let zones: Vec<String> = alert["zones"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|zone| {
            let word = |key: &str| zone[key].as_str().unwrap_or_default();
            format!("{} {}", if word("relation") == "in" { "inside" } else { "near" }, word("name"))
        })
        .collect();
    let stations: Vec<&str> =
        alert["evidence"]["stations"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    parts::facts(vec![
        ("Began", at("started_at")),
        ("Noticed", at("opened_at")),
        ("Last known to hold", at("last_at")),
        ("Ended", at("ended_at")),
        ("Lasted", lasted),
        ("Position", place),
        ("Zones", zones.join("; ")),
        ("Received by", stations.join(", ")),
        ("Confidence", if alert["confidence"] == "low" { "low: received by satellite only" } else { "" }.to_owned()),
        ("Assigned to", entry.assignee.clone().unwrap_or_default()),
        ("Finding", finding(alert_file)),
        ("Alert", entry.id.clone()),
        ("Case", alert["case_id"].as_str().unwrap_or_default().to_owned()),
    ])
}

/// The finding with its reason; empty while there is none.
fn finding(alert_file: &AlertFile) -> String {
    let entry = &alert_file.told.entry;
    match (&entry.finding, &entry.finding_reason) {
        (Some(finding), Some(why)) => format!("{finding}: {why}"),
        (Some(finding), None) => finding.clone(),
        (None, _) => String::new(),
    }
}

/// The stored changes of the alert, one row each.
fn history(alert_file: &AlertFile) -> Option<Element> {
    let row = |line: &crate::storage::store::Line| {
        let line = &line.line;
        let what = match line["change"].as_str() {
            // A word for readers outside the watch.
            Some("retracted") => "taken back",
            Some(what) => what,
            None => "-",
        };
        let alert = &line["alert"];
        let grade = format!("{} {}", alert["severity"].as_str().unwrap_or_default(), alert["score"]);
        element("tr")
            .add(when(time_of(line, "at")))
            .add(text("td", what))
            .add(text("td", grade).class("fixed"))
            .add(text("td", line["reason"].as_str().unwrap_or_default()))
    };
    let heads = [("When (UTC)", "fixed"), ("Change", ""), ("Severity, score", ""), ("Reason", "")];
    table(&heads, alert_file.lines.iter().map(row).collect())
}

/// The events of a case in a table, with the numbers of the map.
fn story(events: &[Event<'_>]) -> Option<Element> {
    let row = |event: &Event<'_>| {
        let alert = event.alert();
        let what = element("td")
            .add(text("b", behaviour_title(alert["behaviour"].as_str().unwrap_or_default())))
            .text(". ")
            .text(alert["summary"].as_str().unwrap_or_default());
        let grade = match event.is_alert() {
            true => format!("{} {}", alert["severity"].as_str().unwrap_or_default(), alert["score"]),
            false => "minor".to_owned(),
        };
        let until = match (event.began(), event.ended()) {
            // On the same day, the time alone is enough.
            (Some(began), Some(ended)) if began.date() == ended.date() => format!("to {}", ended.clock()),
            (_, Some(ended)) => format!("to {}", ended.minute()),
            (_, None) => String::new(),
        };
        element("tr")
            .add(element("td").add(dot(event.number)))
            .add(when(event.began()).add(element("br")).add(text("span", until).class("small")))
            .add(what)
            .add(place(event.position()))
            .add(text("td", grade).class("fixed"))
    };
    let heads = [("", ""), ("Began (UTC)", "fixed"), ("What", ""), ("Where", "fixed"), ("Grade", "")];
    table(&heads, events.iter().map(row).collect())
}

/// One alert of a case: why it was raised, and how its score is made up.
fn detail(event: &Event<'_>) -> Element {
    let alert = event.alert();
    let heading = element("h3").add(dot(event.number)).text(" ").text(parts::title_of(alert));
    let ended = event.ended().map_or(String::new(), |at| format!(", ended {}", at.minute()));
    let began = event.began().map_or(String::new(), Time::minute);
    let line = format!("began {began}{ended} · {} · alert ", event.state());
    let beside = element("div")
        .class("pair")
        .add(element("div").all(parts::measures(alert)))
        .add(element("div").all(parts::score(alert)));
    element("div")
        .class("block")
        .add(heading)
        .add(element("p").class("small").text(line).add(text("span", &event.alert_file.told.entry.id).class("id")))
        .add(beside)
}

/// The map of an alert, and a table that explains its marks. `None` without a beginning, or with nothing to draw.
fn figure_of_alert(alert: &Value, zones: Option<&ZoneSet>, title: &str) -> Option<[Element; 2]> {
    let lines = lines_of(std::iter::once(alert));
    let began = time_of(alert, "started_at")?;
    let last = time_of(alert, "ended_at").or(time_of(alert, "last_at")).unwrap_or(began);
    let mut places: Vec<(String, Option<Time>, LatLon)> = Vec::new();
    let mut add = |what: String, at: Option<Time>, place: LatLon| {
        // Marks on top of each other could not be read; the first one names the place.
        if places.iter().all(|(_, _, other)| SAME_PLACE < other.metres_to(place)) {
            places.push((what, at, place));
        }
    };
    if let Some(place) = position_of(alert) {
        // The time of the fix it comes from. Halfway between two vessels there is none.
        add("The position of the alert".to_owned(), fix_at(&lines, place), place);
    }
    for (what, at, place) in events_before(alert, &lines) {
        add(what, Some(at), place);
    }
    for line in lines.iter().take(MOST_MARKED) {
        for (moment, what) in [(began, "it began"), (last, "it was last known to hold")] {
            if let Some((relation, at, place)) = fix_near(&line.points, moment) {
                add(format!("{}, {relation} {what}", line.name), Some(at), place);
            }
        }
    }
    let marks = places.iter().enumerate().map(|(index, (_, _, at))| Mark { number: index + 1, at: *at }).collect();
    let legend = legend(&lines);
    let named = named_zones(std::iter::once(alert));
    let charted = zones.map(|zones| Charted { zones, named: &named });
    let map = Map { title: format!("Map: {title}"), lines, marks, from: began - AROUND, until: last + AROUND, charted };
    let drawn = map.drawn()?;
    let rows = places.iter().enumerate().map(|(index, (what, at, spot))| {
        element("tr")
            .add(element("td").add(dot(index + 1)))
            .add(text("td", what))
            .add(when(*at))
            .add(place(Some(*spot)))
    });
    let heads = [("", ""), ("On the map", ""), ("Time (UTC)", "fixed"), ("Position", "fixed")];
    let rows = table(&heads, rows.collect());
    let zones = drawn.zones.map(|zones| text("p", zones));
    let figure = element("figure").add(drawn.svg).add(element("figcaption").all(legend).all(zones));
    Some([figure, element("div").class("block").all(rows)])
}

/// When a vessel reported this position, last if it did so several times. `None` if no fix of the evidence is there: it is halfway between
/// two vessels, or its fix was thinned out.
fn fix_at(lines: &[Line], place: LatLon) -> Option<Time> {
    let points = lines.iter().flat_map(|line| &line.points);
    points.filter(|(_, at)| at.metres_to(place) < SAME_FIX).map(|(at, _)| *at).max()
}

/// The fix that shows where a vessel was at a moment, and how it relates to it: the last one up to then, else the first one after it. Not
/// farther off than the map reaches: a mark must not stand where the vessel was not.
fn fix_near(points: &[(Time, LatLon)], moment: Time) -> Option<(&'static str, Time, LatLon)> {
    let after = points.partition_point(|(at, _)| *at <= moment);
    let last = after.checked_sub(1).and_then(|index| points.get(index)).filter(|(at, _)| moment - *at <= AROUND);
    match (last, points.get(after)) {
        (Some((at, place)), _) if at.floor_minute() == moment.floor_minute() => Some(("when", *at, *place)),
        (Some((at, place)), _) => Some(("last fix kept before", *at, *place)),
        (None, Some((at, place))) if *at - moment <= AROUND => Some(("first fix kept after", *at, *place)),
        (None, _) => None,
    }
}

/// Where another vessel of the alert was when it did what came before: the measured moments of the vessel that is named beside them.
fn events_before(alert: &Value, lines: &[Line]) -> Vec<(String, Time, LatLon)> {
    let measured = &alert["evidence"]["measured"];
    let events = EVENTS_BEFORE.iter().filter_map(|(vessel, moment, what)| {
        let (mmsi, moment) = (measured[*vessel].as_u64()?, time_of(measured, moment)?);
        let line = lines.iter().find(|line| line.mmsi == mmsi)?;
        let (relation, at, place) = fix_near(&line.points, moment)?;
        Some((format!("{}, {relation} {what}", line.name), at, place))
    });
    events.collect()
}

/// The map of a case. `None` if nothing of it has a place or a time.
fn figure_of_case(events: &[Event<'_>], zones: Option<&ZoneSet>, title: &str) -> Option<Element> {
    let lines = lines_of(events.iter().map(Event::alert));
    let marks = events.iter().filter_map(|event| Some(Mark { number: event.number, at: event.position()? })).collect();
    let from = events.iter().filter_map(Event::began).min()?;
    let until = events.iter().filter_map(|event| event.ended().or(time_of(event.alert(), "last_at"))).max()?;
    let legend = legend(&lines);
    let named = named_zones(events.iter().map(Event::alert));
    let charted = zones.map(|zones| Charted { zones, named: &named });
    let map = Map { title: format!("Map: {title}"), lines, marks, from: from - AROUND, until: until + AROUND, charted };
    let drawn = map.drawn()?;
    let zones = drawn.zones.map(|zones| text("p", zones));
    let words = text("p", "The numbers are those of the table below; times along the tracks are UTC.");
    Some(element("figure").add(drawn.svg).add(element("figcaption").all(legend).add(words).all(zones)))
}

/// The ids of the zones that alerts name.
fn named_zones<'a>(alerts: impl Iterator<Item = &'a Value>) -> BTreeSet<String> {
    let zones = alerts.flat_map(|alert| alert["zones"].as_array().into_iter().flatten());
    zones.filter_map(|zone| zone["id"].as_str().map(str::to_owned)).collect()
}

/// The stored tracks, one per vessel, those with the most positions first. Several alerts may have parts of one track; they
/// are joined by time. Points without a time or a valid position are left out.
fn lines_of<'a>(alerts: impl Iterator<Item = &'a Value> + Clone) -> Vec<Line> {
    let names: BTreeMap<(u64, u64), String> =
        vessels_of(alerts.clone()).into_iter().map(|party| (key(&party.vessel), party.name())).collect();
    type Points = BTreeMap<Time, LatLon>;
    let mut tracks: BTreeMap<(u64, u64), Points> = BTreeMap::new();
    for track in alerts.flat_map(|alert| alert["evidence"]["tracks"].as_array().into_iter().flatten()) {
        let points = tracks.entry(key(track)).or_default();
        points.extend(track["points"].as_array().into_iter().flatten().filter_map(|point| {
            let at = point.get(0)?.as_str().and_then(Time::parse)?;
            let degrees = |index: usize, most: f64| point.get(index)?.as_f64().filter(|degrees| degrees.abs() <= most);
            Some((at, LatLon::new(degrees(2, 90.0)?, degrees(1, 180.0)?)))
        }));
    }
    let mut tracks: Vec<_> = tracks.into_iter().filter(|(_, points)| !points.is_empty()).collect();
    // The longest tracks first: they get the most distinct colours, and the map leaves out the shortest.
    tracks.sort_by_key(|(key, points)| (std::cmp::Reverse(points.len()), *key));
    let line = |(style, (key, points)): (usize, ((u64, u64), Points))| {
        let name = names.get(&key).cloned().unwrap_or_else(|| format!("MMSI {:09}", key.0));
        Line { name, mmsi: key.0, points: points.into_iter().collect(), style }
    };
    tracks.into_iter().take(MOST_TRACKS).enumerate().map(line).collect()
}

/// The tracks of a map with their colours and dashes. `None` without tracks.
fn legend(lines: &[Line]) -> Option<Element> {
    let entry = |line: &Line| {
        let (colour, dashes) = TRACK_STYLES[line.style % TRACK_STYLES.len()];
        let stroke = element("path")
            .class("track")
            .with("d", "M0 4.5H34")
            .with("stroke", colour)
            .with("stroke-dasharray", dashes);
        let sample = element("svg").with("viewBox", "0 0 34 9").with("aria-hidden", "true").add(stroke);
        let first_and_last = line.points.first().zip(line.points.last());
        let span = first_and_last
            .map_or(String::new(), |((first, _), (last, _))| format!(" ({} to {})", first.minute(), last.minute()));
        element("li").add(sample).text(&line.name).text(span)
    };
    (!lines.is_empty()).then(|| element("ul").class("legend").all(lines.iter().map(entry)))
}

#[cfg(test)]
mod tests;
