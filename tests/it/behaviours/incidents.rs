//! Public incidents, scripted from published facts before the first run, with the traffic that would have been there.
//!
//! Names, dates, places and what AIS showed are as published. MMSIs, IMO numbers and unpublished details are made up; each scenario says
//! which. `cargo test --test it incidents -- --nocapture` prints the stories.

use atalaia_core::alerts::Severity;
use atalaia_core::scenario::{Scenario, Vessel, beside};

use crate::harness::analyst::judge;

/// Minutes after a scenario's start, for a scenario that starts at midnight.
fn minute(day: u32, hour: f64) -> f64 {
    f64::from(day) * 1440.0 + hour * 60.0
}

const RAS: u32 = 677_012_300;

/// Published: a Tanzanian cargo ship, 20 days at anchor off Freetown, 21 h at Bissau, slow manoeuvres off Guinea-Bissau 23-24 Sep
/// 2024, in Mauritanian waters 26 Sep, marked slowdown 28-29 Sep, nothing loaded; supplier boats without AIS. Boarded 130 nm
/// north-east of Lanzarote. Made up: the hours of day, courses and speeds between.
fn ras() -> Scenario {
    let ship = Vessel::class_a(RAS)
        .name("RAS")
        .call_sign("5IM987")
        .imo(7_811_123)
        .ship_type(70)
        .voyage("BISSAU", 42)
        .dims(70, 15, 6, 6)
        .every_seconds(90)
        .at(8.51, -13.26)
        .status(1)
        .stop_until_minute(minute(0, 18.0))
        .status(0)
        .leg_to(8.50, -13.60, 9.0)
        .leg_to(10.30, -16.80, 10.0)
        .leg_to(11.70, -16.40, 10.0)
        .arrive(11.85, -15.58, minute(2, 22.0))
        .status(5)
        .stop_until_minute(minute(3, 19.0))
        .status(0)
        .voyage("LAS PALMAS", 42)
        .leg_to(11.70, -16.40, 9.5)
        // Slow manoeuvres on the 23rd and in the night to the 24th.
        .arrive(11.50, -17.80, minute(4, 9.0))
        .drift_minutes(200.0, 3.2, 80.0)
        .drift_minutes(120.0, 1.2, 150.0)
        .drift_minutes(20.0, 2.8, 60.0)
        .drift_minutes(150.0, 0.8, 140.0)
        .drift_minutes(300.0, 7.5, 210.0)
        .drift_minutes(30.0, 3.0, 360.0)
        // Mauritanian waters on the 26th.
        .arrive(18.40, -17.60, minute(7, 3.0))
        .drift_minutes(330.0, 3.0, 150.0)
        // Marked slowdown on 28-29 September.
        .arrive(26.00, -15.90, minute(9, 21.0))
        .drift_minutes(30.0, 2.8, 300.0)
        .leg_to(28.30, -13.40, 9.0)
        .leg_to(29.60, -12.00, 9.0);
    Scenario::new("2024-09-19T00:00:00Z")
        .stations(&["coast", "ships"])
        .loss(0.2)
        .vessel(ship)
        .lane((12.5, -18.1), (10.0, -17.2), 300.0, minute(11, 10.0))
        .lane((24.5, -16.6), (27.5, -15.3), 400.0, minute(11, 10.0))
}

#[test]
fn ras_slows_down_three_times_off_west_africa() {
    let judged = judge("RAS, September 2024", &ras());
    let slow = [judged.starts("slowdown", RAS), judged.starts("loitering", RAS)].concat();
    for days in [["2024-09-23", "2024-09-24"], ["2024-09-26", "2024-09-26"], ["2024-09-28", "2024-09-29"]] {
        let found = slow.iter().any(|start| days.iter().any(|day| start.starts_with(day)));
        assert!(found, "nothing on {days:?}: {slow:?}");
    }
    assert!(judged.severity_of(RAS) >= Some(Severity::High));
    judged.assert_only(&[RAS]);
}

