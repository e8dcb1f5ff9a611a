//! What an analyst would notice about draughts.

use crate::behaviours::Behaviour;
use crate::testing::{AREA, check, only, run};

#[track_caller]
fn draught(script: &str, expected: &str) {
    check(&only("draught_change"), AREA, script, expected);
}

/// A port around 28 N 17 W.
const PORT: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"haven","name":"Haven",
"kind":"port","radius_nm":2},"geometry":{"type":"Point","coordinates":[-17,28]}}]}"#;

#[test]
fn half_a_metre_received_twice_at_sea_opens_once() {
    let script = "ALFA 224000001 type=70 draught=7.8
           00:00 28 -17
           go 90 10 60
           say draught=7.1
           go 90 10 6
           say draught=7.1
           go 90 10 6
           say draught=7.1
           go 90 10 120";
    draught(
        script,
        "01:06 opened draught_change ALFA since=01:00
         02:06 ended draught_change ALFA since=01:00 ended=01:06",
    );
    let changes = run(&only("draught_change"), AREA, script);
    let alert = &changes[0].alert;
    assert!(alert.summary.contains("from 7.8 to 7.1 m"), "{}", alert.summary);
    assert_eq!(alert.score_reasons[0].points, 10);
}

#[test]
fn less_than_half_a_metre_a_slip_or_a_first_draught_opens_nothing() {
    let changed = |to: &str, then: &str| {
        format!(
            "ALFA 224000001 type=70 draught=7.8
               00:00 28 -17
               go 90 10 60
               say draught={to}
               go 90 10 6
               say draught={then}
               go 90 10 6
               say draught={then}
               go 90 10 60"
        )
    };
    draught(&changed("7.4", "7.4"), "");
    draught(&changed("8.2", "8.2"), "");
    draught(&changed("1.8", "7.8"), "");
    assert_eq!(run(&only("draught_change"), AREA, &changed("7.3", "7.3")).len(), 2);
    draught(
        "ALFA 224000001 type=70
           00:00 28 -17
           go 90 10 60
           say draught=7.1
           go 90 10 6
           say draught=7.1
           go 90 10 60",
        "",
    );
}

#[test]
fn a_port_explains_it_and_so_do_the_hours_after() {
    let sails = |hours: u32| {
        format!(
            "ALFA 224000001 type=70 draught=7.8 jitter=0
               00:00 28 -17.5
               go 90 10 158
               stop 60
               go 90 10 {}
               say draught=7.1
               go 90 10 6
               say draught=7.1
               go 90 10 90",
            60 * hours
        )
    };
    check(&only("draught_change"), PORT, &sails(2), "");
    let late = run(&only("draught_change"), PORT, &sails(5));
    assert_eq!(late.first().map(|change| change.alert.behaviour), Some(Behaviour::DraughtChange));
    let inside = "ALFA 224000001 type=70 draught=7.8 jitter=0\n 00:00 28 -17\n stop 90\n say draught=7.1\n stop 6\n say draught=7.1\n stop 90";
    check(&only("draught_change"), PORT, inside, "");
}

#[test]
fn a_silence_before_it_adds_points() {
    let script = |minutes: u32| {
        format!(
            "ALFA 224000001 type=70 draught=7.8
               00:00 28 -17
               go 90 10 60
               dark 90 10 {minutes}
               go 90 10 10
               say draught=7.1
               go 90 10 6
               say draught=7.1
               go 90 10 90"
        )
    };
    let points = |minutes| {
        let changes = run(&only("draught_change"), AREA, &script(minutes));
        let lines = changes[0].alert.score_reasons.iter();
        lines.filter(|line| line.code == "after_gap").map(|line| line.points).sum::<i32>()
    };
    assert_eq!((points(170), points(200)), (0, 15));
}

#[test]
fn a_silence_after_the_new_draught_was_received_is_no_reason_for_it() {
    let script = "ALFA 224000001 type=70 draught=7.7
           00:00 28 -17
           go 90 10 60
           say draught=6.6
           go 90 10 3
           dark 90 10 200
           go 90 10 10
           say draught=6.6
           go 90 10 90";
    let changes = run(&only("draught_change"), AREA, script);
    let alert = &changes[0].alert;
    assert_eq!(alert.started_at.clock(), "01:00");
    assert!(alert.score_reasons.iter().all(|line| line.code != "after_gap"), "{:?}", alert.score_reasons);
    assert!(!alert.summary.contains("without a report"), "{}", alert.summary);
}

#[test]
fn two_changes_before_either_is_repeated_are_one() {
    draught(
        "ALFA 224000001 type=70 draught=7.8
           00:00 28 -17
           go 90 10 60
           say draught=7.5
           go 90 10 6
           say draught=7.2
           go 90 10 6
           say draught=7.2
           go 90 10 30",
        "01:12 opened draught_change ALFA since=01:00",
    );
}
