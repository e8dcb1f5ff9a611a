//! Innocent behaviour that looks like trafficking: one scene for each cause of false alarms reported by operators of other systems.
//!
//! Each scene follows how such ships behave, mostly inside watched corridors; an analyst's verdict on each must be low at worst.

use atalaia_core::alerts::Severity;
use atalaia_core::scenario::{Scenario, Vessel, away, beside};

use crate::harness::analyst::{Judged, judge, judge_on, with_zone};

fn scene(start: &str) -> Scenario {
    Scenario::new(start).stations(&["one", "two"]).loss(0.15)
}

fn ship(mmsi: u32, name: &str, ship_type: u8) -> Vessel {
    let length = if matches!(ship_type, 70..=89) { 90 } else { 15 };
    Vessel::class_a(mmsi).name(name).ship_type(ship_type).dims(length, 15, 8, 8).every_seconds(90)
}

/// Judges a scene that must stay below medium.
fn innocent(name: &str, scenario: &Scenario) -> Judged {
    let judged = judge(name, scenario);
    assert!(judged.worst() < Some(Severity::Medium), "{name}: {:?}", judged.worst());
    judged
}

#[test]
fn pilots_wait_and_merchants_slow_down_for_them() {
    let (lat, lon) = (51.375, 2.72);
    let station = ship(205_111_001, "WANDELAAR", 50).at(lat, lon);
    let mut scenario = scene("2026-03-01T06:00:00Z").vessel(station.circle(0.4, 1.2, 600.0));
    for number in 0..4 {
        let minute = f64::from(number) * 120.0;
        let (from, to) = (away(lat, lon, 250.0, 30.0), beside(lat, lon, 180.0, 900.0));
        let merchant = ship(205_111_010 + number, "MERCHANT", 70).at(from.0, from.1).from_minute(minute);
        let merchant = merchant.leg_to(to.0, to.1, 12.0).drift_minutes(60.0, 3.0, 35.0).leg(60.0, 15.0, 10.0);
        scenario = scenario.vessel(merchant);
        let boat = ship(205_111_020 + number, "PILOT BOAT", 50).at(lat, lon).from_minute(minute + 140.0);
        scenario = scenario.vessel(boat.leg_to(to.0, to.1, 6.0).drift_minutes(60.0, 3.0, 25.0).leg_to(lat, lon, 8.0));
    }
    let alone = ship(247_111_002, "PILOTA SIRACUSA", 50).at(37.05, 15.45).stop_minutes(180.0);
    innocent("pilot boats", &scenario.vessel(alone.circle(0.5, 3.0, 240.0)));
}

#[test]
fn a_tug_tows_a_barge_through_a_corridor() {
    let (lat, lon) = (16.0, -18.2);
    let (behind_lat, behind_lon) = beside(lat, lon, 180.0, 420.0);
    let tug = ship(636_111_001, "PULLER", 52).at(lat, lon).leg(0.0, 80.0, 6.0);
    let barge = ship(636_111_002, "BARGE 12", 70).at(behind_lat, behind_lon).leg(0.0, 80.0, 6.0);
    innocent("tug and tow", &scene("2026-03-01T06:00:00Z").vessel(tug).vessel(barge));
}

#[test]
fn ships_lie_at_anchor_and_in_port() {
    let mut scenario = scene("2026-03-01T06:00:00Z");
    for number in 0..5 {
        let (lat, lon) = away(28.12, -15.37, 60.0 * f64::from(number), 0.8);
        let waits = ship(255_111_000 + number, "WAITER", 70).at(lat, lon).status(1).circle(0.06, 0.3, 900.0);
        let (lat, lon) = away(37.10, 15.42, 50.0 * f64::from(number), 0.9);
        let off = ship(248_111_000 + number, "ROADS", 80).status(1).at(lat, lon).circle(0.07, 0.3, 900.0);
        scenario = scenario.vessel(waits).vessel(off);
    }
    let ferry = ship(224_111_030, "FERRY", 60).noise_metres(15.0).at(28.143, -15.413).status(5).stop_minutes(300.0);
    let ferry = ferry.status(0).leg_to(28.20, -15.30, 16.0).leg_to(28.45, -16.15, 30.0).stop_minutes(120.0);
    let museum = ship(224_111_031, "MUSEUM", 36).noise_metres(20.0).at(28.127, -15.425).status(5).stop_minutes(900.0);
    innocent("anchorage, moored ferry, museum ship", &scenario.vessel(ferry).vessel(museum));
}

