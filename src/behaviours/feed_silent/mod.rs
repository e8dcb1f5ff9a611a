//! Feed silent: an input, a station or a whole area is not heard any more. The alert is about reception and names no
//! vessel.
//!
//! ## Watches
//! Live inputs, by the time of receipt; stations that the feed names, by their usual intervals; areas in which several
//! vessels fall silent in the same ten minutes.
//! ## Why
//! A silent receiver looks like a quiet sea. Operators must know that nothing can be seen, and vessels must not be
//! blamed for it.
//! ## Opens
//! An input: no line for `silent_seconds` of receipt. A station: silent for longer than 99.9 % of its own intervals,
//! for half as long again as the pauses it makes regularly, and for at least `station_min_minutes`, while its input
//! continues. An area: `area_vessels` or more, each heard at least every 20 min before, are quiet for `area_minutes`
//! and for twice their longest pause.
//! ## Ends
//! Heard again. An area also ends when no vessel has been heard there for a day, because none is expected any more.
//! ## Blind spots
//! A recording has no time of receipt, so nothing is reported about inputs in a replay. A harbour receiver with few
//! ships may be silent by nature.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ais::StationId;
use crate::behaviours::Behaviour;
use crate::coverage::{Receipts, SLOT};
use crate::geo::LatLon;
use crate::state::remembers;
use crate::time::{Span, Time};
use crate::tracks::{TrackIx, TrackKey};
use crate::units::Mmsi;
use crate::zones::Chart;

use super::{
    Explanation, Holding, Interest, Output, Places, Rule, Scene, Scope, Signal, SignalKind, Step, Subject, minutes,
    number, positive, thresholds,
};

const NAME: Behaviour = Behaviour::FeedSilent;
/// How recently its input must have been heard for a station to count as silent alone.
const INPUT_ALIVE: Span = Span::from_minutes(5);

/// Settings `[behaviours.feed_silent]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// A live input is silent after this long without a line, by time of receipt. Seconds.
    #[schemars(range(min = 0, max = 604_800))]
    pub silent_seconds: f64,
    /// Minimum silence of a station, however often it reports otherwise. Minutes, at least 10.
    #[schemars(range(min = 0, max = 43_200))]
    pub station_min_minutes: f64,
    /// Minimum silence of an area. It is also at least twice the longest earlier pause of the area's vessels. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
    pub area_minutes: f64,
    /// Number of vessels that must fall silent together in an area, each heard at least every 20 min before.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub area_vessels: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 20,
            silent_seconds: 90.0,
            station_min_minutes: 15.0,
            area_minutes: 20.0,
            area_vessels: 3,
        }
    }
}

impl Settings {
    /// Every fault in these settings, as a sentence that begins with the key.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !(0..=100).contains(&self.score) {
            problems.push(format!("score must lie between 0 and 100, not {}", self.score));
        }
        positive(&mut problems, "silent_seconds", self.silent_seconds);
        positive(&mut problems, "area_minutes", self.area_minutes);
        if self.area_vessels < 1 {
            problems.push("area_vessels must be at least 1".to_owned());
        }
        if !self.station_min_minutes.is_finite() || self.station_min_minutes < 10.0 {
            problems.push(format!("station_min_minutes must be 10 or more, not {}", self.station_min_minutes));
        }
        problems
    }
}

/// The `feed_silent` behaviour and its state.
pub struct FeedSilent {
    settings: Settings,
    /// Silent inputs, by name, with the time of their last line.
    inputs: BTreeMap<String, Time>,
    stations: BTreeMap<StationId, Station>,
    /// Quiet areas reported, by name.
    areas: BTreeMap<String, Time>,
}

/// A station that is silent, or soon may be.
#[derive(Serialize, Deserialize)]
struct Station {
    name: String,
    last_at: Time,
    usual: Span,
    open: bool,
}

/// What is silent, for the facts of the alert.
struct Silent<'a> {
    form: &'static str,
    name: &'a str,
    since: Time,
    satisfied_at: Time,
    position: Option<LatLon>,
    measured: Map<String, Value>,
}

impl FeedSilent {
    /// Creates the behaviour. Zones do not affect it.
    pub fn new(settings: &Settings, _chart: &Chart) -> FeedSilent {
        FeedSilent {
            settings: settings.clone(),
            inputs: BTreeMap::new(),
            stations: BTreeMap::new(),
            areas: BTreeMap::new(),
        }
    }

    fn says(&self, silent: Silent<'_>, out: &mut Output) {
        let mut measured = silent.measured;
        measured.insert(silent.form.into(), silent.name.into());
        let holding = Holding {
            started_at: silent.since,
            satisfied_at: silent.satisfied_at,
            last_at: silent.satisfied_at,
            form: silent.form,
            position: silent.position,
            shore_nm: None,
            zones: Vec::new(),
            base: vec![(NAME.name(), self.settings.score)],
            asked: None,
            anchored: false,
            measured,
            thresholds: thresholds(
                &self.settings,
                &["silent_seconds", "station_min_minutes", "area_minutes", "area_vessels"],
            ),
        };
        let kind = SignalKind::Holds(Box::new(holding));
        out.signals.push(Signal { behaviour: NAME, subject: Subject::nobody(silent.name), kind });
    }

