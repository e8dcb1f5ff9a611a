//! Scripts in, alert changes out: tests run behaviours through a real engine (tests only).
//!
//! A script is a block for each ship, with settings as `key=value`:
//! ```text
//! ALFA 224000001 type=70 every=60
//!   12:00 28.0 -17.0       starts here
//!   stop 75                stays for 75 min, drifting a little
//!   go 90 12 30            course, knots, minutes
//!   silent 25              25 min without a report, where it is
//!   dark 90 12 30          the same under way
//!   say name=BRAVO         static data once more, with what is new; `imo`, `call`, `type`, `draught`, `destination` as well
//! ```
//! Other settings of a ship: `class=B`, `status=1`, `dims=BOW,STERN,PORT,STARBOARD`, `heading=DEGREES`, `jitter=METRES`,
//! `imo=NUMBER`, `call=SIGN`, `draught=METRES`, `destination=TEXT` (underscores for spaces), `mute` (no static data sent). Two
//! blocks with one MMSI are two ships, or one that jumps.

use std::sync::Arc;

use crate::ais::encode::{Envelope, Identity, Message, Motion};
use crate::ais::{Dimensions, Line, SourceId};
use crate::alerts::Change;
use crate::engine::{Engine, Settings, SourceClock};
use crate::geo::{Coast, LatLon, Ports};
use crate::time::{Span, Time};
use crate::units::{METRES_PER_NM, Mmsi};
use crate::zones::{Chart, ZoneSet};

/// A chart with one area of 8 by 6 degrees west of the Canaries.
pub(crate) const AREA: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature",
"properties":{"id":"watch","name":"Watch area","kind":"area","weight":0},
"geometry":{"type":"Polygon","coordinates":[[[-22,24],[-14,24],[-14,30],[-22,30],[-22,24]]]}}]}"#;

/// The same chart with further properties (JSON members, each with a leading comma) on the area.
pub(crate) fn area_with(properties: &str) -> String {
    AREA.replace(r#","weight":0"#, &format!(r#","weight":0{properties}"#))
}

/// Runs `script` over `zones`, without coast or ports, and compares the changes, one line each: `13:00 opened loitering ALFA
/// since=12:00`, with `ended=HH:MM` once it has ended.
#[track_caller]
pub(crate) fn check(settings: &Settings, zones: &str, script: &str, expected: &str) {
    let changes = run(settings, zones, script);
    let lines: Vec<String> = changes.iter().filter(|change| change.change_is_news()).map(line_of).collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines, expected);
}

/// Settings that announce every fact, with only one behaviour switched on.
pub(crate) fn only(behaviour: &str) -> Settings {
    let mut settings = serde_json::to_value(Settings::default()).expect("settings are plain data");
    for (name, table) in settings["behaviours"].as_object_mut().expect("a table") {
        table["enabled"] = (name == behaviour).into();
    }
    settings["alerts"]["alert_from"] = 0.into();
    serde_json::from_value(settings).expect("the same settings")
}

/// Runs a script and returns every change.
pub(crate) fn run(settings: &Settings, zones: &str, script: &str) -> Vec<Change> {
    run_on(settings, chart(zones), script)
}

/// The same on any chart. Two and seven shards, and restarts from snapshots, must give the same changes as one shard.
pub(crate) fn run_on(settings: &Settings, chart: Chart, script: &str) -> Vec<Change> {
    let told = run_in_shards(settings, chart.clone(), script, 1);
    for shards in [2, 7] {
        assert_eq!(run_in_shards(settings, chart.clone(), script, shards), told, "with {shards} shards");
    }
    assert_eq!(run_resumed(settings, &chart, script), told, "resumed from snapshots");
    told
}

/// The same, with an engine that is replaced twenty times by one restored from its snapshot.
fn run_resumed(settings: &Settings, chart: &Chart, script: &str) -> Vec<Change> {
    let lines = lines(script);
    let mut chance = fastrand::Rng::with_seed(lines.len() as u64);
    let cuts: Vec<usize> = (0..20).map(|_| chance.usize(0..lines.len().max(1))).collect();
    let mut engine = engine_on(settings, chart.clone());
    let mut out = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if cuts.contains(&number) {
            let snapshot = engine.save();
            engine = engine_on(settings, chart.clone());
            engine.restore(&snapshot).expect("a snapshot of the same program");
        }
        engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut out);
    }
    engine.finish(&mut out);
    out
}

