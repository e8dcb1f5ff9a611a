//! What an analyst would notice about speed bands.

use std::sync::Arc;

use crate::ais::{Line, SourceId};
use crate::base::time::Span;
use crate::engine::{Engine, SourceClock};
use crate::testing::{area_with, chart, check, lines, only};

#[track_caller]
fn band(script: &str, expected: &str) {
    let zones = area_with(r#","settings":{"zone_speed":{"min_knots":3,"max_knots":15}}"#);
    check(&only("zone_speed"), &zones, script, expected);
}

#[test]
fn twenty_minutes_outside_the_band_open_and_coming_back_ends() {
    band(
        "ALFA 224000001 jitter=0
           12:00 28 -17
           go 90 10 30
           go 90 20 40
           go 90 10 90",
        "12:48 opened zone_speed ALFA since=12:28
         14:12 ended zone_speed ALFA since=12:28 ended=13:12",
    );
    band(
        "ALFA 224000001 jitter=0
           12:00 28 -17
           go 90 2 30",
        "12:20 opened zone_speed ALFA since=12:00",
    );
}

#[test]
fn a_short_spell_or_a_speed_inside_the_band_opens_nothing() {
    band(
        "ALFA 224000001 jitter=0
           12:00 28 -17
           go 90 10 30
           go 90 20 13
           go 90 10 60",
        "",
    );
    band(
        "ALFA 224000001 jitter=0
           12:00 28 -17
           go 90 14.5 120",
        "",
    );
}

#[test]
fn a_speed_just_back_under_the_limit_is_still_about_the_limit() {
    let zones = area_with(r#","settings":{"zone_speed":{"max_knots":15}}"#);
    let script = "ALFA 224000001 jitter=0
           12:00 28 -17
           go 90 20 60
           go 90 14.8 60";
    let changes = crate::testing::run(&only("zone_speed"), &zones, script);
    assert!(1 < changes.len());
    assert!(changes.iter().all(|change| change.alert.summary.contains("limit")), "{:?}", changes.last());
}

#[test]
fn the_time_between_two_spells_above_the_limit_is_not_stated_as_above_it() {
    let zones = area_with(r#","settings":{"zone_speed":{"max_knots":15}}"#);
    let script = "ALFA 224000001 jitter=0
           12:00 28 -17
           go 90 20 30
           go 90 5 30
           go 90 22 30
           go 90 5 90";
    let changes = crate::testing::run(&only("zone_speed"), &zones, script);
    let last = &changes.last().expect("an end").alert;
    let measured = &last.evidence.measured;
    let counted = measured["counted_minutes"].as_f64().expect("minutes");
    assert!((50.0..=72.0).contains(&counted), "{counted}");
    let extreme = measured["extreme_knots"].as_f64().expect("knots");
    assert!((extreme - 22.0).abs() < 0.3, "{extreme}");
    assert!(14.4 < measured["speed_made_good_knots"].as_f64().expect("knots"), "measured while it held");
    assert!(
        last.summary.contains(" of the 1 h 3")
            && last.summary.contains(" UTC (the rest not reported, or slower), at")
            && last.summary.contains("at up to 2"),
        "{}",
        last.summary
    );
}

#[test]
fn two_fixes_of_a_ship_heard_only_by_satellite_are_enough() {
    let zones = area_with(r#","settings":{"zone_speed":{"max_knots":15}}"#);
    let fixes_when_opened = |lateness: Span| {
        let clock = SourceClock { name: "test".to_owned(), time_zone: None, live: false, recording: true, lateness };
        let mut engine = Engine::new(&only("zone_speed"), Arc::new(chart(&zones)), vec![clock]);
        let mut changes = Vec::new();
        for line in lines("ALFA 224000001 jitter=0 every=1500\n 12:00 28 -17\n go 90 20 100") {
            engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut changes);
        }
        engine.finish(&mut changes);
        let opened = changes.first().map(|change| (change.alert.opened_at - change.alert.started_at).minutes());
        opened.map(|minutes| 1 + (minutes / 25.0) as u32)
    };
    assert_eq!(fixes_when_opened(Span::from_minutes(60)), Some(2));
    // A station that hears it so seldom proves nothing.
    assert_eq!(fixes_when_opened(Span::from_minutes(2)), None);
}
