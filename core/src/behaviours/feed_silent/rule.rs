//! The rule of `feed_silent`.
//!
//! Inputs are checked at each time of receipt (`tick`), because a dead input brings no event time. Stations and areas are checked at the
//! end of each slot of the reception model (`turn`). A station whose input is silent is not reported: its silence is the input's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ais::StationId;
use crate::base::state::remembers;
use crate::base::time::{Span, Time};
use crate::base::units::Mmsi;
use crate::behaviours::{
    Behaviour, End, Explanation, Holding, Interest, Output, PictureRule, Places, Rule, Scene, Signal, SignalKind, Step,
    Subject, minutes,
};
use crate::geo::LatLon;
use crate::picture::coverage::{Receipts, SLOT};
use crate::picture::tracks::{TrackIx, TrackKey};
use crate::zones::Chart;

use super::facts::{Earlier, Facts, Measured};
use super::settings::Settings;

/// How recently an input must have been heard for the silence of one of its stations to be the station's own.
const INPUT_ALIVE: Span = Span::from_minutes(5);

/// The `feed_silent` behaviour and its state.
pub struct FeedSilent {
    /// The settings. Zones do not affect them.
    settings: Settings,
    /// Silent inputs, by name, with the time of their last line.
    inputs: BTreeMap<String, Time>,
    /// Stations that are silent, or will be within the next slot unless they report.
    stations: BTreeMap<StationId, Station>,
    /// Quiet areas that were reported, by name.
    areas: BTreeMap<String, Time>,
    /// The silences so far of each alert that is open or may resume, by name of the input, station or area.
    past: BTreeMap<String, Past>,
}

/// The silences of one alert that are over.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Past {
    /// Number of silences, with the present one.
    silences: u32,
    /// How long there was reception between them.
    heard: Span,
    /// When the latest silence ended; `None` while it continues.
    ended_at: Option<Time>,
}

/// A station that is silent, or soon may be.
#[derive(Serialize, Deserialize)]
struct Station {
    /// Name of the station, as the input calls it.
    name: String,
    /// When it last reported, in event time.
    last_at: Time,
    /// How long it may be silent: 99.9 % of its pauses are shorter (SPEC), but at least `station_min_minutes`.
    usual: Span,
    /// Whether its silence was reported.
    open: bool,
}

/// What is silent, for the facts of the alert.
struct Silent<'a> {
    /// Name of the input, station or area.
    name: &'a str,
    /// When it was last heard.
    since: Time,
    /// When the silence became too long. Receipt time for an input, event time otherwise.
    satisfied_at: Time,
    /// Middle of an area; `None` for an input or a station.
    position: Option<LatLon>,
    /// What was measured.
    measured: Measured,
}

impl FeedSilent {
    /// Creates the behaviour. Zones do not affect it.
    pub fn new(settings: &Settings, _chart: &Chart) -> FeedSilent {
        FeedSilent {
            settings: settings.clone(),
            inputs: BTreeMap::new(),
            stations: BTreeMap::new(),
            areas: BTreeMap::new(),
            past: BTreeMap::new(),
        }
    }

    /// Reports a silence. It is reported once, since nothing about it changes until it ends.
    fn says(&mut self, scene: &Scene<'_>, silent: Silent<'_>, out: &mut Output) {
        let earlier = self.resumes(scene, &silent);
        let holding = Holding {
            started_at: silent.since,
            satisfied_at: silent.satisfied_at,
            last_at: silent.satisfied_at,
            facts: Facts { measured: silent.measured, earlier, thresholds: (&self.settings).into() }.into(),
            position: silent.position,
            shore_nm: None,
            zones: Vec::new(),
            base: vec![(Behaviour::FeedSilent.name(), self.settings.score)],
            asked: None,
            anchored: false,
        };
        let kind = SignalKind::Holds(Box::new(holding));
        out.signals.push(Signal { behaviour: Behaviour::FeedSilent, subject: Subject::nobody(silent.name), kind });
    }

    /// Takes in that a silence was found. Returns the earlier silences of the alert that it continues; `None` if it is a new alert.
    fn resumes(&mut self, scene: &Scene<'_>, silent: &Silent<'_>) -> Option<Earlier> {
        let new = Past { silences: 0, heard: Span::ZERO, ended_at: None };
        let past = self.past.remove(silent.name).filter(|past| past.may_resume(scene)).unwrap_or(new);
        let heard = past.ended_at.map_or(Span::ZERO, |ended_at| (silent.since - ended_at).max(Span::ZERO));
        let past = Past { silences: past.silences + 1, heard: past.heard + heard, ended_at: None };
        self.past.insert(silent.name.to_owned(), past);
        (1 < past.silences).then(|| Earlier {
            earlier_silences: past.silences - 1,
            heard_between_minutes: past.heard.minutes().into(),
            silent_since: silent.since,
        })
    }

    /// Reports that an input, station or area is heard again. A further silence within the merge window continues the alert.
    fn heard_again(&mut self, name: &str, ended_at: Time, out: &mut Output) {
        if let Some(past) = self.past.get_mut(name) {
            past.ended_at = Some(ended_at);
        }
        out.signals.push(over(name, ended_at, End::HeardAgain));
    }

