//! The rule of `distress`.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::behaviours::{
    Behaviour, End, Explanation, Holding, Interest, Output, Places, Rule, Scene, Scope, Signal, SignalKind, Step,
    Subject, Words, minutes, thresholds,
};
use crate::state::remembers;
use crate::time::{Span, Time};
use crate::tracks::{Activity, TrackIx, TrackKey};
use crate::units::StationClass;
use crate::zones::Chart;

use super::{Form, Settings};

pub(super) const ACTIVE: u8 = 14;
const SAY_EVERY: Span = Span::from_minutes(1);

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
    said: Option<(Time, Form)>,
}

impl Distress {
    /// Creates the behaviour. Zones do not affect it.
    pub fn new(settings: &Settings, _chart: &Chart) -> Distress {
        Distress { settings: settings.clone(), devices: FxHashMap::default() }
    }
}

impl Rule for Distress {
    fn behaviour(&self) -> Behaviour {
        Behaviour::Distress
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
        let was_active = device.said.is_some_and(|(_, said)| said == Form::Active);
        if was_active && says_test {
            out.signals.push(Signal {
                behaviour: Behaviour::Distress,
                subject: Subject::one(step.key, step.vessel),
                kind: SignalKind::Disproved { started_at: device.started_at, reason: End::SaysTest },
            });
            (device.said, device.started_at) = (None, step.at);
        }
        // An active device stays active. A later test status does not call off the search; only the safety text does.
        let form = match !says_test && (was_active || vessel.status() == Some(ACTIVE)) {
            true => Form::Active,
            false => Form::Test,
        };
        if device.said.is_some_and(|(at, said)| said == form && step.at - at < SAY_EVERY) {
            return;
        }
        device.said = Some((step.at, form));
        let points = if form == Form::Active { self.settings.score } else { self.settings.test_score };
        out.signals.push(Signal {
            behaviour: Behaviour::Distress,
            subject: Subject::one(step.key, step.vessel),
            kind: SignalKind::Holds(Box::new(Holding {
                started_at: device.started_at,
                satisfied_at: device.started_at,
                last_at: step.at,
                form: form.into(),
                position: fix.map(|fix| fix.position),
                shore_nm: fix.map(|fix| scene.chart.shore_nm(fix.position)),
                zones: step.presence.iter().collect(),
                base: vec![(form.parts()[0], points)],
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
        self.forget(scene, vessel, End::NoLongerTransmitting, out);
        out.activity.push((vessel, Activity::Done));
    }

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: End, out: &mut Output) {
        let Some(device) = self.devices.remove(&vessel) else {
            return;
        };
        out.signals.push(Signal {
            behaviour: Behaviour::Distress,
            subject: Subject::one(device.key, vessel),
            kind: SignalKind::Over { ended_at: device.last_at, reason },
        });
    }

    fn reload(
        &mut self,
        _scene: &Scene<'_>,
        settings: &crate::behaviours::Settings,
        _places: &Places,
        _out: &mut Output,
    ) {
        self.settings = settings.distress.clone();
    }

    remembers! { kept { devices } parts {} built { settings } }
}
