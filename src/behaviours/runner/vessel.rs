//! The condition of one vessel under the settings of each place it is in, from its start to its end. Shared by the behaviours that rest on
//! a single condition.

use rustc_hash::FxHashMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::behaviours::Behaviour;
use crate::state::{Word, remembers, word};
use crate::time::{Span, Time};
use crate::tracks::{Activity, Fix, SpeedMadeGood, TrackIx, TrackKey, Vessel};
use crate::zones::{Chart, Crossing, Relation, ZoneIx};

use crate::behaviours::runner::condition::{Condition, Observation, Timing, Verdict};
use crate::behaviours::runner::profile::{Profiles, Standing};
use crate::behaviours::shared::anchored::{self, Anchorage, Anchored};
use crate::behaviours::shared::swing::Swing;
use crate::behaviours::{Explanation, Holding, Output, Places, Scene, Signal, SignalKind, Step, Subject, Vicinity};

/// Interval at which an open condition is reported again.
const SAY_EVERY: Span = Span::from_minutes(1);
/// How long the begin threshold must hold again for the same alert to resume (SPEC "Alerts").
pub(in crate::behaviours) const RESUME_AFTER: Span = Span::from_minutes(5);
/// Fixes needed within a condition: for any vessel, and for one heard only by satellite.
pub(in crate::behaviours) const FIXES: u32 = 4;
pub(in crate::behaviours) const FIXES_SATELLITE: u32 = 2;
/// Value of `Rule::fixes` that cannot be reached, used while another requirement is missing.
pub(in crate::behaviours) const NOT_YET: u32 = u32::MAX;

/// The part that each behaviour supplies: thresholds, the meaning of a fix, and the facts to report.
pub(in crate::behaviours) trait Case {
    type Settings: Clone + PartialEq + Serialize + DeserializeOwned;
    /// State kept beside the condition.
    type Own: Serialize + DeserializeOwned;
    const NAME: Behaviour;
    const WHERE: Where;
    /// Reason for the end when the end threshold is met.
    const ENDS: &'static str;

    fn min_shore_nm(settings: &Self::Settings) -> f64;

    /// Radius within which a swinging vessel is at anchor. Nautical miles; `None` if anchoring does not matter.
    fn anchored_swing_nm(_settings: &Self::Settings) -> Option<f64> {
        None
    }

    /// State to keep from this fix on, if a condition may begin with it; otherwise `None`.
    fn begin(settings: &Self::Settings, seen: &Seen<'_>) -> Option<Self::Own>;

    /// What a fix shows, with the speed and its span; `None` if it shows nothing. `kept.condition` does not include this fix yet.
    fn observe(
        settings: &Self::Settings,
        kept: &mut Kept<Self::Own>,
        seen: &Seen<'_>,
    ) -> Option<(Observation, SpeedMadeGood)>;

    /// How long the condition must last, as known at this fix.
    fn rule(settings: &Self::Settings, kept: &Kept<Self::Own>, seen: &Seen<'_>) -> Timing;

    /// Facts to report while the condition is open.
    fn told(settings: &Self::Settings, kept: &Kept<Self::Own>, seen: &Seen<'_>) -> Told;
}

/// Where a behaviour runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::behaviours) enum Where {
    /// Only in or near watched zones.
    Watched,
    /// Everywhere at sea, with a zone's own settings inside it.
    Anywhere,
}

/// One fix of one vessel, with its surroundings.
pub(in crate::behaviours) struct Seen<'a> {
    pub(in crate::behaviours) scene: &'a Scene<'a>,
    pub(in crate::behaviours) step: &'a Step<'a>,
    pub(in crate::behaviours) vessel: Vessel<'a>,
    pub(in crate::behaviours) fix: Fix,
    pub(in crate::behaviours) place: Vicinity,
}

impl Seen<'_> {
    /// Whether the vessel is in or near an active corridor, area or benign zone.
    pub(in crate::behaviours) fn watched(&self) -> bool {
        self.zones().any(|zone| self.scene.chart.zones.get(zone).watched())
    }

