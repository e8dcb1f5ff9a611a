//! Random ingredients of cases: places, ships, times and reception, and the waters they take place in.

use std::sync::{Arc, OnceLock};

use atalaia::cli::evaluate::truth::{Expect, Truth};
use atalaia_core::alerts::Severity;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::geo::LatLon;
use atalaia_core::scenario::{Feed, Scenario, Vessel, away};
use atalaia_core::zones::{Chart, Watchlists, ZoneSet};

/// A feed and its truth.
pub struct Case {
    /// The variant and its numbers, for reports of failures.
    pub story: String,
    /// The messages received.
    pub feed: Feed,
    /// What should be found, by the intent of the script.
    pub truth: Truth,
    /// Whether it is played live, with one input per station and a tick every second.
    pub live: bool,
}

/// A source of random choices with one seed.
pub struct Draw {
    behaviour: &'static str,
    rng: fastrand::Rng,
    start: Time,
    used: u32,
}

/// South, north, west and east limits of the centres of watched areas: open ocean, the second one across 180°.
const WATCHED: [(f64, f64, f64, f64); 4] =
    [(35.2, 38.5, -19.5, -16.0), (20.0, 22.0, 178.5, 181.5), (-29.5, -26.5, -1.5, 2.5), (-13.0, -10.0, 83.0, 87.0)];
/// As [`WATCHED`], for unwatched waters.
const UNWATCHED: [(f64, f64, f64, f64); 2] = [(-46.0, -41.0, -128.0, -116.0), (46.0, 50.0, -38.0, -30.0)];
/// How far the watched areas extend beyond these limits. Degrees.
const ROUND: f64 = 1.2;
/// Index of the area that requests meetings under way.
pub const ASKS_UNDERWAY: usize = 3;
/// The lane: a corridor 15 nm to both sides of this line.
const LANE: ((f64, f64), (f64, f64)) = ((-34.0, -110.0), (-31.0, -100.0));
/// Watched water along a desert coast without harbours: south and north.
const COAST: (f64, f64) = (-20.8, -18.6);
/// Half size of the zone that requests entries, exits and speeds, which is at 0 N 124 W. Degrees.
pub const GATE: f64 = 1.0;
/// The centre of the gate.
pub const GATE_MIDDLE: (f64, f64) = (0.0, -124.0);
/// Centre of a zone of the same size without border behaviours.
pub const DEAF_MIDDLE: (f64, f64) = (0.0, -118.0);
/// Centre of a zone of the same size whose border is the limit of an authority.
pub const LIMIT_MIDDLE: (f64, f64) = (6.0, -124.0);
/// A roadstead that requests visits to ships at anchor.
pub const ROADS: (f64, f64) = (-19.5, 3.0);
/// Two ports 120 nm apart in mid-ocean, extending 2.5 nm to all sides.
pub const HAVENS: [(f64, f64); 2] = [(-33.0, -20.0), (-31.0, -20.0)];
/// A pilot station in watched water, with a radius of 8 nm.
pub const PILOTS: (f64, f64) = (37.0, -14.9);
/// An anchorage in watched water, with a radius of 3 nm.
pub const SHELTER: (f64, f64) = (-11.5, 88.0);

/// The watchlist; `Nobody` expired long ago.
pub const LISTED: &str = "mmsi,imo,call_sign,name,list,level,expires\n\
    228999123,,,,suspects,medium,\n,9321483,,,suspects,high,\n,,FQZX7,,suspects,medium,\n,,,VERMILION HERON,suspects,low,\n\
    ,,,CRIMSON GANNET,past,high,2020-01-01T00:00:00Z\n";

/// The chart shared by all cases: real coast and ports, and the zones above.
pub fn chart() -> Arc<Chart> {
    static CHART: OnceLock<Arc<Chart>> = OnceLock::new();
    let build = || {
        let zones = ZoneSet::parse(&[("judged.geojson".to_owned(), zones())], ZONE_REQUESTS)
            .expect("the waters' zones are right");
        let lists = Watchlists::parse(&[("listed.csv".to_owned(), LISTED.to_owned())]).expect("the list is right");
        Arc::new(Chart { watchlists: Arc::new(lists), ..Chart::with_built_in(zones) })
    };
    Arc::clone(CHART.get_or_init(build))
}

