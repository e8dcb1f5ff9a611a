//! Cases known from recordings that may not be distributed: the same geometry and timing, rebuilt with the scenario kit.

use std::fs;

use atalaia_core::scenario::{Scenario, Vessel, away, beside};
use tempfile::TempDir;

use crate::harness::outcome::{Grade, Outcome, Told, area, replay_with};

/// Replays a scenario with one watched area in the North Sea.
fn replay(scenario: &Scenario) -> Outcome {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("scenario.nmea");
    fs::write(&path, scenario.nmea()).unwrap();
    replay_with(&path, &area(1.0, 54.0, 7.0, 58.0), &[])
}

/// A ship without a navigational status that reports every `every_minutes`.
fn mute(mmsi: u32, every_minutes: u32) -> Vessel {
    Vessel::class_a(mmsi).name("WAITER").ship_type(70).status(15).every_seconds(60 * every_minutes)
}

#[test]
fn ships_held_in_place_are_at_rest_whatever_status_they_send() {
    let mut scenario = Scenario::new("2026-04-01T00:00:00Z");
    for number in 0..6 {
        let (lat, lon) = away(55.2, 6.8, 60.0 * f64::from(number), 9.0);
        let ship = mute(219_300_000 + number, 6).noise_metres(12.0 * f64::from(number % 4)).at(lat, lon);
        scenario = scenario.vessel(ship.stop_minutes(600.0));
    }
    // One creeps: it is as slow as the others, but it moves.
    scenario =
        scenario.vessel(mute(219_300_050, 6).at(56.6, 4.6).leg(45.0, 15.0, 11.0).drift_minutes(90.0, 1.3, 300.0));
    let told = replay(&scenario);
    let grave: Vec<&Told> = told.of("loitering").into_iter().filter(|told| Grade::Medium <= told.worst).collect();
    assert!(grave.len() == 1 && grave[0].names(219_300_050), "{grave:?}");
}

/// One of two boats that tow a net between them: three tows a day for this many days. `side` is -1 or 1.
fn trawler(mmsi: u32, side: f64, days: u32) -> Vessel {
    let place = |(lat, lon): (f64, f64), metres: f64| beside(lat, lon, 0.0, side * metres);
    let mut middle = (55.5, 3.0);
    let start = place(middle, 20.0);
    let mut boat = Vessel::class_a(mmsi).name("PAIR").ship_type(30).dims(15, 10, 4, 4).every_seconds(180);
    boat = boat.at(start.0, start.1).stop_minutes(5.0);
    for day in 0..days {
        let mut minute = f64::from(day) * 1440.0 + 5.0;
        if 0 < day {
            // The night in port, not received.
            let since = boat.minute();
            boat = boat.silent_minutes(minute - since).stop_until_minute(minute);
        }
        for tow in 0..3 {
            let bearing = if (tow + day) % 2 == 0 { 80.0 } else { 260.0 };
            for (nm, minutes, apart) in [(0.7, 15.0, 340.0), (8.0, 120.0, 330.0), (0.6, 12.0, 25.0)] {
                middle = away(middle.0, middle.1, bearing, nm);
                minute += minutes;
                let next = place(middle, apart);
                boat = boat.arrive(next.0, next.1, minute);
            }
            // They haul.
            minute += 25.0;
            boat = boat.stop_until_minute(minute);
        }
    }
    boat
}

#[test]
fn a_pair_of_trawlers_at_work_gives_one_alert_at_most() {
    let scenario = Scenario::new("2026-04-01T04:00:00Z");
    let told = replay(&scenario.vessel(trawler(247_300_001, -1.0, 5)).vessel(trawler(247_300_002, 1.0, 5)));
    let meetings = told.of("rendezvous");
    assert!(5 <= meetings.len(), "they meet at every haul: {meetings:?}");
    let grave = meetings.iter().filter(|told| Grade::Medium <= told.worst).count();
    assert!(grave <= 1, "{meetings:?}");
    assert!(meetings.iter().skip(1).all(|told| told.worst <= Grade::Low), "{meetings:?}");
}

#[test]
fn a_jacked_up_ship_received_again_in_place_has_not_moved() {
    let mut scenario = Scenario::new("2026-01-01T00:00:00Z");
    for number in 0..9 {
        let (lat, lon) = away(54.8, 5.6, 40.0 * f64::from(number), 3.0);
        let mut ship = mute(218_300_000 + number, 60).noise_metres(10.0).at(lat, lon).stop_minutes(6.0 * 1440.0);
        if number == 0 {
            for hours in [31.0, 19.0, 11.0] {
                ship = ship.silent_minutes(hours * 60.0).stop_minutes(hours * 60.0).stop_minutes(300.0);
            }
        }
        scenario = scenario.vessel(ship.stop_until_minute(10.0 * 1440.0));
    }
    let told = replay(&scenario);
    let gaps = told.of("ais_gap");
    assert!(gaps.iter().all(|told| told.worst <= Grade::Low), "{gaps:?}");
}
