//! The runner for behaviours that rest on a single condition ([`Case`]). It follows the condition of a vessel from start to end, under
//! the settings of each place that the vessel is in.

use serde::{Deserialize, Serialize};

use crate::base::state::{Damaged, remembers};
use crate::base::time::{Span, Time};
use crate::behaviours::{Behaviour, End, Form};
use crate::zones::{Chart, Crossing, Presence, Relation, ZoneIx};

use crate::behaviours::runner::case::{Case, Kept, Seen, Where, Whole};
use crate::behaviours::runner::condition::Condition;
use crate::behaviours::runner::median::Median;
use crate::behaviours::runner::profile::{Profiles, Standing};
use crate::behaviours::runner::vessel::{Signals, VesselRule, VesselScene};
use crate::behaviours::shared::anchored::{self, Anchorage, Anchored};
use crate::behaviours::shared::swing::Swing;
use crate::behaviours::{Explanation, Holding, Interest, Settings, Step};

/// Interval at which an open condition is reported again.
const SAY_EVERY: Span = Span::from_minutes(1);

/// A rule that consists of the condition `C`.
pub(crate) struct Lone<C: Case> {
    /// The settings in force in each zone.
    profiles: Profiles<C::Settings>,
    /// When the zones and settings in force were loaded; `Time::MIN` for those of the start.
    profiles_since: Time,
    /// Room for the profiles of a step, kept between steps to save an allocation for each fix.
    scratch: Vec<u16>,
}

/// The condition of one vessel, under each set of settings that applies.
#[derive(Serialize, Deserialize)]
pub(crate) struct State<X> {
    /// One for each profile. The alert takes the facts of the open one that shows no end and began first.
    kept: Vec<Kept<X>>,
    /// The latest report about the condition; `None` unless it is open and was reported.
    said: Option<Said>,
    /// Time of the last fix that counted for or against the condition.
    heard_at: Time,
}

/// What the latest report stated. Another form or other zones are reported at once, other measurements once a minute.
#[derive(Clone, Serialize, Deserialize)]
struct Said {
    /// Time of the fix that was reported.
    at: Time,
    /// The form reported.
    form: Form,
    /// The zones reported.
    zones: Vec<(ZoneIx, Relation)>,
}

impl<C: Case> Lone<C> {
    /// Creates the rule with the base settings and each zone's overrides.
    pub(crate) fn new(settings: &C::Settings, chart: &Chart) -> Lone<C> {
        let profiles = Profiles::new(C::BEHAVIOUR, settings, chart);
        Lone { profiles, profiles_since: Time::MIN, scratch: Vec::new() }
    }

    /// The settings in force at the vessel's place, if a condition may begin there.
    pub(crate) fn settings_here(&self, scene: &VesselScene<'_>, step: &Step<'_>) -> Option<C::Settings> {
        let (place, mut allowed) = (step.place?, Vec::new());
        self.allowed(scene, step.presence, &mut allowed);
        let mut of = allowed.iter().map(|profile| self.profiles.get(*profile));
        of.find(|of| of.is_at_sea(scene.chart, &place, C::min_shore_nm(&of.settings), Standing::New))
            .map(|of| of.settings.clone())
    }

