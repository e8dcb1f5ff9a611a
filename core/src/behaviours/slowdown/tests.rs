//! What an analyst would notice about slowdowns.

use crate::behaviours::Behaviour;
use crate::engine::Settings;
use crate::testing::{AREA, area_with, check, only, run};

#[track_caller]
fn slowdown(script: &str, expected: &str) {
    check(&only("slowdown"), AREA, script, expected);
}

/// Under way for some minutes, then as the script says.
fn after(minutes: u32, knots: f64, script: &str) -> String {
    format!("ALFA 224000001 type=70 jitter=0\n 08:00 28 -20\n go 90 {knots} {minutes}\n {script}")
}

#[test]
fn half_an_hour_at_a_crawl_after_hours_under_way_opens_and_full_speed_ends() {
    slowdown(
        &after(130, 12.0, "go 90 2.4 40\n go 90 12 120"),
        "10:40 opened slowdown ALFA since=10:10
         11:50 ended slowdown ALFA since=10:10 ended=10:50",
    );
}

#[test]
fn twenty_eight_minutes_or_a_hundred_under_way_are_not_enough() {
    slowdown(&after(130, 12.0, "go 90 2.4 28\n go 90 12 60"), "");
    slowdown(&after(100, 12.0, "go 90 2.4 90"), "");
    // Not even if the ten minutes of the clock in which it was first heard are counted whole.
    for minutes in [110, 115, 118] {
        slowdown(&after(minutes, 12.0, "go 90 2.4 90"), "");
        slowdown(&after(minutes, 12.0, "go 90 2.4 90").replace("08:00", "08:07"), "");
    }
    slowdown(&after(200, 5.9, "go 90 2.4 90"), "");
}

#[test]
fn neither_four_knots_nor_most_of_its_usual_speed_is_a_crawl() {
    slowdown(&after(130, 12.0, "go 90 4.1 90"), "");
    slowdown(&after(150, 6.2, "go 90 3.8 90"), "");
    slowdown(&after(150, 6.2, "go 90 3.6 40"), "11:00 opened slowdown ALFA since=10:30");
}

#[test]
fn a_slow_hour_between_the_passage_and_the_crawl_is_another_story() {
    slowdown(&after(130, 12.0, "go 90 5 50\n go 90 2.4 90"), "");
    slowdown(&after(130, 12.0, "go 90 5 25\n go 90 2.4 40"), "11:02 opened slowdown ALFA since=10:32");
}

#[test]
fn at_eight_knots_it_goes_on_and_a_short_sprint_ends_nothing() {
    let script = after(130, 12.0, "go 90 2.4 40\n go 90 8 200");
    slowdown(&script, "10:40 opened slowdown ALFA since=10:10");
    let script = after(130, 12.0, "go 90 2.4 40\n go 90 12 8\n go 90 2.4 100");
    slowdown(&script, "10:40 opened slowdown ALFA since=10:10");
}

#[test]
fn fishing_vessels_pilots_dredgers_and_sail_are_excepted() {
    for kind in [30, 33, 36, 50] {
        let script = after(130, 12.0, "go 90 2.4 90").replace("type=70", &format!("type={kind}"));
        slowdown(&script, "");
    }
    let script = after(130, 12.0, "go 90 2.4 40").replace("type=70", "type=52");
    slowdown(&script, "10:40 opened slowdown ALFA since=10:10");
}

#[test]
fn nothing_opens_outside_watched_zones_or_at_a_pilot_station() {
    slowdown(&after(130, 12.0, "go 90 2.4 90").replace("28 -20", "32 -20"), "");
    let benign = |name: &str| {
        AREA.replace("]}}]}", "]}},")
            + &format!(
                r#"{{"type":"Feature","properties":{{"id":"off-port","name":"{name}","kind":"benign"}},
                "geometry":{{"type":"Polygon","coordinates":[[[-21,27],[-17,27],[-17,29],[-21,29],[-21,27]]]}}}}]}}"#
            )
    };
    let script = after(130, 12.0, "go 90 2.4 40");
    check(&only("slowdown"), &benign("Pilot station off Port"), &script, "");
    let opened = "10:40 opened slowdown ALFA since=10:10";
    check(&only("slowdown"), &benign("Fishing ground off Port"), &script, opened);
}

#[test]
fn a_hole_counts_nothing_and_resets_nothing() {
    slowdown(&after(130, 12.0, "go 90 2.4 20\n dark 90 2 40\n go 90 2.4 12"), "11:21 opened slowdown ALFA since=10:10");
    slowdown(&after(130, 12.0, "go 90 2.4 20\n dark 90 2 40\n go 90 2.4 9"), "");
    // For a hole during the passage, both sides of it count, but not the hole.
    slowdown(&after(70, 12.0, "dark 90 12 60\n go 90 12 70\n go 90 2.4 40"), "11:50 opened slowdown ALFA since=11:20");
}

