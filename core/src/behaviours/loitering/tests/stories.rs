//! Stops that are not loitering, or are one loitering: at anchor, held, gear, shifted, over holes, in large circles.

use crate::alerts::{Alert, Change, ChangeKind, Severity};
use crate::behaviours::Behaviour;
use crate::engine::Settings;
use crate::testing::{area_with, only, run};

fn settings() -> Settings {
    let mut settings = only("loitering");
    settings.alerts.alert_from = 20;
    settings
}

fn changes(script: &str) -> Vec<Change> {
    run(&settings(), &area_with(""), script)
}

fn opened(changes: &[Change]) -> Vec<&Alert> {
    changes.iter().filter(|change| change.change == ChangeKind::Opened).map(|change| &*change.alert).collect()
}

fn last(changes: &[Change]) -> &Alert {
    &changes.last().expect("something was said").alert
}

fn has(alert: &Alert, code: &str) -> bool {
    alert.score_reasons.iter().any(|reason| reason.code == code)
}

#[test]
fn a_ship_that_swings_for_three_hours_without_a_status_is_anchored() {
    let told = changes("ALFA 224000001 type=70\n 12:00 28 -17\n go 90 10 60\n stop 170");
    assert_eq!((last(&told).severity, has(last(&told), "anchored")), (Severity::Medium, false));
    let told = changes("ALFA 224000001 type=70\n 12:00 28 -17\n go 90 10 60\n stop 230");
    assert_eq!((last(&told).severity, has(last(&told), "anchored")), (Severity::Low, true));
    assert!(last(&told).announced);
    assert!(told.iter().any(|change| change.reason.contains("corrected: severity fell to low")));
    assert!(last(&told).summary.contains("of one position,"), "{}", last(&told).summary);
}

#[test]
fn a_ship_that_drifts_out_of_the_circle_is_not_anchored() {
    let told = changes("ALFA 224000001 type=70\n 12:00 28 -17\n go 90 10 60\n go 90 0.4 360");
    assert_eq!((last(&told).severity, has(last(&told), "anchored")), (Severity::Medium, false));
}

#[test]
fn what_never_was_under_way_and_does_not_move_opens_low() {
    let told = changes("ALFA 224000001\n 12:00 28 -17\n stop 61");
    assert_eq!((opened(&told)[0].severity, has(opened(&told)[0], "anchored")), (Severity::Low, true));
    let told = changes("ALFA 224000001\n 12:00 28 -17\n go 90 0.5 61");
    assert_eq!((opened(&told)[0].severity, has(opened(&told)[0], "anchored")), (Severity::Medium, false));
}

#[test]
fn a_jack_up_is_a_fact_after_a_day_and_so_is_what_lies_beside_it() {
    let rig = "RIG 224000009\n 12:00 28 -17\n stop 1560";
    let visit =
        |lon: f64| format!("{rig}\nALFA 224000001 type=70\n 34:00 28 {}\n go 90 10 60\n stop 150", lon - 0.188_7);
    let told = changes(&visit(-17.0));
    let of = |mmsi: u32| told.iter().filter(|change| change.alert.vessels[0].mmsi == mmsi).collect::<Vec<_>>();
    let rig = &of(224_000_009).last().expect("it lay").alert;
    let cap = &rig.score_reasons.last().expect("a cap").text;
    assert!(rig.score <= 19 && cap.contains("a circle of 0.0"), "{cap}");
    let beside = &of(224_000_001).last().expect("it loitered").alert;
    assert!(beside.score <= 19, "{:?}", beside.score_reasons);
    let told = changes(&visit(-16.95));
    let clear = told.iter().rfind(|change| change.alert.vessels[0].mmsi == 224_000_001).expect("it loitered");
    assert_eq!(clear.alert.severity, Severity::Medium);
}

#[test]
fn a_net_beacon_is_a_fact_and_a_boat_is_not() {
    let script = |name: &str, more: &str| format!("{name} 224000001 class=B {more}\n 12:00 28 -17\n go 90 0.5 90");
    let told = changes(&script("NETBUOY6", ""));
    assert!(!last(&told).announced);
    assert!(last(&told).score_reasons.last().is_some_and(|reason| reason.text.contains("beacon")));
    for (name, more) in [("GANNET", ""), ("NETBUOY6", "type=37")] {
        assert!(last(&changes(&script(name, more))).announced, "{name} {more}");
    }
    let fast = "NETBUOY6 224000001 class=B\n 12:00 28 -17\n go 90 9 60\n go 90 0.5 90";
    assert!(last(&changes(fast)).announced, "it was under way");
}