#[test]
fn ships_wait_for_their_port() {
    let drifts = ship(636_112_001, "FOR ORDERS", 70).at(38.45, -9.9).leg_to(38.60, -9.41, 11.0);
    let drifts = drifts.drift_minutes(200.0, 0.4, 240.0).leg_to(38.66, -9.25, 8.0);
    let anchors = ship(636_112_002, "STEENBANK WAITER", 80).at(51.5, 2.7).leg_to(51.67, 3.18, 11.0);
    let anchors = anchors.status(1).circle(0.1, 0.3, 600.0).status(0).leg(90.0, 8.0, 9.0);
    innocent("waiting for port entry", &scene("2026-03-01T06:00:00Z").vessel(drifts).vessel(anchors));
}

/// Boats trawling within a few miles of each other off Mauritania.
fn fleet(mut scenario: Scenario) -> Scenario {
    for number in 0..9 {
        let (lat, lon) = away(20.4, -18.1, 40.0 * f64::from(number), 1.2 + 0.4 * f64::from(number));
        let boat = ship(654_111_000 + number, "TRAWLER", 30).every_seconds(150).at(lat, lon).status(7);
        let mut boat = boat.stop_minutes(3.0 + 5.0 * f64::from(number));
        for haul in 0..4 {
            boat = boat.leg(90.0 * f64::from(haul) + 10.0, 4.0, 3.2).drift_minutes(200.0, 0.7, 75.0);
        }
        scenario = scenario.vessel(boat);
    }
    scenario
}

#[test]
fn a_fishing_fleet_is_at_work() {
    let mut scenario = fleet(scene("2026-03-01T06:00:00Z"));
    for side in 0..2 {
        let (lat, lon) = beside(20.33, -18.1, 90.0, 350.0 * f64::from(side));
        scenario = scenario.vessel(ship(654_111_020 + side, "PAIR", 30).at(lat, lon).status(7).leg(10.0, 9.0, 2.7));
    }
    for net in 0..4 {
        let (lat, lon) = away(20.42, -18.12, 90.0 * f64::from(net), 2.5);
        let mark = Vessel::class_b(654_111_030 + net).name("NET MARK 82").ship_type(30).at(lat, lon);
        scenario = scenario.vessel(mark.drift_minutes(210.0, 0.6, 600.0));
    }
    // A trawler whose crew once entered the type cargo.
    let wrong = ship(654_111_040, "TYPO", 70).every_seconds(150).at(20.40, -18.13).from_minute(330.0);
    let mut wrong = wrong.stop_minutes(5.0);
    for haul in 0..3 {
        wrong = wrong.leg(90.0 * f64::from(haul), 3.0, 3.2).drift_minutes(200.0, 0.7, 50.0);
    }
    innocent("fishing fleet, pair trawlers, net marks, a wrong type", &scenario.vessel(wrong));
}

#[test]
fn a_bunker_barge_comes_alongside_off_gibraltar() {
    let (lat, lon) = (36.145, -5.285);
    let (along_lat, along_lon) = beside(lat, lon, 90.0, 30.0);
    let tanker = ship(636_113_001, "THIRSTY", 80).at(lat, lon).status(1).stop_minutes(500.0);
    let barge = ship(236_113_002, "BUNKER", 80).at(36.14, -5.35).from_minute(60.0).leg_to(along_lat, along_lon, 6.0);
    let barge = barge.status(1).stop_minutes(300.0).status(0).leg_to(36.14, -5.35, 6.0);
    innocent("bunkering", &scene("2026-03-01T06:00:00Z").vessel(tanker).vessel(barge));
}

