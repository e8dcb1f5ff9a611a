//! A flood of invented MMSIs: memory stays bounded, open alerts stay open, and the invented ones raise no alerts.
//!
//! `ATALAIA_FLOOD_NUMBERS` sets how many (`tests/long` uses a million, with the default settings, and measures memory).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;

use atalaia_core::ais::{Line, SourceId};
use atalaia_core::alerts::Change;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::engine::{Engine, Settings, SourceClock};
use atalaia_core::scenario::Transponder;
use atalaia_core::zones::{Chart, ZoneSet};

/// Number of invented MMSIs in CI, and the track limit for that.
const FEW: u32 = 20_000;
const ROOM: u32 = 5000;
/// Devices in distress with alerts that open before the flood; they are received all through it.
const DEVICES: u32 = 50;
/// Maximum memory of the whole process with a million MMSIs (SPEC). Bytes.
const MOST: u64 = 2 << 30;
const MINUTES: u32 = 60;

fn say(
    engine: &mut Engine,
    at: Time,
    mmsi: u32,
    status: u8,
    (lat, lon, knots): (f64, f64, f64),
    out: &mut Vec<Change>,
) {
    let ship = Transponder::class_a(mmsi).status(status).at(lat, lon).knots(knots).course(f64::from(mmsi % 360));
    for line in ship.second_of(at).lines(Some(at)).lines() {
        engine.line(Line { source: SourceId(0), received: Some(at), bytes: line.as_bytes() }, out);
    }
}

fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}

#[test]
#[allow(clippy::print_stdout)] // The cost of a flood, for runs with --nocapture.
fn a_flood_of_invented_numbers_costs_bounded_memory_and_no_open_alert() {
    let asked: Option<u32> = std::env::var("ATALAIA_FLOOD_NUMBERS").ok().map(|text| text.parse().unwrap());
    let invented = asked.unwrap_or(FEW);
    let mut settings = Settings::default();
    if asked.is_none() {
        settings.tracks.max_tracks = ROOM;
    }
    let chart = Arc::new(Chart::with_built_in(ZoneSet::built_in(ZONE_REQUESTS)));
    let clock = SourceClock {
        name: "feed".to_owned(),
        time_zone: None,
        live: true,
        recording: false,
        lateness: Span::from_seconds(30),
    };
    let mut engine = Engine::new(&settings, chart, vec![clock]);
    let mut random = fastrand::Rng::with_seed(12);
    let mut changes = Vec::new();
    let start = Time::from_utc(2026, 3, 1, 4, 0, 0).unwrap();
    for minute in 0..MINUTES {
        let at = start + Span::from_minutes(i64::from(minute));
        for device in 0..DEVICES {
            let place = (30.0 + f64::from(device) * 0.2, -30.0, 0.4);
            say(&mut engine, at, 970_000_000 + device, 14, place, &mut changes);
        }
        // The flood begins after ten minutes.
        for number in 0..if minute < 10 { 0 } else { invented / (MINUTES - 10) } {
            let mmsi = 201_000_000 + (minute * (invented / (MINUTES - 10)) + number) * 500 % 570_000_000 + minute;
            let place = (random.f64() * 100.0 - 50.0, random.f64() * 340.0 - 170.0, random.f64() * 15.0);
            let second = i64::from(number) * 60 / i64::from(invented / (MINUTES - 10));
            say(&mut engine, at + Span::from_seconds(second), mmsi, 0, place, &mut changes);
        }
    }
    engine.finish(&mut changes);

    let open: BTreeSet<u32> = engine
        .open_alerts()
        .iter()
        .filter(|alert| alert.behaviour.name() == "distress")
        .flat_map(|alert| alert.vessels.iter().map(|vessel| vessel.mmsi))
        .collect();
    assert_eq!(open.len(), DEVICES as usize, "an open alert was lost");
    let mut told: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    for change in &changes {
        *told.entry((change.alert.behaviour.name(), change.alert.announced)).or_default() += 1;
    }
    let tracks = engine.tracks();
    println!(
        "{invented} numbers: {} tracks, {} evicted, {} MiB by its own count, {} MiB resident; lines told: {told:?}",
        tracks.len(),
        tracks.evicted(),
        engine.account().total() >> 20,
        resident() >> 20
    );
    assert_eq!(
        told.keys().filter(|(behaviour, announced)| *announced && *behaviour != "distress").count(),
        0,
        "{told:?}"
    );
    match asked {
        Some(_) => assert!(resident() <= MOST, "{} bytes", resident()),
        None => assert!(0 < tracks.evicted() && tracks.len() <= ROOM as usize, "{} tracks", tracks.len()),
    }
}
