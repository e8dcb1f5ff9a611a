//! A day without events: synthetic traffic over real harbours, coast and shipped zones. Every alert it raises is false.
//!
//! Harbours full of moored ships, roads, merchant ships on passage, trawler fleets, yachts, ferries, tugs and pilots, each reporting once a
//! minute with losses; no event is staged. `ATALAIA_NORMAL_DAY_VESSELS` sets how many (`tests/long` uses 20 000).

use std::collections::BTreeMap;
use std::sync::Arc;

use atalaia_core::ais::encode::Envelope;
use atalaia_core::ais::{Dimensions, Line, SourceId};
use atalaia_core::alerts::{Change, Severity};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::units::METRES_PER_NM;
use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::engine::{Engine, Settings, SourceClock};
use atalaia_core::geo::{Coast, LatLon, Ports};
use atalaia_core::scenario::{Particulars, Transponder};
use atalaia_core::zones::{Chart, ZoneSet};

const MINUTES: i64 = 24 * 60;

/// What a vessel does all day.
enum Life {
    /// Stays in place and swings by this many metres.
    Lies(f64),
    /// Sails straight on.
    Passage,
    /// Tows back and forth at a place; minutes of each leg.
    Trawls { home: LatLon, leg: i64 },
    /// Sails back and forth between two harbours; minutes each way, with half an hour at either quay.
    Ferries { from: LatLon, bearing: f64, minutes: i64 },
    /// Makes day trips at some distance from a place, and rests there at night.
    Yachts { home: LatLon, bearing: f64 },
    /// Makes short trips around its harbour.
    Serves { home: LatLon },
}

struct Ship {
    mmsi: u32,
    kind: u8,
    class_b: bool,
    length: u16,
    life: Life,
    at: LatLon,
    course: f64,
    knots: f64,
    status: u8,
    heard: f64,
}

struct World {
    coast: Arc<Coast>,
    ports: Arc<Ports>,
    random: fastrand::Rng,
}

impl World {
    /// A random position between the Gulf of Guinea and the North Sea.
    fn anywhere(&mut self) -> LatLon {
        LatLon::new(3.0 + self.random.f64() * 55.0, -30.0 + self.random.f64() * 55.0)
    }

    fn harbour(&mut self) -> LatLon {
        loop {
            let at = self.anywhere();
            if let Some((port, _)) = self.ports.nearest(at).filter(|(_, nm)| *nm < 300.0) {
                return port.at;
            }
        }
    }

    fn at_sea(&mut self, from_nm: f64, to_nm: f64) -> LatLon {
        loop {
            let at = self.anywhere();
            let shore = self.coast.shore_nm(at);
            if from_nm <= shore && shore <= to_nm {
                return at;
            }
        }
    }

    /// Two harbours that a ferry could serve, 12 to 50 nm apart.
    fn crossing(&mut self) -> (LatLon, LatLon) {
        loop {
            let from = self.harbour();
            let over = from.destination(self.random.f64() * 360.0, (12.0 + self.random.f64() * 38.0) * METRES_PER_NM);
            let other = self.ports.nearest(over).map(|(port, _)| port.at);
            if let Some(to) = other.filter(|to| (12.0..50.0).contains(&from.nm_to(*to))) {
                return (from, to);
            }
        }
    }

    /// A start and a course that stay clear of land for this many miles.
    fn lane(&mut self, nm: f64) -> (LatLon, f64) {
        loop {
            let (at, course) = (self.at_sea(8.0, 400.0), self.random.f64() * 360.0);
            let clear = (1..=(nm / 8.0) as i32)
                .all(|step| 5.0 < self.coast.shore_nm(at.destination(course, f64::from(step) * 8.0 * METRES_PER_NM)));
            if clear {
                return (at, course);
            }
        }
    }

