//! What an analyst would notice about small craft that lie still far out.

use std::sync::Arc;

use crate::ais::{Line, SourceId};
use crate::alerts::Change;
use crate::base::time::Span;
use crate::engine::{Engine, SourceClock};
use crate::geo::{Coast, Wind};
use crate::testing::{AREA, chart, check, lines, only, run};
use crate::zones::Chart;

#[track_caller]
fn stop(script: &str, expected: &str) {
    check(&only("small_craft_stop"), AREA, script, expected);
}

/// The changes that a script causes over a chart of its own.
fn over(chart: Chart, script: &str) -> Vec<Change> {
    let source = SourceClock {
        name: "test".to_owned(),
        time_zone: None,
        live: false,
        recording: true,
        lateness: Span::from_seconds(120),
    };
    let mut engine = Engine::new(&only("small_craft_stop"), Arc::new(chart), vec![source]);
    let mut out = Vec::new();
    for line in lines(script) {
        engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut out);
    }
    engine.finish(&mut out);
    out
}

const YACHT: &str = "ALFA 224000001 type=36 every=180";

#[test]
fn three_hours_still_open_and_an_hour_under_way_ends() {
    stop(
        &format!("{YACHT}\n 06:00 28 -17\n stop 200\n go 90 6 180"),
        "09:00 opened small_craft_stop ALFA since=06:00
         10:18 ended small_craft_stop ALFA since=06:00 ended=09:18",
    );
}

#[test]
fn two_hours_fifty_or_slow_sailing_is_not_a_stop() {
    stop(&format!("{YACHT}\n 06:00 28 -17\n stop 170\n go 90 6 180"), "");
    stop(&format!("{YACHT} jitter=0\n 06:00 28 -17\n go 90 1.7 400"), "");
    stop(&format!("{YACHT} jitter=0\n 06:00 28 -17\n go 90 1.3 180"), "09:00 opened small_craft_stop ALFA since=06:00");
}

#[test]
fn half_an_hour_of_sailing_ends_nothing() {
    let script = format!("{YACHT}\n 06:00 28 -17\n stop 190\n go 90 5 30\n stop 60");
    stop(&script, "09:00 opened small_craft_stop ALFA since=06:00");
}

#[test]
fn which_craft_are_small() {
    let opened = |ship: &str| {
        let script = format!("ALFA 224000001 every=180 {ship}\n 06:00 28 -17\n stop 200");
        run(&only("small_craft_stop"), AREA, &script).len()
    };
    for small in ["type=37", "class=B dims=9,3,2,2", "class=B type=60 dims=15,8,2,2"] {
        assert_eq!(opened(small), 1, "{small}");
    }
    for other in ["type=70", "class=B", "class=B dims=15,10,2,2", "class=B type=30 dims=9,3,2,2", "dims=9,3,2,2"] {
        assert_eq!(opened(other), 0, "{other}");
    }
}

#[test]
fn two_fixes_imply_a_stop_if_they_lie_near_each_other() {
    stop(
        &format!("{YACHT}\n 06:00 28 -17\n dark 90 0.4 300\n stop 3"),
        "11:03 opened small_craft_stop ALFA since=06:00",
    );
    stop(&format!("{YACHT}\n 06:00 28 -17\n dark 90 2 300\n stop 3"), "");
    stop(&format!("{YACHT}\n 06:00 28 -17\n dark 90 0.1 900\n stop 3"), "");
    stop(&format!("{YACHT}\n 06:00 28 -17\n dark 90 0.1 120\n stop 40"), "");
}

#[test]
fn a_fast_hole_resets_nothing() {
    stop(
        &format!("{YACHT}\n 06:00 28 -17\n stop 90\n dark 90 3 60\n stop 96"),
        "10:03 opened small_craft_stop ALFA since=06:00",
    );
}

#[test]
fn six_hours_without_a_fix_is_lost_and_the_forgotten_leave_no_trace() {
    let other = "BRAVO 224000002\n 06:00 40 -30\n go 0 10 660";
    stop(
        &format!("{YACHT}\n 06:00 28 -17\n stop 200\n {other}"),
        "09:00 opened small_craft_stop ALFA since=06:00
         15:18 ended small_craft_stop ALFA since=06:00 ended=09:18",
    );
    stop(&format!("{YACHT}\n 06:00 28 -17\n stop 100\n {other}"), "");
}

#[test]
fn nearer_than_a_hundred_miles_it_is_nothing() {
    let island = r#"{"type":"Polygon","coordinates":[[[-18,28],[-17.9,28],[-17.9,28.1],[-18,28.1],[-18,28]]]}"#;
    let opened = |lat: f64| {
        let chart = Chart { coast: Arc::new(Coast::from_geojson(island).expect("land")), ..chart(AREA) };
        over(chart, &format!("{YACHT}\n 06:00 {lat} -17.95\n stop 200")).len()
    };
    assert_eq!((opened(26.4), opened(26.2)), (0, 1));
}

#[test]
fn a_gale_lowers_the_score_and_a_breeze_does_not() {
    let codes = |knots: u32| {
        let wind = format!("time,lat,lon,wind_knots\n2026-03-01T06:00:00Z,28,-17,{knots}\n");
        let chart = Chart { wind: Arc::new(Wind::from_csv(&wind).expect("wind")), ..chart(AREA) };
        let changes = over(chart, &format!("{YACHT}\n 06:00 28 -17\n stop 200"));
        let reasons = changes[0].alert.score_reasons.iter();
        let codes: Vec<String> = reasons.map(|reason| format!("{}{:+}", reason.code, reason.points)).collect();
        (codes[..2].join(" "), changes[0].alert.summary.clone())
    };
    assert!(codes(38).0.starts_with("small_craft_stop+30 gale-20"), "{}", codes(38).0);
    assert!(codes(38).1.contains("in wind of up to 38 kn, for 3 h"), "{}", codes(38).1);
    assert!(!codes(25).0.contains("gale"), "{}", codes(25).0);
}

#[test]
fn slow_sailing_in_between_is_not_told_as_a_stop() {
    let script = format!("{YACHT} jitter=0\n 06:00 28 -17\n stop 240\n go 90 2.2 120\n stop 60\n go 90 6 120");
    let changes = run(&only("small_craft_stop"), AREA, &script);
    let summary = &changes.last().expect("it ended").alert.summary;
    assert!(summary.contains("lay stopped for 5 h 03 min of the 7 h 00 min from 06:00 to 13:00 UTC"), "{summary}");
}
