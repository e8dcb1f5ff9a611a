//! Draught change: a vessel reports another draught than before, without a port call between.
//!
//! ## Watches
//! Every vessel that sends its draught, outside calm water.
//! ## Why
//! What makes a ship heavier or lighter at sea came or went over its side.
//! ## Opens
//! A draught that differs by `change_metres` or more from the previous one is received for the second time. Not in
//! port, nor within `settle_hours` of a port call, when crews still enter what they loaded. Points are added for a
//! silence of `gap_hours` or a meeting within the previous `lookback_hours`.
//! ## Ends
//! At once, as a change has no duration.
//! ## Blind spots
//! The draught is typed by hand, often late and often never. Fuel burnt and ballast change it in small steps, which are
//! not added up. A port that is missing from the index, or was visited during a silence, is not known as a port call.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::behaviours::Behaviour;
use crate::state::remembers;
use crate::time::Time;
use crate::tracks::{Fields, TrackIx, TrackKey};
use crate::zones::Chart;

use super::{
    Explanation, Holding, Interest, Output, Places, Rule, Scene, Scope, Signal, SignalKind, Step, Subject, minutes,
    not_negative, number, positive, thresholds,
};

const NAME: Behaviour = Behaviour::DraughtChange;

/// Settings `[behaviours.draught_change]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    pub score: i32,
    /// Points added after a gap.
    pub gap_points: i32,
    /// Minimum change. Metres.
    pub change_metres: f64,
    /// For this long after a port call, a change is attributed to the port. Hours.
    pub settle_hours: f64,
    /// A gap of this length may be the reason for the change. Hours, at least 1.
    pub gap_hours: f64,
    /// The gap must have ended at most this long before the change. Hours.
    pub lookback_hours: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 10,
            gap_points: 15,
            change_metres: 0.5,
            settle_hours: 3.0,
            gap_hours: 3.0,
            lookback_hours: 24.0,
        }
    }
}

impl Settings {
    /// Every fault in these settings, as a sentence that begins with the key.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (key, points) in [("score", self.score), ("gap_points", self.gap_points)] {
            if !(0..=100).contains(&points) {
                problems.push(format!("{key} must lie between 0 and 100, not {points}"));
            }
        }
        positive(&mut problems, "change_metres", self.change_metres);
        not_negative(&mut problems, "settle_hours", self.settle_hours);
        not_negative(&mut problems, "lookback_hours", self.lookback_hours);
        if !(1.0..=720.0).contains(&self.gap_hours) {
            problems.push(format!("gap_hours must lie between 1 and 720, not {}", self.gap_hours));
        }
        problems
    }
}

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
        let mut base = vec![(NAME.name(), settings.score)];
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
            behaviour: NAME,
            subject: Subject::one(step.key, step.vessel),
            kind: SignalKind::Holds(Box::new(Holding {
                started_at: pending.at,
                satisfied_at: step.at,
                last_at: step.at,
                form: if pending.before < after { "deeper" } else { "less_deep" },
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
    fn name(&self) -> Behaviour {
        NAME
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
            behaviour: NAME,
            subject: Subject::one(step.key, step.vessel),
            kind: SignalKind::Over { ended_at: step.at, reason: "single event" },
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

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, _reason: &'static str, _out: &mut Output) {
        self.pending.remove(&vessel);
    }

    fn reload(&mut self, _scene: &Scene<'_>, settings: &super::Settings, _places: &Places, _out: &mut Output) {
        self.settings = settings.draught_change.clone();
    }

    remembers! { kept { pending } parts {} built { settings } }
}

#[cfg(test)]
mod tests;
