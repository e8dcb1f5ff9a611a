//! The lines of a scenario match its script, read back with the decoder; and what happens to a feed on the way loses nothing.

use super::{Feed, Fleet, Scenario, Transmission, Vessel, away};
use crate::ais::{Body, Decoder, Line, Report, SourceId, SourceSettings};
use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;
use crate::geo::LatLon;

fn decoded(bytes: &[u8]) -> Vec<Report> {
    let mut decoder = Decoder::new(vec![SourceSettings { name: "scenario".to_owned(), time_zone: None, live: false }]);
    let mut reports = Vec::new();
    for bytes in bytes.split(|byte| *byte == b'\n') {
        let line = Line { source: SourceId(0), received: None, bytes };
        decoder.line(line, &mut reports);
    }
    reports
}

fn positions(reports: &[Report], mmsi: u32) -> Vec<(Time, LatLon, f64)> {
    let of = |report: &Report| match &report.body {
        Body::Position(position) if report.mmsi.0 == mmsi => {
            Some((report.at, position.lat_lon()?, position.sog_knots()?))
        }
        _ => None,
    };
    reports.iter().filter_map(of).collect()
}

#[test]
fn a_ship_of_a_fleet_moves_as_far_from_report_to_report_as_its_speed_allows() {
    let (mut fleet, mut text, mut all) = (Fleet::new(40, 7), Vec::new(), Vec::new());
    for round in 0..12 {
        fleet.round(minute(5 * round), 300, &mut text);
        all.extend(decoded(&text));
    }
    let ships: std::collections::BTreeSet<u32> = all.iter().map(|report| report.mmsi.0).collect();
    assert_eq!(ships.len(), 40);
    for ship in ships {
        for pair in positions(&all, ship).windows(2) {
            let ((before, from, _), (at, to, knots)) = (pair[0], pair[1]);
            let due = knots * METRES_PER_NM * (at - before).hours();
            // Speeds are sent in tenths of a knot, and the way is a line in degrees.
            assert!(
                (from.metres_to(to) - due).abs() < 40.0 + due / 50.0,
                "{ship}: {} and not {due}",
                from.metres_to(to)
            );
        }
    }
}

fn minute(n: i64) -> Time {
    Time::parse("2026-03-01T00:00:00Z").unwrap() + Span::from_minutes(n)
}

fn scenario() -> Scenario {
    let (lat, lon) = away(36.0, -12.0, 90.0, 10.0);
    let alfa = Vessel::class_a(224_123_456)
        .name("ALFA")
        .ship_type(70)
        .dims(100, 20, 10, 10)
        .at(36.0, -12.0)
        .leg_to(lat, lon, 10.0)
        .stop_minutes(60.0)
        .silent_minutes(30.0)
        .leg(180.0, 12.0, 12.0);
    let bravo = Vessel::class_b(224_999_999)
        .name("BRAVO")
        .ship_type(30)
        .at(36.5, -12.0)
        .from_minute(20.0)
        .stop_until_minute(80.0);
    Scenario::new("2026-03-01T00:00:00Z").vessel(alfa).vessel(bravo)
}

#[test]
fn vessels_sail_their_script() {
    let reports = decoded(scenario().nmea().as_bytes());
    assert!(reports.is_sorted_by_key(|report| report.at));
    let alfa = positions(&reports, 224_123_456);
    for (at, place, sog) in &alfa {
        let minutes = (*at - minute(0)).minutes();
        let (sailed, knots) = match minutes {
            ..60.0 => (minutes / 60.0 * 10.0, 10.0),
            ..120.0 => (10.0, 0.0),
            _ => continue,
        };
        let (lat, lon) = away(36.0, -12.0, 90.0, sailed);
        assert!(place.metres_to(LatLon::new(lat, lon)) < 100.0, "{at}: {place:?}");
        assert!((sog - knots).abs() < 0.5, "{at}: {sog} kn");
    }
    let gap = alfa.windows(2).map(|pair| pair[1].0 - pair[0].0).max();
    assert!(Span::from_minutes(30) <= gap.unwrap() && gap.unwrap() < Span::from_minutes(31));
    let every_10_s = alfa.iter().filter(|(at, ..)| *at < minute(60)).count();
    assert!((355..=361).contains(&every_10_s), "{every_10_s}");

    let bravo = positions(&reports, 224_999_999);
    assert!(minute(20) <= bravo[0].0, "it begins at minute 20");
    assert!((19..=21).contains(&bravo.len()), "every 3 min at rest: {}", bravo.len());
}

