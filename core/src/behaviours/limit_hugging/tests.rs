//! What an analyst would notice about vessels along the outside of a limit.

use crate::testing::{area_with, check, only, run};
use crate::zones::Relation;

/// The western border of the area is 22° W; a minute of longitude is 0.883 nm there.
fn ask(own: &str) -> String {
    area_with(&format!(r#","settings":{{"limit_hugging":{own}}}"#))
}

#[track_caller]
fn hugging(script: &str, expected: &str) {
    check(&only("limit_hugging"), &ask("{}"), script, expected);
}

#[test]
fn six_slow_hours_just_outside_open_although_the_zone_has_no_near() {
    let script = "ALFA 224000001 jitter=0
           00:00 27 -22.04
           go 0 3 420
           go 270 10 120";
    hugging(
        script,
        "06:00 opened limit_hugging ALFA since=00:00
         08:00 ended limit_hugging ALFA since=00:00 ended=07:00",
    );
    let changes = run(&only("limit_hugging"), &ask("{}"), script);
    let opened = &changes[0].alert;
    assert_eq!(
        opened.zones.iter().map(|zone| (zone.id.as_str(), zone.relation)).collect::<Vec<_>>(),
        [("watch", Relation::Near)]
    );
    assert_eq!(
        opened.score, 40,
        "20 for itself, 10 for the shore, raised because the zone asks: {:?}",
        opened.score_reasons
    );
    let ended = changes.last().expect("it ended");
    assert_eq!(ended.reason, "left the zone");
    assert!(opened.summary.contains("outside Watch area"), "{}", opened.summary);
}

#[test]
fn five_and_a_half_hours_or_five_and_a_half_miles_open_nothing() {
    hugging("ALFA 224000001 jitter=0\n 00:00 27 -22.04\n go 0 3 330\n go 270 10 60", "");
    hugging("ALFA 224000001 jitter=0\n 00:00 27 -22.106\n go 0 3 480", "");
    hugging("ALFA 224000001 jitter=0\n 00:00 27 -22.09\n go 0 3 480", "06:00 opened limit_hugging ALFA since=00:00");
}

#[test]
fn inside_the_limit_or_faster_than_five_knots_is_not_hugging() {
    hugging("ALFA 224000001 jitter=0\n 00:00 27 -21.96\n go 0 3 480", "");
    hugging("ALFA 224000001 jitter=0\n 00:00 26 -22.04\n go 0 5.5 480", "");
    hugging("ALFA 224000001 jitter=0\n 00:00 26 -22.04\n go 0 4.6 480", "06:00 opened limit_hugging ALFA since=00:00");
}

#[test]
fn only_polygons_that_ask_and_only_while_they_are_active() {
    let script = "ALFA 224000001 jitter=0\n 00:00 27 -22.04\n go 0 3 480";
    check(&only("limit_hugging"), &area_with(""), script, "");
    let by_night = area_with(r#","hours_utc":"00:00-05:00","settings":{"limit_hugging":{}}"#);
    check(&only("limit_hugging"), &by_night, script, "");
    let own = ask(r#"{"after_hours":2,"score":30}"#);
    let changes = run(&only("limit_hugging"), &own, script);
    let codes: Vec<_> = changes[0].alert.score_reasons.iter().map(|line| (line.code.as_str(), line.points)).collect();
    assert_eq!(changes[0].at.clock(), "02:00");
    assert_eq!(codes[0], ("limit_hugging", 30));
    assert!(!codes.iter().any(|(code, _)| *code == "asked"), "its own score is not raised: {codes:?}");
    let line = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"lane","name":"Lane",
        "kind":"corridor","half_width_nm":10,"settings":{"limit_hugging":{}}},
        "geometry":{"type":"LineString","coordinates":[[-21.83,24],[-21.83,30]]}}]}"#;
    check(&only("limit_hugging"), line, script, "");
}

#[test]
fn a_run_of_fast_minutes_stops_the_count_and_crossing_the_line_resets_it() {
    hugging(
        "ALFA 224000001 jitter=0
           00:00 26 -22.04
           go 0 3 300
           go 0 9 30
           go 0 3 120",
        "06:32 opened limit_hugging ALFA since=00:00",
    );
    hugging(
        "ALFA 224000001 jitter=0
           00:00 26 -22.04
           go 0 3 300
           go 90 4 60
           go 270 4 60
           go 0 3 300",
        "",
    );
}

#[test]
fn the_border_does_not_flicker_and_an_hour_under_way_ends_it() {
    hugging(
        "ALFA 224000001 jitter=100
           00:00 26 -22.001
           stop 600",
        "06:00 opened limit_hugging ALFA since=00:00",
    );
    hugging(
        "ALFA 224000001 jitter=0
           00:00 25 -22.04
           go 0 3 400
           go 0 9 90",
        "06:00 opened limit_hugging ALFA since=00:00
         07:40 ended limit_hugging ALFA since=00:00 ended=06:40",
    );
}

#[test]
fn a_hole_counts_nothing_and_six_hours_without_a_fix_end_it() {
    hugging(
        "ALFA 224000001 jitter=0
           00:00 27 -22.04
           stop 240
           silent 120
           stop 240",
        "08:01 opened limit_hugging ALFA since=00:00",
    );
    hugging(
        "ALFA 224000001 jitter=0
           00:00 27 -22.04
           stop 380
           silent 420
         BRAVO 224000002 jitter=0
           00:00 20 -40
           stop 840",
        "06:00 opened limit_hugging ALFA since=00:00
         12:20 ended limit_hugging ALFA since=00:00 ended=06:20",
    );
}

#[test]
fn the_distance_told_is_that_of_the_whole_time_not_of_the_latest_fix() {
    // Five minutes of arc are 4.4 nm here. It spends most of the time 1.8 nm outside the border.
    let script = "ALFA 224000001 jitter=0\n 00:00 26 -22.034\n go 0 3 400\n go 270 3 40\n go 270 10 120";
    let changes = run(&only("limit_hugging"), &ask("{}"), script);
    let summary = &changes.last().expect("it ended").alert.summary;
    assert!(summary.contains(", 1.8 nm outside Watch area (median)"), "{summary}");
}
