//! The rule of `loitering`.
//!
//! A vessel has a `Stay` for each set of settings in force at its place, and each stay has two conditions, slow and circling. They are one
//! alert: it keeps its first start while the vessel goes over from one to the other, and ends when neither is open under any settings.

use serde::{Deserialize, Serialize};

use crate::base::state::remembers;
use crate::base::time::{Span, Time};
use crate::behaviours::runner::profile::{Profiles, Standing};
use crate::behaviours::runner::vessel::{PerVessel, Signals, VesselRule, VesselScene};
use crate::behaviours::shared::anchored::Anchored;
use crate::behaviours::{self, Behaviour, End, Explanation, Holding, Interest, Step, Vicinity};
use crate::picture::tracks::Fix;
use crate::zones::{Chart, Crossing, Presence};

use super::facts::{Facts, Form, Measured, Slow, Thresholds};
use super::settings::Settings;
use super::stay::Stay;

/// Interval at which an open condition is reported again.
const SAY_EVERY: Span = Span::from_minutes(1);

/// The `loitering` behaviour and its state.
pub(crate) type Loitering = PerVessel<LoiteringRule>;

/// The rule: a vessel stays slow or circles where vessels are watched.
pub(crate) struct LoiteringRule {
    /// The settings in force in each zone.
    profiles: Profiles<Settings>,
    /// When the current zones came into force.
    profiles_since: Time,
    /// Room for the profiles of a step, kept between steps to save an allocation for each fix.
    scratch: Vec<u16>,
}

/// What is kept about one vessel.
#[derive(Serialize, Deserialize)]
pub(crate) struct State {
    /// Its stay under each set of settings that applies.
    stays: Vec<Stay>,
    /// The latest report about the condition; `None` unless it is open and was reported.
    said: Option<Said>,
    /// Time of the last fix, from which the vessel counts as lost.
    last_fix: Time,
}

/// What the latest report about a vessel stated.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Said {
    /// Time of the fix that was reported.
    at: Time,
    /// Start of the alert. It stays when the vessel goes over from one form to another.
    started_at: Time,
    /// When the first form was satisfied.
    satisfied_at: Time,
    /// The form reported.
    form: Form,
    /// The zones reported.
    zones: Vec<(crate::zones::ZoneIx, crate::zones::Relation)>,
}

impl VesselRule for LoiteringRule {
    type Settings = Settings;
    type State = State;
    const BEHAVIOUR: Behaviour = Behaviour::Loitering;
    const INTEREST: Interest = Interest::SLOW.with(Interest::TICK).with(Interest::CROSSED);

    fn new(settings: &Settings, chart: &Chart) -> LoiteringRule {
        let profiles = Profiles::new(Behaviour::Loitering, settings, chart);
        LoiteringRule { profiles, profiles_since: Time::MIN, scratch: Vec::new() }
    }

    fn settings(all: &behaviours::Settings) -> &Settings {
        &all.loitering
    }

    fn observe(&mut self, state: &mut Option<State>, scene: &VesselScene<'_>, step: &Step<'_>, out: &mut Signals<'_>) {
        let (Some(fix), Some(place)) = (step.fix, step.place) else {
            return;
        };
        if !scene.vessel.takes_part() || (state.is_none() && step.presence.is_empty()) {
            return;
        }
        let mut allowed = std::mem::take(&mut self.scratch);
        self.profiles.watched(scene.chart, step.presence, scene.now, &mut allowed);
        if state.is_some() || !allowed.is_empty() {
            let state = state.get_or_insert_with(|| State { stays: Vec::new(), said: None, last_fix: fix.at });
            let not_before = entered_at(step).max(self.profiles_since);
            state.look(&self.profiles, &allowed, not_before, &Seen { scene, step, fix, place }, out);
        }
        state.take_if(|state| state.is_empty());
        self.scratch = allowed;
    }

    fn explain(&self, state: Option<&State>, scene: &VesselScene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let (profiles, watched) = self.profiles.for_explaining(scene.chart, step.presence, scene.now);
        let stays = state.map_or(&[][..], |state| &state.stays);
        let of = |profile: u16| stays.iter().find(|stay| stay.profile == profile);
        let shown = |profile: u16| Stay::explain(of(profile), self.profiles.get(profile), scene, step, watched);
        profiles.into_iter().flat_map(shown).collect()
    }

    fn close(&self, mut state: State, reason: End, out: &mut Signals<'_>) {
        state.close(reason, out);
    }

    fn configure(&mut self, settings: &Settings, chart: &Chart, now: Time) {
        self.profiles.rebuild(Behaviour::Loitering, settings, chart);
        self.profiles_since = now;
    }

    fn review(&self, state: &mut Option<State>, scene: &VesselScene<'_>, presence: &Presence, out: &mut Signals<'_>) {
        let mut allowed = Vec::new();
        self.profiles.watched(scene.chart, presence, scene.now, &mut allowed);
        let Some(first) = allowed.first() else {
            state.take().into_iter().for_each(|mut state| state.close(End::ZoneGone, out));
            return;
        };
        let Some(state) = state else {
            return;
        };
        // A running condition keeps the settings it began with if they still exist, and otherwise takes the new ones.
        for stay in &mut state.stays {
            if !allowed.contains(&stay.profile) {
                stay.profile = *first;
            }
        }
        state.stays.dedup_by_key(|stay| stay.profile);
    }

    fn due(&self, state: &State, scene: &VesselScene<'_>) -> Option<Time> {
        Some(scene.lost_at(state.last_fix))
    }

