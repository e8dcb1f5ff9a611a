//! What an analyst would notice about drift.

use crate::testing::{AREA, area_with, check, only, run};

#[track_caller]
fn drift(script: &str, expected: &str) {
    check(&only("drift"), AREA, script, expected);
}

#[test]
fn ten_minutes_abeam_open_and_going_straight_ends() {
    drift(
        "ALFA 224000001 heading=0
           12:00 28 -17
           go 90 2 30
           go 0 2 90",
        "12:15 opened drift ALFA since=12:05
         13:30 ended drift ALFA since=12:05 ended=12:30",
    );
}

#[test]
fn going_where_it_points_or_nearly_so_is_not_drift() {
    for heading in [90, 50, 130, 46, 134] {
        drift(&format!("ALFA 224000001 heading={heading}\n 12:00 28 -17\n go 90 2 120"), "");
    }
    drift(
        "ALFA 224000001 heading=44 jitter=0
           12:00 28 -17
           go 90 2 20",
        "12:15 opened drift ALFA since=12:05",
    );
}

#[test]
fn nothing_opens_without_a_heading() {
    drift("ALFA 224000001\n 12:00 28 -17\n go 90 2 120", "");
}

#[test]
fn a_ship_that_swings_and_one_that_sails_do_not_drift() {
    drift("ALFA 224000001 heading=0\n 12:00 28 -17\n go 90 0.9 120", "");
    drift("ALFA 224000001 heading=0\n 12:00 28 -17\n go 90 5.3 120", "");
    drift("ALFA 224000001 heading=0 status=1 jitter=60\n 12:00 28 -17\n stop 300", "");
}

#[test]
fn nine_minutes_are_not_ten_and_half_a_kilometre_is_needed() {
    drift("ALFA 224000001 heading=0 jitter=0\n 12:00 28 -17\n go 90 2 13\n go 0 2 60", "");
    drift(
        "ALFA 224000001 heading=0 jitter=0
           12:00 28 -17
           go 90 1.2 30",
        "12:19 opened drift ALFA since=12:05",
    );
    // To and fro, without getting anywhere.
    let legs = "go 90 2 6\n go 270 2 6\n".repeat(5);
    drift(&format!("ALFA 224000001 heading=0 jitter=0\n 12:00 28 -17\n {legs}"), "");
}

#[test]
fn a_short_straight_leg_does_not_end_it() {
    drift(
        "ALFA 224000001 heading=0
           12:00 28 -17
           go 90 2 20
           go 0 2 3
           go 90 2 20
           go 45 2 30",
        "12:15 opened drift ALFA since=12:05",
    );
}

#[test]
fn a_hole_counts_nothing_and_resets_nothing() {
    drift(
        "ALFA 224000001 heading=0
           12:00 28 -17
           go 90 2 8
           dark 90 2 30
           go 90 2 8",
        "12:46 opened drift ALFA since=12:05",
    );
    drift(
        "ALFA 224000001 heading=0
           12:00 28 -17
           go 90 2 8
           dark 90 2 30
           go 90 2 6",
        "",
    );
}

#[test]
fn six_hours_without_a_fix_is_lost() {
    drift(
        "ALFA 224000001 heading=0
           12:00 28 -17
           go 90 2 20
         BRAVO 224000002
           12:00 40 -30
           go 0 10 480",
        "12:15 opened drift ALFA since=12:05
         18:20 ended drift ALFA since=12:05 ended=12:20",
    );
}

#[test]
fn a_watched_merchant_far_out_is_worth_an_alert_and_others_are_not() {
    let points = |zones: &str, kind: u8| {
        let script = format!("ALFA 224000001 type={kind} heading=0\n 12:00 28 -17\n go 90 2 20");
        run(&only("drift"), zones, &script)[0].alert.score_reasons[0].points
    };
    assert_eq!([70, 89, 30, 52, 0].map(|kind| points(AREA, kind)), [25, 25, 5, 5, 5]);
    let elsewhere = area_with(r#","hours_utc":"20:00-21:00""#);
    assert_eq!(points(&elsewhere, 70), 5);
    let other = area_with(r#","settings":{"drift":{"merchant_score":60}}"#);
    assert_eq!(points(&other, 70), 60);
}

#[test]
fn nothing_drifts_in_calm_water() {
    let zones = AREA.replace("\"kind\":\"area\",\"weight\":0", "\"kind\":\"anchorage\"");
    check(&only("drift"), &zones, "ALFA 224000001 heading=0\n 12:00 28 -17\n go 90 2 60", "");
}

#[test]
fn what_is_forgotten_leaves_no_trace() {
    let mut settings = only("drift");
    settings.tracks.forget_after_hours = 7;
    check(
        &settings,
        AREA,
        "ALFA 224000001 heading=0
           12:00 28 -17
           go 90 2 13
         BRAVO 224000002
           12:00 40 -30
           go 0 10 600",
        "",
    );
}

#[test]
fn the_angle_and_the_time_told_are_those_of_the_drift_not_of_the_latest_fix() {
    // Between 30 and 45 degrees it neither drifts nor ends the drift.
    let script = "ALFA 224000001 heading=0 jitter=0
           12:00 28 -17
           go 90 2 30
           go 35 2 90
           go 0 2 90";
    let changes = run(&only("drift"), AREA, script);
    let alert = &changes.last().expect("it ended").alert;
    let told = "ALFA (Spain, type unknown) drifted at 2 kn, 90° off its heading, for 25 min";
    assert!(alert.summary.starts_with(told), "{}", alert.summary);
    assert_eq!(alert.evidence.measured["median_degrees"], 90.0);
    assert_eq!(alert.ended_at.map(|at| at.clock()), Some("12:30".to_owned()));
}

#[test]
fn breaks_of_a_drift_are_told() {
    let script = "ALFA 224000001 heading=0 jitter=0
           12:00 28 -17
           go 90 2 30
           go 35 2 40
           go 70 2 60
           go 0 2 90";
    let changes = run(&only("drift"), AREA, script);
    let alert = &changes.last().expect("it ended").alert;
    let told = "drifted at 2 kn, 70° off its heading, for 1 h 24 min of the 2 h 05 min from 12:05 to 14:10 UTC";
    assert!(alert.summary.contains(told), "{}", alert.summary);
    // The same after an end of less than an hour, which is the same drift.
    let script = script.replace("go 35 2 40", "go 0 2 40");
    let changes = run(&only("drift"), AREA, &script);
    assert_eq!(changes.iter().filter(|change| change.change == crate::alerts::ChangeKind::Opened).count(), 1);
    let summary = &changes.last().expect("it ended").alert.summary;
    assert!(summary.contains("for 1 h 24 min of the 2 h 05 min from 12:05 to 14:10 UTC"), "{summary}");
}

#[test]
fn a_ship_that_neither_drifts_nor_steers_along_its_heading_for_long_has_stopped_drifting() {
    // Above 5 kn it no longer drifts, and up to 6 kn it is not under way yet.
    let script = "ALFA 224000001 heading=0 jitter=0
           12:00 28 -17
           go 90 2 30
           go 90 5.5 180";
    let changes = run(&only("drift"), AREA, script);
    let last = changes.last().expect("it ended");
    assert_eq!(last.change, crate::alerts::ChangeKind::Ended, "{}", last.reason);
    assert!(last.alert.ended_at.is_some_and(|at| at.clock().as_str() <= "12:35"), "{:?}", last.alert.ended_at);
    assert!(changes.iter().all(|change| change.reason != "still going on"));
}
