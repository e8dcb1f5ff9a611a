//! What an analyst would notice about borders crossed.

use std::sync::Arc;

use crate::ais::{Line, SourceId};
use crate::alerts::Change;
use crate::testing::{AREA, area_with, chart, check, engine, lines, only, run};

#[test]
fn only_a_zone_that_asks_reports_an_entry() {
    // From 0.3 nm south of the border northward at 12 kn, and back.
    let script = "ALFA 224000001 jitter=0
           12:00 23.995 -17
           go 0 12 30
           go 180 12 60
           go 180 12 120";
    check(&only("zone_entry"), AREA, script, "");
    check(
        &only("zone_entry"),
        &area_with(r#","settings":{"zone_entry":{}}"#),
        script,
        "12:03 opened zone_entry ALFA since=12:02
         13:00 ended zone_entry ALFA since=12:02 ended=12:59",
    );
    check(
        &only("zone_exit"),
        &area_with(r#","settings":{"zone_exit":{}}"#),
        script,
        "13:00 opened zone_exit ALFA since=12:59",
    );
}

#[test]
fn the_night_is_that_of_the_crossing_however_long_the_ship_stays() {
    let asks = area_with(r#","settings":{"zone_entry":{}}"#);
    let from = |clock: &str| {
        let script = format!("ALFA 224000001 jitter=0\n {clock} 23.995 -17\n go 0 12 30\n stop 420\n go 180 12 60");
        let changes = run(&only("zone_entry"), &asks, &script);
        assert!(1 < changes.len(), "told again when it leaves");
        let said = |change: &Change| change.alert.summary.contains("at night");
        let scored = |change: &Change| change.alert.score_reasons.iter().any(|reason| reason.code == "night");
        changes.iter().map(|change| (said(change), scored(change))).collect::<Vec<_>>()
    };
    let by_day = from("16:00");
    assert!(by_day.iter().all(|told| *told == (false, false)), "it entered by day and is there at night: {by_day:?}");
    let by_night = from("04:00");
    assert!(by_night.iter().all(|told| *told == (true, true)), "it entered at night and is there by day: {by_night:?}");
}

/// The crossings reported when ships follow a script, such as `in 12:02` or `out 12:12`, in order.
fn crossings(script: &str) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for (behaviour, way) in [("zone_entry", "in"), ("zone_exit", "out")] {
        let asks = area_with(&format!(r#","settings":{{"{behaviour}":{{}}}}"#));
        let changes = run(&only(behaviour), &asks, script);
        let opened = changes.iter().filter(|change| change.revision == 1);
        told.extend(opened.map(|change| format!("{way} {}", change.alert.started_at.clock())));
    }
    told.sort_by_key(|told| told[told.len() - 5..].to_owned());
    told
}

#[test]
fn every_crossing_is_told_however_soon_the_next_one_comes() {
    let script = "ALFA 224000001 jitter=0
           12:00 23.995 -17
           go 0 12 10
           go 180 12 10
           go 0 12 10
           go 180 12 20";
    assert_eq!(crossings(script), ["in 12:02", "out 12:19", "in 12:22", "out 12:39"]);
}

#[test]
fn a_ship_that_lies_still_at_the_border_does_not_cross_it() {
    // Its positions are 60 m off, each time in another direction.
    let lies = "ALFA 224000001 jitter=60
           12:00 24.0001 -17
           stop 600";
    assert!(crossings(lies).is_empty(), "{:?}", crossings(lies));
    assert!(crossings(&lies.replace("24.0001", "23.9999")).is_empty());
    // It comes and stops at the border.
    let comes = "ALFA 224000001 jitter=60
           12:00 23.98 -17
           go 0 6 12
           stop 600";
    assert!(crossings(comes).len() <= 1, "{:?}", crossings(comes));
    // It drifts across: told once it is 0.2 nm beyond, with the time of the first fix beyond.
    let drifts = "ALFA 224000001 jitter=0
           12:00 23.9996 -17
           go 0 0.6 60";
    assert_eq!(crossings(drifts), ["in 12:03"]);
}

#[test]
fn a_ship_that_stops_just_inside_has_entered() {
    // At rest 200 m inside, heard every six minutes.
    let script = "ALFA 224000001 jitter=0 every=360
           12:00 23.9817 -17
           go 0 6 12
           stop 120";
    assert_eq!(crossings(script).len(), 1, "{:?}", crossings(script));
}

#[test]
fn being_inside_at_the_start_is_not_an_entry() {
    let asks = area_with(r#","settings":{"zone_entry":{}}"#);
    check(
        &only("zone_entry"),
        &asks,
        "ALFA 224000001
           12:00 28 -17
           stop 60",
        "",
    );
}

#[test]
fn what_a_zone_asks_for_scores_forty_unless_it_sets_its_own_score() {
    let script = "ALFA 224000001 jitter=0
           12:00 23.9 -17
           go 0 12 60";
    let score = |settings: &str| {
        let zones = area_with(&format!(r#","settings":{{"zone_entry":{settings}}}"#));
        run(&only("zone_entry"), &zones, script)[0].alert.score
    };
    assert!(40 <= score("{}"));
    assert!(score(r#"{"score":25}"#) < 40);
}

/// Runs a script while sets of zones come into force one after the other, each after the given number of lines.
#[track_caller]
fn run_over(zones: &[(usize, &str)], script: &str) -> Vec<Change> {
    let settings = only("zone_entry");
    let mut engine = engine(&settings, zones[0].1);
    let mut out = Vec::new();
    for (number, line) in lines(script).iter().enumerate() {
        for (_, zones) in zones[1..].iter().filter(|(after, _)| *after == number) {
            engine.replace(&settings, Arc::new(chart(zones)), &mut out);
        }
        engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut out);
    }
    engine.finish(&mut out);
    out
}

const NOWHERE: &str = r#"{"type":"FeatureCollection","features":[]}"#;

#[test]
fn a_zone_that_appears_or_moves_over_a_ship_is_not_entered() {
    let asks = area_with(r#","settings":{"zone_entry":{}}"#);
    let elsewhere = asks.replace("-22", "-42").replace("-14", "-34");
    let inside = "ALFA 224000001
           12:00 28 -17
           stop 60";
    assert!(run_over(&[(0, NOWHERE), (20, &asks)], inside).is_empty());
    assert!(run_over(&[(0, &elsewhere), (20, &asks)], inside).is_empty());
    // Within 0.2 nm of the new border, where one fix does not make a crossing.
    let at_the_border = inside.replace("28 -17", "24.002 -17");
    assert!(run_over(&[(0, NOWHERE), (20, &asks)], &at_the_border).is_empty());
    // Two reloads between two reports.
    assert!(run_over(&[(0, NOWHERE), (20, &asks), (20, &asks)], inside).is_empty());
}

#[test]
fn a_reload_does_not_hide_a_real_entry() {
    let asks = area_with(r#","settings":{"zone_entry":{}}"#);
    let coming = "ALFA 224000001 jitter=0
           12:00 23.8 -17
           go 0 12 120";
    for zones in [[(0, NOWHERE), (20, asks.as_str())], [(0, &asks), (20, &asks)], [(0, &asks), (62, &asks)]] {
        let changes = run_over(&zones, coming);
        assert_eq!(changes.iter().filter(|change| change.revision == 1).count(), 1, "{}", zones[1].0);
        assert!(!changes.iter().any(|change| change.reason == "zone moved"));
    }
}

#[test]
fn a_zone_that_moves_off_a_ship_ends_its_alert() {
    let asks = area_with(r#","settings":{"zone_entry":{}}"#);
    let elsewhere = asks.replace("-22", "-42").replace("-14", "-34");
    let script = "ALFA 224000001 jitter=0
           12:00 23.8 -17
           go 0 12 240";
    let changes = run_over(&[(0, &asks), (100, &elsewhere)], script);
    let ended = changes.last().expect("it ended");
    assert_eq!((ended.reason.as_str(), ended.alert.status), ("zone moved", crate::alerts::Status::Ended));
}

#[test]
fn an_entry_over_a_hole_is_told_with_the_time_it_was_not_heard() {
    let script = "ALFA 224000001 jitter=0
           12:00 23.9 -17
           go 0 6 20
           dark 0 12 50
           go 0 12 20";
    let changes = run(&only("zone_entry"), &area_with(r#","settings":{"zone_entry":{}}"#), script);
    let alert = &changes[0].alert;
    assert_eq!(alert.started_at.clock(), "13:11");
    let told = "entered Watch area between 12:20 and 13:11 UTC, not heard meanwhile";
    assert!(alert.summary.contains(told), "{}", alert.summary);
    assert_eq!(alert.evidence.measured["unheard_since"], "2026-03-01T12:20:00Z");
    // The same for a first fix so near the border that the next ones decide.
    let near = script.replace("23.9 -17", "23.798 -17");
    let changes = run(&only("zone_entry"), &area_with(r#","settings":{"zone_entry":{}}"#), &near);
    assert!(changes[0].alert.summary.contains("not heard meanwhile"), "{}", changes[0].alert.summary);
}

#[test]
fn an_exit_over_a_hole_is_told_with_the_time_it_was_not_heard() {
    let script = "ALFA 224000001 jitter=0
           12:00 24.1 -17
           go 180 6 20
           dark 180 12 50
           go 180 12 20";
    let changes = run(&only("zone_exit"), &area_with(r#","settings":{"zone_exit":{}}"#), script);
    let told = "left Watch area between 12:20 and 13:11 UTC, not heard meanwhile";
    assert!(changes[0].alert.summary.contains(told), "{}", changes[0].alert.summary);
}