const MATTHEW: u32 = 354_012_300;

/// Published: HONMON, Panama, renamed MATTHEW on 1 Aug 2023, owner changed 10 Aug, sailed 18-19 Aug. In September it circled off the south
/// coast of Ireland for days and changed its destination from Gdansk to Belfast. Its daughter CASTLEMORE, 14.9 m, below the length that
/// must
/// carry AIS, sent none. Made up: where it was renamed (the roads of Willemstad), the days, speeds and radius.
fn matthew() -> Scenario {
    let statics =
        |ship: Vessel| ship.call_sign("H9AB").imo(9_145_671).ship_type(70).dims(150, 39, 15, 15).every_seconds(90);
    let renamed = statics(Vessel::class_a(MATTHEW))
        .name("HONMON")
        .voyage("WILLEMSTAD", 70)
        .at(12.09, -68.95)
        .status(1)
        .stop_until_minute(minute(1, 9.0))
        .name("MATTHEW")
        .stop_until_minute(minute(1, 18.0));
    let waits = statics(Vessel::class_a(MATTHEW))
        .name("MATTHEW")
        .voyage("GDANSK", 95)
        .from_minute(minute(53, 6.0))
        .at(49.8, -11.5)
        .leg_to(51.20, -8.00, 11.0)
        .circle(4.0, 4.5, 700.0)
        .drift_minutes(70.0, 1.3, 260.0)
        .voyage("BELFAST", 95)
        .circle(3.5, 4.0, 900.0)
        .drift_minutes(250.0, 1.1, 300.0)
        .leg_to(51.30, -7.20, 5.0)
        .circle(3.0, 4.2, 600.0);
    Scenario::new("2023-07-31T00:00:00Z")
        .stations(&["cork", "rosslare"])
        .loss(0.2)
        .vessel(renamed)
        .vessel(waits)
        .vessel(fishing_boat(250_001_111, "SKELLIG", (51.55, -8.6), minute(53, 8.0)))
        .vessel(fishing_boat(250_001_112, "FASTNET", (51.50, -7.3), minute(54, 5.0)))
}

/// An ordinary fishing boat at work.
fn fishing_boat(mmsi: u32, name: &str, from: (f64, f64), minute: f64) -> Vessel {
    let boat = Vessel::class_a(mmsi).name(name).ship_type(30).dims(12, 8, 3, 3).every_seconds(120).at(from.0, from.1);
    let mut boat = boat.from_minute(minute).leg(200.0, 3.0, 9.0).status(7);
    for haul in 0..4 {
        boat = boat.leg(40.0 + 90.0 * f64::from(haul), 7.0, 3.3).stop_minutes(25.0);
    }
    boat.status(0).leg(20.0, 8.0, 9.0)
}

#[test]
fn matthew_waits_for_days_and_changes_its_destination() {
    let judged = judge("MV Matthew and Castlemore, September 2023", &matthew());
    assert!(judged.told("loitering", MATTHEW) && judged.told("voyage_anomaly", MATTHEW));
    assert!(judged.severity_of(MATTHEW) >= Some(Severity::High));
    judged.assert_only(&[MATTHEW]);
}

const OCEANIC: u32 = 677_045_600;

/// Published: a tug that changed to the flag of Tanzania in April 2024. In late August 2025 it left Panama southward, 80-90 nm off, stopped
/// in open water and came back without calling at a port, AIS on throughout; 13.5 t. Made up: day, hours, speed, length of the stop.
fn oceanic_tug() -> Scenario {
    let tug = Vessel::class_a(OCEANIC)
        .name("OCEANIC TUG")
        .ship_type(52)
        .dims(10, 25, 5, 5)
        .voyage("AT SEA", 45)
        .every_seconds(90)
        .at(8.945, -79.555)
        .from_minute(minute(2, 12.0))
        .status(5)
        .stop_until_minute(minute(3, 11.0))
        .status(0)
        .leg_to(8.60, -79.50, 8.0)
        .leg_to(7.30, -79.10, 9.0)
        .leg_to(5.90, -79.00, 9.0)
        .drift_minutes(200.0, 0.5, 300.0)
        .leg_to(7.30, -79.10, 9.0)
        .leg_to(8.75, -79.50, 9.0)
        .stop_minutes(60.0);
    Scenario::new("2025-08-25T00:00:00Z").loss(0.2).vessel(tug).lane((8.6, -79.4), (7.2, -79.9), 180.0, minute(5, 20.0))
}

