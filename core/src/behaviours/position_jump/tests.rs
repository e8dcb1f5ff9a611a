//! What an analyst would notice about jumps.

use crate::testing::{AREA, check, only, run};

/// A ship that sails for 10 min and is then heard 90 nm to the north, from the 11th minute on, for `minutes`.
fn jumps(minutes: u32) -> String {
    format!(
        "ALFA 224000001 type=70
           12:00 28 -17
           go 90 10 10
         ALFA 224000001 mute
           12:11 29.5 -17
           go 90 10 {minutes}"
    )
}

#[test]
fn three_fixes_where_it_could_not_have_gone_open_and_half_an_hour_of_silence_ends() {
    check(
        &only("position_jump"),
        AREA,
        &jumps(120),
        "12:13 opened position_jump ALFA since=12:11
         13:40 ended position_jump ALFA since=12:11 ended=12:40",
    );
    let alert = run(&only("position_jump"), AREA, &jumps(120))[0].alert.clone();
    assert!(alert.summary.contains("jumped 90 nm in 1 min"), "{}", alert.summary);
    assert_eq!(alert.score_reasons[0].points, 10);
}

#[test]
fn a_jump_over_hours_is_told_in_hours_and_its_end_claims_no_more_than_is_known() {
    // 720 nm in five hours.
    let script = jumps(120).replace("12:11 29.5", "17:10 40");
    let changes = run(&only("position_jump"), AREA, &script);
    let summary = &changes[0].alert.summary;
    assert!(summary.contains("jumped 720 nm in 5 h 00 min (1"), "{summary}");
    let over = jumps(120);
    let changes = run(&only("position_jump"), AREA, &over);
    assert_eq!(changes.last().expect("it ended").reason, "no longer heard at the place it left");
}

#[test]
fn two_wild_fixes_are_dropped() {
    check(&only("position_jump"), AREA, &jumps(1), "");
}

#[test]
fn a_ship_that_was_silent_and_could_have_come_did_not_jump() {
    let script = jumps(120).replace("12:11", "14:00");
    check(&only("position_jump"), AREA, &script, "");
}

#[test]
fn after_half_an_hour_of_silence_a_jump_is_over_at_once() {
    let script = jumps(120).replace("12:11 29.5", "12:45 20.0");
    check(
        &only("position_jump"),
        AREA,
        &script,
        "12:47 opened position_jump ALFA since=12:45
         13:47 ended position_jump ALFA since=12:45 ended=12:47",
    );
}

#[test]
fn numbers_that_many_share_do_not_jump() {
    for shared in ["123456789", "333333333", "224000000"] {
        check(&only("position_jump"), AREA, &jumps(120).replace("224000001", shared), "");
    }
}

#[test]
fn a_mile_is_the_shortest_jump_reported() {
    // Fixes one after another, this far to the north of the first track.
    let script = |miles: f64| {
        let lat = 28.0 + miles / 60.0;
        jumps(120).replace("12:11 29.5 -17", &format!("12:10 {lat} -16.969")).replace("mute", "mute jitter=0 every=20")
    };
    check(&only("position_jump"), AREA, &script(0.9), "");
    let told = run(&only("position_jump"), AREA, &script(1.3));
    assert!(told.iter().any(|change| change.alert.summary.contains("jumped 1.3 nm")), "{told:?}");
}

#[test]
fn where_several_ships_send_one_number_a_further_place_is_not_a_jump() {
    let two =
        format!("{}\nALFA 224000001\n 12:00 26 -19\n go 90 10 120", jumps(120).replace("go 90 10 10", "go 90 10 120"));
    let three = format!("{two}\nALFA 224000001 mute\n 13:00 25 -15\n go 90 10 60");
    let told = |script: &str| run(&only("position_jump"), AREA, script).len();
    assert_eq!(told(&two), told(&three));
}
