//! What an analyst would notice about listed ships.

use std::sync::Arc;

use crate::ais::{Line, SourceId};
use crate::alerts::{Change, ChangeKind};
use crate::behaviours::Behaviour;
use crate::engine::Settings;
use crate::testing::{AREA, area_with, chart, engine, lines, only};
use crate::zones::{Chart, Watchlists};

fn with_lists(zones: &str, csv: &str) -> Arc<Chart> {
    let lists = Watchlists::parse(&[("desk.csv".to_owned(), csv.to_owned())]).expect("a good list");
    Arc::new(Chart { watchlists: Arc::new(lists), ..chart(zones) })
}

/// The changes that a script causes over these lists. `change` puts other lists into force before the line with that
/// number.
fn run(settings: &Settings, zones: &str, csv: &str, script: &str, change: Option<(usize, &str)>) -> Vec<Change> {
    let mut engine = engine(settings, zones);
    let mut out = Vec::new();
    engine.replace(settings, with_lists(zones, csv), &mut out);
    for (number, line) in lines(script).into_iter().enumerate() {
        if let Some((_, csv)) = change.filter(|(at, _)| *at == number) {
            engine.replace(settings, with_lists(zones, csv), &mut out);
        }
        engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut out);
    }
    engine.finish(&mut out);
    out
}

fn told(changes: &[Change]) -> Vec<String> {
    let of_list = changes.iter().filter(|change| change.alert.behaviour == Behaviour::Watchlist);
    let kept = of_list.filter(|change| change.change != ChangeKind::Updated || change.reason != "still going on");
    kept.map(|change| format!("{} {}", change.at.clock(), change.reason)).collect()
}

const SHIP: &str = "RAIDER 224000001 type=70
       12:00 23.9 -17
       go 0 12 120";

#[test]
fn a_listed_ship_is_reported_when_heard_and_when_it_enters_a_watched_zone() {
    let changes = run(&only("watchlist"), AREA, "mmsi,list,reason,level\n224000001,customs,tobacco,high\n", SHIP, None);
    assert_eq!(
        told(&changes),
        ["12:00 a listed vessel was heard", "12:31 now in a watched zone; now inside Watch area"]
    );
    let alert = &changes[0].alert;
    assert_eq!((alert.score, alert.score_reasons.len()), (60, 1));
    assert!(
        alert.summary.contains("is on watchlist \"customs\" (reason: tobacco; matched by MMSI)"),
        "{}",
        alert.summary
    );
    assert!(run(&only("watchlist"), AREA, "mmsi\n224000002\n", SHIP, None).is_empty());
}

#[test]
fn a_name_is_found_once_received_and_one_edit_apart_is_marked() {
    let changes = run(&only("watchlist"), AREA, "name\nRaiders\n", SHIP, None);
    assert_eq!(told(&changes)[0], "12:00 a listed vessel was heard");
    let nearly = |csv: &str, text: &str| {
        let summary = run(&only("watchlist"), AREA, csv, SHIP, None)[0].alert.summary.clone();
        assert!(summary.contains(text), "{summary}");
    };
    nearly("name\nRaiders\n", "matched by name, listed as \"Raiders\", one letter less)");
    nearly("name\nRaider 2\n", "matched by name, listed as \"Raider 2\", one digit less)");
    nearly("name\nRaiden\n", "matched by name, listed as \"Raiden\", one letter different)");
    nearly("name\nRadier\n", "matched by name, listed as \"Radier\", two letters swapped)");
    nearly("name\nRai-der\n", "matched by name)");
    assert!(run(&only("watchlist"), AREA, "name\nRaiderss2\n", SHIP, None).is_empty());
}

#[test]
fn an_expired_row_is_ignored_at_event_time_and_ends_what_it_began() {
    let expires = |at: &str| format!("mmsi,expires\n224000001,2026-03-01T{at}:00Z\n");
    assert!(run(&only("watchlist"), AREA, &expires("12:00"), SHIP, None).is_empty());
    let changes = run(&only("watchlist"), AREA, &expires("12:30"), SHIP, None);
    let last = changes.last().expect("it ended");
    assert_eq!((last.at.clock(), last.reason.as_str()), ("13:29".to_owned(), "list entry expired"));
}

