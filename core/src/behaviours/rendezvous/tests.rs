//! What an analyst would notice about meetings at sea.

use std::collections::BTreeMap;

use crate::alerts::Change;
use crate::base::units::METRES_PER_NM;
use crate::behaviours::Behaviour;
use crate::geo::LatLon;
use crate::testing::{AREA, area_with, check, only, run};

mod coarse;
mod everyday;

#[track_caller]
fn meeting(script: &str, expected: &str) {
    check(&only("rendezvous"), AREA, script, expected);
}

/// BRAVO waits. ALFA arrives from the west at 10 kn, stops `metres` off for `minutes`, and leaves.
fn visit(metres: f64, minutes: u32) -> String {
    let degrees = metres / 111_320.0;
    format!(
        "BRAVO 224000002 jitter=0
           12:00 28 -17
           stop 240
         ALFA 224000001 jitter=0
           12:00 {} -17.1888
           go 90 10 60
           stop {minutes}
           go 0 10 120",
        28.0 + degrees
    )
}

#[test]
fn half_an_hour_within_500_metres_opens_and_parting_ends_it() {
    let changes = run(&only("rendezvous"), AREA, &visit(300.0, 60));
    let opened = &changes[0].alert;
    assert_eq!(opened.behaviour, Behaviour::Rendezvous);
    assert_eq!(opened.vessels.len(), 2);
    // ALFA arrives at 13:00. The last mile takes six minutes, and the last 400 m little more than one.
    assert_eq!(opened.started_at.clock(), "12:59");
    assert!((29..=31).contains(&((opened.opened_at - opened.started_at).minutes() as i64)));
    let ended = changes.last().expect("it ended");
    assert_eq!(ended.reason, "apart");
    assert_eq!(ended.alert.ended_at.expect("ended").clock(), "14:00", "ALFA leaves");
}

#[test]
fn the_distances_are_those_of_all_the_minutes_that_counted() {
    // They begin 110 m apart and drift to 480 m before the meeting opens; then ALFA leaves at 13:00.
    let script = "BRAVO 224000002 jitter=0
           12:00 28 -17
           stop 240
         ALFA 224000001 jitter=0
           12:00 28.001 -17
           stop 10
           go 0 1 12
           stop 38
           go 0 10 60";
    let changes = run(&only("rendezvous"), AREA, script);
    let alert = &changes.last().expect("it ended").alert;
    let metres = |name: &str| alert.evidence.measured[name].as_f64().expect("a number");
    assert!((100.0..125.0).contains(&metres("min_distance_metres")), "{:?}", alert.evidence.measured);
    assert!((470.0..=500.0).contains(&metres("max_distance_metres")), "{:?}", alert.evidence.measured);
    // The latest minute is one of them, not one on the way out.
    assert!(metres("distance_metres") <= metres("max_distance_metres"), "{:?}", alert.evidence.measured);
    assert_eq!(alert.ended_at.expect("it ended").clock(), "13:00");
    assert!(alert.evidence.measured["median_knots"].as_f64().expect("a speed") <= 0.1);
}

#[test]
fn a_close_meeting_that_drifts_apart_is_described_by_the_minutes_in_which_it_was_close() {
    // They lie 50 m apart until 12:20, then drift to 420 m, and ALFA leaves at 13:12.
    let script = "BRAVO 224000002 jitter=0
           12:00 28 -17
           stop 240
         ALFA 224000001 jitter=0
           12:00 28.00045 -17
           stop 20
           go 0 1 12
           stop 40
           go 0 10 60";
    let changes = run(&only("rendezvous"), AREA, script);
    for change in &changes {
        let measured = &change.alert.evidence.measured;
        let metres = |name: &str| measured[name].as_f64().expect("a number");
        assert!(metres("max_distance_metres") <= 100.0, "{measured:?}");
        assert!(metres("distance_metres") <= metres("max_distance_metres"), "{measured:?}");
        let minutes = (change.alert.last_at - change.alert.started_at).minutes() + 1.0;
        assert!((metres("counted_minutes") - minutes).abs() < 0.5, "{minutes} min: {measured:?}");
    }
    let alert = &changes.last().expect("it ended").alert;
    assert_eq!(alert.ended_at.expect("it ended").clock(), "12:21");
}