/// The same tug and distances in waters that the shipped zones watch: from Dakar.
fn tug_of_dakar() -> Scenario {
    let tug = Vessel::class_a(OCEANIC)
        .name("OCEANIC TUG")
        .ship_type(52)
        .dims(10, 25, 5, 5)
        .voyage("AT SEA", 45)
        .every_seconds(90)
        .at(14.68, -17.42)
        .from_minute(minute(2, 12.0))
        .status(5)
        .stop_until_minute(minute(3, 19.0))
        .status(0)
        .leg_to(14.60, -17.55, 7.0)
        .leg_to(14.30, -18.95, 9.0)
        .drift_minutes(200.0, 0.5, 300.0)
        .leg_to(14.60, -17.55, 9.0)
        .leg_to(14.68, -17.42, 7.0)
        .stop_minutes(60.0);
    Scenario::new("2025-08-25T00:00:00Z").loss(0.2).vessel(tug).lane(
        (16.5, -18.0),
        (12.5, -17.9),
        180.0,
        minute(5, 8.0),
    )
}

/// SPEC's points off Panama, where no shipped zone is watched: 40 + 5 (24 nm off) + 5 (night) + 5 (from Panama's Pacific side, a source
/// region) + 5 (no other vessel stops there) = 60.
#[test]
fn oceanic_tug_goes_out_stops_and_comes_back() {
    let judged = judge("Oceanic Tug off Panama, August 2025", &oceanic_tug());
    assert!(judged.told("out_and_back", OCEANIC));
    assert_eq!(judged.severity_of(OCEANIC), Some(Severity::High));
    judged.assert_only(&[OCEANIC]);
}

#[test]
fn the_same_voyage_in_watched_waters_is_high() {
    let judged = judge("Oceanic Tug's voyage off Dakar", &tug_of_dakar());
    assert!(judged.told("out_and_back", OCEANIC));
    assert!(judged.severity_of(OCEANIC) >= Some(Severity::High));
    judged.assert_only(&[OCEANIC]);
}

const DROPPER: u32 = 636_017_700;
const COLLECTOR: u32 = 247_330_010;

/// Published: 2 t in nets with a light beacon adrift off Catania in April 2023, left by a cargo ship. Made up: the ship's short slowdown by
/// night on its way to Messina, 16 nm off, and the boat of Catania that was there the next morning and went home.
fn catania() -> Scenario {
    let dropper = Vessel::class_a(DROPPER)
        .name("EAST TRADER")
        .imo(9_133_422)
        .ship_type(70)
        .dims(120, 30, 12, 12)
        .every_seconds(60)
        .at(35.3, 15.9)
        .from_minute(minute(3, 12.0))
        .leg_to(37.32, 15.55, 12.0)
        .drift_minutes(0.0, 4.0, 25.0)
        .leg_to(38.0, 15.62, 12.0);
    let collector = Vessel::class_b(COLLECTOR)
        .name("SANTA AGATA")
        .ship_type(37)
        .dims(5, 6, 2, 2)
        .at(37.495, 15.095)
        .from_minute(minute(4, 4.0))
        .stop_minutes(60.0)
        .leg_to(37.34, 15.56, 14.0)
        .drift_minutes(140.0, 0.6, 45.0)
        .leg_to(37.47, 15.14, 14.0)
        .leg_to(37.495, 15.095, 5.0)
        .stop_minutes(60.0);
    Scenario::new("2023-04-12T00:00:00Z")
        .stations(&["catania", "siracusa"])
        .loss(0.15)
        .vessel(dropper)
        .vessel(collector)
        .lane((36.3, 15.75), (38.0, 15.70), 150.0, minute(4, 12.0))
}