    /// Exact distance from shore. Nautical miles.
    pub(in crate::behaviours) fn shore_nm(&self) -> f64 {
        self.place.shore_nm(self.scene.chart)
    }

    /// The active zones it is in or near.
    pub(in crate::behaviours) fn zones(&self) -> impl Iterator<Item = ZoneIx> {
        let zones = &self.scene.chart.zones;
        self.step.presence.iter().map(|(zone, _)| zone).filter(|zone| zones.get(*zone).active(self.scene.now))
    }
}

/// Facts about an open condition.
pub(in crate::behaviours) struct Told {
    pub(in crate::behaviours) form: &'static str,
    pub(in crate::behaviours) base: Vec<(&'static str, i32)>,
    pub(in crate::behaviours) measured: Map<String, Value>,
    pub(in crate::behaviours) thresholds: Map<String, Value>,
}

/// The condition of one vessel under one set of settings.
#[derive(Serialize, Deserialize)]
pub(in crate::behaviours) struct Kept<X> {
    profile: u16,
    pub(in crate::behaviours) condition: Condition,
    /// Bounding box of the positions while the condition counts.
    pub(in crate::behaviours) swing: Swing,
    pub(in crate::behaviours) own: X,
    /// Whether the place allows the condition now.
    inside: bool,
    /// Time before this does not count, because the place must hold throughout.
    not_before: Time,
}

/// Conditions of all vessels that one behaviour keeps state about.
pub(in crate::behaviours) struct Lone<C: Case> {
    profiles: Profiles<C::Settings>,
    /// When the current zones came into force.
    profiles_since: Time,
    vessels: FxHashMap<TrackIx, State<C::Own>>,
    scratch: Vec<u16>,
}

/// State of one vessel.
#[derive(Serialize, Deserialize)]
struct State<X> {
    key: TrackKey,
    kept: Vec<Kept<X>>,
    /// Latest report, if the condition has been reported and not yet ended.
    said: Option<Said>,
    /// Time of the last fix that counted for or against the condition.
    heard_at: Time,
    waking: bool,
}

#[derive(Clone, Serialize, Deserialize)]
struct Said {
    at: Time,
    #[serde(deserialize_with = "word")]
    form: Word,
    zones: Vec<(ZoneIx, Relation)>,
}

impl<C: Case> Lone<C> {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub(in crate::behaviours) fn new(settings: &C::Settings, chart: &Chart) -> Lone<C> {
        Lone {
            profiles: Profiles::new(C::NAME, settings, chart),
            profiles_since: Time::MIN,
            vessels: FxHashMap::default(),
            scratch: Vec::new(),
        }
    }

    /// Whether anything is kept about the vessel.
    pub(in crate::behaviours) fn knows(&self, vessel: TrackIx) -> bool {
        self.vessels.contains_key(&vessel)
    }

    /// The settings in force at the vessel's place, if a condition may begin there.
    pub(in crate::behaviours) fn settings_here(&self, scene: &Scene<'_>, step: &Step<'_>) -> Option<C::Settings> {
        let (place, mut allowed) = (step.place?, Vec::new());
        self.allowed(scene, step.presence, &mut allowed);
        let mut of = allowed.iter().map(|profile| self.profiles.get(*profile));
        of.find(|of| of.is_at_sea(scene.chart, &place, C::min_shore_nm(&of.settings), Standing::New))
            .map(|of| of.settings.clone())
    }

    /// Handles one fix.
    pub(in crate::behaviours) fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        self.step_with(scene, step, C::begin, out);
    }

