//! What an analyst would notice about ships that change their identity.

use crate::alerts::{Alert, ChangeKind};
use crate::testing::{AREA, area_with, check, only, run};

/// The alerts and facts that a script opens, as form and score.
#[track_caller]
fn opened(script: &str) -> Vec<(String, i32)> {
    let settings = without_nights();
    let changes = run(&settings, AREA, script);
    let first = changes.iter().filter(|change| change.change == ChangeKind::Opened);
    first.map(|change| (change.alert.score_reasons[0].code.clone(), points(&change.alert))).collect()
}

fn points(alert: &Alert) -> i32 {
    alert.score_reasons[0].points
}

fn without_nights() -> crate::engine::Settings {
    let mut settings = only("identity_change");
    settings.score = crate::alerts::ScoreSettings { night_points: 0, ..settings.score };
    settings
}

fn told(form: &str, points: i32) -> Vec<(String, i32)> {
    vec![(form.to_owned(), points)]
}

const OLD: &str = "HONMON 352001234 type=70 imo=9074729
       00:00 28 -17
       go 90 10 6
       say
       go 90 10 30\n";

#[test]
fn a_known_imo_number_under_a_new_mmsi_name_and_flag_is_a_new_identity() {
    let script = format!(
        "{OLD}MATTHEW 636001234 type=70 imo=9074729
           36:00 27 -17
           go 90 10 6
           say
           go 90 10 90"
    );
    check(
        &only("identity_change"),
        AREA,
        &script,
        "12:06 opened identity_change MATTHEW since=12:00
         13:06 ended identity_change MATTHEW since=12:00 ended=12:06",
    );
    assert_eq!(opened(&script), told("new_identity", 35));
    let summary = run(&only("identity_change"), AREA, &script)[0].alert.summary.clone();
    assert!(
        summary.starts_with("MATTHEW (Liberia, cargo) transmits IMO 9074729, last heard on 2026-03-01")
            && summary.contains("under the name HONMON (Panama, MMSI 352001234)"),
        "{summary}"
    );
}

#[test]
fn a_new_mmsi_under_the_same_name_and_flag_is_less() {
    let script = format!("{OLD}HONMON 352009999 type=70 imo=9074729\n36:00 27 -17\ngo 90 10 6\nsay\ngo 90 10 6");
    assert_eq!(opened(&script), told("new_mmsi", 15));
}

#[test]
fn a_yards_number_and_hull_name_are_reprogrammed_at_delivery() {
    let old = OLD.replace("HONMON", "H2045");
    let script = format!("{old}MATTHEW 636001234 type=70 imo=9074729\n36:00 27 -17\ngo 90 10 6\nsay\ngo 90 10 6");
    assert_eq!(opened(&script), told("new_mmsi", 15));
}

#[test]
fn an_imo_number_received_once_changes_nothing() {
    let script = format!(
        "{OLD}MATTHEW 636001234 type=70 imo=9074729\n36:00 27 -17\ngo 90 10 6\nsay imo=9319466\ngo 90 10 6\nsay"
    );
    assert_eq!(opened(&script), Vec::new());
}

#[test]
fn two_ships_that_are_both_heard_share_a_number_and_neither_became_the_other() {
    let script = "HONMON 352001234 type=70 imo=9074729
           00:00 28 -17
           go 90 10 6
           say
           go 90 10 300
         MATTHEW 636001234 type=70 imo=9074729
           01:00 27 -17
           go 90 10 6
           say
           go 90 10 100
           say
           go 90 10 100
           say";
    assert_eq!(opened(script), told("shared_imo", 15));
}

#[test]
fn placeholder_imo_numbers_belong_to_no_ship() {
    let script = format!("{OLD}MATTHEW 636001234 type=70 imo=9074729\n36:00 27 -17\ngo 90 10 6\nsay\ngo 90 10 6");
    assert_eq!(opened(&script.replace("9074729", "1234567")), Vec::new());
}

#[test]
fn the_memory_outlives_the_track() {
    // The old track is forgotten after 200 h; another vessel keeps event time moving.
    let script = format!(
        "{OLD}OTHER 224000009 every=3600 mute\n00:00 20 -30\nstop 12600
         MATTHEW 636001234 type=70 imo=9074729\n204:00 27 -17\ngo 90 10 6\nsay\ngo 90 10 6"
    );
    assert_eq!(opened(&script), told("new_identity", 35));
}

