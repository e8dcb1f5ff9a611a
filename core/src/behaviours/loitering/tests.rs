//! What an analyst would notice about loitering.

mod stories;

use crate::testing::{AREA, area_with, check, only};

const NO_ZONES: &str = r#"{"type":"FeatureCollection","features":[]}"#;

#[track_caller]
fn loitering(script: &str, expected: &str) {
    check(&only("loitering"), AREA, script, expected);
}

#[test]
fn opens_after_an_hour_and_ends_when_it_has_gone() {
    loitering(
        "ALFA 224000001
           12:00 28 -17
           stop 90
           go 90 12 120",
        "13:00 opened loitering ALFA since=12:00
         14:30 ended loitering ALFA since=12:00 ended=13:30",
    );
}

#[test]
fn fifty_eight_minutes_are_not_an_hour() {
    loitering(
        "ALFA 224000001
           12:00 28 -17
           stop 58
           go 90 12 120",
        "",
    );
}

#[test]
fn slow_steaming_above_two_knots_is_not_loitering() {
    loitering(
        "ALFA 224000001
           12:00 28 -17
           go 90 2.3 300",
        "",
    );
    loitering(
        "ALFA 224000001
           12:00 28 -17
           go 90 1.7 61",
        "13:00 opened loitering ALFA since=12:00",
    );
}

#[test]
fn nothing_opens_outside_watched_zones() {
    let script = "ALFA 224000001
           12:00 28 -17
           stop 200";
    check(&only("loitering"), NO_ZONES, script, "");
    loitering(
        "ALFA 224000001
           12:00 31 -17
           stop 200",
        "",
    );
}

