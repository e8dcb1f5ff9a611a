//! Everyday company: a habit, one gear, a fleet of yachts; and meetings that must not be mistaken for it.

use std::sync::Arc;

use crate::alerts::{Alert, Change, ChangeKind, Severity};
use crate::engine::Settings;
use crate::testing::{AREA, chart, only, run, run_on};
use crate::zones::{Chart, Watchlists};

/// The shipped settings with one behaviour, in which facts stay facts.
fn shipped() -> Settings {
    let mut settings = only("rendezvous");
    settings.alerts.alert_from = 20;
    settings
}

/// Two ships with these settings that lie 200 m apart for 40 min at each of these hours, and 11 nm apart in between.
fn meetings(a: &str, b: &str, hours: &[u32]) -> String {
    let mut script = format!("BRAVO 224000002 jitter=0 {b}\n");
    for hour in hours {
        script += &format!("{hour}:00 28 -17\n stop 40\n");
    }
    script += &format!("ALFA 224000001 jitter=0 {a}\n");
    for hour in hours {
        script += &format!("{hour}:00 28.0018 -17\n stop 40\n go 90 12 55\n");
    }
    script
}

/// The latest state of each alert, in the order in which they opened.
fn last(changes: &[Change]) -> Vec<&Alert> {
    let opened = changes.iter().filter(|change| change.change == ChangeKind::Opened);
    let last = |opened: &Change| changes.iter().rev().find(|change| change.alert.id == opened.alert.id);
    opened.filter_map(last).map(|change| &*change.alert).collect()
}

fn severities(script: &str) -> Vec<Severity> {
    last(&run(&shipped(), AREA, script)).iter().map(|alert| alert.severity).collect()
}

const A_DAY_APART: [u32; 4] = [12, 36, 60, 84];

#[test]
fn from_the_third_time_in_fourteen_days_on_a_meeting_of_the_same_two_is_low() {
    use Severity::{Low, Medium};
    assert_eq!(severities(&meetings("type=70", "type=80", &A_DAY_APART)), [Medium, Medium, Low, Low]);
    // The first is 14 days and an hour before the third.
    assert_eq!(severities(&meetings("type=70", "type=80", &[12, 36, 12 + 14 * 24 + 1])), [Medium; 3]);
    assert_eq!(severities(&meetings("type=70", "type=80", &[12, 36, 12 + 14 * 24 - 1])), [Medium, Medium, Low]);
    let changes = run(&shipped(), AREA, &meetings("type=70", "type=80", &A_DAY_APART));
    let third = last(&changes)[2];
    let cap = third.score_reasons.last().expect("a cap");
    assert_eq!(
        (cap.code.as_str(), cap.text.as_str()),
        ("cap_low", "Their 3rd meeting within 14 days: habitual, limited to low")
    );
    assert_eq!(third.evidence.measured["earlier_meetings_14_days"], 2);
    assert!(third.summary.contains(", their 3rd meeting within 14 days"), "{}", third.summary);
}

#[test]
fn a_habit_stays_one_however_grave_the_case_that_its_meetings_make() {
    use Severity::{High, Low};
    // With hours alongside, the first meeting alone makes a case of 60 points or more.
    let script =
        meetings("type=70", "type=80", &A_DAY_APART).replace("stop 40", "stop 150").replace("28.0018", "28.0006");
    assert_eq!(severities(&script), [High, High, Low, Low]);
}