#[test]
fn a_wrong_check_digit_is_a_fact_reported_once_whatever_the_zone_weighs() {
    let zones = area_with("").replace(r#""weight":0"#, r#""weight":60"#);
    let script = "ALFA 224000001 type=70 imo=9074728
           00:00 28 -17
           go 90 10 6
           say
           go 90 10 180
           say imo=9074729
           go 90 10 6
           say
           go 90 10 6
           say imo=9074728
           go 90 10 6
           say";
    let changes = run(&only("identity_change"), &zones, script);
    let opened: Vec<i32> =
        changes.iter().filter(|change| change.change == ChangeKind::Opened).map(|change| change.alert.score).collect();
    assert_eq!(opened, [19]);
}

/// A ship sends its name three times, then does `after`.
fn ship(settings: &str, motion: &str, after: &str) -> String {
    format!(
        "ALFA 224000001 type=70 call=EAAA {settings}
           12:00 28 -17
           {motion}
           say
           {motion}
           {after}"
    )
}

#[test]
fn a_name_changed_under_way_counts_once_it_is_kept() {
    let script = ship("", "go 90 10 6", "say name=ZULU\ngo 90 10 6\nsay\ngo 90 10 70");
    check(
        &only("identity_change"),
        AREA,
        &script,
        "12:18 opened identity_change ZULU since=12:12
         13:18 ended identity_change ZULU since=12:12 ended=12:18",
    );
    let summary = run(&only("identity_change"), AREA, &script)[0].alert.summary.clone();
    assert!(summary.contains("changed its name from ALFA to ZULU at 12:12 UTC"), "{summary}");
}

#[test]
fn a_name_taken_back_was_a_bit_error() {
    let script = ship("", "go 90 10 6", "say name=ZULU\ngo 90 10 6\nsay name=ALFA\ngo 90 10 6\nsay\ngo 90 10 6\nsay");
    assert_eq!(opened(&script), Vec::new());
}

#[test]
fn a_name_changed_at_anchor_or_moored_is_the_port_agents_business() {
    let after = "say name=ZULU\nstop 6\nsay\nstop 6";
    assert_eq!(opened(&ship("status=1", "stop 6", after)), Vec::new());
    assert_eq!(opened(&ship("status=5", "stop 6", after)), Vec::new());
    // A ship that drifts in the open sea is under way.
    assert_eq!(opened(&ship("status=0", "stop 6", after)), told("renamed", 15));
}

#[test]
fn a_renamed_ship_with_an_imo_number_is_reported_even_in_port() {
    let script = ship("status=5 imo=9074729", "stop 6", "say name=ZULU\nstop 6\nsay\nstop 6");
    assert_eq!(opened(&script), told("renamed", 15));
}

#[test]
fn call_sign_and_kind_of_ship_count_too_and_slips_do_not() {
    let change = |said: &str| opened(&ship("", "go 90 10 6", &format!("say {said}\ngo 90 10 6\nsay\ngo 90 10 6")));
    assert_eq!(change("call=V7XY2"), told("call_sign", 15));
    assert_eq!(change("type=30"), told("ship_type", 15));
    assert_eq!(change("name=ZULU call=V7XY2 type=30"), told("renamed", 15));
    for slip in ["call=EAAB", "type=74", "name=ALFA_II", "name=MV_ALFA", "call=EA-AA"] {
        assert_eq!(change(slip), Vec::new(), "{slip}");
    }
}

#[test]
fn a_transponder_that_alternates_between_two_names_is_reported_once() {
    let twice = |name: &str| format!("say name={name}\ngo 90 10 6\nsay\ngo 90 10 100\n");
    let after = [twice("ZULU"), twice("ALFA"), twice("ZULU"), twice("ALFA")].concat();
    assert_eq!(opened(&ship("", "go 90 10 6", &after)), told("renamed", 15));
}

#[test]
fn while_two_ships_share_an_mmsi_names_are_not_judged() {
    let script = format!(
        "{}OTHER 224000001\n12:00:30 20 -30\n",
        ship("", "go 90 10 6", "say name=ZULU\ngo 90 10 6\nsay\ngo 90 10 70\n")
    )
    .replace("12:00:30", "12:00")
    .replace("OTHER 224000001\n12:00 20 -30", "OTHER 224000001 mute\n12:01 20 -30\nstop 90");
    assert_eq!(opened(&script), Vec::new());
}

#[test]
fn a_new_name_is_placed_where_it_was_first_sent() {
    let script = ship("", "go 90 10 6", "say name=ZULU\ngo 90 10 60\nsay\ngo 90 10 70");
    let alert = &run(&only("identity_change"), AREA, &script)[0].alert;
    assert!(alert.summary.contains("at 12:12 UTC"), "{}", alert.summary);
    assert!(55.0 < (alert.opened_at - alert.started_at).minutes(), "believed an hour later");
    // Twelve minutes at 10 kn from the start, and not 12 nm.
    let position = alert.position.expect("a position");
    let sailed_nm = (position.lon - -17.0) * 60.0 * position.lat.to_radians().cos();
    assert!((sailed_nm - 2.0).abs() < 0.3, "{sailed_nm} nm");
}
