//! What an analyst would notice about gaps.

use crate::ais::{Line, SourceId};
use crate::alerts::{Alert, Change, ChangeKind, Severity};
use crate::engine::Settings;
use crate::testing::{AREA, area_with, check, engine, lines, only, run};

mod evidence;
mod outage;

const NO_ZONES: &str = r#"{"type":"FeatureCollection","features":[]}"#;

/// Latitudes of ships that lie along 17° W, so that reception is known there.
const SENTINELS: [&str; 9] = ["28.1", "28.35", "28.6", "28.85", "29.1", "29.9", "30.15", "30.4", "30.6"];

/// A script of one ship with sentinels from midnight until its end.
fn among_sentinels(script: &str) -> String {
    let mut minutes = 0;
    for words in script.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()) {
        match words.as_slice() {
            [clock, _, _] if clock.contains(':') => {
                let (hour, minute) = clock.split_once(':').expect("HH:MM");
                minutes = hour.parse::<i64>().expect("hours") * 60 + minute.parse::<i64>().expect("minutes");
            }
            ["stop" | "go" | "silent" | "dark", .., length] => minutes += length.parse::<i64>().expect("minutes"),
            _ => {}
        }
    }
    let mut all = script.to_owned();
    for (number, lat) in SENTINELS.iter().enumerate() {
        all.push_str(&format!("\nSENT{number} 22410000{number} every=300\n00:00 {lat} -17.1\nstop {minutes}"));
    }
    all
}

fn settings() -> Settings {
    let mut settings = only("ais_gap");
    settings.coverage.learn_hours = 5;
    settings
}

#[track_caller]
fn gap(zones: &str, script: &str, expected: &str) {
    check(&settings(), zones, &among_sentinels(script), expected);
}

#[test]
fn a_watched_vessel_opens_after_90_minutes_and_ends_when_heard() {
    gap(
        AREA,
        "ALFA 224000001
           06:00 28.1 -17.1
           stop 240
           silent 200
           stop 60",
        "11:30 opened ais_gap ALFA since=10:00
         13:21 ended ais_gap ALFA since=10:00 ended=13:21",
    );
}

#[test]
fn eighty_eight_minutes_are_not_enough() {
    gap(
        AREA,
        "ALFA 224000001
           06:00 28.1 -17.1
           stop 240
           silent 88
           stop 60",
        "",
    );
}

#[test]
fn elsewhere_it_takes_six_hours() {
    let script = "ALFA 224000001
           06:00 28.1 -17.1
           stop 240
           silent 420
           stop 60";
    gap(
        NO_ZONES,
        script,
        "16:00 opened ais_gap ALFA since=10:00
         17:01 ended ais_gap ALFA since=10:00 ended=17:01",
    );
    gap(NO_ZONES, &script.replace("silent 420", "silent 358"), "");
}

#[test]
fn a_vessel_heading_for_a_watched_zone_counts_as_watched() {
    let heading = |from: &str| {
        format!(
            "ALFA 224000001
               09:00 {from} -17.1
               go 180 6 60
               dark 180 6 240
               go 180 6 60"
        )
    };
    // The zone begins at 30° N: first 11 nm ahead, then 31 nm.
    gap(
        AREA,
        &heading("30.28"),
        "11:30 opened ais_gap ALFA since=10:00
         14:01 ended ais_gap ALFA since=10:00 ended=14:01",
    );
    gap(AREA, &heading("30.62"), "");
}

#[test]
fn no_vessel_is_blamed_for_a_silent_feed() {
    let script = "ALFA 224000001
           06:00 28.1 -17.1
           stop 240
           silent 300
           stop 60
         BRAVO 224000002
           00:00 28.15 -17.1
           stop 600
           silent 300
           stop 60";
    check(&settings(), AREA, script, "");
    // Heard again, its own silence counts.
    let never_back = "ALFA 224000001
           06:00 28.1 -17.1
           stop 240
         BRAVO 224000002
           00:00 28.15 -17.1
           stop 600
           silent 300
           stop 120";
    check(&settings(), AREA, never_back, "16:20 opened ais_gap ALFA since=10:00");
}

#[test]
fn no_vessel_is_blamed_where_all_fell_silent() {
    let mut script = "FAR 224000050 every=300
           00:00 26 -20
           stop 1500\n"
        .to_owned();
    for ship in 1..=6 {
        script.push_str(&format!(
            "SHIP{ship} 22400000{ship} every=120
               00:00 28.{ship} -17.1
               go 0 1 600
               silent 400
               go 0 1 60\n"
        ));
    }
    check(&settings(), AREA, &script, "");
}

#[test]
fn nothing_opens_at_the_edge_of_reception_or_in_thin_reception() {
    // No vessel was ever heard where it goes, so it sails out of reach.
    gap(
        AREA,
        "ALFA 224000001
           08:00 28.9 -17.1
           go 90 12 40
           dark 90 12 400",
        "",
    );
    // A class B boat heard once an hour.
    gap(
        AREA,
        "BOAT 224000001 class=B every=3600
           00:00 28.1 -17.1
           stop 1200
           silent 240
           stop 120",
        "",
    );
}