#[test]
fn rescuers_and_customs_are_on_duty() {
    let (lat, lon) = (35.95, -3.5);
    let (along_lat, along_lon) = beside(lat, lon, 90.0, 40.0);
    let customs = ship(224_114_001, "VIGILANTE", 55).at(35.95, -3.9).circle(2.0, 5.0, 300.0);
    let customs = customs.leg_to(along_lat, along_lon, 15.0).stop_minutes(30.0).leg(0.0, 20.0, 20.0);
    let fisher = ship(224_114_002, "PEPITA", 30).at(lat, lon).status(7).stop_minutes(520.0);
    let rescue = ship(224_114_003, "SALVAMAR", 51).at(36.0, -2.8).stop_minutes(200.0).circle(1.0, 6.0, 200.0);
    let aircraft = ship(111_224_001, "HELIMER", 51).at(36.1, -3.6).circle(8.0, 90.0, 60.0);
    let test = Vessel::class_a(970_011_234).status(15).every_seconds(60).at(36.72, -4.41).stop_minutes(10.0);
    let scenario = scene("2026-03-01T06:00:00Z").vessel(customs).vessel(fisher).vessel(rescue).vessel(aircraft);
    innocent("rescue, law enforcement, aircraft, a beacon under test", &scenario.vessel(test));
}

#[test]
fn a_dredger_and_supply_boats_work_where_they_always_do() {
    let dredger = ship(244_115_001, "SAND", 33).at(51.30, 2.35).circle(0.8, 1.5, 500.0);
    let mut scenario = scene("2026-03-01T00:00:00Z").vessel(dredger);
    // Eight boats from Lagos, each three times for an hour and a half, then a ninth.
    let (platform, base) = ((5.65, 3.40), (6.425, 3.395));
    for number in 0..9 {
        let alongside = beside(platform.0, platform.1, 40.0 * f64::from(number), 300.0);
        let moored = beside(base.0, base.1, 40.0 * f64::from(number), 100.0);
        let mut boat =
            ship(657_115_000 + number, &format!("SUPPLIER {number}"), 90).every_seconds(180).at(moored.0, moored.1);
        let visits: &[f64] = if number == 8 { &[2700.0] } else { &[0.0, 850.0, 1700.0] };
        for visit in visits {
            boat = boat.status(5).stop_until_minute(visit + 100.0 * f64::from(number % 8)).status(0);
            boat = boat.leg_to(alongside.0, alongside.1, 10.0).stop_minutes(90.0).leg_to(moored.0, moored.1, 10.0);
        }
        scenario = scenario.vessel(boat.status(5).stop_until_minute(3500.0));
    }
    // Platforms come from the centre's own file, as one benign circle each.
    let drawn = judge_on(&with_zone(PLATFORM), "dredger, supply boats at a platform on the chart", &scenario);
    assert!(drawn.worst() < Some(Severity::Medium), "{:?}", drawn.worst());
    let judged = judge("dredger, supply boats at a platform nobody drew", &scenario);
    assert!(judged.severity_of(244_115_001) < Some(Severity::Medium));
    // The first boats go to a place that is still unknown; the last one goes to a place where every boat stops.
    assert!(judged.severity_of(657_115_008) < Some(Severity::Medium));
}

const PLATFORM: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"platform","name":"Platform",
"kind":"benign","radius_nm":1},"geometry":{"type":"Point","coordinates":[3.40,5.65]}}]}"#;

#[test]
fn aids_and_shared_numbers_are_not_ships() {
    let mark = Vessel::class_a(992_241_234).name("NORTH MARK").at(20.0, -18.0).every_seconds(180);
    let one = Vessel::class_a(123_456_789).at(15.0, -18.0).every_seconds(120).leg(0.0, 60.0, 10.0);
    let two = Vessel::class_a(123_456_789).at(27.0, -16.0).every_seconds(120).from_minute(40.0).leg(200.0, 50.0, 9.0);
    let scenario = scene("2026-03-01T06:00:00Z").vessel(mark.drift_minutes(200.0, 0.5, 400.0)).vessel(one).vessel(two);
    innocent("aids to navigation, a factory number on two ships", &scenario);
}

