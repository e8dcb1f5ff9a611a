//! The rule of `draught_change`.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::behaviours::{
    Behaviour, End, Explanation, Holding, Interest, Output, Places, Rule, Scene, Scope, Signal, SignalKind, Step,
    Subject, minutes, number, thresholds,
};
use crate::state::remembers;
use crate::time::Time;
use crate::tracks::{Fields, TrackIx, TrackKey};
use crate::zones::Chart;

use super::{Form, Settings};

/// The `draught_change` behaviour and its state.
pub struct DraughtChange {
    settings: Settings,
    /// Changes received once so far.
    pending: FxHashMap<TrackIx, Pending>,
}

#[derive(Serialize, Deserialize)]
struct Pending {
    key: TrackKey,
    /// The draught before the change. Decimetres.
    before: u8,
    /// When the new value was first received.
    at: Time,
}

impl DraughtChange {
    /// Creates the behaviour. Zones do not affect it.
    pub fn new(settings: &Settings, _chart: &Chart) -> DraughtChange {
        DraughtChange { settings: settings.clone(), pending: FxHashMap::default() }
    }

    /// Whether the change happened at sea, without a port call that would explain it.
    fn at_sea(&self, scene: &Scene<'_>, step: &Step<'_>, pending: &Pending) -> bool {
        let settle = minutes(self.settings.settle_hours * 60.0);
        let calm = step.place.is_none_or(|place| place.in_calm());
        let calls = &scene.episodes.port_calls;
        !calm && calls.stay(step.key).is_none() && !calls.in_port_between(step.key, pending.at - settle, step.at)
    }

    fn holds(&self, scene: &Scene<'_>, step: &Step<'_>, pending: &Pending, after: u8) -> Signal {
        let settings = &self.settings;
        let position = scene.tracks.vessel(step.vessel).last().map(|fix| fix.position);
        let metres = |dm: u8| f64::from(dm) / 10.0;
        let mut base = vec![(Behaviour::DraughtChange.name(), settings.score)];
        let mut measured = Map::new();
        measured.insert("draught_before_metres".into(), number(metres(pending.before), 1));
        measured.insert("draught_after_metres".into(), number(metres(after), 1));
        measured.insert("change_metres".into(), number(metres(after) - metres(pending.before), 1));
        let lookback = minutes(settings.lookback_hours * 60.0);
        if let Some(hole) = scene.episodes.holes.of(step.key)
            && minutes(settings.gap_hours * 60.0) <= hole.length()
            && pending.at - hole.to <= lookback
        {
            base.push(("after_gap", settings.gap_points));
            measured.insert("silent_hours".into(), number(hole.length().hours(), 1));
        }
        Signal {
            behaviour: Behaviour::DraughtChange,
            subject: Subject::one(step.key, step.vessel),
            kind: SignalKind::Holds(Box::new(Holding {
                started_at: pending.at,
                satisfied_at: step.at,
                last_at: step.at,
                form: if pending.before < after { Form::Deeper } else { Form::LessDeep }.into(),
                position,
                shore_nm: step.place.map(|place| place.shore_nm(scene.chart)),
                zones: step.presence.iter().collect(),
                base,
                asked: None,
                anchored: false,
                measured,
                thresholds: thresholds(settings, &["change_metres", "settle_hours", "gap_hours", "lookback_hours"]),
            })),
        }
    }
}

impl Rule for DraughtChange {
    fn behaviour(&self) -> Behaviour {
        Behaviour::DraughtChange
    }

    fn scope(&self) -> Scope {
        Scope::Episodes
    }

    fn interest(&self) -> Interest {
        Interest::LEARNED
    }

    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let Some(learned) = step.learned else {
            return;
        };
        let vessel = scene.tracks.vessel(step.vessel);
        let now = vessel.identity().and_then(|identity| identity.draught_dm);
        let (Some(after), true) = (now, vessel.takes_part() && !learned.shared) else {
            return;
        };
        if learned.changed.meets(Fields::DRAUGHT)
            && let Some(before) = learned.before.draught_dm
        {
            // A change received once and then replaced by another counts from the draught before both.
            let pending = self.pending.remove(&step.vessel).filter(|pending| pending.key == step.key);
            let pending = pending.unwrap_or(Pending { key: step.key, before, at: step.at });
            if pending.before != after {
                self.pending.insert(step.vessel, pending);
            }
        }
        if !learned.repeated.meets(Fields::DRAUGHT) {
            return;
        }
        let Some(pending) = self.pending.remove(&step.vessel).filter(|pending| pending.key == step.key) else {
            return;
        };
        let change_dm = (f64::from(after) - f64::from(pending.before)).abs();
        // Draughts are whole decimetres; half of one allows for rounding of the setting.
        if change_dm + 0.5 < self.settings.change_metres * 10.0 || !self.at_sea(scene, step, &pending) {
            return;
        }
        out.signals.push(self.holds(scene, step, &pending, after));
        out.signals.push(Signal {
            behaviour: Behaviour::DraughtChange,
            subject: Subject::one(step.key, step.vessel),
            kind: SignalKind::Over { ended_at: step.at, reason: End::SingleEvent },
        });
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let draught = scene.tracks.vessel(step.vessel).identity().and_then(|identity| identity.draught_dm);
        let pending = self.pending.get(&step.vessel).filter(|pending| pending.key == step.key);
        let metres = |dm: u8| f64::from(dm) / 10.0;
        let change = pending.zip(draught).map(|(pending, now)| (metres(now) - metres(pending.before)).abs());
        let settle = minutes(self.settings.settle_hours * 60.0);
        let in_port = scene.episodes.port_calls.stay(step.key).is_some()
            || scene.episodes.port_calls.in_port_between(step.key, step.at - settle, step.at)
            || step.place.is_some_and(|place| place.in_calm());
        let told = Explanation::new("")
            .takes_part(scene, step)
            .is("draught_metres", draught.map_or(Value::Null, |dm| number(metres(dm), 1)), "said", draught.is_some())
            .at_least("change_metres", change, self.settings.change_metres)
            .is("in_port_lately", in_port, "false", !in_port)
            .is("said_again", false, "true: it opens when a second report confirms the change", false);
        vec![told]
    }

    fn wake(&mut self, _scene: &Scene<'_>, _key: TrackKey, _vessel: TrackIx, _out: &mut Output) {}

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, _reason: End, _out: &mut Output) {
        self.pending.remove(&vessel);
    }

    fn reload(
        &mut self,
        _scene: &Scene<'_>,
        settings: &crate::behaviours::Settings,
        _places: &Places,
        _out: &mut Output,
    ) {
        self.settings = settings.draught_change.clone();
    }

    remembers! { kept { pending } parts {} built { settings } }
}