#[test]
fn nothing_opens_before_a_day_of_learning() {
    let script = "ALFA 224000001
           06:00 28.1 -17.1
           stop 240
           silent 200
           stop 60";
    check(&only("ais_gap"), AREA, &among_sentinels(script), "");
}

#[test]
fn nothing_opens_near_a_port() {
    let port = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"id":"port","name":"Port","kind":"port","radius_nm":1},
         "geometry":{"type":"Point","coordinates":[-17.1,28.1]}}]}"#;
    let at = |lat: &str| {
        format!(
            "ALFA 224000001
               06:00 {lat} -17.1
               stop 240
               silent 400
               stop 60"
        )
    };
    gap(port, &at("28.18"), "");
    gap(
        port,
        &at("28.24"),
        "16:00 opened ais_gap ALFA since=10:00
         16:41 ended ais_gap ALFA since=10:00 ended=16:41",
    );
}

#[test]
fn two_gaps_are_two_alerts() {
    gap(
        AREA,
        "ALFA 224000001
           06:00 28.1 -17.1
           stop 240
           silent 119
           stop 1
           silent 119
           stop 60",
        "11:30 opened ais_gap ALFA since=10:00
         12:00 ended ais_gap ALFA since=10:00 ended=12:00
         13:30 opened ais_gap ALFA since=12:00
         14:00 ended ais_gap ALFA since=12:00 ended=14:00",
    );
}

/// Change, score, and codes of the score lines, for every change.
fn told(changes: &[Change]) -> Vec<(ChangeKind, i32, Vec<String>)> {
    let codes = |change: &Change| change.alert.score_reasons.iter().map(|reason| reason.code.clone()).collect();
    changes.iter().map(|change| (change.change, change.alert.score, codes(change))).collect()
}

#[test]
fn it_is_a_fact_until_three_hours_and_slack_decides_what_its_length_is_worth() {
    let mut settings = settings();
    settings.alerts.alert_from = 20;
    let script = "ALFA 224000001 type=70
           05:00 28.0 -17.1
           go 0 6 300
           dark 0 6 240
           go 0 6 30";
    let opened = |changes: &[Change]| changes[0].alert.clone();
    // Straight on at its usual 6 kn leaves no slack.
    let on = run(&settings, AREA, &among_sentinels(script));
    assert!(!opened(&on).announced && opened(&on).severity == Severity::Info, "{:?}", told(&on));
    let long = on.iter().find(|change| change.at.clock() == "13:00").expect("three hours dark");
    assert!(long.alert.announced && long.alert.score_reasons.iter().any(|reason| reason.code == "long"));
    let ended = on.last().expect("an end");
    assert_eq!(ended.change, ChangeKind::Ended);
    assert!(ended.alert.score_reasons.iter().all(|reason| reason.code != "long"), "{:?}", told(&on));
    assert!(ended.alert.announced && ended.alert.score < long.alert.score);
    assert_eq!(ended.alert.evidence.measured["slack_hours"].as_f64().map(|hours| hours < 0.5), Some(true));
    // After four hours it has not moved, so all of it is slack.
    let stayed = script.replace("dark 0 6 240", "silent 240");
    let stayed = run(&settings, AREA, &among_sentinels(&stayed));
    let ended = stayed.last().expect("an end");
    assert!(ended.alert.score_reasons.iter().any(|reason| reason.code == "long"), "{:?}", told(&stayed));
    assert!(ended.alert.summary.contains("unexplained at its usual speed"), "{}", ended.alert.summary);
}

/// Runs `script`. The lines of `late` arrive when the clock of the script reaches `minute` of the day.
fn run_late(script: &str, late: &str, minute: i64) -> Vec<String> {
    let script = among_sentinels(script);
    let seconds = |line: &str| {
        let digits = line.split("c:").nth(1).expect("a tagged line");
        digits.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<i64>().expect("seconds")
    };
    let all = lines(&script);
    let day = seconds(&all[0]) / 86_400 * 86_400;
    let mut engine = engine(&settings(), AREA);
    let mut out = Vec::new();
    let mut waiting = lines(late);
    for line in all {
        if day + minute * 60 <= seconds(&line) {
            for late in waiting.drain(..) {
                engine.line(Line { source: SourceId(0), received: None, bytes: late.as_bytes() }, &mut out);
            }
        }
        engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut out);
    }
    engine.finish(&mut out);
    let line = |change: &Change| {
        let alert = &change.alert;
        let ended = alert.ended_at.map_or(String::new(), |at| format!("-{}", at.clock()));
        format!("{} {:?} {}{ended}", change.at.clock(), change.change, alert.started_at.clock())
    };
    out.iter().map(line).collect()
}

const DARK_FOR_HOURS: &str = "ALFA 224000001
    06:00 28.1 -17.1
    stop 240
    silent 360
    stop 120";