#[test]
fn a_short_shift_is_the_same_wait_and_a_longer_way_is_another() {
    let script = |minutes: u32| format!("ALFA 224000001\n 12:00 28 -17\n stop 70\n go 90 4 {minutes}\n stop 70");
    assert_eq!(opened(&changes(&script(66))).len(), 1, "4.4 nm");
    let told = changes(&script(90));
    assert_eq!(opened(&told).len(), 2, "6 nm");
    let ended = told.iter().find(|change| change.change == ChangeKind::Ended).expect("the first ended");
    // It gets under way at 13:10. What it did then is not part of the stop, though the rule notices the end later.
    assert_eq!(ended.alert.ended_at.expect("over").clock(), "13:10");
    let knots = |name: &str| ended.alert.evidence.measured[name].as_f64().expect("a number");
    assert!(knots("max_knots") < 2.0 && knots("speed_made_good_knots") < 2.0, "{:?}", ended.alert.evidence.measured);
    assert!(ended.alert.summary.contains(", for 1 h 10 min, "), "{}", ended.alert.summary);
}

#[test]
fn way_made_over_holes_ends_it_and_lying_there_does_not() {
    let holes = |leg: &str| {
        format!("ALFA 224000001\n 12:00 28 -17\n stop 70\n {}", format!("{leg} 25\n go 0 0 2\n ").repeat(4))
    };
    let told = changes(&format!("{}\n go 90 6 70", holes("dark 90 6")));
    assert_eq!(last(&told).ended_at.map(|at| at.clock()), Some("13:10".to_owned()));
    let told = changes(&format!("{}\n stop 30", holes("silent")));
    let alert = last(&told);
    assert_eq!(alert.ended_at, None);
    assert!(alert.summary.contains("(the rest not reported, or faster)"), "{}", alert.summary);
}

#[test]
fn hours_of_circling_continue_as_one_alert_when_it_lies_still() {
    let legs: Vec<String> = (0..36).map(|leg| format!("go {} 4.5 50", leg * 60 % 360)).collect();
    let rounds = format!("ALFA 224000001 type=70\n 00:00 28 -17\n {}", legs.join("\n"));
    let told = changes(&format!("{rounds}\n go 60 1 240"));
    assert_eq!(opened(&told).len(), 1);
    assert_eq!((last(&told).ended_at, told.last().map(|change| change.change)), (None, Some(ChangeKind::Updated)));
    assert!(last(&told).summary.contains("below 2 kn"), "{}", last(&told).summary);
    let told = changes(&format!("{rounds}\n go 90 9 600"));
    let ended = told.last().expect("it ended");
    assert_eq!((opened(&told).len(), ended.reason.as_str()), (1, "no longer circling"));
    let hours = (ended.alert.ended_at.expect("over") - ended.alert.started_at).hours();
    assert!((28.0..32.0).contains(&hours), "{hours} h of 30");
}

#[test]
fn stopping_every_day_lowers_the_score_and_of_a_merchant_ship_a_day_later() {
    let script = |kind: u32| {
        let day = "go 90 8 600\n go 90 1 120\n go 270 8 720\n";
        format!("ALFA 224000001 every=180 type={kind}\n 00:00 28 -19\n {}", day.repeat(4))
    };
    let habits =
        |kind: u32| opened(&changes(&script(kind))).iter().map(|alert| has(alert, "habit")).collect::<Vec<_>>();
    assert_eq!(habits(90), [false, false, true, true]);
    assert_eq!(habits(70), [false, false, false, true]);
}

#[test]
fn a_type_that_comes_after_opening_lowers_the_score_at_once() {
    let script = |say: &str| format!("ALFA 224000001\n 12:00 28 -17\n go 90 10 60\n go 90 1 70\n {say}\n go 90 1 5");
    let told = changes(&script("say type=30"));
    let alert = last(&told);
    assert_eq!((opened(&told)[0].severity, alert.severity, alert.announced), (Severity::Medium, Severity::Info, true));
    assert!(told.last().is_some_and(|change| change.reason.contains("corrected: severity fell to info")));
    assert_eq!(alert.score, alert.score_reasons.iter().map(|reason| reason.points).sum::<i32>());
    // A name alone does not lower the score.
    assert_eq!(last(&changes(&script("say name=BRAVO"))).severity, Severity::Medium);
}

#[test]
fn loitering_takes_the_place_of_drift_which_does_not_open_beside_it() {
    let mut settings = settings();
    settings.behaviours.drift.enabled = true;
    let script =
        "ALFA 224000001 type=70 heading=0\n 12:00 28 -17\n go 0 10 60\n go 90 1.5 80\n go 0 1.5 20\n go 90 1.5 60";
    let told = run(&settings, &area_with(""), script);
    let drifts = opened(&told).iter().filter(|alert| alert.behaviour == Behaviour::Drift).count();
    assert_eq!((drifts, opened(&told).len()), (1, 2));
    let ended = told.iter().find(|change| change.change == ChangeKind::Ended).expect("the drift gave way");
    let loitering = opened(&told)[1];
    let reason = format!("superseded by loitering {}", &loitering.id[..8]);
    assert_eq!((ended.alert.behaviour, &ended.reason), (Behaviour::Drift, &reason));
    assert_eq!(loitering.replaces.as_ref(), Some(&ended.alert.id));
}

