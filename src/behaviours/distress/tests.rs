//! What an analyst would notice about distress devices.

use crate::alerts::Severity;
use crate::testing::{AREA, check, only, run};

#[test]
fn an_active_device_is_high_at_once_and_over_after_a_quarter_of_an_hour() {
    let script = "SART 970123456 status=14 mute
           12:00 28 -17
           stop 10
         ALFA 224000001
           12:00 40 -30
           stop 120";
    check(
        &only("distress"),
        AREA,
        script,
        "12:00 opened distress 970123456 since=12:00
         13:10 ended distress 970123456 since=12:00 ended=12:10",
    );
    let changes = run(&only("distress"), AREA, script);
    assert!(Severity::High <= changes[0].alert.severity);
}

#[test]
fn a_test_is_a_fact_and_an_ordinary_ship_is_nothing() {
    let mut settings = only("distress");
    settings.alerts.alert_from = 20;
    let script = "MOB 972123456 status=15 mute
           12:00 28 -17
           stop 10
         ALFA 224000001 status=14
           12:00 28 -17
           stop 10";
    let changes = run(&settings, AREA, script);
    assert_eq!(changes.len(), 1);
    assert!(!changes[0].alert.announced);
    assert_eq!(changes[0].alert.score, 5);
}