    fn stations(&mut self, scene: &Scene<'_>, station_name: &dyn Fn(StationId) -> String, out: &mut Output) {
        if !scene.coverage.learned() {
            return;
        }
        for pulse in scene.coverage.stations() {
            let Some(usual) = pulse.usual else {
                continue;
            };
            if let Some(known) = self.stations.get(&pulse.station) {
                if pulse.last_at == known.last_at {
                    continue;
                }
                if known.open {
                    out.signals.push(over(&known.name, pulse.back_at.max(known.last_at), "heard again"));
                }
                self.stations.remove(&pulse.station);
            }
            let usual = usual.max(minutes(self.settings.station_min_minutes));
            let due = pulse.last_at + usual;
            if due <= scene.now + SLOT {
                let name = station_name(pulse.station);
                self.stations.insert(pulse.station, Station { name, last_at: pulse.last_at, usual, open: false });
                out.wakes.push((due, nobody(), TrackIx(u32::from(pulse.station.0))));
            }
        }
    }

    fn areas(&mut self, scene: &Scene<'_>, out: &mut Output) {
        let quiet = scene.coverage.quiet_areas();
        self.areas.retain(|name, _| {
            let stays = quiet.iter().any(|area| area.name() == *name);
            if !stays {
                out.signals.push(over(name, scene.now - SLOT, "heard again"));
            }
            stays
        });
        for area in quiet {
            let patience = minutes(self.settings.area_minutes).max(area.habit + area.habit);
            let due = area.first.start() + patience;
            let name = area.name();
            if scene.now < due || area.regular < self.settings.area_vessels || self.areas.contains_key(&name) {
                continue;
            }
            self.areas.insert(name.clone(), area.since);
            let mut measured = Map::new();
            measured.insert("vessels_lost".into(), Value::from(area.regular));
            measured.insert("heard_every_minutes".into(), number(area.habit.minutes(), 1));
            let silent = Silent {
                form: "area",
                name: &name,
                since: area.since,
                satisfied_at: scene.now,
                position: Some(area.centre()),
                measured,
            };
            self.says(silent, out);
        }
    }
}

impl Rule for FeedSilent {
    fn name(&self) -> Behaviour {
        NAME
    }

    fn scope(&self) -> Scope {
        Scope::Episodes
    }

    fn interest(&self) -> Interest {
        Interest(0)
    }

    fn step(&mut self, _scene: &Scene<'_>, _step: &Step<'_>, _out: &mut Output) {}

    fn explain(&self, _scene: &Scene<'_>, _step: &Step<'_>) -> Vec<Explanation> {
        vec![Explanation::new("").is("about", "a vessel", "an input, a station or an area", false)]
    }

    fn wake(&mut self, scene: &Scene<'_>, _key: TrackKey, place: TrackIx, out: &mut Output) {
        let id = StationId(place.0 as u16);
        let Some(pulse) = scene.coverage.station(id) else {
            return;
        };
        let Some(station) = self.stations.get_mut(&id).filter(|station| station.last_at == pulse.last_at) else {
            return;
        };
        if station.open {
            return;
        }
        if pulse.input_at < scene.now - INPUT_ALIVE {
            // The input is silent, and all its stations with it. They are checked again at the turn after it is back.
            self.stations.remove(&id);
            return;
        }
        station.open = true;
        let mut measured = Map::new();
        measured.insert("usual_interval_minutes".into(), number(pulse.usual.unwrap_or(Span::ZERO).minutes(), 1));
        let (name, since, satisfied_at) = (station.name.clone(), station.last_at, station.last_at + station.usual);
        let silent = Silent {
            form: "station",
            name: &name,
            since,
            satisfied_at: satisfied_at.max(since),
            position: None,
            measured,
        };
        self.says(silent, out);
    }

    fn forget(&mut self, _scene: &Scene<'_>, _vessel: TrackIx, _reason: &'static str, _out: &mut Output) {}

    fn reload(&mut self, _scene: &Scene<'_>, settings: &super::Settings, _places: &Places, _out: &mut Output) {
        self.settings = settings.feed_silent.clone();
    }

    fn turn(&mut self, scene: &Scene<'_>, station_name: &dyn Fn(StationId) -> String, out: &mut Output) {
        self.stations(scene, station_name, out);
        self.areas(scene, out);
    }

    fn tick(&mut self, _scene: &Scene<'_>, receipts: &Receipts, received: Time, out: &mut Output) {
        let limit = Span::from_millis((self.settings.silent_seconds * 1000.0) as i64);
        for input in receipts.iter().filter(|input| input.live) {
            let Some(last_at) = input.last_at else {
                continue;
            };
            if let Some(since) = self.inputs.get(&input.name).copied() {
                if since < last_at {
                    self.inputs.remove(&input.name);
                    out.signals.push(over(&input.name, input.back_at.unwrap_or(last_at), "heard again"));
                }
                continue;
            }
            if last_at + limit <= received {
                self.inputs.insert(input.name.clone(), last_at);
                let satisfied_at = last_at + limit;
                let measured = Map::new();
                let silent =
                    Silent { form: "input", name: &input.name, since: last_at, satisfied_at, position: None, measured };
                self.says(silent, out);
            }
        }
    }

    fn stop(&mut self, scene: &Scene<'_>, reason: &'static str, out: &mut Output) {
        let stations = self.stations.values().filter(|station| station.open).map(|station| &station.name);
        for name in self.inputs.keys().chain(stations).chain(self.areas.keys()) {
            out.signals.push(over(name, scene.now, reason));
        }
    }

    remembers! { kept { inputs, stations, areas } parts {} built { settings } }
}

fn over(name: &str, ended_at: Time, reason: &'static str) -> Signal {
    Signal { behaviour: NAME, subject: Subject::nobody(name), kind: SignalKind::Over { ended_at, reason } }
}

/// Placeholder key for subjects that are not vessels.
fn nobody() -> TrackKey {
    TrackKey { mmsi: Mmsi(0), ordinal: 0 }
}

#[cfg(test)]
mod tests;
