//! Loitering: a vessel that stays slow, or circles, in or near a watched corridor or area.
//!
//! ## Watches
//! Every vessel in or near an active corridor, area or benign zone, outside calm water and its margin and at least
//! `min_shore_nm` from shore.
//! ## Why
//! Slow hours offshore come before transfers at sea. A mother ship waits for its daughter boats; a ship with a drop to
//! make waits for the dark.
//! ## Opens
//! **Slow**: speed made good stays below `slow_knots` for `after_minutes`. **Circling**: over the shortest suitable
//! window between `circling_min_hours` and `circling_max_hours`, the path is at least `circling_path_nm`, the net
//! displacement is below `circling_displacement` of the path, the median speed is between `circling_min_knots` and
//! `circling_max_knots`, the box is at most as wide as `circling_box_nm`, and the signed sum of course changes is at least
//! `circling_turn_degrees`.
//! ## Ends
//! Slow: speed made good is at or above `moving_knots` for `end_minutes`, and either the vessel is more than `shift_nm`
//! from where it lay or `shift_minutes` have passed. More than `slow_knots` over a hole counts as moving for the length
//! of the hole. Circling: over a window as long as the first, the box is wider than `circling_box_nm` or the
//! displacement is above `circling_end_displacement` of the path. Both end when the place no longer allows them, or
//! after 6 h without a fix (lost). A vessel that circles and then lies slow is one alert.
//! ## Blind spots
//! A disabled ship and a ship waiting for orders look the same. A hole in reception can hide a departure and a return;
//! time in the hole does not count. A craft that comes alongside without a transponder is not seen. A ship that stays
//! within `anchored_swing_nm` for `anchored_after_minutes` counts as anchored even where the water is too deep for an
//! anchor.

mod circling;
mod stay;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::behaviours::Behaviour;
use crate::state::{Word, remembers, word};
use crate::time::{Span, Time};
use crate::tracks::{Activity, TrackIx, TrackKey};
use crate::zones::{Chart, Crossing};

use super::loitering::stay::Stay;
use super::runner::profile::{Profiles, Standing};
use super::{
    Explanation, Holding, Interest, Output, Places, Rule, Scene, Scope, Signal, SignalKind, Step, Subject, Vicinity,
    number, thresholds,
};

mod settings;

pub use settings::Settings;

const NAME: Behaviour = Behaviour::Loitering;
/// Interval at which an open condition is reported again.
const SAY_EVERY: Span = Span::from_minutes(1);

/// The `loitering` behaviour and its state.
pub struct Loitering {
    profiles: Profiles<Settings>,
    /// When the current zones came into force.
    profiles_since: Time,
    vessels: FxHashMap<TrackIx, State>,
    scratch: Vec<u16>,
}

/// State of one vessel.
#[derive(Serialize, Deserialize)]
struct State {
    key: TrackKey,
    judged: Vec<Stay>,
    /// Latest report, if the condition has been reported and not yet ended.
    said: Option<Said>,
    last_fix: Time,
    waking: bool,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Said {
    at: Time,
    started_at: Time,
    satisfied_at: Time,
    #[serde(deserialize_with = "word")]
    form: Word,
    zones: Vec<(crate::zones::ZoneIx, crate::zones::Relation)>,
}

impl Loitering {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub fn new(settings: &Settings, chart: &Chart) -> Loitering {
        Loitering {
            profiles: Profiles::new(NAME, settings, chart),
            profiles_since: Time::MIN,
            vessels: FxHashMap::default(),
            scratch: Vec::new(),
        }
    }
}

impl Rule for Loitering {
    fn name(&self) -> Behaviour {
        NAME
    }

    fn scope(&self) -> Scope {
        Scope::Vessel
    }

