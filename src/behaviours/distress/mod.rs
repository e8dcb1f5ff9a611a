//! Distress: an AIS-SART, MOB or EPIRB device is heard.
//!
//! ## Watches
//! MMSIs that begin with 970 (AIS-SART), 972 (man overboard) or 974 (EPIRB), with or without a position.
//! ## Why
//! A person may be in the water. Packages at sea have also been marked with such devices.
//! ## Opens
//! At the first report. Navigational status 14 is an active device, unless its safety text says TEST. Any other status
//! is a device under test (ITU-R M.1371, table 45).
//! ## Ends
//! The device is silent for `silent_minutes`. An active one is retracted if its safety text says TEST.
//! ## Blind spots
//! Crews test devices with the active status too. A device without a fix shows that it is on, but not where.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::behaviours::Behaviour;
use crate::state::{Word, remembers, with_word};
use crate::time::{Span, Time};
use crate::tracks::{Activity, TrackIx, TrackKey};
use crate::units::StationClass;
use crate::zones::Chart;

use super::{
    Explanation, Holding, Interest, Output, Places, Rule, Scene, Scope, Signal, SignalKind, Step, Subject, minutes,
    positive, thresholds,
};

const NAME: Behaviour = Behaviour::Distress;
const ACTIVE: u8 = 14;
const SAY_EVERY: Span = Span::from_minutes(1);

/// Settings `[behaviours.distress]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points of an active device.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Base points of a device under test.
    #[schemars(range(min = 0, max = 100))]
    pub test_score: i32,
    /// The alert ends after this long without a report. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
    pub silent_minutes: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { enabled: true, score: 60, test_score: 5, silent_minutes: 15.0 }
    }
}

impl Settings {
    /// Every fault in these settings, as a sentence that begins with the key.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        positive(&mut problems, "silent_minutes", self.silent_minutes);
        problems
    }
}

/// The `distress` behaviour and its state.
pub struct Distress {
    settings: Settings,
    devices: FxHashMap<TrackIx, Device>,
}

#[derive(Serialize, Deserialize)]
struct Device {
    key: TrackKey,
    started_at: Time,
    last_at: Time,
    #[serde(deserialize_with = "with_word")]
    said: Option<(Time, Word)>,
}

impl Distress {
    /// Creates the behaviour. Zones do not affect it.
    pub fn new(settings: &Settings, _chart: &Chart) -> Distress {
        Distress { settings: settings.clone(), devices: FxHashMap::default() }
    }
}

impl Rule for Distress {
    fn name(&self) -> Behaviour {
        NAME
    }

    fn scope(&self) -> Scope {
        Scope::Vessel
    }

    fn interest(&self) -> Interest {
        Interest::DISTRESS
    }

    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        if step.key.mmsi.station_class() != StationClass::Distress {
            return;
        }
        let silent = minutes(self.settings.silent_minutes);
        let device = self.devices.entry(step.vessel).or_insert_with(|| {
            out.activity.push((step.vessel, Activity::Keeps));
            out.wakes.push((step.at + silent, step.key, step.vessel));
            Device { key: step.key, started_at: step.at, last_at: step.at, said: None }
        });
        device.last_at = step.at;
        let fix = step.fix;
        let vessel = scene.tracks.vessel(step.vessel);
        let says_test = vessel.says_test();
        let was_active = device.said.is_some_and(|(_, said)| said == "active");
        if was_active && says_test {
            out.signals.push(Signal {
                behaviour: NAME,
                subject: Subject::one(step.key, step.vessel),
                kind: SignalKind::Disproved { started_at: device.started_at, reason: "its safety text reads TEST" },
            });
            (device.said, device.started_at) = (None, step.at);
        }
        // An active device stays active. A later test status does not call off the search; only the safety text does.
        let form = match !says_test && (was_active || vessel.status() == Some(ACTIVE)) {
            true => "active",
            false => "test",
        };
        if device.said.is_some_and(|(at, said)| said == form && step.at - at < SAY_EVERY) {
            return;
        }
        device.said = Some((step.at, form));
        let points = if form == "active" { self.settings.score } else { self.settings.test_score };
        out.signals.push(Signal {
            behaviour: NAME,
            subject: Subject::one(step.key, step.vessel),
            kind: SignalKind::Holds(Box::new(Holding {
                started_at: device.started_at,
                satisfied_at: device.started_at,
                last_at: step.at,
                form,
                position: fix.map(|fix| fix.position),
                shore_nm: fix.map(|fix| scene.chart.shore_nm(fix.position)),
                zones: step.presence.iter().collect(),
                base: vec![(form, points)],
                asked: None,
                anchored: false,
                measured: Map::new(),
                thresholds: thresholds(&self.settings, &["silent_minutes"]),
            })),
        });
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let device = step.key.mmsi.station_class() == StationClass::Distress;
        let status = scene.tracks.vessel(step.vessel).status();
        let heard = self.devices.get(&step.vessel).map(|device| (scene.now - device.last_at).minutes());
        let told = Explanation::new("").is("mmsi", step.key.mmsi.to_string(), "begins with 970, 972 or 974", device);
        let told = told.at_most("silent_minutes", heard, self.settings.silent_minutes);
        // A device under test opens too, with the points of a test.
        let told =
            told.is("status", status.map(u64::from), format!("{ACTIVE} (else a test)"), device && status.is_some());
        let says_test = scene.tracks.vessel(step.vessel).says_test();
        vec![told.is("safety_text_test", says_test, "false (else a test)", device)]
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        let Some(device) = self.devices.get(&vessel).filter(|device| device.key == key) else {
            return;
        };
        let over_at = device.last_at + minutes(self.settings.silent_minutes);
        if scene.now < over_at {
            out.wakes.push((over_at, key, vessel));
            return;
        }
        self.forget(scene, vessel, "no longer transmitting", out);
        out.activity.push((vessel, Activity::Done));
    }

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: &'static str, out: &mut Output) {
        let Some(device) = self.devices.remove(&vessel) else {
            return;
        };
        out.signals.push(Signal {
            behaviour: NAME,
            subject: Subject::one(device.key, vessel),
            kind: SignalKind::Over { ended_at: device.last_at, reason },
        });
    }

    fn reload(&mut self, _scene: &Scene<'_>, settings: &super::Settings, _places: &Places, _out: &mut Output) {
        self.settings = settings.distress.clone();
    }

    remembers! { kept { devices } parts {} built { settings } }
}

#[cfg(test)]
mod tests;