fn late(clock: &str) -> String {
    format!("ALFA 224000001 mute\n{clock} 28.1 -17.1")
}

#[test]
fn a_late_report_shortens_splits_or_disproves_an_open_gap() {
    // Without the late report: opened at 11:30, longer than three hours at 13:00, heard at 16:01.
    assert_eq!(
        run_late(DARK_FOR_HOURS, &late("10:00"), 2000),
        ["11:30 Opened 10:00", "13:00 Updated 10:00", "16:01 Ended 10:00-16:01"]
    );
    // Heard at 11:00. At noon it had been silent for only an hour; it opens again when that is long enough.
    assert_eq!(
        run_late(DARK_FOR_HOURS, &late("11:00"), 12 * 60)[..3],
        ["11:30 Opened 10:00", "11:50 Retracted 10:00", "12:30 Opened 11:00"]
    );
    // Heard at 10:20, received at noon. It began later, and is still long enough.
    assert_eq!(
        run_late(DARK_FOR_HOURS, &late("10:20"), 12 * 60)[..3],
        ["11:30 Opened 10:00", "11:50 Updated 10:20", "13:20 Updated 10:20"]
    );
    // Heard at 12:00, received at 15:00: two gaps.
    assert_eq!(
        run_late(DARK_FOR_HOURS, &late("12:00"), 15 * 60),
        [
            "11:30 Opened 10:00",
            "13:00 Updated 10:00",
            "14:50 Ended 10:00-12:00",
            "15:00 Opened 12:00",
            "16:01 Ended 12:00-16:01"
        ]
    );
}

#[test]
fn a_late_report_corrects_a_gap_that_is_over() {
    let before = |lines: Vec<String>| lines[3..].to_vec();
    assert_eq!(
        before(run_late(DARK_FOR_HOURS, &late("14:00"), 17 * 60)),
        ["16:57 Ended 10:00-14:00", "16:57 Opened 14:00", "16:57 Ended 14:00-16:01"]
    );
    assert_eq!(before(run_late(DARK_FOR_HOURS, &late("15:30"), 17 * 60)), ["16:57 Ended 10:00-15:30"]);
    let short = DARK_FOR_HOURS.replace("silent 360", "silent 150");
    assert_eq!(
        run_late(&short, &late("11:15"), 14 * 60),
        ["11:30 Opened 10:00", "12:31 Ended 10:00-12:31", "13:57 Retracted 10:00-12:31"]
    );
}

#[test]
fn zones_may_set_their_own_limits() {
    let zone = area_with(r#","settings":{"ais_gap":{"watched_minutes":45}}"#);
    gap(
        &zone,
        "ALFA 224000001
           06:00 28.1 -17.1
           stop 240
           silent 60
           stop 60",
        "10:45 opened ais_gap ALFA since=10:00
         11:01 ended ais_gap ALFA since=10:00 ended=11:01",
    );
}

#[test]
fn a_vessel_that_never_comes_back_is_given_up_after_30_days() {
    let script = "ALFA 224000001 every=300
           00:00 28.1 -17.1
           stop 600
         SENT 224000002 every=540
           00:00 28.12 -17.1
           stop 44000";
    let changes = run(&settings(), AREA, script);
    let ended = changes.last().expect("an end");
    assert_eq!((ended.change, ended.reason.as_str()), (ChangeKind::Ended, "lost"));
    // Meanwhile it is measured again once a day, and at the end.
    let told = |text: &str| changes.iter().filter(|change| change.alert.summary.contains(text)).count();
    // What it states stays true until then.
    let since = "has been silent since 2026-03-01 10:00 UTC (for at least 24 h 00 min by 10:00 UTC)";
    assert!(told(since) == 1 && told("at least 240 h 00 min by 10:00 UTC)") == 1, "{changes:?}");
    let longer =
        |change: &Change| change.alert.score_reasons.iter().any(|line| line.text == "Silent for at least 48 h 00 min");
    assert_eq!(changes.iter().filter(|change| longer(change)).count(), 1, "{changes:?}");
    assert!((28..=34).contains(&changes.len()), "{} lines", changes.len());
    let Alert { started_at, ended_at, summary, evidence, .. } = &*ended.alert;
    assert_eq!(ended_at.map(|at| (at - *started_at).hours()), Some(720.0));
    assert!(summary.contains("was silent for at least 720 h 00 min"), "{summary}");
    assert_eq!(evidence.measured["silent_minutes"].as_f64(), Some(43_200.0));
}

#[test]
fn a_further_track_of_a_number_has_no_gap_before_it_has_lived_an_hour() {
    let script = |minutes: u32| {
        format!(
            "ALFA 224000001
               06:00 28.1 -17.1
               stop 480
             ALFA 224000001 mute
               08:00 29.9 -17.1
               stop {minutes}
               silent {}",
            360 - minutes
        )
    };
    gap(AREA, &script(55), "");
    gap(AREA, &script(70), "10:40 opened ais_gap ALFA since=09:10");
}