#[test]
fn two_fishing_vessels_have_the_habit_from_the_second_time_on() {
    let script = meetings("type=30", "type=30", &A_DAY_APART[..3]);
    let area = AREA.replace(r#""weight":0"#, r#""weight":15"#);
    let changes = run(&shipped(), &area, &script);
    let told: Vec<Severity> = last(&changes).iter().map(|alert| alert.severity).collect();
    assert_eq!(told, [Severity::Medium, Severity::Low, Severity::Low]);
}

#[test]
fn a_merchant_ship_that_meets_the_same_small_craft_repeatedly_is_not_a_habit() {
    for other in ["type=30", "type=37 class=B", ""] {
        let told = severities(&meetings("type=70", other, &A_DAY_APART));
        assert!(told.iter().all(|severity| Severity::Medium <= *severity), "{other}: {told:?}");
        assert_eq!(told.len(), 4);
    }
}

#[test]
fn a_listed_vessel_is_not_hidden_by_its_habits() {
    let list = "mmsi,list,reason\n224000002,ours,seen before\n".to_owned();
    let lists = Watchlists::parse(&[("desk.csv".to_owned(), list)]).expect("a good list");
    let listed = Chart { watchlists: Arc::new(lists), ..chart(AREA) };
    let changes = run_on(&shipped(), listed, &meetings("type=70", "type=80", &A_DAY_APART));
    assert!(last(&changes).iter().all(|alert| Severity::Medium <= alert.severity));
}

#[test]
fn other_partners_and_one_meeting_with_a_pause_are_not_a_habit() {
    // Three other partners, one after the other.
    let mut script = meetings("type=70", "type=80", &[12]).replace("224000001", "224000003");
    script += &meetings("type=70", "type=80", &[36]).replace("224000001", "224000004");
    script += &meetings("type=70", "type=80", &[60]);
    let told = severities(&script);
    assert!(told == [Severity::Medium; 3], "{told:?}");
    let pauses = "BRAVO 224000002 jitter=0 type=80\n 12:00 28 -17\n stop 300
         ALFA 224000001 jitter=0 type=70\n 12:00 28.0018 -17\n stop 40\n go 0 8 15\n go 180 8 15\n stop 40\n go 0 8 15\n go 180 8 15\n stop 40";
    assert_eq!(severities(pauses), [Severity::Medium]);
}

/// Two fishing vessels that sail side by side, 700 m apart, through `legs` (course, knots, minutes), then lie 80 m
/// apart.
fn tow(legs: &[(u32, f64, u32)]) -> String {
    let legs: String =
        legs.iter().map(|(course, knots, minutes)| format!(" go {course} {knots} {minutes}\n")).collect();
    format!(
        "ALFA 224000001 jitter=3 type=30\n 12:00 28.0063 -17\n{legs} go 180 2 10\n stop 45\n go 90 9 60\n
         BRAVO 224000002 jitter=3 type=30\n 12:00 28 -17\n{legs} stop 55\n go 90 9 60\n"
    )
}

#[test]
fn two_that_towed_one_net_and_haul_it_are_a_fact() {
    for legs in
        [&[(90, 4.0, 90)][..], &[(90, 2.5, 40), (270, 2.5, 40)], &[(90, 3.5, 60), (45, 4.5, 20), (300, 3.0, 60)]]
    {
        let changes = run(&shipped(), AREA, &tow(legs));
        let told = last(&changes);
        assert!(!told.is_empty() && told.iter().all(|alert| !alert.announced), "{legs:?}: {told:?}");
        let cap = told[0].score_reasons.last().expect("a cap");
        assert!(cap.code == "cap_fact" && cap.text.starts_with("Fished side by side for "), "{cap:?}");
        assert!(told[0].summary.contains(", after fishing "), "{}", told[0].summary);
    }
}

#[test]
fn a_tow_that_becomes_one_while_it_is_told_lowers_the_alert_once_with_the_reason() {
    let legs = " go 90 2.5 60\n go 270 2.5 60\n".repeat(2);
    let script = format!(
        "ALFA 224000001 jitter=3 type=30\n 12:00 28.0036 -17\n{legs}
         BRAVO 224000002 jitter=3 type=30\n 12:00 28 -17\n{legs}"
    );
    let changes = run(&shipped(), &AREA.replace(r#""weight":0"#, r#""weight":15"#), &script);
    assert_eq!(changes[0].alert.severity, Severity::Medium);
    let falls: Vec<&str> =
        changes.iter().map(|change| change.reason.as_str()).filter(|reason| reason.contains("severity fell")).collect();
    assert_eq!(falls.len(), 1, "{falls:?}");
    assert!(falls[0].contains("severity fell to info; Fished side by side for 1 h"), "{falls:?}");
    let last = last(&changes)[0];
    assert_eq!((last.severity, last.announced), (Severity::Info, true));
    assert_eq!(last.score_reasons.iter().map(|line| line.points).sum::<i32>(), last.score);
}

#[test]
fn two_that_did_not_tow_together_are_reported() {
    // Too short; too fast; drifting with the current.
    for legs in [(90, 4.0, 40), (90, 8.0, 120), (90, 1.0, 120)] {
        assert!(last(&run(&shipped(), AREA, &tow(&[legs])))[0].announced, "{legs:?}");
    }
    // A slow drift that both break off for another course is fishing.
    assert!(!last(&run(&shipped(), AREA, &tow(&[(90, 1.0, 60), (180, 1.0, 60)])))[0].announced);
    // Only fishing vessels tow a net together.
    let others = tow(&[(90, 4.0, 120)]).replacen("type=30", "type=70", 1);
    assert!(last(&run(&shipped(), AREA, &others))[0].announced);
    // From opposite directions.
    let apart = tow(&[(90, 4.0, 120)]).replacen("28.0063 -17\n go 90", "28.0063 -16.6984\n go 270", 1);
    assert!(last(&run(&shipped(), AREA, &apart))[0].announced);
}

/// `count` yachts at anchor in a row, `apart` metres from one to the next; the first two are near each other.
fn yachts(count: u32, kind: &str, apart: f64) -> String {
    let yacht = |number: u32| {
        let lon = -17.0 + f64::from(number) * apart / 98_300.0;
        format!("Y{number} 2240001{number:02} jitter=5 every=120 {kind}\n 12:00 28 {lon}\n stop 60\n")
    };
    (0..count).map(yacht).collect()
}

#[test]
fn more_than_five_yachts_within_two_miles_are_a_fleet() {
    let grave = |script: &str| severities(script).iter().any(|severity| Severity::Medium <= *severity);
    for kind in ["type=36 class=B", "type=37", "class=B dims=6,6,2,2"] {
        assert!(grave(&yachts(5, kind, 300.0)), "{kind}");
        assert!(!grave(&yachts(6, kind, 300.0)), "{kind}");
    }
    // A cargo ship among them is reported as usual.
    let guest = "GUEST 224000199 type=70 jitter=5\n 12:00 28.001 -17\n stop 60\n";
    assert!(grave(&(yachts(6, "type=36 class=B", 300.0) + guest)));
}