#[test]
fn positions_jitter_and_go_wild() {
    let shaky = ship(255_116_001, "SHAKY", 70).noise_metres(250.0).at(25.0, -16.4).leg(20.0, 70.0, 11.0);
    let mut wild = ship(255_116_002, "WILD", 70).every_seconds(60).at(19.0, -18.0);
    for hour in 0..6 {
        let (lat, lon) = (19.0 + 0.2 * f64::from(hour), -18.0);
        wild = wild.jump_to(lat, lon).leg(0.0, 12.0, 12.0).jump_to(lat + 3.0, lon - 4.0).leg(0.0, 0.2, 12.0);
    }
    innocent("scatter and wild fixes", &scene("2026-03-01T06:00:00Z").vessel(shaky).vessel(wild));
}

#[test]
fn poor_reception_is_not_silence() {
    // All leave the coast the same way, and no vessel is received beyond some 30 nm.
    let mut scenario = scene("2026-03-01T00:00:00Z");
    for number in 0..12 {
        let out = ship(263_117_000 + number, "OUTBOUND", 70).every_seconds(180).at(38.55, -9.5);
        let out = out.from_minute(180.0 * f64::from(number));
        scenario = scenario.vessel(out.leg(268.0, 30.0, 12.0).silent_minutes(600.0).leg(268.0, 60.0, 12.0));
    }
    let yacht = Vessel::class_b(263_117_020).name("SLOW RATE").ship_type(36).dims(6, 6, 2, 2).at(38.9, -9.9);
    let yacht = yacht.from_minute(1700.0).every_seconds(180).leg(180.0, 35.0, 5.0);
    // Satellites deliver their reports an hour later.
    let late = ship(263_117_021, "BY SATELLITE", 70).every_seconds(600).late_minutes(60.0).at(39.9, -9.9);
    let late = late.from_minute(1700.0).leg(182.0, 140.0, 12.0);
    let lane = scenario.lane((40.0, -9.85), (37.5, -9.75), 90.0, 2400.0);
    innocent("edge of reception, class B, satellite latency", &lane.vessel(yacht).vessel(late));
}

#[test]
fn jammed_receivers_put_a_fleet_on_one_place() {
    let mut scenario = scene("2026-03-01T06:00:00Z");
    for number in 0..8 {
        let (lat, lon) = away(54.9, 18.9, 45.0 * f64::from(number), 6.0);
        let jammed = ship(261_118_000 + number, "JAMMED", 70).every_seconds(60).at(lat, lon).leg(20.0, 10.0, 10.0);
        let jammed = jammed.jump_to(54.38, 18.47).drift_minutes(20.0, 0.5, 30.0);
        let back = away(lat, lon, 20.0, 15.0);
        scenario = scenario.vessel(jammed.jump_to(back.0, back.1).leg(20.0, 12.0, 10.0));
    }
    innocent("jammed satellite navigation", &scenario);
}

#[test]
fn midnight_is_an_hour_like_any_other() {
    let mut scenario = scene("2026-03-01T21:00:00Z");
    for number in 0..4 {
        let (lat, lon) = away(17.0, -18.0, 90.0, 0.12 * f64::from(number));
        let (from, bearing) = if number % 2 == 0 { (lat, 0.0) } else { (lat + 0.6, 180.0) };
        let passes = ship(538_119_000 + number, "PASSES", 70).at(from, lon).leg(bearing, 60.0, 12.0);
        scenario = scenario.vessel(passes);
    }
    let judged = innocent("ships that pass at midnight", &scenario);
    assert_eq!(judged.worst(), None);
}

/// A merchant ship that waits there is medium, 30 + 10 (C04) + 5 (24 nm off) = 45; a warship is on duty.
#[test]
fn a_naval_ship_waits_in_a_corridor() {
    let waits = |kind| {
        let ship = ship(224_120_001, "NAVY", kind).at(35.9, -2.6).leg(90.0, 15.0, 12.0).stop_minutes(120.0);
        scene("2026-03-01T10:00:00Z").vessel(ship.leg(90.0, 20.0, 12.0))
    };
    let judged = innocent("naval ship", &waits(35));
    assert!(judged.told("loitering", 224_120_001), "kept, at low");
    let judged = judge("a merchant in its place", &waits(70));
    assert_eq!(judged.severity_of(224_120_001), Some(Severity::Medium));
}