#[test]
fn a_habitual_place_lowers_the_score_and_a_new_place_does_not() {
    // It calls at one platform every third day, and is far away in other water between the calls.
    let call = |way: u32| format!("go 90 10 {way}\n go 90 0.4 90\n go 270 10 {way}\n silent 4000\n");
    let script = |ways: [u32; 3]| {
        let calls: String = ways.into_iter().map(call).collect();
        format!("ALFA 224000001 every=180 type=90\n 00:00 28 -19\n {calls}")
    };
    let habits = |ways| opened(&changes(&script(ways))).iter().map(|alert| has(alert, "habit")).collect::<Vec<_>>();
    assert_eq!(habits([120, 116, 113]), [false, false, true]);
    assert_eq!(habits([120, 60, 200]), [false, false, false]);
}

#[test]
fn the_place_where_it_lay_is_told_with_the_time_it_lay_there() {
    // Two hours at 1.5 kn before it stopped.
    let told = changes("ALFA 224000001 type=70\n 06:00 28 -17\n go 90 10 60\n go 90 1.5 120\n stop 300");
    let summary = &last(&told).summary;
    assert!(summary.contains("stayed below 2 kn for 6 h"), "{summary}");
    assert!(summary.contains(" min of it within ") && summary.contains(" of one position"), "{summary}");
    assert!(!summary.contains("of one position, for"), "{summary}");
}

#[test]
fn the_time_in_one_place_is_a_part_of_the_whole_if_holes_do_not_count() {
    let holes = "silent 25\n go 0 0 6\n ".repeat(20);
    let told = changes(&format!("ALFA 224000001 type=70\n 06:00 28 -17\n go 90 10 60\n go 90 1.5 120\n {holes}"));
    let summary = &last(&told).summary;
    assert!(summary.contains("(the rest not reported, or faster), and lay within "), "{summary}");
    assert!(summary.contains(" of one position for ") && summary.contains(" of those "), "{summary}");
}

#[test]
fn the_round_told_is_the_last_one_that_was_a_round() {
    // Two rounds and more, then on at the same speed in a wide curve that is no round, but not straight enough to end it.
    let legs: Vec<String> = (0..24).map(|leg| format!("go {} 4 15", leg * 60 % 360)).collect();
    let on: Vec<String> = (0..16).map(|leg| format!("go {} 4 15", if leg % 2 == 0 { 0 } else { 100 })).collect();
    let told =
        changes(&format!("ALFA 224000001\n 06:00 28 -17\n {}\n {}\n go 90 8 300", legs.join("\n"), on.join("\n")));
    let ended = last(&told);
    assert_eq!(ended.behaviour, Behaviour::Loitering);
    // No line before the end says that it still circled later than that.
    for change in &told {
        assert!(Some(change.alert.last_at) <= ended.ended_at, "{}: {}", change.at, change.alert.summary);
    }
    let turned = ended.evidence.measured["circling_turn_degrees"].as_f64().expect("a turn");
    assert!(720.0 <= turned.abs(), "{turned}");
    let (net, path) = ["circling_net_nm", "circling_path_nm"].map(|name| ended.evidence.measured[name].as_f64()).into();
    assert!(net.expect("a distance") < 0.25 * path.expect("a distance"), "{:?}", ended.evidence.measured);
}

#[test]
fn a_boat_that_turns_tight_circles_makes_good_no_way_and_loiters() {
    // Squares of 216 m.
    let rounds = "go 0 7 1\n go 90 7 1\n go 180 7 1\n go 270 7 1\n".repeat(30);
    let told =
        changes(&format!("ALFA 224000001 type=37 every=60\n 12:00 28 -17\n go 90 10 60\n {rounds} go 90 12 120"));
    let alert = last(&told);
    assert_eq!(opened(&told).len(), 1);
    assert_eq!((alert.started_at.clock(), alert.opened_at.clock()), ("12:59".into(), "13:59".into()));
    let ended_at = alert.ended_at.expect("it ended");
    // It leaves at 14:59, and until 14:55 it is known to have stayed.
    assert!(ended_at.clock().starts_with("14:5"), "{ended_at}");
    assert!(alert.summary.contains("stayed below 2 kn for 1 h 5"), "{}", alert.summary);
    for change in &told {
        let counted = change.alert.evidence.measured["counted_minutes"].as_f64().expect("a number");
        let held = (change.alert.last_at - change.alert.started_at).minutes();
        assert!(counted <= held + 0.1, "{counted} min of {held} min");
    }
}

#[test]
fn a_stop_from_which_a_ship_sails_fast_does_not_count_in_the_next_one() {
    let told = changes("ALFA 224000001 type=60\n 12:00 28 -17\n go 90 10 60\n stop 62\n go 90 28 40\n stop 120");
    let opened = opened(&told);
    assert_eq!(opened.len(), 2);
    for alert in opened {
        let (counted, held) = (&alert.evidence.measured["counted_minutes"], alert.opened_at - alert.started_at);
        assert!(counted.as_f64().expect("a number") <= held.minutes() + 0.1, "{counted} min of {held}");
    }
}