#[test]
fn a_meeting_that_is_resumed_states_how_long_the_two_were_together() {
    // ALFA leaves for 40 minutes at 4 kn and comes back.
    let script = "BRAVO 224000002 jitter=0
           12:00 28 -17
           stop 240
         ALFA 224000001 jitter=0
           12:00 28.0005 -17
           stop 40
           go 0 4 20
           go 180 4 20
           stop 20
           go 0 10 60";
    let changes = run(&only("rendezvous"), AREA, script);
    assert!(changes.iter().all(|change| change.alert.id == changes[0].alert.id), "one alert");
    let ended = &changes.last().expect("it ended").alert;
    // It is near for the last third of a mile of each way.
    let counted = ended.evidence.measured["counted_minutes"].as_f64().expect("a number");
    assert!((58.0..=75.0).contains(&counted), "{counted}");
    let words = &ended.summary;
    assert!(words.contains(" of the 1 h 4") && words.contains(" from 12:00 to 13:4"), "{words}");
    let whole = run(&only("rendezvous"), AREA, &visit(300.0, 60));
    let summary = &whole.last().expect("it ended").alert.summary;
    assert!(summary.contains("(median) for 1 h 0") && !summary.contains("of the"), "{summary}");
}

#[test]
fn too_short_or_too_far_is_not_a_meeting() {
    meeting(&visit(300.0, 24), "");
    meeting(&visit(560.0, 90), "");
}

#[test]
fn ten_minutes_alongside_is_a_close_meeting() {
    let changes = run(&only("rendezvous"), AREA, &visit(60.0, 14));
    assert_eq!(changes[0].alert.score_reasons[0].code, "close");
    assert_eq!(changes[0].alert.score_reasons[0].points, 45);
    meeting(&visit(60.0, 7), "");
}

#[test]
fn hulls_count_where_dimensions_and_heading_are_known() {
    // 600 m between antennas, but 160 m of bow on each side.
    let script = |dims: &str| {
        format!(
            "ALFA 224000001 jitter=0 {dims} heading=90
               12:00 28 -17.0061
               stop 60
             BRAVO 224000002 jitter=0 {dims} heading=270
               12:00 28 -17
               stop 60"
        )
    };
    meeting(&script(""), "");
    let changes = run(&only("rendezvous"), AREA, &script("dims=160,20,15,15"));
    assert_eq!(changes[0].alert.started_at.clock(), "12:00");
    let metres = changes[0].alert.evidence.measured["distance_metres"].as_f64().expect("a number");
    assert!((270.0..290.0).contains(&metres), "{metres}");
}

#[test]
fn passing_and_sailing_in_company_are_not_meetings() {
    meeting(
        "ALFA 224000001
           12:00 28 -17
           go 90 10 180
         BRAVO 224000002
           12:00 28.001 -17
           go 90 10 180",
        "",
    );
    meeting(
        "ALFA 224000001
           12:00 28 -17
           go 90 10 180
         BRAVO 224000002
           12:00 28.001 -16
           go 270 10 180",
        "",
    );
}