    fn fleet(&mut self, vessels: usize) -> Vec<Ship> {
        let mut ships: Vec<Ship> = Vec::new();
        let mut ground = LatLon::new(0.0, 0.0);
        while ships.len() < vessels {
            let mmsi = 224_000_000 + ships.len() as u32 * 7 % 900_000 + (ships.len() as u32 % 37) * 1_000_000;
            let draw = self.random.f64();
            let of = |kind, class_b, length, life, at, knots, status| Ship {
                mmsi,
                kind,
                class_b,
                length,
                life,
                at,
                course: 0.0,
                knots,
                status,
                heard: if class_b { 0.8 } else { 0.95 },
            };
            let kinds = [70, 70, 79, 80, 30, 37, 60, 52];
            let kind = kinds[self.random.usize(..kinds.len())];
            let ship = match draw {
                ..0.45 => {
                    let berth = self.harbour().destination(self.random.f64() * 360.0, self.random.f64() * 800.0);
                    of(kind, matches!(kind, 37), if kind < 40 { 14 } else { 120 }, Life::Lies(8.0), berth, 0.0, 5)
                }
                ..0.57 => {
                    let roads =
                        self.harbour().destination(self.random.f64() * 360.0, 1500.0 + self.random.f64() * 2500.0);
                    of(if self.random.bool() { 70 } else { 80 }, false, 180, Life::Lies(250.0), roads, 0.0, 1)
                }
                ..0.80 => {
                    let (at, course) = self.lane(330.0);
                    let knots = 9.0 + self.random.f64() * 5.0;
                    let kind = [70, 71, 80, 79][self.random.usize(..4)];
                    Ship { course, ..of(kind, false, 190, Life::Passage, at, knots, 0) }
                }
                ..0.89 => {
                    // Fleets have about eight vessels.
                    if ground.lat == 0.0 || self.random.u8(..8) == 0 {
                        ground = self.at_sea(6.0, 60.0);
                    }
                    let home = ground.destination(self.random.f64() * 360.0, self.random.f64() * 9000.0);
                    let leg = self.random.i64(60..240);
                    of(30, self.random.bool(), 22, Life::Trawls { home, leg }, home, 3.2, 7)
                }
                ..0.93 => {
                    let home = self.harbour();
                    let bearing = self.random.f64() * 360.0;
                    of(if self.random.bool() { 36 } else { 37 }, true, 13, Life::Yachts { home, bearing }, home, 5.5, 0)
                }
                ..0.96 => {
                    let (from, to) = self.crossing();
                    let minutes = (from.nm_to(to) / 19.0 * 60.0).round() as i64;
                    of(60, false, 110, Life::Ferries { from, bearing: from.bearing_to(to), minutes }, from, 19.0, 0)
                }
                _ => {
                    let home = self.harbour();
                    of([50, 52, 53, 33, 51][self.random.usize(..5)], false, 26, Life::Serves { home }, home, 8.0, 0)
                }
            };
            ships.push(ship);
        }
        ships
    }

    /// The position one minute later, with course and speed.
    fn sail(&mut self, ship: &mut Ship, minute: i64) -> (LatLon, f64, f64) {
        let run = |from: LatLon, course: f64, knots: f64, minutes: f64| {
            from.destination(course, knots * minutes / 60.0 * METRES_PER_NM)
        };
        let jitter = self.random.f64() * 360.0;
        match &ship.life {
            Life::Lies(swing) => {
                // The tide turns the ship round twice a day.
                let turn = minute as f64 / 2.0 + f64::from(ship.mmsi % 360);
                (ship.at.destination(turn, *swing).destination(jitter, 4.0), turn, 0.1)
            }
            Life::Passage => {
                ship.at = run(ship.at, ship.course, ship.knots, 1.0);
                (ship.at, ship.course, ship.knots)
            }
            Life::Trawls { home, leg } => {
                let (number, into) = (minute / leg, minute % leg);
                let course = f64::from(ship.mmsi % 180) + if number % 2 == 0 { 0.0 } else { 180.0 };
                let start = if number % 2 == 0 { *home } else { run(*home, course + 180.0, ship.knots, *leg as f64) };
                (run(start, course, ship.knots, into as f64).destination(jitter, 8.0), course, ship.knots)
            }
            Life::Ferries { from, bearing, minutes } => {
                let cycle = 2 * (minutes + 30);
                let into = (minute + i64::from(ship.mmsi % 200)) % cycle;
                let far = run(*from, *bearing, ship.knots, *minutes as f64);
                match into {
                    into if into < *minutes => (run(*from, *bearing, ship.knots, into as f64), *bearing, ship.knots),
                    into if into < minutes + 30 => (far, *bearing, 0.0),
                    into if into < 2 * minutes + 30 => {
                        let back = (into - minutes - 30) as f64;
                        (run(far, bearing + 180.0, ship.knots, back), bearing + 180.0, ship.knots)
                    }
                    _ => (*from, *bearing, 0.0),
                }
            }
            Life::Yachts { home, bearing } => {
                // Out from eight in the morning, back by six.
                let out = (minute - 480).clamp(0, 300) as f64;
                let back = (minute - 780).clamp(0, 300) as f64;
                let knots =
                    if (1..300).contains(&(minute - 480)) || (1..300).contains(&(minute - 780)) { 5.5 } else { 0.0 };
                (run(*home, *bearing, 5.5, out - back).destination(jitter, 5.0), *bearing, knots)
            }
            Life::Serves { home } => {
                let into = (minute + i64::from(ship.mmsi % 300)) % 300;
                let out = (into.min(20) - (into - 35).clamp(0, 20)) as f64;
                let knots = if into < 20 || (35..55).contains(&into) { 8.0 } else { 0.2 };
                (run(*home, f64::from(ship.mmsi % 360), 8.0, out.max(0.0)).destination(jitter, 5.0), 0.0, knots)
            }
        }
    }
}

