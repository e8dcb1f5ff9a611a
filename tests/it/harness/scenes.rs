//! Scenes that together produce every behaviour, the zones they take place in, and an engine to run them.

use std::collections::BTreeSet;
use std::sync::Arc;

use atalaia_core::ais::{Line, SourceId};
use atalaia_core::base::time::Span;
use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::engine::{Engine, Settings, SourceClock};
use atalaia_core::geo::{Coast, Ports};
use atalaia_core::scenario::{Scenario, Vessel, away, beside};
use atalaia_core::zones::{Chart, ZoneSet};
use serde_json::Value;

use crate::harness::shards::{self, Variant};

/// Lateness of the input in seconds, as in the recordings.
pub const LATENESS: u32 = 120;

/// Centre of the watched area: open ocean, more than 100 nm from any shore.
pub const MIDDLE: (f64, f64) = (36.0, -17.5);

/// All scenes by name; another seed gives other noise, phases and losses.
pub fn scenes(seed: u64) -> Vec<(&'static str, Scenario)> {
    vec![
        ("meeting", meeting(seed)),
        ("borders", borders(seed)),
        ("circles", circles(seed)),
        ("company", company(seed)),
        ("one_number", one_number(seed)),
    ]
}

fn scenario(start: &str, seed: u64) -> Scenario {
    Scenario::new(start).seed(seed).stations(&["shore1", "shore2", "ship"]).loss(0.2)
}

/// A cargo ship comes in, waits, is met by a fishing boat for 50 minutes and continues alone; a third vessel passes by.
pub fn meeting(seed: u64) -> Scenario {
    let (lat, lon) = MIDDLE;
    let (from_lat, from_lon) = away(lat, lon, 270.0, 36.0);
    let mother = Vessel::class_a(224_123_456)
        .name("ALFA")
        .call_sign("EAAA")
        .imo(9_074_729)
        .ship_type(70)
        .voyage("LISBOA", 81)
        .dims(100, 20, 10, 10)
        .at(from_lat, from_lon)
        .leg_to(lat, lon, 12.0)
        .heading(90.0)
        .stop_minutes(150.0)
        .leg(60.0, 40.0, 12.0);
    let (along_lat, along_lon) = beside(lat, lon, 0.0, 60.0);
    let (start_lat, start_lon) = away(along_lat, along_lon, 135.0, 28.0);
    let daughter = Vessel::class_b(263_400_001)
        .name("BRAVO")
        .ship_type(30)
        .dims(6, 6, 2, 2)
        .at(start_lat, start_lon)
        .from_minute(30.0)
        .leg_to(along_lat, along_lon, 8.0)
        .stop_minutes(50.0)
        .leg(150.0, 30.0, 9.0);
    let passer =
        Vessel::class_a(211_000_003).name("CHARLIE").ship_type(80).at(from_lat, from_lon).leg(91.0, 96.0, 16.0);
    scenario("2024-03-01T10:20:00Z", seed).vessel(mother).vessel(daughter).vessel(passer)
}

/// One ship enters the strict area, slows down, leaves and comes back; another races through it; a distress device transmits.
pub fn borders(seed: u64) -> Scenario {
    let (lat, lon) = away(MIDDLE.0, MIDDLE.1, 0.0, 60.0);
    let (west_lat, west_lon) = away(lat, lon, 270.0, 20.0);
    let dawdler = Vessel::class_a(255_800_010)
        .name("DELTA")
        .ship_type(79)
        .at(west_lat, west_lon)
        .leg(90.0, 16.0, 12.0)
        .drift_minutes(120.0, 2.5, 55.0)
        .leg(90.0, 28.0, 12.0)
        .leg(270.0, 22.0, 16.0)
        .circle(1.0, 6.0, 80.0);
    let (south_lat, south_lon) = away(lat, lon, 180.0, 30.0);
    let racer = Vessel::class_b(224_900_011).name("ECHO").ship_type(37).at(south_lat, south_lon).leg(0.0, 90.0, 34.0);
    let overboard = Vessel::class_a(972_123_456).status(14).every_seconds(60).at(lat, lon).from_minute(70.0);
    scenario("2024-03-01T09:05:00Z", seed)
        .vessel(dawdler)
        .vessel(racer)
        .vessel(overboard.drift_minutes(200.0, 0.8, 25.0))
        .vessel(Vessel::class_a(211_000_012).at(west_lat, west_lon).leg(180.0, 30.0, 10.0))
}