#[test]
fn taking_part_in_anything_is_reported_and_no_cap_applies_to_listed_ships() {
    let pilot = "RAIDER 224000001 type=50
           12:00 28 -17
           go 90 1 150";
    let mut settings = Settings::default();
    settings.score.night_points = 0;
    let zones = area_with("").replace(r#""weight":0"#, r#""weight":15"#);
    let score = |csv: &str| {
        let changes = run(&settings, &zones, csv, pilot, None);
        let loitering =
            changes.iter().find(|change| change.alert.behaviour == Behaviour::Loitering).expect("it loiters");
        (loitering.alert.score, told(&changes))
    };
    let (capped, nothing) = score("mmsi\n224000002\n");
    assert_eq!((capped, nothing.len()), (39, 0));
    let (uncapped, told) = score("mmsi\n224000001\n");
    assert_eq!(uncapped, 55);
    assert_eq!(told, ["12:00 a listed vessel was heard", "13:00 now part of another alert"]);
}

#[test]
fn lists_that_change_take_hold_at_once() {
    let other = "mmsi\n224000002\n";
    let added = run(&only("watchlist"), AREA, other, SHIP, Some((60, "mmsi\n224000001\n")));
    assert!(told(&added)[0].ends_with("a listed vessel was heard") && !told(&added)[0].starts_with("12:00"));
    let removed = run(&only("watchlist"), AREA, "mmsi\n224000001\n", SHIP, Some((40, other)));
    assert_eq!(removed.last().expect("it ended").reason, "no longer listed");
}

#[test]
fn a_temporary_watch_reports_entries_until_it_expires() {
    let watch = |at: &str| {
        area_with(&format!(r#","expires":"2026-03-01T{at}:00Z","owner":"desk 3","reason":"wreck used as fuel point""#))
    };
    let entered = |zones: &str| run(&Settings::default(), zones, "mmsi\n224000002\n", SHIP, None);
    let changes = entered(&watch("12:45"));
    let first = changes.iter().find(|change| change.alert.behaviour == Behaviour::ZoneEntry).expect("an entry");
    assert_eq!(first.at.clock(), "12:31");
    assert_eq!(first.alert.score_reasons[0].text, "Entered a watched zone (wreck used as fuel point; owner: desk 3)");
    assert!(changes.iter().any(|change| change.change == ChangeKind::Ended));
    assert!(entered(&watch("12:15")).is_empty());
}

#[test]
fn place_and_night_are_those_of_the_report_that_the_sentence_states() {
    let summaries = |clock: &str| {
        let script = format!("RAIDER 224000001 type=70\n {clock} 23.9 -17\n go 0 12 600");
        let changes = run(&only("watchlist"), AREA, "mmsi\n224000001\n", &script, None);
        let [first, last] = [changes.first(), changes.last()].map(|change| change.expect("a line"));
        (first.alert.summary.clone(), last.alert.summary.clone())
    };
    let (first, last) = summaries("12:00");
    assert!(first.contains("first heard at 12:00 UTC") && !first.contains("last heard"), "{first}");
    assert!(!first.contains("at night") && !first.contains("Watch area"), "{first}");
    let (_, later) = last.split_once("; heard at ").expect("the moment of the place");
    assert!(later.contains("inside Watch area") && later.contains("at night"), "{last}");
    let (first, last) = summaries("02:00");
    assert!(first.contains("at night"), "{first}");
    assert!(last.contains("; heard at ") && !last.contains("at night"), "{last}");
}

/// A row is added, or a call sign received, long after the ship was first heard.
#[test]
fn a_ship_recognised_later_was_first_heard_before_that() {
    let script = "RAIDER 224000001 type=70
       12:00 23.9 -17
       go 0 12 600
       silent 480
       go 0 12 30";
    let listed = "mmsi\n224000001\n";
    let changes = run(&only("watchlist"), AREA, "mmsi\n224000002\n", script, Some((60, listed)));
    let opened = &changes[0].alert;
    let recognised = opened.started_at.clock();
    assert_ne!(recognised, "12:00");
    let said = format!("; this MMSI first heard at 12:00 UTC; recognised at {recognised} UTC, ");
    assert!(opened.summary.contains(&said), "{}", opened.summary);
    // The ship may have been heard after the line was written, so it is not said to be the last time.
    let lines = |kind| changes.iter().filter(move |change| change.change == kind).map(|change| &change.alert);
    let open = lines(ChangeKind::Updated).next_back().expect("an update");
    assert!(open.summary.contains("; heard at ") && !open.summary.contains("last heard"), "{}", open.summary);
    let ended = lines(ChangeKind::Ended).next_back().expect("an end");
    assert!(ended.summary.contains("; heard at 22:00 UTC, "), "{}", ended.summary);
}