fn run_in_shards(settings: &Settings, chart: Chart, script: &str, shards: u32) -> Vec<Change> {
    let mut settings = settings.clone();
    settings.tracks.shards = shards;
    let mut engine = engine_on(&settings, chart);
    let mut out = Vec::new();
    for line in lines(script) {
        engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut out);
    }
    engine.finish(&mut out);
    out
}

/// An engine over these zones, without coast or ports.
pub(crate) fn engine(settings: &Settings, zones: &str) -> Engine {
    engine_on(settings, chart(zones))
}

/// An engine on any chart, with one recording as its input.
pub(crate) fn engine_on(settings: &Settings, chart: Chart) -> Engine {
    Engine::new(
        settings,
        Arc::new(chart),
        vec![SourceClock { name: "test".to_owned(), time_zone: None, live: false, lateness: Span::from_seconds(120) }],
    )
}

/// A chart of zones from one text, without coast or ports.
pub(crate) fn chart(zones: &str) -> Chart {
    let files = [("test.geojson".to_owned(), zones.to_owned())];
    Chart {
        zones: ZoneSet::parse(&files).expect("the test's zones are right"),
        coast: Arc::new(Coast::none()),
        ports: Arc::new(Ports::none()),
        wind: Arc::default(),
        calm_margin_nm: 5.4,
        watchlists: Arc::default(),
    }
}

/// The NMEA lines of a script, in order of time.
pub(crate) fn lines(script: &str) -> Vec<String> {
    let mut lines: Vec<(Time, usize, String)> = Vec::new();
    let mut ship: Option<Ship> = None;
    for text in script.lines().map(str::trim).filter(|text| !text.is_empty()) {
        let words: Vec<&str> = text.split_whitespace().collect();
        if words.get(1).is_some_and(|word| word.len() == 9 && word.bytes().all(|byte| byte.is_ascii_digit())) {
            ship = Some(Ship::new(&words));
            continue;
        }
        let ship = ship.as_mut().expect("a script begins with a ship");
        ship.play(&words, &mut lines);
    }
    lines.sort_by_key(|(at, order, _)| (*at, *order));
    lines.into_iter().map(|(_, _, line)| line).collect()
}

fn line_of(change: &Change) -> String {
    let alert = &change.alert;
    let name = |vessel: &crate::alerts::VesselRef| vessel.name.clone().unwrap_or_else(|| vessel.mmsi.to_string());
    let mut names: Vec<String> = alert.vessels.iter().map(name).collect();
    if names.is_empty() {
        names.push("-".to_owned());
    }
    let kind = serde_json::to_value(change.change).expect("a name");
    let ended = alert.ended_at.map_or(String::new(), |at| format!(" ended={}", at.clock()));
    format!(
        "{} {} {} {} since={}{ended}",
        change.at.clock(),
        kind.as_str().expect("a name"),
        alert.behaviour,
        names.join("+"),
        alert.started_at.clock(),
    )
}

impl Change {
    /// Whether it opens or ends something; most tests ignore the half-hourly updates.
    fn change_is_news(&self) -> bool {
        self.change != crate::alerts::ChangeKind::Updated
    }
}

struct Ship {
    name: String,
    mmsi: Mmsi,
    ship_type: u8,
    class_b: bool,
    every: i64,
    status: u8,
    jitter: f64,
    heading: Option<f64>,
    dimensions: Dimensions,
    mute: bool,
    draught: f64,
    destination: String,
    imo: u32,
    call_sign: String,
    at: Time,
    place: LatLon,
    said: usize,
}

