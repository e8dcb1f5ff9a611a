//! The rule of `position_jump`.
//!
//! The track model confirms a jump, with three fixes that agree at the new place. The rule only decides whether it is worth an alert. The
//! alert stays open until the older track has been silent for `joined_minutes`, after which both are taken for one ship, or until
//! `identity_conflict` proves two.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::state::remembers;
use crate::base::time::Time;
use crate::behaviours::facts::OneForm;
use crate::behaviours::shared::moment::Moment;
use crate::behaviours::shared::sharing::{explain_number, is_of_several, is_watched, jump_nm};
use crate::behaviours::{
    Behaviour, End, Explanation, Holding, Interest, Output, PictureRule, Places, Rule, Scene, Signal, SignalKind, Step,
    Subject, minutes,
};
use crate::picture::tracks::{Activity, CONFIRMING_FIXES, Jump, TrackIx, TrackKey};
use crate::zones::Chart;

use super::facts::Facts;
use super::settings::Settings;

/// The `position_jump` behaviour and its state.
pub struct PositionJump {
    /// The settings. Zones do not affect them.
    settings: Settings,
    /// Open jumps, by the further track.
    open: BTreeMap<TrackIx, Open>,
}

/// A jump whose two tracks are not joined yet.
#[derive(Serialize, Deserialize)]
struct Open {
    /// The further track, which the jump began.
    key: TrackKey,
    /// The track that was left.
    from: (TrackKey, TrackIx),
    /// Time of the last known fix on the track that was left.
    left_at: Time,
}

impl PositionJump {
    /// Creates the behaviour. Zones do not affect it.
    pub fn new(settings: &Settings, _chart: &Chart) -> PositionJump {
        PositionJump { settings: settings.clone(), open: BTreeMap::new() }
    }

    /// Ends a jump, once the track that was left has been silent for `joined_minutes`, or one of the tracks is forgotten.
    fn close(&mut self, vessel: TrackIx, reason: End, out: &mut Output) {
        let Some(open) = self.open.remove(&vessel) else {
            return;
        };
        out.activity.push((vessel, Activity::Done));
        let ended_at = open.left_at + minutes(self.settings.joined_minutes);
        let subject = Subject::one(open.key, vessel);
        out.signals.push(Signal {
            behaviour: Behaviour::PositionJump,
            subject,
            kind: SignalKind::Over { ended_at, reason },
        });
    }
}

/// Whether the jump implies a speed that no ship makes. Two places at the same moment imply none.
fn is_too_fast(scene: &Scene<'_>, jump: &Jump) -> bool {
    jump.implied_knots().is_some_and(|knots| scene.tracks.settings().jump_knots < knots)
}

impl Rule for PositionJump {
    fn behaviour(&self) -> Behaviour {
        Behaviour::PositionJump
    }

    fn interest(&self) -> Interest {
        Interest::JUMPED
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let mmsi = step.key.mmsi;
        let shown = explain_number(Explanation::new(""), mmsi, is_watched(mmsi));
        let several = is_of_several(scene, mmsi);
        let shown = shown.is("ships_known_to_send_it", if several { "several" } else { "one" }, "one", !several);
        let Some(open) = self.open.get(&step.vessel).filter(|open| open.key == step.key) else {
            let elsewhere = scene.tracks.fixes_elsewhere(mmsi);
            let needed = format!(">= {CONFIRMING_FIXES}, in agreement");
            return vec![shown.is("fixes_out_of_reach", elsewhere, needed, CONFIRMING_FIXES <= elsewhere)];
        };
        let left = scene.tracks.find(open.from.0).and_then(|left| left.last()).map_or(open.left_at, |fix| fix.at);
        let silent = scene.now - left.max(open.left_at);
        let shown = shown.is("jumped_away_from", open.from.0.to_string(), "a place out of reach", true);
        vec![shown.below("other_track_silent_minutes", Some(silent.minutes()), self.settings.joined_minutes)]
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        let Some(open) = self.open.get_mut(&vessel).filter(|open| open.key == key) else {
            return;
        };
        // Only the further track is followed, so the rule looks up when the other one was last heard.
        if let Some(fix) = scene.tracks.find(open.from.0).and_then(|left| left.last()) {
            open.left_at = open.left_at.max(fix.at);
        }
        let over_at = open.left_at + minutes(self.settings.joined_minutes);
        if scene.now < over_at {
            out.wakes.push((over_at, key, vessel));
            return;
        }
        self.close(vessel, End::PlaceSilent, out);
    }

    fn forget(&mut self, scene: &Scene<'_>, vessel: TrackIx, reason: End, out: &mut Output) {
        self.close(vessel, reason, out);
        // Tracks that jumped away from the forgotten one lose the track that they could be compared with.
        let left: Vec<TrackIx> =
            self.open.iter().filter(|(_, open)| open.from.1 == vessel).map(|(further, _)| *further).collect();
        for further in left {
            if let (Some(open), Some(fix)) = (self.open.get_mut(&further), scene.tracks.vessel(vessel).last()) {
                open.left_at = open.left_at.max(fix.at);
            }
            self.close(further, End::PlaceSilent, out);
        }
    }

    fn reload(
        &mut self,
        _scene: &Scene<'_>,
        settings: &crate::behaviours::Settings,
        _places: &Places,
        _out: &mut Output,
    ) {
        self.settings = settings.position_jump.clone();
    }

    remembers! { kept { open } parts {} built { settings } }
}

impl PictureRule for PositionJump {
    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let (Some(jump), Some(fix)) = (step.jump, step.fix) else {
            return;
        };
        // A number that several ships send has an alert of `identity_conflict` for all its places.
        let is_reported_elsewhere = !is_watched(step.key.mmsi) || is_of_several(scene, step.key.mmsi);
        if is_reported_elsewhere || jump_nm(jump) < self.settings.min_nm || !is_too_fast(scene, jump) {
            return;
        }
        let subject = Subject::one(step.key, step.vessel);
        // The place that it jumped to, where the sentence puts it. By the third fix it may have sailed on.
        let Moment { position, shore_nm, zones } = Moment::at(Some(jump.first.position), scene.chart);
        let holding = Holding {
            started_at: jump.first.at,
            satisfied_at: fix.at,
            last_at: fix.at,
            facts: Facts { form: OneForm, measured: jump.into(), thresholds: (&self.settings).into() }.into(),
            position,
            shore_nm,
            zones,
            base: vec![(Behaviour::PositionJump.name(), self.settings.score)],
            asked: None,
            anchored: false,
        };
        let kind = SignalKind::Holds(Box::new(holding));
        out.signals.push(Signal { behaviour: Behaviour::PositionJump, subject: subject.clone(), kind });
        // Both places are on one track already, so no further track could be joined later.
        if jump.from.1 == step.vessel {
            let kind = SignalKind::Over { ended_at: fix.at, reason: End::TracksJoined };
            out.signals.push(Signal { behaviour: Behaviour::PositionJump, subject, kind });
            return;
        }
        out.activity.push((step.vessel, Activity::Keeps));
        out.wakes.push((jump.before.at + minutes(self.settings.joined_minutes), step.key, step.vessel));
        self.open.insert(step.vessel, Open { key: step.key, from: jump.from, left_at: jump.before.at });
    }
}