#[test]
fn a_boat_collects_what_a_cargo_ship_left_off_catania() {
    let judged = judge("Drop off Catania, April 2023", &catania());
    assert!(judged.told("async_rendezvous", COLLECTOR));
    assert!(judged.severity_of(DROPPER) >= Some(Severity::High));
    assert_eq!(judged.severity_of(DROPPER), judged.severity_of(COLLECTOR));
    judged.assert_only(&[DROPPER, COLLECTOR]);
}

const BLUME: u32 = 671_023_400;

/// Published: Togo, from Santos to Riga; last received on 17 Jan 2023, sailed on with AIS disabled and was boarded the same day, 193 nm
/// from Santa Cruz de Tenerife, between Dakhla and Cape Bojador. Made up: the hours (last received 08:00, boarded by daylight).
fn blume() -> Scenario {
    let ship = Vessel::class_a(BLUME)
        .name("BLUME")
        .imo(9_301_110)
        .ship_type(70)
        .voyage("RIGA", 62)
        .dims(80, 20, 7, 7)
        .every_seconds(60)
        .at(21.0, -19.2)
        .from_minute(minute(2, 8.0))
        .arrive(24.70, -17.25, minute(3, 8.0))
        .silent_minutes(600.0)
        .leg_to(25.27, -16.90, 5.0);
    Scenario::new("2023-01-14T00:00:00Z").stations(&["ships", "coast"]).loss(0.1).vessel(ship).lane(
        (23.0, -18.20),
        (27.0, -15.80),
        90.0,
        minute(3, 17.5),
    )
}

#[test]
fn blume_falls_silent_before_the_canaries() {
    let judged = judge("Blume, January 2023", &blume());
    assert!(judged.told("ais_gap", BLUME));
    assert_eq!(judged.severity_of(BLUME), Some(Severity::Medium));
    judged.assert_only(&[BLUME]);
}

const AKT: u32 = 775_012_300;

/// Published: a fishing vessel of 20 m from South America, 300 nm south of the Canaries on 13 Apr 2022, heading north like the boats on
/// their way to the sub-Saharan grounds; boarded in the afternoon; 2.9 t. Made up: a Venezuelan MMSI, the passage at 8 kn, north about the
/// Cape Verde Islands.
fn akt() -> Scenario {
    let mother = Vessel::class_a(AKT)
        .name("AKT 1")
        .ship_type(30)
        .dims(12, 8, 3, 3)
        .every_seconds(120)
        .at(19.2, -32.8)
        .arrive(22.90, -20.50, minute(3, 15.0))
        .drift_minutes(190.0, 0.6, 150.0)
        .leg(20.0, 20.0, 7.0);
    let company = |mmsi, name, from| {
        let boat = Vessel::class_a(mmsi).name(name).ship_type(30).dims(20, 8, 3, 3).every_seconds(120);
        boat.at(22.9, from).from_minute(minute(3, 4.0)).leg(185.0, 60.0, 8.5)
    };
    Scenario::new("2022-04-10T00:00:00Z")
        .loss(0.2)
        .vessel(mother)
        .vessel(company(224_011_101, "NUEVO ROSARIO", -20.30))
        .vessel(company(224_011_102, "VIRGEN DEL MAR", -20.75))
        .vessel(company(701_011_103, "MAR DEL SUR", -20.10))
}

#[test]
fn akt_1_comes_straight_from_afar_and_stops() {
    let judged = judge("AKT 1, April 2022", &akt());
    assert!(judged.told("fishing_out_of_place", AKT));
    assert!(judged.severity_of(AKT) >= Some(Severity::High));
    judged.assert_only(&[AKT]);
}