/// A tanker circles for hours; another ship reports being at anchor; a third is received only now and then.
pub fn circles(seed: u64) -> Scenario {
    let (lat, lon) = away(MIDDLE.0, MIDDLE.1, 90.0, 15.0);
    let circling = Vessel::class_a(538_000_020).name("FOXTROT").ship_type(80).at(lat, lon);
    let (other_lat, other_lon) = away(lat, lon, 200.0, 25.0);
    let anchored = Vessel::class_a(538_000_021)
        .name("GOLF")
        .ship_type(70)
        .at(other_lat, other_lon)
        .leg(0.0, 5.0, 10.0)
        .status(1)
        .stop_minutes(170.0)
        .status(0)
        .leg(0.0, 20.0, 10.0);
    let (third_lat, third_lon) = away(lat, lon, 300.0, 30.0);
    let patchy = Vessel::class_b(263_400_022)
        .name("HOTEL")
        .ship_type(36)
        .at(third_lat, third_lon)
        .drift_minutes(200.0, 1.2, 30.0)
        .silent_minutes(15.0)
        .drift_minutes(190.0, 1.2, 60.0)
        .silent_minutes(45.0)
        .drift_minutes(190.0, 1.4, 80.0)
        .leg(90.0, 20.0, 7.0);
    scenario("2024-03-01T08:00:00Z", seed)
        .vessel(circling.circle(1.5, 5.0, 330.0).leg(0.0, 40.0, 14.0))
        .vessel(anchored)
        .vessel(patchy)
}

/// Three boats lie alongside each other; two ships sail in company in a zone that requests it.
pub fn company(seed: u64) -> Scenario {
    let (lat, lon) = away(MIDDLE.0, MIDDLE.1, 180.0, 20.0);
    let mut scene = scenario("2024-03-01T07:30:00Z", seed);
    for (place, mmsi) in (0..).zip([224_000_030, 224_000_031, 224_000_032]) {
        let bearing = 120.0 * f64::from(place);
        let (slot_lat, slot_lon) = beside(lat, lon, bearing, 120.0);
        let (from_lat, from_lon) = away(slot_lat, slot_lon, bearing, 14.0 + 2.0 * f64::from(place));
        let boat = Vessel::class_a(mmsi).name("INDIA").ship_type(if place == 0 { 90 } else { 52 });
        let boat = boat.every_seconds(30).at(from_lat, from_lon).leg_to(slot_lat, slot_lon, 10.0);
        scene = scene.vessel(boat.stop_until_minute(240.0).leg(bearing, 30.0, 10.0));
    }
    let (lead_lat, lead_lon) = away(lat, lon, 45.0, 30.0);
    let (wing_lat, wing_lon) = beside(lead_lat, lead_lon, 0.0, 130.0);
    let lead = Vessel::class_a(636_000_033).name("JULIETT").ship_type(70).at(lead_lat, lead_lon);
    let wing = Vessel::class_b(224_900_034).name("KILO").ship_type(37).at(wing_lat, wing_lon);
    scene.vessel(lead.leg(90.0, 8.0, 8.0).leg(90.0, 40.0, 15.0)).vessel(wing.leg(90.0, 8.0, 8.0).leg(0.0, 60.0, 15.0))
}

/// Two ships use one MMSI, both slow and 80 nm apart; a third jumps to the first one's position.
pub fn one_number(seed: u64) -> Scenario {
    let (lat, lon) = away(MIDDLE.0, MIDDLE.1, 250.0, 30.0);
    let (far_lat, far_lon) = away(MIDDLE.0, MIDDLE.1, 70.0, 50.0);
    let one = Vessel::class_a(224_555_040).ship_type(70).name("LIMA").at(lat, lon).leg(10.0, 10.0, 10.0);
    let two = Vessel::class_a(224_555_040).from_minute(20.0).at(far_lat, far_lon).every_seconds(60);
    let third = Vessel::class_a(224_555_041).name("MIKE").noise_metres(20.0).at(far_lat + 0.3, far_lon);
    let third = third.every_seconds(30).drift_minutes(45.0, 1.0, 100.0).leg(0.0, 25.0, 12.0);
    scenario("2024-03-01T11:00:00Z", seed)
        .vessel(one.stop_minutes(110.0).leg(10.0, 30.0, 10.0))
        .vessel(two.drift_minutes(0.0, 0.7, 130.0).leg(200.0, 20.0, 10.0))
        .vessel(third.jump_to(lat, lon).drift_minutes(45.0, 1.0, 90.0))
}

