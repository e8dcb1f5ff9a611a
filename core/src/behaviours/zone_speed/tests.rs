//! What an analyst would notice about speed bands.

use crate::testing::{area_with, check, only};

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
