//! What an analyst would notice about destinations and calls.

use std::sync::Arc;

use crate::alerts::Change;
use crate::geo::Ports;
use crate::testing::{AREA, chart, only, run_on};
use crate::zones::Chart;

/// A small port around 28 N 17 W, outside every other zone.
const PORT: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"haven","name":"Haven",
"kind":"port","radius_nm":2},"geometry":{"type":"Point","coordinates":[-17,28]}}]}"#;

fn play(zones: &str, script: &str) -> Vec<Change> {
    let chart = Chart { ports: Arc::new(Ports::built_in_harbours()), ..chart(zones) };
    run_on(&only("voyage_anomaly"), chart, script)
}

/// A ship 100 nm west of the islands that reports one destination, another for `kept` minutes, and then the first
/// again.
fn goes(from: &str, to: &str, kept: u32) -> String {
    format!(
        "ALFA 224000001 type=70 destination={from}
           00:00 26 -20
           go 180 10 60
           say destination={to}
           go 180 10 {kept}
           say destination={from}
           go 180 10 60"
    )
}

#[test]
fn another_harbour_kept_for_half_an_hour_opens_once() {
    let changes = play(AREA, &goes("GDANSK", "GB_BEL", 40));
    let told: Vec<_> = changes.iter().map(|change| (change.at.clock(), change.alert.started_at.clock())).collect();
    assert_eq!(told[0], ("01:30".to_owned(), "01:00".to_owned()), "{told:?}");
    let summary = &changes[0].alert.summary;
    assert!(summary.contains("from Gdansk to Belfast"), "{summary}");
    assert_eq!(changes[0].alert.score_reasons[0].points, 5);
}

#[test]
fn a_short_change_the_same_harbour_in_other_words_and_free_text_open_nothing() {
    assert_eq!(play(AREA, &goes("GDANSK", "GB_BEL", 25)).len(), 0);
    assert_eq!(play(AREA, &goes("ALGECIRAS", "ES_ALG", 60)).len(), 0);
    assert_eq!(play(AREA, &goes("ALGECIRAS", "MA_TNG>ALGECIRS", 60)).len(), 0);
    assert_eq!(play(AREA, &goes("ALGECIRAS", "FOR_ORDERS", 60)).len(), 0);
    assert_eq!(play(AREA, &goes("FISHING", "GB_BEL", 60)).len(), 0);
}

#[test]
fn only_watched_ships_at_sea() {
    let nowhere = goes("GDANSK", "GB_BEL", 40).replace("26 -20", "20 -40");
    assert_eq!(play(AREA, &nowhere).len(), 0);
    let sails = |hours: u32| {
        format!(
            "ALFA 224000001 type=70 destination=GDANSK jitter=0
               00:00 28 -17.2
               go 90 10 63
               stop 60
               go 90 10 {}
               say destination=GB_BEL
               go 90 10 60",
            60 * hours
        )
    };
    let zones = PORT.replace(
        "]}}]}",
        r#"]}},{"type":"Feature","properties":{"id":"watch","name":"Watch","kind":"area"},
        "geometry":{"type":"Polygon","coordinates":[[[-22,24],[-10,24],[-10,30],[-22,30],[-22,24]]]}}]}"#,
    );
    assert_eq!(play(&zones, &sails(2)).len(), 0);
    assert!(!play(&zones, &sails(4)).is_empty());
}

/// A ship that comes in from the west, stays, and leaves to the east, twice.
fn calls(minutes: u32, after: &str, kind: u8) -> String {
    format!(
        "ALFA 224000001 type={kind} draught=7.8 jitter=0 every=120
           00:00 28 -17.2
           go 90 10 64
           stop {minutes}
           say draught={after}
           go 90 10 300
           go 270 10 300
           stop {minutes}
           go 90 10 300"
    )
}

#[test]
fn two_short_calls_that_load_nothing_open_an_alert() {
    let changes = play(PORT, &calls(300, "7.9", 70));
    let opened = changes.iter().filter(|change| change.revision == 1).count();
    assert_eq!(opened, 1, "at the second, and only there");
    let alert = &changes[0].alert;
    assert!(alert.summary.contains("2 short port calls"), "{}", alert.summary);
    assert_eq!(alert.evidence.measured["port"], "Haven");
}

#[test]
fn a_call_that_loads_a_long_one_and_a_ferry_open_nothing() {
    assert_eq!(play(PORT, &calls(300, "8.0", 70)).len(), 0);
    assert_eq!(play(PORT, &calls(1500, "7.8", 70)).len(), 0);
    assert_eq!(play(PORT, &calls(300, "7.8", 60)).len(), 0);
}

#[test]
fn a_new_destination_is_placed_where_it_was_first_sent() {
    let changes = play(AREA, &goes("GDANSK", "GB_BEL", 40));
    let position = changes[0].alert.position.expect("a position");
    // It was 10 nm from the start by 01:00, and 15 nm when the change had been kept for long enough.
    assert!((position.lat - (26.0 - 10.0 / 60.0)).abs() < 0.01, "{position:?}");
}