#[test]
fn a_zone_sets_its_own_thresholds() {
    let strict = area_with(r#","settings":{"slowdown":{"after_minutes":60}}"#);
    check(&only("slowdown"), &strict, &after(130, 12.0, "go 90 2.4 50\n go 90 12 60"), "");
    check(&only("slowdown"), &strict, &after(130, 12.0, "go 90 2.4 70"), "11:10 opened slowdown ALFA since=10:10");
}

#[test]
fn six_hours_without_a_fix_is_lost() {
    let script = after(130, 12.0, "go 90 2.4 40") + "\n BRAVO 224000002\n 08:00 40 -30\n go 0 10 660";
    slowdown(
        &script,
        "10:40 opened slowdown ALFA since=10:10
         16:50 ended slowdown ALFA since=10:10 ended=10:50",
    );
}

#[test]
fn what_is_forgotten_leaves_no_trace() {
    let mut settings = only("slowdown");
    settings.tracks.forget_after_hours = 7;
    let script = after(130, 12.0, "go 90 2.4 20") + "\n BRAVO 224000002\n 08:00 40 -30\n go 0 10 720";
    check(&settings, AREA, &script, "");
}

#[test]
fn loitering_supersedes_it_and_says_so() {
    let mut settings: Settings = only("slowdown");
    settings.behaviours.loitering.enabled = true;
    let script = after(130, 12.0, "go 90 1 90\n go 90 12 120");
    check(
        &settings,
        AREA,
        &script,
        "10:39 opened slowdown ALFA since=10:09
         11:10 ended slowdown ALFA since=10:09 ended=11:09
         11:10 opened loitering ALFA since=10:10
         12:40 ended loitering ALFA since=10:10 ended=11:40",
    );
    let changes = run(&settings, AREA, &script);
    let ended =
        changes.iter().find(|change| change.reason.starts_with("superseded by loitering ")).expect("it gave way");
    let loitering = changes.iter().find(|change| change.alert.behaviour == Behaviour::Loitering).expect("it opened");
    assert_eq!(loitering.alert.replaces.as_ref(), Some(&ended.alert.id));
}

#[test]
fn the_summary_gives_the_numbers() {
    let changes = run(&only("slowdown"), AREA, &after(130, 12.0, "go 90 2.4 40"));
    let summary = &changes[0].alert.summary;
    let told = "ALFA (Spain, cargo) has slowed to 2.4 kn (usual 12 kn) for 30 min after 2.2 h under way";
    assert!(summary.starts_with(told), "{summary}");
}

/// Two hours at 12 kn, a hole of `minutes` at `knots`, then what `then` says.
fn over_a_hole(minutes: u32, knots: f64, then: &str) -> Vec<crate::alerts::Change> {
    let mut settings = only("slowdown");
    settings.alerts.alert_from = 20;
    let script = format!("ALFA 224000001 type=80\n 12:00 28 -19\n go 90 12 150\n dark 90 {knots} {minutes}\n {then}");
    crate::testing::run(&settings, &crate::testing::area_with(""), &script)
}

#[test]
fn little_way_over_a_hole_is_a_fact_and_never_an_alert() {
    let told = over_a_hole(90, 2.0, "go 90 12 120");
    let fact = &told.first().expect("a fact").alert;
    assert_eq!((fact.announced, fact.score, fact.started_at.clock().as_str()), (false, 19, "14:30"));
    assert!(
        fact.summary.contains("made good 3.2 nm in 1 h 31 min without a report (2.1 kn; usual 12 kn)"),
        "{}",
        fact.summary
    );
    assert_eq!(told.last().and_then(|change| change.alert.ended_at).map(|at| at.clock()), Some("16:01".to_owned()));
}

#[test]
fn a_hole_that_is_too_short_too_long_too_fast_or_not_left_under_way_opens_nothing() {
    for (minutes, knots, then) in [
        (26, 1.0, "go 90 12 30"),
        (190, 1.0, "go 90 12 30"),
        (90, 4.5, "go 90 12 30"),
        (90, 2.0, "go 90 5 60\n go 90 12 30"),
    ] {
        let told = over_a_hole(minutes, knots, then);
        assert!(
            told.iter().all(|change| !change.alert.evidence.measured.contains_key("hole_minutes")),
            "{minutes} {knots}"
        );
    }
}

#[test]
fn how_long_it_was_under_way_before_is_said_as_it_was_measured() {
    let changes = run(&only("slowdown"), AREA, &after(130, 12.0, "go 90 2.4 40"));
    assert!(changes[0].reason.ends_with(" h under way"), "{}", changes[0].reason);
}

#[test]
fn time_at_a_faster_speed_is_not_told_as_slow() {
    let last = |script: &str| {
        let changes = run(&only("slowdown"), AREA, &after(130, 12.0, script));
        changes.last().expect("it opened").alert.clone()
    };
    // Eight knots neither meet the condition nor end it.
    let alert = last("go 90 2.4 40\n go 90 8 120\n go 90 12 120");
    let told = "ALFA (Spain, cargo) slowed to 2.4 kn (usual 12 kn) for 41 min after 2.2 h under way";
    assert!(alert.summary.starts_with(told), "{}", alert.summary);
    assert_eq!(alert.ended_at.map(|at| at.clock()), Some("10:51".to_owned()));
    let alert = last("go 90 2.4 40\n go 90 8 60\n go 90 2.4 40\n go 90 12 120");
    let counted = alert.evidence.measured["counted_minutes"].as_f64().expect("minutes");
    assert!((74.0..84.0).contains(&counted), "{counted}");
    let told = "slowed to 2.4 kn (usual 12 kn) for 1 h ";
    assert!(alert.summary.contains(told), "{}", alert.summary);
    assert!(
        alert.summary.contains(" of the 2 h 2") && alert.summary.contains(" from 10:10 to 12:3"),
        "{}",
        alert.summary
    );
}

#[test]
fn the_speed_told_is_that_of_the_slow_time() {
    let changes = run(&only("slowdown"), AREA, &after(130, 12.0, "go 90 1.2 40\n go 90 3.6 15\n go 90 12 120"));
    let alert = &changes.last().expect("it ended").alert;
    assert!(alert.summary.contains("slowed to 1.2 kn (usual 12 kn)"), "{}", alert.summary);
    assert_eq!(alert.evidence.measured["median_knots"], 1.2);
    assert_eq!(alert.evidence.measured.get("speed_made_good_knots"), None, "the latest speed is not measured");
}