fn zones() -> String {
    let mut features = Vec::new();
    let mut add = |properties: &str, geometry: String| {
        features.push(format!(r#"{{"type":"Feature","properties":{{{properties}}},"geometry":{geometry}}}"#));
    };
    for (place, (south, north, west, east)) in WATCHED.into_iter().enumerate() {
        let asks = if place == ASKS_UNDERWAY { r#","settings":{"rendezvous":{"underway":true}}"# } else { "" };
        let properties = format!(r#""id":"watch-{place}","name":"Watch {place}","kind":"area","weight":15{asks}"#);
        add(&properties, ring((south - ROUND, north + ROUND), (west - ROUND, east + ROUND)));
    }
    let ((lat, lon), (end_lat, end_lon)) = LANE;
    add(
        r#""id":"lane","name":"The lane","kind":"corridor","half_width_nm":15"#,
        format!(r#"{{"type":"LineString","coordinates":[[{lon},{lat}],[{end_lon},{end_lat}]]}}"#),
    );
    add(
        r#""id":"coast","name":"Desert coast","kind":"area","weight":10"#,
        ring((COAST.0 - 0.5, COAST.1 + 0.5), (10.0, 15.0)),
    );
    let square = |(lat, lon): (f64, f64), half: f64| ring((lat - half, lat + half), (lon - half, lon + half));
    add(
        r#""id":"gate","name":"Gate","kind":"area","settings":{"zone_entry":{},"zone_exit":{},"zone_speed":{"min_knots":3,"max_knots":25}}"#,
        square(GATE_MIDDLE, GATE),
    );
    add(r#""id":"deaf","name":"Deaf","kind":"area""#, square(DEAF_MIDDLE, GATE));
    add(r#""id":"limit","name":"Limit","kind":"area","settings":{"limit_hugging":{}}"#, square(LIMIT_MIDDLE, GATE));
    add(r#""id":"roads","name":"Roads","kind":"anchorage","settings":{"alongside_at_anchor":{}}"#, square(ROADS, 0.1));
    add(r#""id":"haven-0","name":"Haven","kind":"port""#, square(HAVENS[0], 0.04));
    add(r#""id":"haven-1","name":"Other Haven","kind":"port""#, square(HAVENS[1], 0.04));
    let point = |(lat, lon): (f64, f64)| format!(r#"{{"type":"Point","coordinates":[{lon},{lat}]}}"#);
    add(r#""id":"pilot-station","name":"Pilot station","kind":"benign","radius_nm":8"#, point(PILOTS));
    add(r#""id":"shelter","name":"Shelter","kind":"anchorage","radius_nm":3"#, point(SHELTER));
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

/// A rectangle as GeoJSON; longitudes beyond ±180 are wrapped.
fn ring(lat: (f64, f64), lon: (f64, f64)) -> String {
    let wrapped = |lon: f64| (lon + 540.0).rem_euclid(360.0) - 180.0;
    let corners = [(lon.0, lat.0), (lon.1, lat.0), (lon.1, lat.1), (lon.0, lat.1), (lon.0, lat.0)];
    let corners = corners.map(|(lon, lat)| format!("[{},{lat}]", wrapped(lon)));
    format!(r#"{{"type":"Polygon","coordinates":[[{}]]}}"#, corners.join(","))
}

impl Draw {
    /// Creates a source of choices that are all determined by the two arguments.
    pub fn new(behaviour: &'static str, seed: u64) -> Draw {
        let salt = behaviour.bytes().fold(0_u64, |salt, byte| salt.wrapping_mul(131).wrapping_add(u64::from(byte)));
        let mut rng = fastrand::Rng::with_seed(seed ^ salt << 24);
        let day = Time::parse("2026-01-01T00:00:00Z").expect("a valid time");
        let start = day + Span::from_minutes(rng.i64(0..330 * 24 * 60));
        Draw { behaviour, rng, start, used: 0 }
    }

    /// A number from `low` to `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + self.rng.f64() * (high - low)
    }

    /// One of these values.
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.rng.usize(0..of.len())]
    }

    /// Index of one of this many variants.
    pub fn variant(&mut self, of: usize) -> usize {
        self.rng.usize(0..of)
    }

    /// True with this probability.
    pub fn chance(&mut self, share: f64) -> bool {
        self.rng.f64() < share
    }

    /// Any bearing.
    pub fn course(&mut self) -> f64 {
        self.between(0.0, 360.0)
    }

    fn within(&mut self, (south, north, west, east): (f64, f64, f64, f64)) -> (f64, f64) {
        let lon = self.between(west, east);
        (self.between(south, north), (lon + 540.0).rem_euclid(360.0) - 180.0)
    }

    /// A position in mid-ocean in a watched area, at least 70 nm from the zone's edge.
    pub fn watched(&mut self) -> (f64, f64) {
        let area = self.pick(&WATCHED);
        self.within(area)
    }

    /// A position in the watched area with this index.
    pub fn watched_in(&mut self, area: usize) -> (f64, f64) {
        self.within(WATCHED[area])
    }

    /// A position in or near the lane.
    pub fn lane(&mut self) -> (f64, f64) {
        let ((lat, lon), (end_lat, end_lon)) = LANE;
        let middle = LatLon::new(lat, lon).between(LatLon::new(end_lat, end_lon), self.between(0.2, 0.8));
        let aside = self.between(0.0, 18.0);
        let bearing = self.pick(&[0.0, 180.0]);
        away(middle.lat, middle.lon, bearing, aside * 0.9)
    }

    /// A position in unwatched mid-ocean.
    pub fn unwatched(&mut self) -> (f64, f64) {
        let area = self.pick(&UNWATCHED);
        self.within(area)
    }

    /// A position this many nautical miles off the watched desert coast.
    pub fn off_the_coast(&mut self, nm: f64) -> (f64, f64) {
        let lat = self.between(COAST.0, COAST.1);
        let shore = |lon: f64| chart().shore_nm(LatLon::new(lat, lon));
        let (mut sea, mut land) = (10.2, 14.5);
        for _ in 0..40 {
            let middle = (sea + land) / 2.0;
            if nm < shore(middle) { sea = middle } else { land = middle }
        }
        (lat, sea)
    }

    /// An MMSI that no other vessel of the case has.
    pub fn mmsi(&mut self) -> u32 {
        self.used += 1;
        let mid = self.pick(&[211, 224, 228, 244, 255, 263, 311, 352, 538, 563, 636, 671]);
        mid * 1_000_000 + 100_000 + self.rng.u32(0..800) * 1000 + self.used
    }

    /// A valid IMO number.
    pub fn imo(&mut self) -> u32 {
        let body = self.rng.u32(910_000..=989_999);
        let sum: u32 = (0..6).map(|place| body / 10_u32.pow(5 - place) % 10 * (7 - place)).sum();
        body * 10 + sum % 10
    }

    /// A class A ship of this type that reports every 10 to 60 s.
    pub fn ship(&mut self, ship_type: u8) -> Vessel {
        let every = self.pick(&[10, 15, 20, 30, 60]);
        let vessel = Vessel::class_a(self.mmsi()).ship_type(ship_type).every_seconds(every);
        let dims = self.pick(&[(40, 10, 6, 6), (100, 20, 10, 10), (180, 40, 16, 16)]);
        self.named(vessel).dims(dims.0, dims.1, dims.2, dims.3)
    }

    /// A small craft of this type: class B, or now and then class A.
    pub fn boat(&mut self, ship_type: u8) -> Vessel {
        let class_b = self.chance(0.7);
        let mmsi = self.mmsi();
        let vessel = match class_b {
            true => Vessel::class_b(mmsi),
            false => Vessel::class_a(mmsi).every_seconds(30),
        };
        let half = self.pick(&[4, 6, 8]);
        self.named(vessel).ship_type(ship_type).dims(half, half, 2, 2)
    }

    fn named(&mut self, vessel: Vessel) -> Vessel {
        let first = self.pick(&["BOREAL", "SALINAS", "ORTEGAL", "KESTREL", "MARENGO", "TUNDRA"]);
        let number = self.used * 100 + self.rng.u32(10..99);
        let noise = self.between(2.0, 12.0);
        vessel.name(&format!("{first} {number}")).noise_metres(noise)
    }

    /// A scenario without vessels, with good or poor reception by one station or three.
    pub fn scenario(&mut self) -> Scenario {
        let loss = self.pick(&[0.0, 0.1, 0.2, 0.3]);
        let stations: &[&str] = if self.chance(0.5) { &["north"] } else { &["north", "south", "west"] };
        Scenario::new(&self.start.to_string()).seed(self.rng.u64(..)).loss(loss).stations(stations)
    }

    /// The same with up to three ships that pass at least 8 nm off on a straight course, none for more than six hours.
    pub fn among_traffic(&mut self, (lat, lon): (f64, f64), minutes: f64) -> Scenario {
        let mut scenario = self.scenario();
        for _ in 0..self.variant(4) {
            let (bearing, aside) = (self.course(), self.between(8.0, 25.0));
            let (near_lat, near_lon) = away(lat, lon, bearing, aside);
            let (knots, hours) = (self.between(10.0, 17.0), (minutes / 60.0).min(6.0));
            let (from_lat, from_lon) = away(near_lat, near_lon, bearing + 90.0, knots * hours / 2.0);
            let kind = self.pick(&[70, 80, 60]);
            let ship = self.ship(kind).every_seconds(60).at(from_lat, from_lon);
            scenario = scenario.vessel(ship.leg(bearing - 90.0, knots * hours, knots));
        }
        scenario
    }

    /// The time this many minutes after the scenario's start.
    pub fn minute(&self, minute: f64) -> Time {
        self.start + Span::from_millis((minute * 60_000.0) as i64)
    }

    /// Truth: these vessels show the behaviour from one minute to another.
    pub fn does(&self, vessels: &[u32], from: f64, to: f64) -> Truth {
        Truth {
            behaviour: self.behaviour.to_owned(),
            vessels: vessels.to_vec(),
            from: self.minute(from),
            to: self.minute(to),
            expect: Expect::Alert,
            level: Severity::Info,
        }
    }

    /// Truth: no vessel shows the behaviour.
    pub fn nobody(&self) -> Truth {
        let forever = 60.0 * 24.0 * 60.0;
        Truth { expect: Expect::None, ..self.does(&[], -forever, forever) }
    }

    /// Truth: an apparent case must stay below this severity.
    pub fn below(&self, level: Severity) -> Truth {
        Truth { level, ..self.nobody() }
    }
}

impl Case {
    /// A recording of the scenario.
    pub fn new(story: impl Into<String>, scenario: &Scenario, truth: Truth) -> Case {
        Case { story: story.into(), feed: scenario.feed(), truth, live: false }
    }
}
