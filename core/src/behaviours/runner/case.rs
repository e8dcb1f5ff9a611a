//! Cases: what a behaviour that rests on one condition supplies to [`Lone`](super::lone::Lone).
//!
//! `Case` is the condition itself; `Whole` adds what a behaviour needs to be nothing but that condition. Behaviours with further state,
//! such as `slowdown`, run a `Lone` of a `Case` inside a rule of their own.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::behaviours::runner::condition::{Condition, Observation, Timing, Verdict};
use crate::behaviours::runner::median::Median;
use crate::behaviours::runner::vessel::VesselScene;
use crate::behaviours::shared::anchored::AtAnchor;
use crate::behaviours::shared::swing::Swing;
use crate::behaviours::{AnyFacts, Behaviour, End, Explanation, Interest, Settings, Step, Vicinity};
use crate::picture::tracks::{Fix, SpeedMadeGood, Vessel};
use crate::zones::ZoneIx;

/// How long the begin threshold must be met again for the same alert to resume (SPEC "Alerts").
pub(crate) const RESUME_AFTER: Span = Span::from_minutes(5);
/// Number of fixes that a condition needs.
pub(crate) const FIXES: u32 = 4;
/// The same for a vessel heard only by satellite.
pub(crate) const FIXES_SATELLITE: u32 = 2;
/// Value of `Timing::fixes` that is never reached. Used while another requirement is not met.
pub(crate) const NOT_YET: u32 = u32::MAX;

/// The part that each behaviour supplies: its thresholds, what a fix shows, and the facts to report.
pub(crate) trait Case: Send + 'static {
    /// Its table in the settings.
    type Settings: Clone + PartialEq + Serialize + DeserializeOwned + Send;
    /// State kept beside the condition.
    type Own: Serialize + DeserializeOwned + Send;
    /// The behaviour.
    const BEHAVIOUR: Behaviour;
    /// Where it runs.
    const WHERE: Where;
    /// Reason for an end at which the end threshold is met.
    const ENDS: End;

    /// Minimum distance from shore. Nautical miles.
    fn min_shore_nm(settings: &Self::Settings) -> f64;

    /// Radius within which a swinging vessel is at anchor. Nautical miles; `None` if anchoring does not matter.
    fn anchored_swing_nm(_settings: &Self::Settings) -> Option<f64> {
        None
    }

    /// What a fix shows about the condition, and the speed made good that shows it; `None` if it shows nothing. `kept.condition`
    /// does not include this fix yet.
    fn observe(
        settings: &Self::Settings,
        kept: &mut Kept<Self::Own>,
        seen: &Seen<'_>,
    ) -> Option<(Observation, SpeedMadeGood)>;

    /// Measures a fix that met the condition. `span` is the time that counted up to it since the fix before, and
    /// `kept.condition` includes it.
    fn measure(_kept: &mut Kept<Self::Own>, _seen: &Seen<'_>, _span: Span) {}

    /// The times and fixes that the condition needs, as known at this fix.
    fn rule(settings: &Self::Settings, kept: &Kept<Self::Own>, seen: &Seen<'_>) -> Timing;

    /// Facts to report while the condition is open.
    fn facts(
        settings: &Self::Settings,
        kept: &Kept<Self::Own>,
        seen: &Seen<'_>,
        at_anchor: Option<AtAnchor>,
    ) -> AnyFacts;

    /// Base points by code.
    fn base(settings: &Self::Settings, kept: &Kept<Self::Own>, seen: &Seen<'_>) -> Vec<(&'static str, i32)>;
}

/// A behaviour whose whole rule is one condition.
pub(crate) trait Whole: Case {
    /// Steps that it needs of vessels that it does not follow.
    const INTEREST: Interest;

    /// Its own table among the settings of all behaviours.
    fn table(all: &Settings) -> &Self::Settings;

    /// The state to keep beside a condition that may begin with this fix; `None` if it cannot begin.
    fn begin(settings: &Self::Settings, seen: &Seen<'_>) -> Option<Self::Own>;

    /// Adds the conditions between those on the place and those on mooring.
    fn explain(
        shown: Explanation,
        settings: &Self::Settings,
        seen: &Seen<'_>,
        kept: Option<&Kept<Self::Own>>,
    ) -> Explanation;
}

/// Where a behaviour runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Where {
    /// Only in or near watched zones.
    Watched,
    /// Everywhere at sea, under the settings of a zone inside that zone.
    Anywhere,
}

/// One fix of one vessel, with its surroundings.
pub(crate) struct Seen<'a> {
    /// What the rule may read about the vessel.
    pub(crate) scene: &'a VesselScene<'a>,
    /// The step that brought the fix.
    pub(crate) step: &'a Step<'a>,
    /// The vessel.
    pub(crate) vessel: Vessel<'a>,
    /// The fix.
    pub(crate) fix: Fix,
    /// Shore and calm water at the fix.
    pub(crate) place: Vicinity,
}