#[test]
fn near_counts_like_in() {
    let near = area_with(r#","near_nm":10"#);
    let script = "ALFA 224000001
           12:00 30.1 -17
           stop 61";
    check(&only("loitering"), &near, script, "13:00 opened loitering ALFA since=12:00");
}

#[test]
fn a_short_start_does_not_end_it_and_a_return_within_the_hour_is_the_same() {
    loitering(
        "ALFA 224000001
           12:00 28 -17
           stop 70
           go 90 6 10
           stop 60
           go 90 6 30
           stop 90",
        "13:00 opened loitering ALFA since=12:00",
    );
}

#[test]
fn a_return_after_the_hour_is_new() {
    loitering(
        "ALFA 224000001
           12:00 28 -17
           stop 70
           go 90 6 80
           stop 61",
        "13:00 opened loitering ALFA since=12:00
         14:10 ended loitering ALFA since=12:00 ended=13:10
         15:29 opened loitering ALFA since=14:29",
    );
}

#[test]
fn a_hole_in_reception_counts_nothing_and_resets_nothing() {
    loitering(
        "ALFA 224000001
           12:00 28 -17
           stop 40
           silent 30
           stop 22",
        "13:31 opened loitering ALFA since=12:00",
    );
    loitering(
        "ALFA 224000001
           12:00 28 -17
           stop 40
           silent 30
           stop 20",
        "",
    );
}

#[test]
fn six_hours_without_a_fix_is_lost() {
    loitering(
        "ALFA 224000001
           12:00 28 -17
           stop 70
         BRAVO 224000002
           12:00 40 -30
           go 0 10 480",
        "13:00 opened loitering ALFA since=12:00
         19:10 ended loitering ALFA since=12:00 ended=13:10",
    );
}

#[test]
fn a_class_b_boat_that_reports_every_three_minutes_is_seen() {
    loitering(
        "ALFA 224000001 class=B every=180
           12:00 28 -17
           stop 66",
        "13:00 opened loitering ALFA since=12:00",
    );
}

#[test]
fn three_fixes_are_not_enough() {
    loitering(
        "ALFA 224000001 every=1200
           12:00 28 -17
           stop 41",
        "",
    );
}

#[test]
fn a_zone_sets_its_own_hour() {
    let two_hours = area_with(r#","settings":{"loitering":{"after_minutes":120}}"#);
    let script = "ALFA 224000001
           12:00 28 -17
           stop 130";
    check(&only("loitering"), &two_hours, script, "14:00 opened loitering ALFA since=12:00");
    let other = area_with(r#","behaviours":["rendezvous"]"#);
    check(&only("loitering"), &other, script, "");
}

#[test]
fn an_inactive_zone_opens_nothing_and_ends_what_it_began() {
    let hours = area_with(r#","hours_utc":"10:00-13:30""#);
    let script = "ALFA 224000001
           12:00 28 -17
           stop 120";
    check(
        &only("loitering"),
        &hours,
        script,
        "13:00 opened loitering ALFA since=12:00
         13:30 ended loitering ALFA since=12:00 ended=13:29",
    );
    check(&only("loitering"), &area_with(r#","hours_utc":"20:00-05:00""#), script, "");
}

#[test]
fn leaving_the_zone_ends_it() {
    // Drifts out over the southern border, 4 nm off, at 1.5 kn. It is beyond the border from 14:41 on, for two fixes in
    // a row.
    let changes = crate::testing::run(
        &only("loitering"),
        AREA,
        "ALFA 224000001 jitter=0
           12:00 24.0667 -17
           go 180 1.5 400",
    );
    let last = changes.last().expect("it opened and ended");
    assert_eq!(last.reason, "left the zone");
    assert_eq!(last.alert.ended_at.expect("ended").clock(), "14:40");
}

#[test]
fn one_wild_fix_changes_nothing() {
    let script = "ALFA 224000001
           12:00 28 -17
           stop 65";
    let mut lines = crate::testing::lines(script);
    let wild = crate::testing::lines(
        "ALFA 224000001 mute
           12:30 29.5 -17",
    );
    lines.insert(34, wild[0].clone());
    let mut engine = crate::testing::engine(&only("loitering"), AREA);
    let mut out = Vec::new();
    for line in &lines {
        let line = crate::ais::Line { source: crate::ais::SourceId(0), received: None, bytes: line.as_bytes() };
        engine.line(line, &mut out);
    }
    engine.finish(&mut out);
    assert_eq!(out.len(), 1);
    assert_eq!(out[0].at.clock(), "13:00");
    assert_eq!(engine.summary().rejects.get("jump"), Some(&1));
}

/// A ship that goes round a hexagon: six legs of 15 min at 4 kn, 1 nm each.
fn rounds(count: usize) -> String {
    let legs: Vec<String> = (0..count * 6).map(|leg| format!("go {} 4 15", leg * 60 % 360)).collect();
    format!("ALFA 224000001\n 12:00 28 -17\n {}", legs.join("\n"))
}

#[test]
fn going_round_for_hours_opens_and_straightening_out_ends_it() {
    let script = format!("{}\n go 90 8 300", rounds(4));
    let changes = crate::testing::run(&only("loitering"), AREA, &script);
    let opened = &changes[0];
    assert!((3.0..3.6).contains(&(opened.alert.opened_at - opened.alert.started_at).hours()), "{}", opened.at);
    assert!(["12:00", "12:05", "12:10", "12:15", "12:20", "12:25"].contains(&opened.alert.started_at.clock().as_str()));
    let last = changes.last().expect("it ended");
    assert_eq!(last.reason, "no longer circling");
}

#[test]
fn two_turns_short_of_two_rounds_is_not_circling() {
    let script = format!("{}\n go 0 8 300", rounds(1));
    loitering(&script, "");
}

#[test]
fn fishing_to_and_fro_is_not_circling() {
    // To and fro, so the turns cancel out.
    let legs: Vec<String> = (0..20).map(|leg| format!("go {} 4 20", if leg % 2 == 0 { 90 } else { 270 })).collect();
    let script = format!("ALFA 224000001\n 12:00 28 -17\n {}", legs.join("\n"));
    loitering(&script, "");
}

#[test]
fn what_is_forgotten_leaves_no_trace() {
    let mut settings = only("loitering");
    settings.tracks.forget_after_hours = 7;
    check(
        &settings,
        AREA,
        "ALFA 224000001
           12:00 28 -17
           stop 30
         BRAVO 224000002
           12:00 40 -30
           go 0 10 600",
        "",
    );
}

#[test]
fn what_happened_before_the_zone_does_not_count() {
    // Slow all the way, and over the northern border at 13:00, where the hour begins.
    let changes = crate::testing::run(
        &only("loitering"),
        AREA,
        "ALFA 224000001 jitter=0
           12:00 30.0167 -17
           go 180 1 200",
    );
    assert!(
        ["13:00", "13:01", "13:02", "13:03"].contains(&changes[0].alert.started_at.clock().as_str()),
        "{}",
        changes[0].alert.started_at
    );
    let hours = area_with(r#","hours_utc":"13:00-23:00""#);
    let script = "ALFA 224000001
           12:00 28 -17
           stop 180";
    check(&only("loitering"), &hours, script, "14:00 opened loitering ALFA since=13:00");
}

#[test]
fn a_ship_that_straightens_out_is_not_reported_twice() {
    for (count, knots) in [(4, 8), (4, 12), (6, 12), (5, 8)] {
        let script = format!("{}\n go 90 {knots} 420", rounds(count));
        let changes = crate::testing::run(&only("loitering"), AREA, &script);
        let opened = changes.iter().filter(|change| change.revision == 1).count();
        assert_eq!(opened, 1, "{count} rounds, then {knots} kn");
        let last = &changes[changes.len() - 1].alert;
        assert!(last.opened_at <= last.ended_at.expect("it ended"));
    }
}
