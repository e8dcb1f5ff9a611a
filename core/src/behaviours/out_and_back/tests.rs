//! What an analyst would notice about vessels that go out and come back.

use crate::alerts::{Change, ChangeKind};
use crate::geo::LatLon;
use crate::testing::{only, run};

/// A harbour, and another 80 nm east of it.
const PORTS: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"home","name":"Home","kind":"port","radius_nm":2},
 "geometry":{"type":"Point","coordinates":[-17,28]}},
{"type":"Feature","properties":{"id":"other","name":"Other","kind":"port","radius_nm":2},
 "geometry":{"type":"Point","coordinates":[-15.49,28]}}]}"#;

fn trip_of(ship: &str, script: &str) -> Vec<Change> {
    let script = format!("ALFA 224000001 every=120 {ship}\n 00:00 28 -17\n stop 60\n {script}");
    let changes = run(&only("out_and_back"), PORTS, &script);
    changes.into_iter().filter(|change| change.change == ChangeKind::Opened).collect()
}

fn trip(script: &str) -> Vec<Change> {
    trip_of("type=52", script)
}

#[test]
fn out_a_stop_and_back_opens_where_it_stopped_once_it_is_back() {
    let changes = trip("go 60 10 400\n stop 90\n go 240 10 400\n stop 120");
    assert_eq!(changes.len(), 1);
    let alert = &changes[0].alert;
    // It leaves at 01:00, stops from 07:40 to 09:10, and is 20 nm from the start at 13:50.
    // At 01:10 it was seen inside the harbour, 1.7 nm from where it lay.
    assert_eq!(alert.started_at.clock(), "01:10");
    assert!((13.8..=14.5).contains(&hour(&changes[0].at.clock())), "{}", changes[0].at);
    assert_eq!(alert.score_reasons[0].points, 40);
    let measured = &alert.evidence.measured;
    assert!((64.0..=67.0).contains(&measured["farthest_nm"].as_f64().expect("a number")), "{measured:?}");
    assert!((1.3..=1.6).contains(&measured["stop_hours"].as_f64().expect("a number")), "{measured:?}");
    let position = alert.position.expect("where it stopped");
    assert!((28.4..28.7).contains(&position.lat), "{position:?}");
    assert!(
        alert.summary.starts_with(
            "ALFA (Spain, tug) left 28°00.840'N 016°58.368'W at 01:10 UTC, went 65 nm out and returned to within 17 nm of there after"
        ),
        "{}",
        alert.summary
    );
    assert!(alert.summary.contains("without a port call, having stopped for"), "{}", alert.summary);
    let start = ["start_lat", "start_lon"].map(|name| measured[name].as_f64().expect("a number"));
    let start = LatLon::new(start[0], start[1]);
    assert!((1.6..1.7).contains(&start.nm_to(LatLon::new(28.0, -17.0))), "{start:?}");
    let stop_nm = measured["stop_nm"].as_f64().expect("a number");
    assert!((start.nm_to(position) - stop_nm).abs() <= 0.5, "{start:?} {position:?}");
}

#[test]
fn the_night_is_that_of_the_stop_and_not_of_the_return() {
    let from = |clock: &str| {
        let script = format!(
            "ALFA 224000001 every=120 type=52\n {clock} 28 -17\n stop 60\n go 60 10 400\n stop 90\n go 240 10 400\n stop 120"
        );
        let alert = run(&only("out_and_back"), PORTS, &script).last().expect("a trip").alert.clone();
        let scored = alert.score_reasons.iter().any(|reason| reason.code == "night");
        (alert.summary.contains("at night"), scored)
    };
    // It stops from 15:40 to 17:10 and is back at 21:50.
    assert_eq!(from("08:00"), (false, false));
    // It stops from 00:40 to 02:10 and is back at 06:50, or an hour later in the dawn.
    assert_eq!(from("17:00"), (true, true));
}

fn hour(clock: &str) -> f64 {
    let (hours, minutes) = clock.split_once(':').expect("HH:MM");
    hours.parse::<f64>().expect("hours") + minutes.parse::<f64>().expect("minutes") / 60.0
}

