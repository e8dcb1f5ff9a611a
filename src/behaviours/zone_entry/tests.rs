//! What an analyst would notice about borders crossed.

use crate::testing::{AREA, area_with, check, only, run};

#[test]
fn only_a_zone_that_asks_tells_who_came_in() {
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
         13:59 ended zone_entry ALFA since=12:02 ended=12:59",
    );
    check(
        &only("zone_exit"),
        &area_with(r#","settings":{"zone_exit":{}}"#),
        script,
        "13:00 opened zone_exit ALFA since=12:59",
    );
}

#[test]
fn being_inside_at_the_start_is_no_entry() {
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
fn what_a_zone_asks_for_is_worth_forty_unless_it_says_otherwise() {
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
