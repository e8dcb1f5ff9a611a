//! Sharding must not show: with two or seven shards, with and without threads, the output equals that of one shard.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;

use atalaia_core::ais::{Line, SourceId};
use atalaia_core::alerts::cases::Case;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::engine::{Engine, Settings, SourceClock};
use atalaia_core::picture::tracks::TrackKey;
use atalaia_core::scenario::{Transponder, away};
use atalaia_core::zones::{Chart, ZoneSet};
use serde_json::Value;

use crate::harness::shards::{OTHERS, settings};

/// The result of a run, after asserting that it is the same for any number of shards.
pub fn same_for_all<T: PartialEq + Debug>(base: &Settings, run: impl Fn(&Settings) -> T) -> T {
    let expected = run(&settings(base, 1));
    for shards in OTHERS {
        assert_eq!(run(&settings(base, shards)), expected, "in {shards} shards");
    }
    expected
}

/// Ships around a place that all report in the same second; every tenth pair of them meets. `invented` further MMSIs are added in every
/// round and received once.
struct Crowd {
    home: (f64, f64),
    /// Whether the invented MMSIs appear beside the ships, or elsewhere.
    beside: bool,
    ships: u32,
    minutes: i64,
    invented: u32,
}

impl Crowd {
    fn place(&self, number: u32, minute: f64) -> (f64, f64, f64) {
        let home = f64::from(number / 2);
        let (lat, lon) = away(self.home.0, self.home.1, home * 7.0 % 360.0, 2.0 + home * 0.11);
        if number % 20 < 2 {
            // One lies still; the other approaches at 10 kn, stays beside it for an hour, and leaves.
            let away_nm = if number % 2 == 1 { (20.0 - minute).max(minute - 80.0).max(0.0) / 6.0 } else { 0.0 };
            let (lat, lon) = away(lat, lon, 45.0, away_nm + f64::from(number % 2) * 0.04);
            return (lat, lon, if 0.0 < away_nm { 10.0 } else { 0.2 });
        }
        let (lat, lon) = away(lat, lon, home * 37.0 % 360.0, minute / 60.0 * 11.0);
        (lat, lon, 11.0)
    }

    fn lines(&self) -> Vec<String> {
        let start = Time::from_utc(2026, 3, 1, 1, 0, 0).expect("a date");
        let mut lines = Vec::new();
        for step in 0..self.minutes * 2 {
            let at = start + Span::from_seconds(step * 30);
            let first_of_invented = 400_000_000 + step as u32 * self.invented;
            let far = |number: u32| match self.beside {
                true => self.place(10 * number, step as f64 / 2.0),
                false => (f64::from(number) * 0.2 - 30.0, -25.0, 9.0),
            };
            let invented = (0..self.invented).map(|number| (first_of_invented + number, far(number)));
            let ships =
                (0..self.ships).map(|number| (224_000_000 + number * 7919, self.place(number, step as f64 / 2.0)));
            for (mmsi, (lat, lon, knots)) in ships.chain(invented) {
                let ship = Transponder::class_a(mmsi).status(0).at(lat, lon).knots(knots).course(90.0);
                lines.extend(ship.second_of(at).lines(Some(at)).lines().map(str::to_owned));
            }
        }
        lines
    }

    /// Changes, cases, the summary, the number of evicted tracks, and the tracks left.
    fn run(&self, settings: &Settings) -> (Vec<Value>, Vec<Case>, Value, u64, BTreeSet<TrackKey>) {
        let chart = Arc::new(Chart::with_built_in(ZoneSet::built_in(ZONE_REQUESTS)));
        let lateness = Span::from_seconds(30);
        let clock = SourceClock { name: "crowd".to_owned(), time_zone: None, live: false, recording: true, lateness };
        let mut engine = Engine::new(settings, chart, vec![clock]);
        let mut changes = Vec::new();
        for line in self.lines() {
            engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut changes);
        }
        engine.finish(&mut changes);
        let changes = changes.iter().map(|change| serde_json::to_value(change).expect("plain data")).collect();
        let summary = serde_json::to_value(engine.summary()).expect("plain data");
        let left = engine.tracks().iter().map(|vessel| vessel.key()).collect();
        (changes, engine.cases(), summary, engine.tracks().evicted(), left)
    }
}

#[test]
fn a_crowd_in_one_second_is_processed_in_parallel_with_the_same_result() {
    let crowd = Crowd { home: (27.0, -18.5), beside: false, ships: 600, minutes: 110, invented: 0 };
    let (changes, cases, ..) = same_for_all(&Settings::default(), |settings| crowd.run(settings));
    let of = |behaviour| changes.iter().filter(|change| change["alert"]["behaviour"] == behaviour).count();
    assert!(30 <= of("rendezvous") && 30 <= of("loitering"), "{} {}", of("rendezvous"), of("loitering"));
    assert!(!cases.is_empty());
}

#[test]
fn evictions_do_not_depend_on_shards() {
    let mut small = Settings::default();
    small.tracks.max_tracks = 1000;
    let crowd = Crowd { home: (-35.0, -10.0), beside: false, ships: 960, minutes: 65, invented: 60 };
    let (changes, _, _, evicted, left) = same_for_all(&small, |settings| crowd.run(settings));
    assert!(!changes.is_empty());
    assert!(1000 < evicted && 900 <= left.len(), "{evicted} {}", left.len());
}

/// Invented MMSIs beside slow ships in a corridor, where every behaviour looks at them.
#[test]
fn a_flood_of_invented_numbers_never_evicts_a_vessel_in_an_open_alert() {
    let mut small = Settings::default();
    small.tracks.max_tracks = 1000;
    let crowd = Crowd { home: (27.0, -18.5), beside: true, ships: 300, minutes: 75, invented: 60 };
    let (changes, _, _, evicted, left) = crowd.run(&small);
    assert!(left.len() <= 1000 && 5000 < evicted, "{} left, {evicted} evicted", left.len());
    let of_ships: Vec<&Value> = changes
        .iter()
        .filter(|change| change["alert"]["behaviour"] == "rendezvous" && change["alert"]["announced"] == true)
        .filter(|change| (0..2).all(|ship| change["alert"]["vessels"][ship]["mmsi"].as_u64() < Some(300_000_000)))
        .collect();
    let opened = of_ships.iter().filter(|change| change["change"] == "opened").count();
    assert!(15 <= opened, "{opened} of 30 meetings");
    assert!(of_ships.iter().all(|change| change["change"] != "ended"), "a meeting in progress was ended");
}