    /// Handles one fix. `begin` returns the state to keep if a condition may begin with it.
    pub(crate) fn observe(
        &mut self,
        state: &mut Option<State<C::Own>>,
        scene: &VesselScene<'_>,
        step: &Step<'_>,
        begin: impl Fn(&C::Settings, &Seen<'_>) -> Option<C::Own>,
        out: &mut Signals<'_>,
    ) {
        let (Some(fix), Some(place), true) = (step.fix, step.place, scene.vessel.takes_part()) else {
            return;
        };
        let seen = Seen { scene, step, vessel: scene.vessel, fix, place };
        let mut allowed = std::mem::take(&mut self.scratch);
        self.allowed(scene, step.presence, &mut allowed);
        if state.is_some() || !allowed.is_empty() {
            self.look(state, &seen, &allowed, begin, out);
        }
        self.scratch = allowed;
    }

    /// The conditions under each profile in force: on the place, then those that `own` adds, then on anchoring.
    pub(crate) fn explain(
        &self,
        state: Option<&State<C::Own>>,
        scene: &VesselScene<'_>,
        step: &Step<'_>,
        own: impl Fn(Explanation, &C::Settings, &Seen<'_>, Option<&Kept<C::Own>>) -> Explanation,
    ) -> Vec<Explanation> {
        let (Some(fix), Some(place)) = (step.fix, step.place) else {
            return vec![Explanation::new("").is("position", "none", "a fix", false)];
        };
        let seen = Seen { scene, step, vessel: scene.vessel, fix, place };
        let (profiles, watched) = self.profiles.for_explaining(scene.chart, step.presence, scene.now);
        let shown = |profile: u16| {
            let of = self.profiles.get(profile);
            let kept = state.and_then(|state| state.kept.iter().find(|kept| kept.profile == profile));
            let mut shown = Explanation::new("").takes_part(&scene.vessel);
            if C::WHERE == Where::Watched {
                shown = shown.watched(scene.chart, step.presence, watched);
            }
            let shown = of.explain_place(shown, Some(&place.place(scene.chart)), C::min_shore_nm(&of.settings));
            let shown = own(shown, &of.settings, &seen, kept);
            let swing = kept.map_or_else(Swing::default, |kept| kept.swing);
            let lies =
                C::anchored_swing_nm(&of.settings).and_then(|nm| Anchored::of(scene, &swing, &Anchorage::within(nm)));
            anchored::explain(shown, scene, step.fix, lies)
        };
        profiles.into_iter().map(shown).collect()
    }

    /// Ends what is open, at the last moment at which it held.
    pub(crate) fn close(&self, mut state: State<C::Own>, reason: End, out: &mut Signals<'_>) {
        state.close(reason, out);
    }

    /// When a vessel with this state counts as lost.
    pub(crate) fn lost_at(&self, state: &State<C::Own>, scene: &VesselScene<'_>) -> Time {
        scene.lost_at(state.heard_at)
    }

    /// Puts other zones and settings into force.
    pub(crate) fn configure(&mut self, settings: &C::Settings, chart: &Chart, now: Time) {
        self.profiles.rebuild(C::BEHAVIOUR, settings, chart);
        self.profiles_since = now;
    }

    /// Ends what the zones and settings now in force no longer allow.
    pub(crate) fn review(
        &self,
        state: &mut Option<State<C::Own>>,
        scene: &VesselScene<'_>,
        presence: &Presence,
        out: &mut Signals<'_>,
    ) {
        let mut allowed = Vec::new();
        self.allowed(scene, presence, &mut allowed);
        let Some(first) = allowed.first() else {
            state.take().into_iter().for_each(|mut state| state.close(End::ZoneGone, out));
            return;
        };
        let Some(state) = state else {
            return;
        };
        // A running condition keeps the settings it began with if they still exist, and otherwise takes the new ones.
        for kept in &mut state.kept {
            if !allowed.contains(&kept.profile) {
                kept.profile = *first;
            }
        }
        state.kept.dedup_by_key(|kept| kept.profile);
    }

    /// Writes the profiles in force at the vessel's place to `allowed`.
    fn allowed(&self, scene: &VesselScene<'_>, presence: &Presence, allowed: &mut Vec<u16>) {
        self.profiles.watched(scene.chart, presence, scene.now, allowed);
        let zones = &scene.chart.zones;
        let watched =
            || presence.iter().any(|(zone, _)| zones.get(zone).watched() && zones.get(zone).active(scene.now));
        if C::WHERE == Where::Anywhere && allowed.is_empty() && !watched() {
            self.profiles.anywhere(scene.chart, std::iter::empty(), scene.now, allowed);
        }
    }

    /// Handles a fix: begins a condition under each profile of `allowed` that has none, observes those that exist, and reports.
    fn look(
        &self,
        state: &mut Option<State<C::Own>>,
        seen: &Seen<'_>,
        allowed: &[u16],
        begin: impl Fn(&C::Settings, &Seen<'_>) -> Option<C::Own>,
        out: &mut Signals<'_>,
    ) {
        for profile in allowed {
            let judged = |state: &State<C::Own>| state.kept.iter().any(|kept| kept.profile == *profile);
            if state.as_ref().is_some_and(judged) {
                continue;
            }
            let of = self.profiles.get(*profile);
            let at_sea = of.is_at_sea(seen.scene.chart, &seen.place, C::min_shore_nm(&of.settings), Standing::New);
            let Some(own) = at_sea.then(|| begin(&of.settings, seen)).flatten() else {
                continue;
            };
            // Time before the vessel crossed the border, or before the settings came into force, does not count.
            let not_before = entered_at(seen.step).max(self.profiles_since);
            let new = || State { kept: Vec::new(), said: None, heard_at: seen.fix.at };
            let (condition, swing) = (Condition::new(), Swing::default());
            let kept =
                Kept { profile: *profile, condition, swing, knots: Median::new(), own, inside: true, not_before };
            let all = &mut state.get_or_insert_with(new).kept;
            // Most vessels have one, and it is large.
            all.reserve_exact(1);
            all.push(kept);
        }
        let Some(known) = state else {
            return;
        };
        let (mut over_at, mut left) = (None, false);
        for kept in &mut known.kept {
            let of = self.profiles.get(kept.profile);
            let standing = if kept.condition.is_open() { Standing::Open } else { Standing::New };
            let at_sea = of.is_at_sea(seen.scene.chart, &seen.place, C::min_shore_nm(&of.settings), standing);
            let ended = match allowed.contains(&kept.profile) && at_sea {
                true => kept.observe::<C>(&of.settings, seen, &mut known.heard_at),
                false => {
                    left = true;
                    kept.leave()
                }
            };
            over_at = over_at.max(ended);
        }
        let reason = match (allowed.is_empty(), left) {
            (true, _) => End::LeftZone,
            (false, true) => End::InCalmWater,
            (false, false) => C::ENDS,
        };
        known.speak::<C>(seen, &self.profiles, over_at, reason, out);
        // A condition that counts nothing and cannot resume is not worth keeping.
        known.kept.retain(|kept| {
            let rule = C::rule(&self.profiles.get(kept.profile).settings, kept, seen);
            !kept.condition.is_idle(&rule, seen.scene.now)
        });
        state.take_if(|state| state.kept.is_empty() && state.said.is_none());
    }

    remembers! { pub(crate) kept { profiles, profiles_since } parts {} built { scratch } }
}

impl<C: Whole> VesselRule for Lone<C> {
    type Settings = C::Settings;
    type State = State<C::Own>;
    const BEHAVIOUR: Behaviour = C::BEHAVIOUR;
    const INTEREST: Interest = C::INTEREST;

    fn new(settings: &C::Settings, chart: &Chart) -> Lone<C> {
        Lone::new(settings, chart)
    }

    fn settings(all: &Settings) -> &C::Settings {
        C::table(all)
    }

    fn observe(
        &mut self,
        state: &mut Option<State<C::Own>>,
        scene: &VesselScene<'_>,
        step: &Step<'_>,
        out: &mut Signals<'_>,
    ) {
        self.observe(state, scene, step, C::begin, out);
    }

    fn explain(&self, state: Option<&State<C::Own>>, scene: &VesselScene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        self.explain(state, scene, step, C::explain)
    }

    fn close(&self, state: State<C::Own>, reason: End, out: &mut Signals<'_>) {
        self.close(state, reason, out);
    }

    fn configure(&mut self, settings: &C::Settings, chart: &Chart, now: Time) {
        self.configure(settings, chart, now);
    }

    fn review(
        &self,
        state: &mut Option<State<C::Own>>,
        scene: &VesselScene<'_>,
        presence: &Presence,
        out: &mut Signals<'_>,
    ) {
        self.review(state, scene, presence, out);
    }

    fn due(&self, state: &State<C::Own>, scene: &VesselScene<'_>) -> Option<Time> {
        Some(self.lost_at(state, scene))
    }

    fn save(&self, into: &mut Vec<u8>) {
        self.save(into);
    }

    fn restore(&mut self, from: &mut &[u8]) -> Result<(), Damaged> {
        self.restore(from)
    }
}

impl<X> State<X> {
    /// Reports that the condition holds, if its form or zones changed or a minute has passed; or that it is over.
    fn speak<C: Case<Own = X>>(
        &mut self,
        seen: &Seen<'_>,
        profiles: &Profiles<C::Settings>,
        over_at: Option<Time>,
        reason: End,
        out: &mut Signals<'_>,
    ) {
        let (step, fix) = (seen.step, &seen.fix);
        let open = self.kept.iter().filter(|kept| kept.condition.is_open());
        let Some(kept) = open.min_by_key(|kept| (!kept.condition.holds(), kept.condition.started_at())) else {
            if let (Some(_), Some(ended_at)) = (self.said.take_if(|_| over_at.is_some()), over_at) {
                out.over(ended_at, reason);
            }
            return;
        };
        if !kept.condition.holds() {
            return;
        }
        let settings = &profiles.get(kept.profile).settings;
        let lies =
            C::anchored_swing_nm(settings).and_then(|nm| Anchored::of(seen.scene, &kept.swing, &Anchorage::within(nm)));
        let facts = C::facts(settings, kept, seen, lies.map(Anchored::facts));
        let form = facts.form();
        let zones: Vec<_> = step.presence.iter().collect();
        let news = |said: &Said| said.form != form || said.zones != zones || SAY_EVERY <= fix.at - said.at;
        if !self.said.as_ref().is_none_or(news) {
            return;
        }
        let condition = &kept.condition;
        out.holds(Holding {
            started_at: condition.started_at(),
            satisfied_at: condition.satisfied_at().unwrap_or(fix.at),
            last_at: condition.held_until(fix.at),
            facts,
            position: Some(fix.position),
            shore_nm: Some(seen.shore_nm()),
            zones: zones.clone(),
            base: C::base(settings, kept, seen),
            asked: None,
            anchored: lies.is_some(),
        });
        self.said = Some(Said { at: fix.at, form, zones });
    }

    /// Ends all conditions, at the last moment at which one of them held.
    fn close(&mut self, reason: End, out: &mut Signals<'_>) {
        let ended_at = self.kept.iter_mut().filter_map(Kept::leave).max();
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