const YACHT: u32 = 235_900_110;
const OTHER: u32 = 261_900_120;

/// Published: transfers between vessels 500 nm off Martinique. Made up: two yachts, and the hours they wait and lie beside each other.
fn yachts(heard_by_satellite: bool) -> Scenario {
    let (lat, lon) = (14.60, -52.40);
    let (along_lat, along_lon) = beside(lat, lon, 90.0, 45.0);
    let waits = Vessel::class_b(YACHT)
        .name("SEA BREEZE")
        .ship_type(36)
        .dims(8, 6, 2, 2)
        .at(14.60, -49.9)
        .leg_to(lat, lon, 5.5)
        .stop_minutes(430.0)
        .leg(75.0, 40.0, 5.5);
    let comes = Vessel::class_b(OTHER)
        .name("ALBATROS II")
        .ship_type(36)
        .dims(7, 6, 2, 2)
        .at(13.1, -54.2)
        .arrive(along_lat, along_lon, minute(1, 7.0))
        .stop_minutes(75.0)
        .leg(60.0, 40.0, 5.5);
    let heard = |yacht: Vessel| if heard_by_satellite { yacht.by_satellite() } else { yacht };
    Scenario::new("2024-02-10T00:00:00Z").loss(0.2).vessel(heard(waits)).vessel(heard(comes))
}

#[test]
fn two_yachts_meet_off_martinique() {
    let judged = judge("Yacht transfer off Martinique", &yachts(false));
    assert!(judged.told("rendezvous", YACHT));
    assert!(judged.severity_of(YACHT) >= Some(Severity::High));
}

#[test]
fn a_yacht_received_only_by_satellites_waits_off_martinique() {
    let judged = judge("Yacht transfer off Martinique, heard by satellite only", &yachts(true));
    assert!(judged.told("small_craft_stop", YACHT));
    assert!(judged.severity_of(YACHT) >= Some(Severity::Medium));
}

const RAIDER: u32 = 671_009_876;

/// Published: 41 m, last received in August 2021 in the waters of Honduras; received again in November 2025 under a new name, MMSI and flag
/// (Togo), then first through Panama. Made up: the earlier name, the harbour (La Ceiba), the days and hours.
fn raider(hour: f64) -> Scenario {
    let statics = |ship: Vessel| ship.imo(9_074_729).ship_type(70).dims(30, 11, 5, 5).every_seconds(120);
    let day = 1566;
    let before = statics(Vessel::class_a(303_001_234)).name("GULF WORKER").at(15.82, -86.75).status(1);
    let after = statics(Vessel::class_a(RAIDER)).name("RAIDER").voyage("COLON", 25).from_minute(minute(day, hour));
    let after = after.at(15.795, -86.755).status(5).stop_minutes(300.0).status(0).leg_to(15.95, -86.70, 6.0);
    Scenario::new("2021-08-01T00:00:00Z")
        .vessel(before.stop_minutes(400.0))
        .vessel(after.leg_to(16.1, -83.0, 9.0).leg_to(12.5, -81.0, 9.0).leg_to(9.45, -79.92, 9.0))
}

/// SPEC's points: 35 for another MMSI, name and flag + 5 (in the waters of Honduras, a source region) = 40, and 5 more by night. No
/// shipped zone is watched there.
#[test]
fn raider_comes_back_after_years_under_a_new_identity() {
    let judged = judge("RAIDER, November 2025, first heard by night", &raider(6.0));
    assert!(judged.told("identity_change", RAIDER));
    assert_eq!(judged.severity_of(RAIDER), Some(Severity::Medium));
    let judged = judge("RAIDER, November 2025, first heard by day", &raider(16.0));
    assert!(judged.told("identity_change", RAIDER));
    assert_eq!(judged.severity_of(RAIDER), Some(Severity::Medium));
}