    /// Begins to watch the stations whose silence would be too long before the next turn, and ends the alerts of those heard again.
    fn stations(&mut self, scene: &Scene<'_>, station_name: &dyn Fn(StationId) -> String, out: &mut Output) {
        if !scene.coverage.learned() {
            return;
        }
        self.past.retain(|_, past| past.may_resume(scene));
        for pulse in scene.coverage.stations() {
            // Too few reports to know how long it usually pauses.
            let Some(usual) = pulse.usual else {
                continue;
            };
            // Still silent: its wake-up is pending, or its alert is open.
            if self.stations.get(&pulse.station).is_some_and(|known| known.last_at == pulse.last_at) {
                continue;
            }
            if let Some(known) = self.stations.remove(&pulse.station).filter(|known| known.open) {
                let back_at = scene.coverage.station_back(pulse.station, known.last_at);
                self.heard_again(&known.name, back_at.unwrap_or(pulse.last_at), out);
            }
            let usual = usual.max(minutes(self.settings.station_min_minutes));
            let due = pulse.last_at + usual;
            if due <= scene.now + SLOT {
                let name = station_name(pulse.station);
                self.stations.insert(pulse.station, Station { name, last_at: pulse.last_at, usual, open: false });
                // A station is not a vessel. Its number takes the place of the vessel's index in the wake-up.
                out.wakes.push((due, no_vessel(), TrackIx(u32::from(pulse.station.0))));
            }
        }
    }

    /// Reports areas that have been quiet for too long, and ends the alerts of those that are quiet no more.
    fn areas(&mut self, scene: &Scene<'_>, out: &mut Output) {
        let quiet = scene.coverage.quiet_areas();
        let is_quiet = |name: &String| quiet.iter().any(|area| area.name() == *name);
        let back: Vec<String> = self.areas.keys().filter(|name| !is_quiet(name)).cloned().collect();
        for name in back {
            self.areas.remove(&name);
            self.heard_again(&name, scene.now - SLOT, out);
        }
        for area in quiet {
            // A vessel may miss one report in its usual rhythm without having fallen silent.
            let patience = minutes(self.settings.area_minutes).max(area.habit + area.habit);
            let due = area.first.start() + patience;
            let name = area.name();
            if scene.now < due || area.regular < self.settings.area_vessels || self.areas.contains_key(&name) {
                continue;
            }
            self.areas.insert(name.clone(), area.since);
            let measured = Measured::Area {
                vessels_lost: area.regular,
                heard_every_minutes: area.habit.minutes().into(),
                area: name.clone(),
            };
            let silent = Silent {
                name: &name,
                since: area.since,
                satisfied_at: scene.now,
                position: Some(area.centre()),
                measured,
            };
            self.says(scene, silent, out);
        }
    }
}

impl Past {
    /// Whether a silence found now belongs to the same alert.
    fn may_resume(&self, scene: &Scene<'_>) -> bool {
        self.ended_at.is_none_or(|ended_at| scene.now < ended_at + scene.merge)
    }
}

impl Rule for FeedSilent {
    fn behaviour(&self) -> Behaviour {
        Behaviour::FeedSilent
    }

    fn interest(&self) -> Interest {
        Interest(0)
    }

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
            // The input is silent, so its stations are too. They are checked again at the first turn after it is back.
            self.stations.remove(&id);
            return;
        }
        station.open = true;
        let usual = pulse.usual.unwrap_or(Span::ZERO).minutes();
        let measured = Measured::Station { usual_interval_minutes: usual.into(), station: station.name.clone() };
        let (name, since, satisfied_at) = (station.name.clone(), station.last_at, station.last_at + station.usual);
        let silent = Silent { name: &name, since, satisfied_at: satisfied_at.max(since), position: None, measured };
        self.says(scene, silent, out);
    }

    fn forget(&mut self, _scene: &Scene<'_>, _vessel: TrackIx, _reason: End, _out: &mut Output) {}

    fn reload(
        &mut self,
        _scene: &Scene<'_>,
        settings: &crate::behaviours::Settings,
        _places: &Places,
        _out: &mut Output,
    ) {
        self.settings = settings.feed_silent.clone();
    }

    fn stop(&mut self, scene: &Scene<'_>, reason: End, out: &mut Output) {
        let stations = self.stations.values().filter(|station| station.open).map(|station| &station.name);
        for name in self.inputs.keys().chain(stations).chain(self.areas.keys()) {
            out.signals.push(over(name, scene.now, reason));
        }
    }

    remembers! { kept { inputs, stations, areas, past } parts {} built { settings } }
}

impl PictureRule for FeedSilent {
    fn turn(&mut self, scene: &Scene<'_>, station_name: &dyn Fn(StationId) -> String, out: &mut Output) {
        self.stations(scene, station_name, out);
        self.areas(scene, out);
    }

    fn tick(&mut self, scene: &Scene<'_>, receipts: &Receipts, received: Time, out: &mut Output) {
        let limit = Span::from_millis((self.settings.silent_seconds * 1000.0) as i64);
        for input in receipts.iter().filter(|input| input.live) {
            let Some(last_at) = input.last_at else {
                continue;
            };
            if let Some(since) = self.inputs.get(&input.name).copied() {
                if since < last_at {
                    self.inputs.remove(&input.name);
                    let back_at = input.back_at.filter(|back_at| since < *back_at);
                    self.heard_again(&input.name, back_at.unwrap_or(last_at), out);
                }
                continue;
            }
            if last_at + limit <= received {
                self.inputs.insert(input.name.clone(), last_at);
                let satisfied_at = last_at + limit;
                let measured = Measured::Input { input: input.name.clone() };
                let silent = Silent { name: &input.name, since: last_at, satisfied_at, position: None, measured };
                self.says(scene, silent, out);
            }
        }
    }
}

/// The signal that an input, station or area is heard again, or is watched no more.
fn over(name: &str, ended_at: Time, reason: End) -> Signal {
    Signal {
        behaviour: Behaviour::FeedSilent,
        subject: Subject::nobody(name),
        kind: SignalKind::Over { ended_at, reason },
    }
}

/// Placeholder key for subjects that are not vessels.
fn no_vessel() -> TrackKey {
    TrackKey { mmsi: Mmsi(0), ordinal: 0 }
}