#[test]
fn sailing_in_step_is_a_meeting_only_where_a_zone_asks() {
    let script = "ALFA 224000001 jitter=0
           12:00 28 -17
           go 90 6 60
         BRAVO 224000002 jitter=0
           12:00 28.001 -17
           go 90 6 60";
    meeting(script, "");
    let asks = area_with(r#","settings":{"rendezvous":{"underway":true}}"#);
    let changes = run(&only("rendezvous"), &asks, script);
    assert_eq!(changes[0].alert.score_reasons[0].code, "underway");
    // 35, plus 10 for the distance from shore, is more than the 40 that the asking zone would raise it to.
    assert_eq!(changes[0].alert.score, 45);
}

#[test]
fn company_under_way_for_hours_is_still_company_under_way() {
    // BRAVO comes up from a mile astern; two that were never apart would be one hull.
    let script = "ALFA 224000001 jitter=0
           12:00 28 -17
           go 90 4 240
         BRAVO 224000002 jitter=0
           12:00 28.001 -17.01888
           go 90 6 30
           go 90 4 210";
    let asks = area_with(r#","settings":{"rendezvous":{"underway":true}}"#);
    let changes = run(&only("rendezvous"), &asks, script);
    assert!(changes.iter().any(|change| 2.0 < (change.at - changes[0].at).hours()), "{changes:?}");
    for change in &changes {
        let codes: Vec<&str> = change.alert.score_reasons.iter().map(|line| line.code.as_str()).collect();
        assert!(codes.contains(&"underway") && !codes.contains(&"long"), "{} {codes:?}", change.at.clock());
        assert!(change.alert.summary.contains("company under way"), "{}", change.alert.summary);
    }
}

#[test]
fn a_long_meeting_stays_long_when_the_two_move_on_together() {
    // Nearly two and a half hours still, then three at 4 kn: by then the median speed is no longer low.
    let script = "ALFA 224000001 jitter=0
           12:00 28 -17
           stop 150
           go 90 4 180
         BRAVO 224000002 jitter=0
           12:00 28.001 -17.01888
           go 90 6 10
           stop 140
           go 90 4 180";
    let changes = run(&only("rendezvous"), AREA, script);
    let last = &changes.last().expect("it opened").alert;
    assert!(last.last_at.clock().as_str() >= "17:00", "{}", last.last_at.clock());
    assert_eq!(last.evidence.thresholds["long_minutes"], 120.0);
    assert!(last.score_reasons.iter().any(|line| line.code == "long"));
}

#[test]
fn two_hours_make_it_long() {
    let changes = run(&only("rendezvous"), AREA, &visit(300.0, 150));
    let codes = |change: &crate::alerts::Change| {
        change.alert.score_reasons.iter().map(|reason| reason.code.clone()).collect::<Vec<_>>()
    };
    assert!(!codes(&changes[0]).contains(&"long".to_owned()));
    assert!(changes.iter().any(|change| codes(change).contains(&"long".to_owned())));
}

#[test]
fn a_boat_that_reports_every_three_minutes_is_met_too() {
    let script = visit(200.0, 60).replace("ALFA 224000001", "ALFA 224000001 class=B every=180");
    let changes = run(&only("rendezvous"), AREA, &script);
    assert_eq!(changes[0].alert.vessels.len(), 2);
}

#[test]
fn a_short_way_off_and_back_is_one_meeting() {
    meeting(
        "BRAVO 224000002 jitter=0
           12:00 28 -17
           stop 130
         ALFA 224000001 jitter=0
           12:00 28.002 -17
           stop 40
           go 0 8 15
           go 180 8 15
           stop 60",
        "12:29 opened rendezvous ALFA+BRAVO since=12:00",
    );
}

#[test]
fn one_silent_for_two_hours_is_lost() {
    meeting(
        "BRAVO 224000002 jitter=0
           12:00 28 -17
           stop 300
         ALFA 224000001 jitter=0
           12:00 28.002 -17
           stop 60",
        "12:29 opened rendezvous ALFA+BRAVO since=12:00
         15:00 ended rendezvous ALFA+BRAVO since=12:00 ended=13:00",
    );
}

#[test]
fn a_hole_in_the_middle_resets_nothing() {
    meeting(
        "BRAVO 224000002 jitter=0
           12:00 28 -17
           stop 120
         ALFA 224000001 jitter=0
           12:00 28.002 -17
           stop 20
           silent 40
           stop 30",
        "13:09 opened rendezvous ALFA+BRAVO since=12:00",
    );
}

#[test]
fn calm_water_hides_meetings() {
    let port = AREA.replace(r#""kind":"area","weight":0"#, r#""kind":"port""#);
    check(&only("rendezvous"), &port, &visit(300.0, 60), "");
}

#[test]
fn the_same_meeting_across_the_antimeridian() {
    let moved = visit(300.0, 60).replace("28 -17\n", "28 180\n").replace("-17.1888", "179.8112");
    let zones = r#"{"type":"FeatureCollection","features":[]}"#;
    let changes = run(&only("rendezvous"), zones, &moved);
    assert_eq!(changes[0].alert.started_at.clock(), "12:59");
}

#[test]
fn a_close_meeting_stays_close_when_they_part() {
    let changes = run(&only("rendezvous"), AREA, &visit(60.0, 50));
    let codes: Vec<&str> = changes.iter().map(|change| change.alert.score_reasons[0].code.as_str()).collect();
    assert!(codes.iter().all(|code| *code == "close"), "{codes:?}");
    let reasons: Vec<&str> = changes.iter().map(|change| change.reason.as_str()).collect();
    assert!(!reasons.iter().any(|reason| reason.contains("now near")), "{reasons:?}");
}

#[test]
fn how_far_fixes_are_bridged_is_a_setting() {
    // BRAVO is heard only every 15 minutes. That is bridged below 3 kn, unless a setting forbids it.
    let script = "ALFA 224000001 jitter=0
           12:00 28 -17
           stop 120
         BRAVO 224000002 jitter=0 every=900
           12:00 28.002 -17
           stop 120";
    assert!(!run(&only("rendezvous"), AREA, script).is_empty());
    let mut settings = only("rendezvous");
    settings.behaviours.rendezvous.bridge_slow_minutes = 10.0;
    assert!(run(&settings, AREA, script).is_empty());
}

#[test]
fn a_ship_that_arrives_fast_is_met_from_the_first_minute() {
    for (knots, every) in [(10, 10), (16, 10), (20, 10), (25, 60), (20, 180)] {
        // An hour's way from the west, then 80 m off for 16 minutes.
        let berth = LatLon::new(28.00072, -17.0);
        let start = berth.destination(270.0, f64::from(knots) * METRES_PER_NM);
        let script = format!(
            "BRAVO 224000002 jitter=0
               12:00 28 -17
               stop 240
             ALFA 224000001 jitter=0 every={every}
               12:00 {} {}
               go {} {knots} 60
               stop 16
               go 0 10 60",
            start.lat,
            start.lon,
            start.bearing_to(berth),
        );
        let changes = run(&only("rendezvous"), AREA, &script);
        let opened = &changes.first().unwrap_or_else(|| panic!("{knots} kn, every {every} s: nothing")).alert;
        assert!(
            ["13:00", "12:59", "12:58"].contains(&opened.started_at.clock().as_str()),
            "{knots} {every} {}",
            opened.started_at
        );
    }
}

/// Ships that wait for `minutes` from 12:00, each at an offset in metres east and north of one place. MMSIs follow the
/// order.
fn waiting(ships: &[(f64, f64)], minutes: u32) -> String {
    let centre = LatLon::new(28.0, -17.0);
    let block = |(number, (east, north)): (usize, &(f64, f64))| {
        let place = centre.destination(90.0, *east).destination(0.0, *north);
        format!("S{number} 2240001{number:02} jitter=0\n 12:00 {} {}\n stop {minutes}\n", place.lat, place.lon)
    };
    ships.iter().enumerate().map(block).collect()
}

/// The pairs reported, by the numbers of their ships, each with its last group.
fn pairs(changes: &[Change]) -> BTreeMap<(u32, u32), Option<String>> {
    let number = |vessel: &crate::alerts::VesselRef| vessel.mmsi - 224_000_100;
    let pair = |change: &Change| {
        let alert = &change.alert;
        ((number(&alert.vessels[0]), number(&alert.vessels[1])), alert.group_id.clone())
    };
    changes.iter().map(pair).collect()
}

#[test]
fn in_a_crowd_a_ship_meets_twelve_at_once_the_nearest_among_them() {
    // Twenty ships in a row eastward, 20 m apart, each within 500 m of all others.
    let row: Vec<(f64, f64)> = (0..20).map(|number| (20.0 * f64::from(number), 0.0)).collect();
    let told = pairs(&run(&only("rendezvous"), AREA, &waiting(&row, 60)));
    let partners = |ship: u32| -> Vec<u32> {
        let of = |(a, b): &(u32, u32)| if *a == ship { Some(*b) } else { (*b == ship).then_some(*a) };
        told.keys().filter_map(of).collect()
    };
    let mut most = 0;
    for ship in 0_u32..20 {
        let partners = partners(ship);
        assert!(partners.len() <= 12, "{ship}: {partners:?}");
        most = most.max(partners.len());
        let next = (ship.saturating_sub(2)..=(ship + 2).min(19)).filter(|other| *other != ship);
        assert!(next.into_iter().all(|other| partners.contains(&other)), "{ship}: {partners:?}");
    }
    assert_eq!(most, 12);
}

#[test]
fn a_ship_that_comes_alongside_in_a_crowd_is_met() {
    // Twelve ships a kilometre off on all sides do not meet it, and do not hide the one that comes to 60 m.
    let ring = |number: u32| f64::from(number) * 30.0_f64.to_radians();
    let mut ships = vec![(0.0, 0.0)];
    ships.extend((0..12).map(|number| (1000.0 * ring(number).cos(), 1000.0 * ring(number).sin())));
    let visitor = LatLon::new(28.00054, -17.0);
    let start = visitor.destination(270.0, 10.0 * METRES_PER_NM);
    let visit = format!(
        "VISITOR 224000199 jitter=0\n 12:00 {} {}\n go {} 10 60\n stop 30",
        start.lat,
        start.lon,
        start.bearing_to(visitor)
    );
    let changes = run(&only("rendezvous"), AREA, &format!("{}{visit}", waiting(&ships, 90)));
    assert!(pairs(&changes).contains_key(&(0, 99)), "{:?}", pairs(&changes));
    assert_eq!(changes[0].alert.started_at.clock(), "13:00");
}

#[test]
fn three_linked_pairs_share_a_group_and_two_do_not() {
    let triangle = [(0.0, 0.0), (200.0, 0.0), (100.0, 170.0)];
    // 400 m from one to the next, so only neighbours meet.
    let row = |count: u32| (0..count).map(|number| (400.0 * f64::from(number), 0.0)).collect::<Vec<_>>();
    let told = |ships: &[(f64, f64)]| pairs(&run(&only("rendezvous"), AREA, &waiting(ships, 90)));
    for ships in [triangle.to_vec(), row(4)] {
        let told = told(&ships);
        assert_eq!(told.len(), 3, "{told:?}");
        let groups: Vec<&String> = told.values().flatten().collect();
        assert!(groups.len() == 3 && groups.iter().all(|group| *group == groups[0]), "{told:?}");
    }
    let two = told(&row(3));
    assert_eq!(two.len(), 2);
    assert!(two.values().all(Option::is_none), "{two:?}");
    // Two such crowds far apart are two groups.
    let apart: Vec<(f64, f64)> =
        triangle.iter().chain(&triangle.map(|(east, north)| (east + 30_000.0, north))).copied().collect();
    let groups: std::collections::BTreeSet<Option<String>> = told(&apart).into_values().collect();
    assert_eq!(groups.len(), 2);
}
