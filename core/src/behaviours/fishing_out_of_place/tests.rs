//! What an analyst would notice about fishing vessels that sail like freighters.

use crate::base::units::Mmsi;
use crate::geo::LatLon;
use crate::testing::{AREA, check, only, run};

use super::rule::is_foreign;

#[track_caller]
fn fishing(script: &str, expected: &str) {
    check(&only("fishing_out_of_place"), AREA, script, expected);
}

/// Sails straight for some hours, then continues as the script says, with a report every ten minutes.
fn after(hours: u32, knots: f64, script: &str) -> String {
    format!("ALFA 224000001 type=30 every=600\n 00:00 20 -25\n go 10 {knots} {}\n {script}", hours * 60)
}

#[test]
fn two_days_straight_on_and_a_stop_open_and_going_on_ends() {
    fishing(
        &after(50, 8.0, "stop 120\n go 10 8 120"),
        "02:30 opened fishing_out_of_place ALFA since=02:00
         05:00 ended fishing_out_of_place ALFA since=02:00 ended=04:00",
    );
}

#[test]
fn less_than_two_days_or_another_speed_opens_nothing() {
    fishing(&after(47, 8.0, "stop 120"), "");
    fishing(&after(60, 4.5, "stop 120"), "");
    fishing(&after(60, 12.0, "stop 120"), "");
    let cargo = after(60, 8.0, "stop 120").replace("type=30", "type=70");
    fishing(&cargo, "");
}

#[test]
fn a_short_or_late_stop_opens_nothing() {
    fishing(&after(50, 8.0, "stop 20\n go 10 8 120"), "");
    fishing(&after(50, 8.0, "go 10 4 480\n stop 120"), "");
}

#[test]
fn a_vessel_that_fishes_on_the_way_opens_nothing() {
    // To and fro, at the speed of a passage.
    let legs = "go 0 7 180\n go 180 7 180\n".repeat(10);
    fishing(&format!("ALFA 224000001 type=30 every=600\n 00:00 20 -25\n {legs} stop 120"), "");
}

#[test]
fn a_hole_of_hours_does_not_hide_a_passage() {
    let script = format!(
        "ALFA 224000001 type=30 every=600\n 00:00 20 -25\n {} stop 120",
        "go 10 8 60\n dark 10 8 120\n".repeat(17)
    );
    // Heard again at 03:10, after the last hole; the half hour begins there.
    assert_eq!(run(&only("fishing_out_of_place"), AREA, &script)[0].at.clock(), "03:40");
    // A hole of seven hours is too long.
    let script =
        "ALFA 224000001 type=30 every=600\n 00:00 20 -25\n go 10 8 1500\n dark 10 8 420\n go 10 8 1500\n stop 120";
    fishing(script, "");
}

#[test]
fn a_flag_from_elsewhere_adds() {
    let codes = |mmsi: &str| {
        let script = after(50, 8.0, "stop 60").replace("224000001", mmsi);
        let reasons = run(&only("fishing_out_of_place"), AREA, &script)[0].alert.score_reasons.clone();
        reasons.iter().map(|reason| reason.code.clone()).collect::<Vec<_>>().contains(&"foreign_flag".to_owned())
    };
    assert!(!codes("224000001"));
    assert!(codes("725000001"));
    assert!(is_foreign(Mmsi(100_000_001), LatLon::new(20.0, -25.0)));
    assert!(!is_foreign(Mmsi(412_000_001), LatLon::new(-20.0, 85.0)));
    assert!(!is_foreign(Mmsi(725_000_001), LatLon::new(-30.0, -90.0)));
}

#[test]
fn the_summary_describes_the_passage() {
    let changes = run(&only("fishing_out_of_place"), AREA, &after(50, 8.0, "stop 60"));
    let summary = &changes[0].alert.summary;
    let told = "ALFA (Spain, fishing) has been stopped for 30 min after a straight passage of 50 h at 8 kn (402 nm)";
    assert!(summary.starts_with(told), "{summary}");
}

#[test]
fn what_is_forgotten_leaves_no_trace() {
    let mut settings = only("fishing_out_of_place");
    settings.tracks.forget_after_hours = 7;
    let other = "BRAVO 224000002 every=600\n 00:00 40 -30\n go 0 10 4200";
    check(&settings, AREA, &after(50, 8.0, &format!("stop 20\n {other}")), "");
}

#[test]
fn slow_sailing_in_between_is_not_told_as_a_stop() {
    let changes =
        run(&only("fishing_out_of_place"), AREA, &after(50, 8.0, "stop 60\n go 10 2.5 60\n stop 60\n go 10 8 150"));
    let summary = &changes.last().expect("it ended").alert.summary;
    assert!(summary.contains("was stopped for 2 h "), "{summary}");
    assert!(summary.contains(" of the 3 h 00 min from 02:00 to 05:00 UTC after a straight passage"), "{summary}");
}