    fn interest(&self) -> Interest {
        Interest::SLOW.and(Interest::TICK).and(Interest::CROSSED)
    }

    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let (Some(fix), Some(place)) = (step.fix, step.place) else {
            return;
        };
        let vessel = scene.tracks.vessel(step.vessel);
        let known = self.vessels.contains_key(&step.vessel);
        if !vessel.takes_part() || (!known && step.presence.is_empty()) {
            return;
        }
        let mut profiles = std::mem::take(&mut self.scratch);
        self.profiles.watched(scene.chart, step.presence, scene.now, &mut profiles);
        if known || !profiles.is_empty() {
            let state = self.vessels.entry(step.vessel).or_insert_with(|| State {
                key: step.key,
                judged: Vec::new(),
                said: None,
                last_fix: fix.at,
                waking: false,
            });
            state.last_fix = fix.at;
            let not_before = entered_at(step).max(self.profiles_since);
            let (mut over_at, mut left) = (None, false);
            for profile in &profiles {
                if !state.judged.iter().any(|judged| judged.profile == *profile) {
                    state.judged.push(Stay::new(*profile, not_before));
                }
            }
            for judged in &mut state.judged {
                let allowed = profiles.contains(&judged.profile);
                let profile = self.profiles.get(judged.profile);
                let standing = if judged.is_open() { Standing::Open } else { Standing::New };
                let at_sea = profile.is_at_sea(scene.chart, &place, profile.settings.min_shore_nm, standing);
                left |= !(allowed && at_sea);
                let ended = match allowed && at_sea {
                    true => judged.observe(&profile.settings, scene, &vessel, &fix, step),
                    false => judged.leave(),
                };
                over_at = over_at.max(ended);
            }
            let reason = match (profiles.is_empty(), left) {
                (true, _) => "left the zone",
                (false, true) => "near shore, harbour or anchorage",
                (false, false) => "under way again",
            };
            state.speak(scene, step, &place, &self.profiles, over_at, reason, out);
            state.rest(scene, &self.profiles, step.vessel, out);
            if state.is_empty() {
                self.vessels.remove(&step.vessel);
                out.activity.push((step.vessel, Activity::Done));
            } else if !known {
                out.activity.push((step.vessel, Activity::Keeps));
            }
        }
        self.scratch = profiles;
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let (profiles, watched) = self.profiles.for_explaining(scene.chart, step.presence, scene.now);
        let stays = self.vessels.get(&step.vessel).map_or(&[][..], |state| &state.judged);
        let of = |profile: u16| stays.iter().find(|stay| stay.profile == profile);
        let told = |profile: u16| Stay::explain(of(profile), self.profiles.get(profile), scene, step, watched);
        profiles.into_iter().flat_map(told).collect()
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        let Some(state) = self.vessels.get_mut(&vessel).filter(|state| state.key == key) else {
            return;
        };
        let lost_at = scene.tracks.lost_at(vessel, state.last_fix);
        if scene.now < lost_at {
            out.wakes.push((lost_at, key, vessel));
            return;
        }
        state.close(vessel, "lost", out);
        self.vessels.remove(&vessel);
        out.activity.push((vessel, Activity::Done));
    }

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: &'static str, out: &mut Output) {
        if let Some(mut state) = self.vessels.remove(&vessel) {
            state.close(vessel, reason, out);
        }
    }

    fn reload(&mut self, scene: &Scene<'_>, settings: &super::Settings, places: &Places, out: &mut Output) {
        self.profiles.rebuild(NAME, &settings.loitering, scene.chart);
        self.profiles_since = scene.now;
        let mut vessels: Vec<(TrackKey, TrackIx)> = self.vessels.iter().map(|(ix, state)| (state.key, *ix)).collect();
        vessels.sort_unstable();
        for (_, ix) in vessels {
            let mut allowed = Vec::new();
            self.profiles.watched(scene.chart, places.presence(ix), scene.now, &mut allowed);
            let Some(state) = self.vessels.get_mut(&ix) else {
                continue;
            };
            match allowed.first() {
                None => {
                    state.close(ix, "zone removed or inactive", out);
                    self.vessels.remove(&ix);
                    out.activity.push((ix, Activity::Done));
                }
                // A running condition keeps the settings it began with if they still exist, and otherwise takes the new
                // ones.
                Some(first) => {
                    for judged in &mut state.judged {
                        if !allowed.contains(&judged.profile) {
                            judged.profile = *first;
                        }
                    }
                    state.judged.dedup_by_key(|judged| judged.profile);
                }
            }
        }
    }

    remembers! { kept { profiles, profiles_since, vessels } parts {} built { scratch } }
}

impl State {
    fn is_empty(&self) -> bool {
        self.judged.is_empty() && self.said.is_none()
    }