impl Seen<'_> {
    /// Whether the vessel is in or near an active corridor, area or benign zone.
    pub(crate) fn watched(&self) -> bool {
        self.zones().any(|zone| self.scene.chart.zones.get(zone).watched())
    }

    /// Exact distance from shore. Nautical miles.
    pub(crate) fn shore_nm(&self) -> f64 {
        self.place.shore_nm(self.scene.chart)
    }

    /// The active zones it is in or near.
    pub(crate) fn zones(&self) -> impl Iterator<Item = ZoneIx> {
        let zones = &self.scene.chart.zones;
        self.step.presence.iter().map(|(zone, _)| zone).filter(|zone| zones.get(*zone).active(self.scene.now))
    }
}

/// The condition of one vessel under one set of settings.
#[derive(Serialize, Deserialize)]
pub(crate) struct Kept<X> {
    /// Index of the settings under which it is judged.
    pub(crate) profile: u16,
    /// How far the condition has come.
    pub(crate) condition: Condition,
    /// Bounding box of the positions while the condition counts.
    pub(crate) swing: Swing,
    /// Median speed made good over the time that counted, in all runs of the alert. Knots.
    pub(crate) knots: Median<10>,
    /// What the behaviour itself keeps beside it.
    pub(crate) own: X,
    /// Whether the place allows the condition now.
    pub(crate) inside: bool,
    /// Time before this does not count: the vessel was not at an allowed place, or the settings were not in force.
    pub(crate) not_before: Time,
}

impl<X> Kept<X> {
    /// Handles a fix at a place that allows the condition. Returns the last moment at which the condition held, if it ended.
    pub(crate) fn observe<C: Case<Own = X>>(
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
        let observation = observation.unless_leaving(&rule, &seen.vessel, &seen.fix);
        let before = self.condition.counted();
        let verdict = self.condition.observe(&rule, observation, &smg, seen.fix.at, seen.fix.position);
        if observation.counts() {
            let span = self.condition.counted() - before;
            self.swing.at_speed(smg.knots);
            self.knots.add(self.condition.started_at(), smg.knots, span);
            C::measure(self, seen, span);
        }
        // Positions on the way out are not part of the swing.
        if self.condition.counted() == Span::ZERO {
            self.swing = Swing::default();
        } else if observation.counts() || observation == Observation::Between {
            self.swing.extend(seen.fix.position);
        }
        match verdict {
            Verdict::Over(at) => Some(at),
            Verdict::Nothing | Verdict::Opened | Verdict::Holds => None,
        }
    }

    /// Handles a fix at a place that does not allow the condition. Returns the last moment at which it held, if it was open.
    pub(crate) fn leave(&mut self) -> Option<Time> {
        self.inside = false;
        self.swing = Swing::default();
        match self.condition.leave() {
            Verdict::Over(at) => Some(at),
            Verdict::Nothing | Verdict::Opened | Verdict::Holds => None,
        }
    }
}