#[test]
fn it_ends_an_hour_after_it_returned() {
    let script =
        "ALFA 224000001 every=120 type=52\n 00:00 28 -17\n stop 60\n go 60 10 400\n stop 90\n go 240 10 400\n stop 120";
    let changes = run(&only("out_and_back"), PORTS, script);
    let ended = changes.last().expect("it ended");
    assert_eq!((ended.change, ended.reason.as_str()), (ChangeKind::Ended, "returned"));
    assert_eq!(changes.iter().filter(|change| change.change != ChangeKind::Updated).count(), 2);
}

#[test]
fn nothing_opens_without_a_stop_or_with_a_short_one() {
    assert!(trip("go 60 10 400\n go 240 10 400\n stop 60").is_empty());
    assert!(trip("go 60 10 400\n stop 50\n go 240 10 400\n stop 60").is_empty());
    assert!(trip("go 60 10 400\n go 60 1.4 120\n go 240 10 400\n stop 60").is_empty());
}

#[test]
fn a_stop_nearby_or_in_calm_water_does_not_count() {
    assert!(trip("go 60 10 280\n stop 120\n go 240 10 280\n stop 60").is_empty());
    // 4 nm from the other harbour, within the margin of its calm water.
    assert!(trip("go 90 10 456\n stop 120\n go 270 10 456\n stop 60").is_empty());
}

#[test]
fn a_port_between_makes_it_two_trips() {
    assert!(trip("go 60 10 400\n stop 90\n go 125 10 230\n").is_empty());
    let there_and_back = "go 90 10 480\n stop 120\n go 0 10 330\n stop 90\n go 225 10 480\n go 270 5 60";
    assert!(trip(there_and_back).iter().all(|change| change.alert.started_at.clock().as_str() > "09:00"));
}

#[test]
fn a_vessel_that_stays_out_or_was_never_seen_in_port_opens_nothing() {
    assert!(trip("go 60 10 400\n stop 90\n go 200 10 700").is_empty());
    let script = "ALFA 224000001 every=120\n 00:00 28.2 -17\n go 60 10 400\n stop 90\n go 240 10 400\n stop 60";
    assert!(run(&only("out_and_back"), PORTS, script).is_empty());
}

#[test]
fn fishing_vessels_must_go_further() {
    assert!(trip_of("type=30", "go 60 10 500\n stop 90\n go 240 10 500\n stop 60").is_empty());
    assert_eq!(trip_of("type=30", "go 60 10 640\n stop 90\n go 240 10 640\n stop 60").len(), 1);
}

#[test]
fn holes_of_a_night_hide_neither_the_way_out_nor_the_way_back() {
    let changes = trip("dark 60 10 400\n stop 90\n dark 240 10 400\n stop 60");
    assert_eq!(changes.len(), 1);
    let summary = &changes[0].alert.summary;
    assert!(summary.contains("(13 h of it unheard)"), "{summary}");
    // The stop was not heard.
    assert!(trip("go 60 10 400\n silent 90\n go 240 10 400\n stop 60").is_empty());
}

#[test]
fn a_silence_in_which_it_could_have_called_at_a_port_ends_the_trip() {
    let after = |minutes: u32| trip(&format!("go 90 10 330\n stop 90\n silent {minutes}\n go 270 10 330\n stop 60"));
    // 23 nm to the other harbour and back take less than 5 h at its usual 10 kn, and the call an hour.
    assert!(after(400).is_empty());
    let changes = after(298);
    assert_eq!(changes.len(), 1);
    let summary = &changes[0].alert.summary;
    assert!(summary.contains("(5 h of it unheard) without a port call"), "{summary}");
}

#[test]
fn what_is_forgotten_is_no_longer_out() {
    let mut settings = only("out_and_back");
    settings.tracks.forget_after_hours = 7;
    let script =
        "ALFA 224000001 every=120\n 00:00 28 -17\n stop 60\n go 60 10 400\n stop 90\n dark 240 10 600\n go 240 10 60
         BRAVO 224000002 every=600\n 00:00 40 -30\n go 0 10 1500";
    assert!(run(&settings, PORTS, script).is_empty());
}