#[test]
fn vessels_send_their_static_data() {
    let reports = decoded(scenario().nmea().as_bytes());
    let said = |mmsi: u32, name: &str, ship_type: u8| {
        let of_vessel = reports.iter().filter(|report| report.mmsi.0 == mmsi);
        let statics = of_vessel.filter_map(|report| match &report.body {
            Body::Static(data) => Some(data),
            _ => None,
        });
        let statics: Vec<_> = statics.collect();
        statics.iter().any(|data| data.name.as_deref() == Some(name))
            && statics.iter().any(|data| data.ship_type == Some(ship_type))
    };
    assert!(said(224_123_456, "ALFA", 70));
    assert!(said(224_999_999, "BRAVO", 30));
}

#[test]
fn the_same_scenario_gives_the_same_lines_and_another_seed_others() {
    assert_eq!(scenario().nmea(), scenario().nmea());
    assert_ne!(scenario().nmea(), scenario().seed(2).nmea());
}

#[test]
fn losses_satellite_reception_and_garbage_work_as_described() {
    let all = decoded(scenario().nmea().as_bytes()).len();
    let half = decoded(scenario().loss(0.5).nmea().as_bytes()).len();
    assert!(all * 4 < half * 10 && half * 10 < all * 6, "{half} of {all}");
    let seen = Scenario::new("2026-03-01T00:00:00Z")
        .vessel(Vessel::class_a(224_123_456).at(30.0, -30.0).by_satellite().leg(270.0, 120.0, 10.0));
    let seen = decoded(seen.nmea().as_bytes()).len();
    assert!((30..=150).contains(&seen), "{seen} in 12 h");
    let with_garbage = decoded(&scenario().feed().with_garbage(5));
    assert_eq!(with_garbage.len(), all, "garbage neither adds nor removes reports");
}

#[test]
fn a_scenario_moved_across_the_antimeridian_is_the_same_scenario() {
    let here = decoded(scenario().nmea().as_bytes());
    let there = decoded(scenario().moved_east(-168.1).nmea().as_bytes());
    let here = positions(&here, 224_123_456);
    let there = positions(&there, 224_123_456);
    assert_eq!(here.len(), there.len());
    for (here, there) in here.iter().zip(&there) {
        let moved = LatLon::new(here.1.lat, here.1.lon - 168.1);
        assert!(here.0 == there.0 && moved.metres_to(there.1) < 1.0);
    }
    assert!(there.iter().any(|(_, place, _)| 179.0 < place.lon));
    assert!(there.iter().any(|(_, place, _)| place.lon < -179.0));
}

fn feed() -> Feed {
    let start = Time::parse("2026-03-01T00:00:00Z").expect("a valid time");
    let sent = |n: i64| Transmission {
        at: start + Span::from_seconds(n * 10),
        station: "one".to_string(),
        sentences: vec![format!("!AIVDM,1,1,,A,1{n:027},0*00")],
    };
    Feed { sent: (0..100).map(sent).collect() }
}

#[test]
fn a_tag_block_has_station_time_and_checksum() {
    let text = feed().nmea();
    let line = text.lines().next().unwrap();
    assert!(line.starts_with("\\s:one,c:1772323200*5B\\!AIVDM,1,1,"), "{line}");
}

#[test]
fn shuffling_delays_messages_no_further_than_asked_and_loses_none() {
    let shuffled = feed().shuffled(7, 60);
    assert_ne!(shuffled, feed());
    let mut newest = shuffled.sent[0].at;
    for sent in &shuffled.sent {
        newest = newest.max(sent.at);
        assert!(newest - sent.at <= Span::from_seconds(60));
    }
    let mut sorted = shuffled;
    sorted.sent.sort_by_key(|sent| sent.at);
    assert_eq!(sorted, feed());
}

#[test]
fn cutting_and_doubling_keep_every_line() {
    assert_eq!(feed().cut(7).concat(), feed().nmea());
    let doubled = feed().doubled("two", 1);
    assert_eq!(doubled.sent.len(), 200);
    assert!(doubled.sent.is_sorted_by_key(|sent| sent.at));
    let with_garbage = feed().with_garbage(3);
    let text = String::from_utf8_lossy(&with_garbage);
    assert!(feed().nmea().lines().all(|line| text.contains(line)));
    assert!(feed().nmea().len() < with_garbage.len());
}