    /// Reports that the condition holds or is over, if that is news.
    #[allow(clippy::too_many_arguments)]
    fn speak(
        &mut self,
        scene: &Scene<'_>,
        step: &Step<'_>,
        place: &Vicinity,
        profiles: &Profiles<Settings>,
        over_at: Option<Time>,
        reason: &'static str,
        out: &mut Output,
    ) {
        let Some(fix) = step.fix else {
            return;
        };
        let open = self.judged.iter_mut().filter(|judged| judged.is_open());
        let open = open.min_by_key(|judged| (!judged.holds(), judged.started_at()));
        let Some(judged) = open else {
            if let (Some(said), Some(ended_at)) = (self.said.take(), over_at) {
                let reason = match (reason, said.form) {
                    ("under way again", "circling") => "no longer circling",
                    _ => reason,
                };
                out.signals.push(self.over(step.vessel, ended_at, reason));
            }
            return;
        };
        if !judged.holds() {
            return;
        }
        let form = match (judged.slow.is_open(), judged.circling.is_open()) {
            (true, true) => "slow+circling",
            (true, false) => "slow",
            (false, _) => "circling",
        };
        let zones: Vec<_> = step.presence.iter().collect();
        let started_at = self.said.as_ref().map_or(judged.started_at(), |said| said.started_at);
        let satisfied_at = self.said.as_ref().map_or(judged.satisfied_at(), |said| said.satisfied_at);
        let news = self
            .said
            .as_ref()
            .is_none_or(|said| said.form != form || said.zones != zones || SAY_EVERY <= fix.at - said.at);
        if !news {
            return;
        }
        let settings = &profiles.get(judged.profile).settings;
        let anchored = judged.anchored(settings, scene, &scene.tracks.vessel(step.vessel), fix.at);
        let mut measured = serde_json::Map::new();
        if judged.slow.is_open() {
            measured.insert("counted_minutes".into(), number(judged.slow.counted_in_all().minutes(), 1));
            measured.insert("swing_nm".into(), number(judged.swing.radius_nm(), 2));
            measured.insert("max_knots".into(), number(judged.swing.fastest_knots, 1));
        }
        if let Some(smg) = step.smg {
            measured.insert("speed_made_good_knots".into(), number(smg.knots, 1));
        }
        judged.circling.measure(&mut measured);
        if let Some(anchored) = anchored {
            anchored.measure(&mut measured);
        }
        let shore_nm = place.shore_nm(scene.chart);
        measured.insert("shore_nm".into(), number(shore_nm, 1));
        out.signals.push(Signal {
            behaviour: NAME,
            subject: Subject::one(self.key, step.vessel),
            kind: SignalKind::Holds(Box::new(Holding {
                started_at,
                satisfied_at,
                last_at: fix.at,
                form,
                position: Some(fix.position),
                shore_nm: Some(shore_nm),
                zones: zones.clone(),
                base: vec![(NAME.name(), settings.score)],
                asked: None,
                anchored: anchored.is_some(),
                measured,
                thresholds: thresholds(settings, keys_of(form)),
            })),
        });
        self.said = Some(Said { at: fix.at, started_at, satisfied_at, form, zones });
    }

    /// Drops stays that count nothing, and asks to be woken when the vessel would be lost.
    fn rest(&mut self, scene: &Scene<'_>, profiles: &Profiles<Settings>, vessel: TrackIx, out: &mut Output) {
        let now = scene.now;
        self.judged.retain(|judged| {
            let settings = &profiles.get(judged.profile).settings;
            let rule = settings.rule(scene.merge, false);
            !judged.is_idle(&rule, now)
        });
        if !self.waking && !self.judged.is_empty() {
            self.waking = true;
            let lost_at = scene.tracks.lost_at(vessel, self.last_fix);
            out.wakes.push((lost_at, self.key, vessel));
        }
    }

    /// Ends everything at the last moment it held.
    fn close(&mut self, vessel: TrackIx, reason: &'static str, out: &mut Output) {
        let ended_at = self.judged.iter_mut().filter_map(Stay::leave).max();
        if let (Some(_), Some(ended_at)) = (self.said.take(), ended_at) {
            out.signals.push(self.over(vessel, ended_at, reason));
        }
    }

    fn over(&self, vessel: TrackIx, ended_at: Time, reason: &'static str) -> Signal {
        Signal { behaviour: NAME, subject: Subject::one(self.key, vessel), kind: SignalKind::Over { ended_at, reason } }
    }
}

/// When the vessel last crossed a border inward in this step; `Time::MIN` if it did not.
fn entered_at(step: &Step<'_>) -> Time {
    let entered = step.crossings.iter().filter_map(|crossing| match *crossing {
        Crossing::Entered { at, .. } => Some(at),
        Crossing::Left { .. } => None,
    });
    entered.max().unwrap_or(Time::MIN)
}

fn keys_of(form: &str) -> &'static [&'static str] {
    match form {
        "slow" => &[
            "slow_knots",
            "moving_knots",
            "after_minutes",
            "end_minutes",
            "min_shore_nm",
            "anchored_swing_nm",
            "anchored_after_minutes",
            "still_nm",
            "shift_nm",
            "shift_minutes",
        ],
        _ => &[
            "slow_knots",
            "after_minutes",
            "min_shore_nm",
            "circling_min_hours",
            "circling_max_hours",
            "circling_path_nm",
            "circling_displacement",
            "circling_end_displacement",
            "circling_min_knots",
            "circling_max_knots",
            "circling_box_nm",
            "circling_turn_degrees",
        ],
    }
}

#[cfg(test)]
mod tests;
