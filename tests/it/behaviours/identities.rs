//! Ships under other names: one that comes back with a new identity, and its innocent twin.

use std::sync::Arc;

use atalaia_core::ais::{Line, SourceId};
use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::engine::Settings;
use atalaia_core::scenario::{Scenario, Vessel};
use atalaia_core::zones::{Chart, ZoneSet};

use crate::harness::scenes::{engine, lines};

/// Where the ship was laid up: the roads of Las Palmas.
const ROADS: (f64, f64) = (28.10, -15.33);
/// Where it is received again: on the way to West Africa, some 40 nm off.
const CORRIDOR: (f64, f64) = (24.5, -16.6);

/// A ship lies idle under one name, is not received for three days, and is received again in a corridor as `name` under `mmsi`.
fn comes_back(name: &str, mmsi: u32) -> Scenario {
    let (lat, lon) = ROADS;
    let (new_lat, new_lon) = CORRIDOR;
    let statics = |ship: Vessel| ship.imo(9_074_729).ship_type(70).dims(60, 15, 6, 6).every_seconds(60);
    let before = statics(Vessel::class_a(352_001_234).name("ATLANTIC DAWN").at(lat, lon).status(1));
    let after = statics(Vessel::class_a(mmsi).name(name).at(new_lat, new_lon).from_minute(4320.0));
    Scenario::new("2026-03-01T09:00:00Z").seed(7).vessel(before.stop_minutes(240.0)).vessel(after.leg(200.0, 40.0, 9.0))
}

/// Severities of the cases, over the shipped zones.
fn severities(scenario: &Scenario) -> Vec<String> {
    let chart = Arc::new(Chart::with_built_in(ZoneSet::built_in(ZONE_REQUESTS)));
    let mut engine = engine(&Settings::default(), &chart);
    let mut changes = Vec::new();
    for bytes in lines(scenario.nmea().as_bytes()) {
        engine.line(Line { source: SourceId(0), received: None, bytes }, &mut changes);
    }
    engine.finish(&mut changes);
    for change in &changes {
        assert!(change.alert.summary.ends_with('.'), "{}", change.alert.summary);
    }
    engine.cases().iter().map(|case| case.severity.name().to_owned()).collect()
}

/// A new name, MMSI and flag, first received in a corridor; RAIDER's own story is in `incidents.rs`.
#[test]
fn a_ship_that_comes_back_under_another_name_mmsi_and_flag_is_medium() {
    assert_eq!(severities(&comes_back("NORTHERN DAWN", 613_009_876)), ["medium"]);
}

/// The same ship under the same name, MMSI and flag.
#[test]
fn a_laid_up_ship_that_comes_back_unchanged_raises_nothing() {
    assert_eq!(severities(&comes_back("ATLANTIC DAWN", 352_001_234)), Vec::<String>::new());
}