/// The zones of the scenes, moved east by this many degrees.
pub fn zones(east: f64) -> String {
    let ring = |lat: (f64, f64), lon: (f64, f64)| {
        let wrapped = |lon: f64| (lon + east + 540.0).rem_euclid(360.0) - 180.0;
        let corners = [(lon.0, lat.0), (lon.1, lat.0), (lon.1, lat.1), (lon.0, lat.1), (lon.0, lat.0)];
        let corners = corners.map(|(lon, lat)| format!("[{},{lat}]", wrapped(lon)));
        format!("[[{}]]", corners.join(","))
    };
    let feature = |properties: &str, ring: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{{properties}}},"geometry":{{"type":"Polygon","coordinates":{ring}}}}}"#
        )
    };
    let features = [
        feature(
            r#""id":"ocean","name":"Ocean","kind":"area","weight":15,"near_nm":5,"settings":{"rendezvous":{"underway":true}}"#,
            &ring((34.0, 38.5), (-20.0, -15.0)),
        ),
        feature(
            r#""id":"strict","name":"Strict area","kind":"area","weight":10,"settings":{"zone_entry":{},"zone_exit":{},"zone_speed":{"min_knots":3,"max_knots":25}}"#,
            &ring((36.75, 37.25), (-17.7, -17.25)),
        ),
        feature(r#""id":"grounds","name":"Fishing grounds","kind":"benign""#, &ring((35.0, 35.5), (-18.5, -17.8))),
    ];
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

/// Chart of the scenes, with the real coast and ports.
pub fn chart() -> Arc<Chart> {
    Arc::new(Chart::with_built_in(parsed(0.0)))
}

/// A chart of open ocean around the whole world, with the zones moved east.
pub fn endless_ocean(east: f64) -> Arc<Chart> {
    let (coast, ports) = (Arc::new(Coast::none()), Arc::new(Ports::none()));
    let watchlists = Arc::default();
    Arc::new(Chart { zones: parsed(east), coast, ports, wind: Arc::default(), calm_margin_nm: 5.4, watchlists })
}

fn parsed(east: f64) -> ZoneSet {
    ZoneSet::parse(&[("scenes.geojson".to_owned(), zones(east))], ZONE_REQUESTS).expect("the scenes' zones are right")
}

/// The default settings without points for nights, so that a scene moved in time or place gives the same result.
pub fn without_nights() -> Settings {
    let mut settings = serde_json::to_value(Settings::default()).expect("settings are plain data");
    settings["score"]["night_points"] = 0.into();
    serde_json::from_value(settings).expect("the same settings")
}

/// An engine with two inputs: one for the recording and one that stays silent.
pub fn engine(settings: &Settings, chart: &Arc<Chart>) -> Engine {
    let source = |name: &str| SourceClock {
        name: name.to_owned(),
        time_zone: None,
        live: false,
        recording: true,
        lateness: Span::from_seconds(i64::from(LATENESS)),
    };
    Engine::new(settings, Arc::clone(chart), vec![source("nmea"), source("silent")])
}

/// The output of an engine with the default settings for a recording, facts included, line by line.
pub fn run(recording: &[u8]) -> Vec<Value> {
    run_with(&Settings::default(), &chart(), recording)
}

/// As [`run`], with other settings or another chart. Asserts that a variant of the run gives the same.
pub fn run_with(settings: &Settings, chart: &Arc<Chart>, recording: &[u8]) -> Vec<Value> {
    let changes = run_once(&shards::settings(settings, 1), chart, recording);
    let sum = recording.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    for variant in shards::variants(sum) {
        let again = match variant {
            Variant::Shards(count) => run_once(&shards::settings(settings, count), chart, recording),
            Variant::Restored => run_restored(settings, chart, recording),
        };
        assert_eq!(again, changes, "{variant:?}");
    }
    changes
}

/// As [`run_once`], by an engine that is restored from its own snapshot up to twenty times.
fn run_restored(settings: &Settings, chart: &Arc<Chart>, recording: &[u8]) -> Vec<Value> {
    let mut chance = fastrand::Rng::with_seed(recording.len() as u64);
    let count = lines(recording).count();
    let cuts: BTreeSet<usize> = (0..20).map(|_| chance.usize(0..count)).collect();
    let mut alive = engine(settings, chart);
    let mut changes = Vec::new();
    for (number, bytes) in lines(recording).enumerate() {
        if cuts.contains(&number) {
            let snapshot = alive.save();
            alive = engine(settings, chart);
            alive.restore(&snapshot).expect("a snapshot of the same program");
        }
        alive.line(Line { source: SourceId(0), received: None, bytes }, &mut changes);
    }
    alive.finish(&mut changes);
    changes.iter().map(|change| serde_json::to_value(change).expect("plain data")).collect()
}

fn run_once(settings: &Settings, chart: &Arc<Chart>, recording: &[u8]) -> Vec<Value> {
    let mut engine = engine(settings, chart);
    let mut changes = Vec::new();
    for bytes in lines(recording) {
        engine.line(Line { source: SourceId(0), received: None, bytes }, &mut changes);
    }
    engine.finish(&mut changes);
    changes.iter().map(|change| serde_json::to_value(change).expect("plain data")).collect()
}

/// The lines of a recording, without line ends.
pub fn lines(recording: &[u8]) -> impl Iterator<Item = &[u8]> {
    recording.strip_suffix(b"\n").unwrap_or(recording).split(|byte| *byte == b'\n')
}