fn particulars(ship: &Ship) -> Particulars {
    let dimensions = Dimensions { bow: ship.length / 2, stern: ship.length - ship.length / 2, port: 4, starboard: 4 };
    Particulars { name: format!("DAY {}", ship.mmsi), ship_type: ship.kind, dimensions, ..Particulars::default() }
}

/// The first line of every announced alert of the day.
fn day(vessels: usize, seed: u64) -> Vec<Change> {
    let chart = Arc::new(Chart::with_built_in(ZoneSet::built_in(ZONE_REQUESTS)));
    let random = fastrand::Rng::with_seed(seed);
    let mut world = World { coast: Coast::built_in(), ports: Ports::built_in(), random };
    let mut ships = world.fleet(vessels);
    let clock = SourceClock {
        name: "day".to_owned(),
        time_zone: None,
        live: false,
        recording: true,
        lateness: Span::from_seconds(30),
    };
    let mut engine = Engine::new(&Settings::default(), chart, vec![clock]);
    let mut out = Vec::new();
    let mut told = Vec::new();
    let start = Time::from_utc(2026, 5, 12, 0, 0, 0).unwrap();
    for minute in 0..MINUTES {
        for (number, ship) in ships.iter_mut().enumerate() {
            let at = start + Span::from_seconds(minute * 60 + number as i64 * 60 / vessels as i64);
            let (place, course, knots) = world.sail(ship, minute);
            if ship.heard < world.random.f64() && 3 < minute {
                continue;
            }
            let course = course.rem_euclid(360.0);
            let transponder = match ship.class_b {
                true => Transponder::class_b(ship.mmsi),
                false => Transponder::class_a(ship.mmsi).heading(Some(course.floor())).status(ship.status),
            };
            let transponder = transponder.at(place.lat, place.lon).knots(knots).course(course).second_of(at);
            let names_itself = minute % 30 == number as i64 % 30;
            let mut messages = if names_itself { transponder.statics(&particulars(ship)) } else { Vec::new() };
            messages.push(transponder.report());
            for message in messages {
                let envelope = Envelope { time: Some(at), sequence: (number % 10) as u8, ..Envelope::default() };
                for sentence in message.sentences(&envelope) {
                    engine.line(Line { source: SourceId(0), received: None, bytes: sentence.as_bytes() }, &mut out);
                }
            }
        }
        told.append(&mut out);
    }
    engine.finish(&mut told);
    told
}

#[test]
#[allow(clippy::print_stdout)] // The cost of a day, for runs with --nocapture.
fn a_day_without_events_is_quiet() {
    let asked = std::env::var("ATALAIA_NORMAL_DAY_VESSELS").ok().and_then(|text| text.parse().ok());
    let vessels: usize = asked.unwrap_or(2000);
    let changes = day(vessels, 20260512);
    let mut last: BTreeMap<&str, &Change> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.alert.announced) {
        last.insert(&change.alert.id, change);
    }
    let mut table: BTreeMap<(&str, Severity), usize> = BTreeMap::new();
    for change in last.values() {
        *table.entry((change.alert.behaviour.name(), change.alert.severity)).or_default() += 1;
    }
    for ((behaviour, severity), count) in &table {
        println!("{behaviour} {}: {count}", severity.name());
    }
    let told = || last.values().map(|change| change.alert.summary.as_str()).collect::<Vec<_>>().join("\n");
    let grave: usize =
        table.iter().filter(|((_, severity), _)| Severity::Medium <= *severity).map(|(_, count)| count).sum();
    println!("{vessels} vessels: {grave} at medium and above, {} in all", last.len());
    // SPEC's watch budget: 60 and 300 a day for 20 000 vessels.
    assert!(grave * 20_000 <= 60 * vessels.max(2000), "{grave} at medium and above:\n{}", told());
    assert!(last.len() * 20_000 <= 300 * vessels.max(2000), "{} in all:\n{}", last.len(), told());
}