    remembers! { kept { profiles, profiles_since } parts {} built { scratch } }
}

/// One fix of one vessel, with its surroundings.
struct Seen<'a> {
    /// What the rule may read about the vessel.
    scene: &'a VesselScene<'a>,
    /// The step that brought the fix.
    step: &'a Step<'a>,
    /// The fix.
    fix: Fix,
    /// Shore and calm water at the fix.
    place: Vicinity,
}

impl State {
    /// Whether nothing is kept that matters later.
    fn is_empty(&self) -> bool {
        self.stays.is_empty() && self.said.is_none()
    }

    /// Handles a fix at which the settings of `allowed` apply.
    fn look(
        &mut self,
        profiles: &Profiles<Settings>,
        allowed: &[u16],
        not_before: Time,
        seen: &Seen<'_>,
        out: &mut Signals<'_>,
    ) {
        self.last_fix = seen.fix.at;
        for profile in allowed {
            if !self.stays.iter().any(|stay| stay.profile == *profile) {
                // Most vessels have one, and it is large.
                self.stays.reserve_exact(1);
                self.stays.push(Stay::new(*profile, not_before));
            }
        }
        let (mut over_at, mut left) = (None, false);
        for stay in &mut self.stays {
            let of = profiles.get(stay.profile);
            let settings = &of.settings;
            let standing = if stay.is_open() { Standing::Open } else { Standing::New };
            let at_sea = of.is_at_sea(seen.scene.chart, &seen.place, settings.min_shore_nm, standing);
            let is_allowed = allowed.contains(&stay.profile) && at_sea;
            left |= !is_allowed;
            let ended = match is_allowed {
                true => stay.observe(settings, seen.scene, &seen.fix, seen.step),
                false => stay.leave(),
            };
            over_at = over_at.max(ended);
        }
        let reason = match (allowed.is_empty(), left) {
            (true, _) => End::LeftZone,
            (false, true) => End::InCalmWater,
            (false, false) => End::UnderWayAgain,
        };
        self.speak(profiles, seen, over_at, reason, out);
        // Stays that the place no longer allows are dropped once nothing can resume.
        self.stays.retain(|stay| {
            let settings = &profiles.get(stay.profile).settings;
            !stay.is_idle(&settings.rule(seen.scene.merge, false), seen.scene.now)
        });
    }

    /// Reports that the condition holds or is over, if that is news.
    fn speak(
        &mut self,
        profiles: &Profiles<Settings>,
        seen: &Seen<'_>,
        over_at: Option<Time>,
        reason: End,
        out: &mut Signals<'_>,
    ) {
        let Seen { scene, step, fix, place } = *seen;
        let open = self.stays.iter_mut().filter(|stay| stay.is_open());
        // Several stays may be open. The alert describes the one that shows no end and began first.
        let Some(stay) = open.min_by_key(|stay| (!stay.holds(), stay.started_at())) else {
            if let (Some(said), Some(ended_at)) = (self.said.take(), over_at) {
                let reason = match (reason, said.form) {
                    (End::UnderWayAgain, Form::Circling) => End::NoLongerCircling,
                    _ => reason,
                };
                out.over(ended_at, reason);
            }
            return;
        };
        if !stay.holds() {
            return;
        }
        let form = match (stay.slow.is_open(), stay.circling.is_open()) {
            (true, true) => Form::SlowAndCircling,
            (true, false) => Form::Slow,
            (false, _) => Form::Circling,
        };
        let zones: Vec<_> = step.presence.iter().collect();
        // An alert that is open keeps its start, whichever condition began first.
        let started_at = self.said.as_ref().map_or(stay.started_at(), |said| said.started_at);
        let satisfied_at = self.said.as_ref().map_or(stay.satisfied_at(), |said| said.satisfied_at);
        let news = |said: &Said| said.form != form || said.zones != zones || SAY_EVERY <= fix.at - said.at;
        if !self.said.as_ref().is_none_or(news) {
            return;
        }
        let settings = &profiles.get(stay.profile).settings;
        let anchored = stay.anchored(settings, scene, fix.at);
        let shore_nm = place.shore_nm(scene.chart);
        let measured = Measured {
            slow: stay.slow.is_open().then(|| Slow {
                counted_minutes: stay.slow.counted_in_all().minutes().into(),
                swing_nm: stay.swing.radius_nm().into(),
                max_knots: stay.swing.fastest_knots.into(),
            }),
            // Circling has a speed of its own, over its whole window.
            speed_made_good_knots: step.smg.filter(|_| stay.slow.is_open()).map(|smg| smg.knots.into()),
            round: stay.circling.measured(),
            at_anchor: anchored.map(Anchored::facts),
            shore_nm: shore_nm.into(),
        };
        out.holds(Holding {
            started_at,
            satisfied_at,
            last_at: stay.held_until(fix.at),
            facts: Facts { form, measured, thresholds: Thresholds::of(form, settings) }.into(),
            position: Some(fix.position),
            shore_nm: Some(shore_nm),
            zones: zones.clone(),
            base: vec![(Behaviour::Loitering.name(), settings.score)],
            asked: None,
            anchored: anchored.is_some(),
        });
        self.said = Some(Said { at: fix.at, started_at, satisfied_at, form, zones });
    }

    /// Ends everything at the last moment it held.
    fn close(&mut self, reason: End, out: &mut Signals<'_>) {
        let ended_at = self.stays.iter_mut().filter_map(Stay::leave).max();
        if let (Some(_), Some(ended_at)) = (self.said.take(), ended_at) {
            out.over(ended_at, reason);
        }
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