impl Ship {
    fn new(words: &[&str]) -> Ship {
        let setting = |key: &str| words.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('='));
        let number = |key: &str| setting(key).map(|text| text.parse::<f64>().expect("a number"));
        let hull: Vec<u16> = setting("dims")
            .map(|text| text.split(',').map(|side| side.parse().expect("metres")).collect())
            .unwrap_or_default();
        let side = |place: usize| hull.get(place).copied().unwrap_or(0);
        Ship {
            name: words[0].to_owned(),
            mmsi: Mmsi(words[1].parse().expect("an MMSI")),
            ship_type: number("type").unwrap_or(0.0) as u8,
            class_b: setting("class") == Some("B"),
            every: number("every").unwrap_or(60.0) as i64,
            status: number("status").unwrap_or(0.0) as u8,
            jitter: number("jitter").unwrap_or(10.0),
            heading: number("heading"),
            dimensions: Dimensions { bow: side(0), stern: side(1), port: side(2) as u8, starboard: side(3) as u8 },
            mute: words.contains(&"mute"),
            draught: number("draught").unwrap_or(0.0),
            destination: setting("destination").unwrap_or_default().replace('_', " "),
            imo: number("imo").unwrap_or(0.0) as u32,
            call_sign: setting("call").unwrap_or_default().to_owned(),
            at: Time::MIN,
            place: LatLon::new(0.0, 0.0),
            said: 0,
        }
    }

    fn play(&mut self, words: &[&str], lines: &mut Vec<(Time, usize, String)>) {
        let number = |place: usize| words[place].parse::<f64>().expect("a number");
        match words[0] {
            "stop" => self.leg(0.0, 0.0, number(1), true, lines),
            "go" => self.leg(number(1), number(2), number(3), true, lines),
            "silent" => self.leg(0.0, 0.0, number(1), false, lines),
            "dark" => self.leg(number(1), number(2), number(3), false, lines),
            "say" => {
                for (key, value) in words[1..].iter().filter_map(|word| word.split_once('=')) {
                    match key {
                        "draught" => self.draught = value.parse().expect("metres"),
                        "destination" => self.destination = value.replace('_', " "),
                        "name" => self.name = value.replace('_', " "),
                        "call" => self.call_sign = value.to_owned(),
                        "imo" => self.imo = value.parse().expect("an IMO number"),
                        "type" => self.ship_type = value.parse().expect("a ship type"),
                        _ => panic!("`say` has no key `{key}`"),
                    }
                }
                self.name_itself(lines);
            }
            clock => {
                let (hour, minute) = clock.split_once(':').expect("HH:MM");
                let of_day = hour.parse::<i64>().expect("hours") * 60 + minute.parse::<i64>().expect("minutes");
                let day = Time::from_utc(2026, 3, 1, 0, 0, 0).expect("a date");
                self.at = day + Span::from_minutes(of_day);
                self.place = LatLon::new(number(1), number(2));
                if !self.mute {
                    self.name_itself(lines);
                }
                self.report(0.0, 0.0, lines);
            }
        }
    }

    fn leg(&mut self, course: f64, knots: f64, minutes: f64, heard: bool, lines: &mut Vec<(Time, usize, String)>) {
        let end = self.at + Span::from_millis((minutes * 60_000.0) as i64);
        let start = (self.at, self.place);
        while self.at + Span::from_seconds(self.every) <= end {
            self.at = self.at + Span::from_seconds(self.every);
            let hours = (self.at - start.0).hours();
            self.place = start.1.destination(course, knots * hours * METRES_PER_NM);
            if heard {
                self.report(course, knots, lines);
            }
        }
        if !heard {
            self.at = end;
            self.place = start.1.destination(course, knots * (end - start.0).hours() * METRES_PER_NM);
        }
    }

    fn report(&mut self, course: f64, knots: f64, lines: &mut Vec<(Time, usize, String)>) {
        // A small offset that differs from report to report, the same in every run.
        let turn = (self.said * 137 % 360) as f64;
        let place = self.place.destination(turn, self.jitter);
        let motion = Motion {
            lat_lon: Some((place.lat, place.lon)),
            sog_knots: Some(knots),
            cog_degrees: Some(course),
            heading_degrees: self.heading,
            status: Some(self.status),
            second: Some((self.at.seconds() % 60) as u8),
        };
        let message = match self.class_b {
            true => Message::class_b(self.mmsi, &motion),
            false => Message::class_a(1, self.mmsi, &motion),
        };
        self.send(&message, lines);
    }

    fn name_itself(&mut self, lines: &mut Vec<(Time, usize, String)>) {
        let identity = Identity {
            imo: self.imo,
            call_sign: &self.call_sign.clone(),
            name: &self.name.clone(),
            ship_type: self.ship_type,
            dimensions: self.dimensions,
            eta: None,
            draught_dm: (self.draught * 10.0).round() as u8,
            destination: &self.destination.clone(),
        };
        if self.class_b {
            self.send(&Message::static_a(self.mmsi, identity.name), lines);
            self.send(&Message::static_b(self.mmsi, &identity), lines);
        } else {
            self.send(&Message::voyage(self.mmsi, &identity), lines);
        }
    }

    fn send(&mut self, message: &Message, lines: &mut Vec<(Time, usize, String)>) {
        let envelope = Envelope {
            // Two ships in one second must not share a sequence id, or their parts would be mixed up.
            sequence: (self.mmsi.0 % 10) as u8,
            time: Some(self.at),
            ..Envelope::default()
        };
        for sentence in message.sentences(&envelope) {
            self.said += 1;
            lines.push((self.at, self.said, sentence));
        }
    }
}