    /// Handles one fix, with another test of whether a condition may begin.
    pub(in crate::behaviours) fn step_with(
        &mut self,
        scene: &Scene<'_>,
        step: &Step<'_>,
        begin: impl Fn(&C::Settings, &Seen<'_>) -> Option<C::Own>,
        out: &mut Output,
    ) {
        let (Some(fix), Some(place)) = (step.fix, step.place) else {
            return;
        };
        let seen = Seen { scene, step, vessel: scene.tracks.vessel(step.vessel), fix, place };
        if !seen.vessel.takes_part() {
            return;
        }
        let mut allowed = std::mem::take(&mut self.scratch);
        self.allowed(scene, step.presence, &mut allowed);
        let known = self.vessels.contains_key(&step.vessel);
        if known || !allowed.is_empty() {
            self.look(&seen, &allowed, known, begin, out);
        }
        self.scratch = allowed;
    }

    /// The conditions on place and mooring, with those added by `own` between them.
    pub(in crate::behaviours) fn explain(
        &self,
        scene: &Scene<'_>,
        step: &Step<'_>,
        own: impl Fn(Explanation, &C::Settings, &Seen<'_>, Option<&Kept<C::Own>>) -> Explanation,
    ) -> Vec<Explanation> {
        let (Some(fix), Some(place)) = (step.fix, step.place) else {
            return vec![Explanation::new("").is("position", "none", "a fix", false)];
        };
        let seen = Seen { scene, step, vessel: scene.tracks.vessel(step.vessel), fix, place };
        let (profiles, watched) = self.profiles.for_explaining(scene.chart, step.presence, scene.now);
        let state = self.vessels.get(&step.vessel);
        let told = |profile: u16| {
            let of = self.profiles.get(profile);
            let kept = state.and_then(|state| state.kept.iter().find(|kept| kept.profile == profile));
            let mut told = Explanation::new("").takes_part(scene, step);
            if C::WHERE == Where::Watched {
                told = told.watched(scene, step, watched);
            }
            let told = of.explain_place(told, Some(&place.place(scene.chart)), C::min_shore_nm(&of.settings));
            let told = own(told, &of.settings, &seen, kept);
            let swing = kept.map_or_else(Swing::default, |kept| kept.swing);
            let lies = C::anchored_swing_nm(&of.settings)
                .and_then(|nm| Anchored::of(scene, &seen.vessel, &swing, &Anchorage::within(nm)));
            anchored::explain(told, scene, step, lies)
        };
        profiles.into_iter().map(told).collect()
    }

    /// Writes the profiles in force here to `allowed`.
    fn allowed(&self, scene: &Scene<'_>, presence: &crate::zones::Presence, allowed: &mut Vec<u16>) {
        self.profiles.watched(scene.chart, presence, scene.now, allowed);
        let zones = &scene.chart.zones;
        let watched =
            || presence.iter().any(|(zone, _)| zones.get(zone).watched() && zones.get(zone).active(scene.now));
        if C::WHERE == Where::Anywhere && allowed.is_empty() && !watched() {
            self.profiles.anywhere(scene.chart, std::iter::empty(), scene.now, allowed);
        }
    }

    fn look(
        &mut self,
        seen: &Seen<'_>,
        allowed: &[u16],
        known: bool,
        begin: impl Fn(&C::Settings, &Seen<'_>) -> Option<C::Own>,
        out: &mut Output,
    ) {
        let vessel = seen.step.vessel;
        for profile in allowed {
            let judged = |state: &State<C::Own>| state.kept.iter().any(|kept| kept.profile == *profile);
            if self.vessels.get(&vessel).is_some_and(judged) {
                continue;
            }
            let of = self.profiles.get(*profile);
            let at_sea = of.is_at_sea(seen.scene.chart, &seen.place, C::min_shore_nm(&of.settings), Standing::New);
            let Some(own) = at_sea.then(|| begin(&of.settings, seen)).flatten() else {
                continue;
            };
            let not_before = entered_at(seen.step).max(self.profiles_since);
            let (key, heard_at) = (seen.step.key, seen.fix.at);
            let new = || State { key, kept: Vec::new(), said: None, heard_at, waking: false };
            let state = self.vessels.entry(vessel).or_insert_with(new);
            let (condition, swing) = (Condition::new(), Swing::default());
            state.kept.push(Kept { profile: *profile, condition, swing, own, inside: true, not_before });
        }
        let Some(state) = self.vessels.get_mut(&vessel) else {
            return;
        };
        let (mut over_at, mut left) = (None, false);
        for kept in &mut state.kept {
            let of = self.profiles.get(kept.profile);
            let standing = if kept.condition.is_open() { Standing::Open } else { Standing::New };
            let at_sea = of.is_at_sea(seen.scene.chart, &seen.place, C::min_shore_nm(&of.settings), standing);
            let ended = match allowed.contains(&kept.profile) && at_sea {
                true => kept.observe::<C>(&of.settings, seen, &mut state.heard_at),
                false => {
                    left = true;
                    kept.leave()
                }
            };
            over_at = over_at.max(ended);
        }
        let reason = match (allowed.is_empty(), left) {
            (true, _) => "left the zone",
            (false, true) => "near shore, harbour or anchorage",
            (false, false) => C::ENDS,
        };
        state.speak::<C>(seen, &self.profiles, over_at, reason, out);
        state.rest::<C>(seen, &self.profiles, out);
        if state.kept.is_empty() && state.said.is_none() {
            self.vessels.remove(&vessel);
            out.activity.push((vessel, Activity::Done));
        } else if !known {
            out.activity.push((vessel, Activity::Keeps));
        }
    }

    /// Drops a vessel as lost if no fix has counted for too long; otherwise asks to be woken again.
    pub(in crate::behaviours) fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        let Some(state) = self.vessels.get_mut(&vessel).filter(|state| state.key == key) else {
            return;
        };
        let lost_at = scene.tracks.lost_at(vessel, state.heard_at);
        if scene.now < lost_at {
            out.wakes.push((lost_at, key, vessel));
            return;
        }
        state.close::<C>(vessel, "lost", out);
        self.vessels.remove(&vessel);
        out.activity.push((vessel, Activity::Done));
    }

    /// Ends what is open about a vessel and drops its state.
    pub(in crate::behaviours) fn forget(&mut self, vessel: TrackIx, reason: &'static str, out: &mut Output) {
        if let Some(mut state) = self.vessels.remove(&vessel) {
            state.close::<C>(vessel, reason, out);
        }
    }

    /// Puts other zones and settings into force, and ends what they no longer allow.
    pub(in crate::behaviours) fn reload(
        &mut self,
        scene: &Scene<'_>,
        settings: &C::Settings,
        places: &Places,
        out: &mut Output,
    ) {
        self.profiles.rebuild(C::NAME, settings, scene.chart);
        self.profiles_since = scene.now;
        let mut vessels: Vec<(TrackKey, TrackIx)> = self.vessels.iter().map(|(ix, state)| (state.key, *ix)).collect();
        vessels.sort_unstable();
        let mut allowed = Vec::new();
        for (_, ix) in vessels {
            self.allowed(scene, places.presence(ix), &mut allowed);
            let Some(state) = self.vessels.get_mut(&ix) else {
                continue;
            };
            let Some(first) = allowed.first() else {
                state.close::<C>(ix, "zone removed or inactive", out);
                self.vessels.remove(&ix);
                out.activity.push((ix, Activity::Done));
                continue;
            };
            // A running condition keeps the settings it began with if they still exist, and otherwise takes the new ones.
            for kept in &mut state.kept {
                if !allowed.contains(&kept.profile) {
                    kept.profile = *first;
                }
            }
            state.kept.dedup_by_key(|kept| kept.profile);
        }
    }

    remembers! { pub(in crate::behaviours) kept { profiles, profiles_since, vessels } parts {} built { scratch } }
}

impl<X> Kept<X> {
    /// Handles a fix where the place allows the condition. Returns the last moment it held, if it ended.
    fn observe<C: Case<Own = X>>(
        &mut self,
        settings: &C::Settings,
        seen: &Seen<'_>,
        heard_at: &mut Time,
    ) -> Option<Time> {
        if !self.inside {
            self.inside = true;
            self.not_before = seen.fix.at;
        }
        let (observation, smg) = C::observe(settings, self, seen)?;
        *heard_at = seen.fix.at;
        let smg = SpeedMadeGood { since: smg.since.max(self.not_before), ..smg };
        let rule = C::rule(settings, self, seen);
        let verdict = self.condition.observe(&rule, observation, &smg, seen.fix.at);
        // Positions on the way out are not part of the swing.
        if self.condition.counted() == Span::ZERO {
            self.swing = Swing::default();
        } else if observation != Observation::Ends {
            self.swing.extend(seen.fix.position, smg.knots);
        }
        match verdict {
            Verdict::Over(at) => Some(at),
            Verdict::Nothing | Verdict::Opened | Verdict::Holds => None,
        }
    }

    fn leave(&mut self) -> Option<Time> {
        self.inside = false;
        self.swing = Swing::default();
        match self.condition.leave() {
            Verdict::Over(at) => Some(at),
            Verdict::Nothing | Verdict::Opened | Verdict::Holds => None,
        }
    }
}

impl<X> State<X> {
    /// Reports that the condition holds or is over, if that is news.
    fn speak<C: Case<Own = X>>(
        &mut self,
        seen: &Seen<'_>,
        profiles: &Profiles<C::Settings>,
        over_at: Option<Time>,
        reason: &'static str,
        out: &mut Output,
    ) {
        let (step, fix) = (seen.step, &seen.fix);
        let open = self.kept.iter().filter(|kept| kept.condition.is_open());
        let Some(kept) = open.min_by_key(|kept| (kept.condition.is_ending(), kept.condition.started_at())) else {
            if let (Some(_), Some(ended_at)) = (self.said.take_if(|_| over_at.is_some()), over_at) {
                out.signals.push(self.over::<C>(step.vessel, ended_at, reason));
            }
            return;
        };
        // Measurements during a possible end do not describe the condition.
        if kept.condition.is_ending() {
            return;
        }
        let settings = &profiles.get(kept.profile).settings;
        let mut told = C::told(settings, kept, seen);
        let lies = C::anchored_swing_nm(settings)
            .and_then(|nm| Anchored::of(seen.scene, &seen.vessel, &kept.swing, &Anchorage::within(nm)));
        if let Some(lies) = lies {
            lies.measure(&mut told.measured);
        }
        let zones: Vec<_> = step.presence.iter().collect();
        let news = |said: &Said| said.form != told.form || said.zones != zones || SAY_EVERY <= fix.at - said.at;
        if !self.said.as_ref().is_none_or(news) {
            return;
        }
        let condition = &kept.condition;
        out.signals.push(Signal {
            behaviour: C::NAME,
            subject: Subject::one(self.key, step.vessel),
            kind: SignalKind::Holds(Box::new(Holding {
                started_at: condition.started_at(),
                satisfied_at: condition.satisfied_at().unwrap_or(fix.at),
                last_at: fix.at,
                form: told.form,
                position: Some(fix.position),
                shore_nm: Some(seen.shore_nm()),
                zones: zones.clone(),
                base: told.base,
                asked: None,
                anchored: lies.is_some(),
                measured: told.measured,
                thresholds: told.thresholds,
            })),
        });
        self.said = Some(Said { at: fix.at, form: told.form, zones });
    }

    /// Drops conditions that count nothing, and asks to be woken when the vessel would be lost.
    fn rest<C: Case<Own = X>>(&mut self, seen: &Seen<'_>, profiles: &Profiles<C::Settings>, out: &mut Output) {
        let scene = seen.scene;
        self.kept.retain(|kept| {
            let rule = C::rule(&profiles.get(kept.profile).settings, kept, seen);
            !kept.condition.is_idle(&rule, scene.now)
        });
        if !self.waking && !self.kept.is_empty() {
            self.waking = true;
            let lost_at = scene.tracks.lost_at(seen.step.vessel, self.heard_at);
            out.wakes.push((lost_at, self.key, seen.step.vessel));
        }
    }

    /// Ends everything at the last moment it held.
    fn close<C: Case<Own = X>>(&mut self, vessel: TrackIx, reason: &'static str, out: &mut Output) {
        let ended_at = self.kept.iter_mut().filter_map(Kept::leave).max();
        if let (Some(_), Some(ended_at)) = (self.said.take(), ended_at) {
            out.signals.push(self.over::<C>(vessel, ended_at, reason));
        }
    }

    fn over<C: Case<Own = X>>(&self, vessel: TrackIx, ended_at: Time, reason: &'static str) -> Signal {
        Signal {
            behaviour: C::NAME,
            subject: Subject::one(self.key, vessel),
            kind: SignalKind::Over { ended_at, reason },
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
