//! The runner for conditions in zones that ask for a behaviour: the common part of `zone_speed` and `limit_hugging`.
//!
//! A vessel has one condition for each zone, with the settings of that zone. The alert is about vessel and zone, so zones that overlap give
//! one alert each.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::base::state::remembers;
use crate::base::time::{Span, Time};
use crate::behaviours::explain::or_not_asked;
use crate::behaviours::runner::condition::{Condition, Observation, Timing, Verdict};
use crate::behaviours::runner::median::Median;
use crate::behaviours::runner::profile::{Profile, Profiles};
use crate::behaviours::runner::vessel::{Signals, VesselRule, VesselScene};
use crate::behaviours::{self, Behaviour, End, Explanation, Holding, Interest, Step};
use crate::picture::tracks::{Fix, SpeedMadeGood};
use crate::zones::{Chart, Presence, ZoneIx};

/// Interval at which a condition that holds is reported again.
const SAY_EVERY: Span = Span::from_minutes(1);

/// The part that each behaviour supplies.
pub(crate) trait ZoneCase: Send + 'static {
    /// Its table in the settings.
    type Settings: Clone + PartialEq + Serialize + DeserializeOwned + Send;
    /// The behaviour.
    const BEHAVIOUR: Behaviour;
    /// Steps that it needs of vessels that it does not follow.
    const INTEREST: Interest;
    /// Reason for the end when the end threshold is met.
    const ENDS: End;

    /// Its own table among the settings of all behaviours.
    fn table(all: &behaviours::Settings) -> &Self::Settings;

    /// The zones in which the condition counts at this fix, each with a measured value such as the distance from the border.
    /// `known` returns whether it already counts in a zone, by the zone's id.
    fn places(profiles: &Profiles<Self::Settings>, at: &At<'_>, known: &dyn Fn(&str) -> bool) -> Vec<(ZoneIx, f64)>;

    /// For a zone in which the condition did not count before: time before this does not count.
    fn not_before(settings: &Self::Settings, at: &At<'_>, zone: ZoneIx) -> Time;

    /// The times and fixes that the condition needs.
    fn timing(settings: &Self::Settings, at: &At<'_>) -> Timing;

    /// What a speed made good shows about the condition. Knots.
    fn observe(settings: &Self::Settings, knots: f64) -> Observation;

    /// Whether measurements at this fix describe the condition.
    fn describes(_condition: &Condition) -> bool {
        true
    }

    /// The facts of the condition in one zone, given with its measured value.
    fn holding(profile: &Profile<Self::Settings>, at: &At<'_>, place: (ZoneIx, f64), so_far: &SoFar<'_>) -> Holding;

    /// The conditions in each zone at the vessel's place that asks for the behaviour. `counted` returns the minutes counted so far in
    /// a zone, by the zone's id.
    fn explain(
        profiles: &Profiles<Self::Settings>,
        scene: &VesselScene<'_>,
        step: &Step<'_>,
        counted: &dyn Fn(&str) -> f64,
    ) -> Vec<Explanation>;
}

/// One fix of one vessel.
pub(crate) struct At<'a> {
    /// What the rule may read about the vessel.
    pub(crate) scene: &'a VesselScene<'a>,
    /// The step that brought the fix.
    pub(crate) step: &'a Step<'a>,
    /// The fix.
    pub(crate) fix: Fix,
}

/// The speeds made good that met the condition since it began, in all runs of its alert. Knots.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct SpeedRange {
    /// Start of the condition that they belong to.
    since: Time,
    /// The lowest; infinite before there is one.
    pub(crate) lowest: f64,
    /// The highest; minus infinity before there is one.
    pub(crate) highest: f64,
}

impl SpeedRange {
    /// No speed yet.
    const NONE: SpeedRange = SpeedRange { since: Time::MIN, lowest: f64::INFINITY, highest: f64::NEG_INFINITY };

    /// Adds a speed that met the condition which began at `since`. Those of an earlier condition are dropped.
    fn add(&mut self, since: Time, knots: f64) {
        let earlier = if self.since == since { *self } else { SpeedRange::NONE };
        *self = SpeedRange { since, lowest: earlier.lowest.min(knots), highest: earlier.highest.max(knots) };
    }
}

/// The condition at a fix, with what was measured while it held.
pub(crate) struct SoFar<'a> {
    /// How far it has come.
    pub(crate) condition: &'a Condition,
    /// The speeds at which it held.
    pub(crate) speeds: SpeedRange,
    /// Median speed made good over the time that counted. Knots; `None` before any time counted.
    pub(crate) median_knots: Option<f64>,
    /// Median of the measured value of the place over that time, in its unit; `None` before any time counted.
    pub(crate) median_place: Option<f64>,
}

/// The rule about a condition in zones that ask for it.
pub(crate) struct InZones<Z: ZoneCase> {
    /// The settings in force in each zone.
    profiles: Profiles<Z::Settings>,
    /// The behaviour, known from the type alone.
    case: PhantomData<Z>,
}

/// The zones in which the condition of one vessel is counted.
#[derive(Serialize, Deserialize)]
pub(crate) struct Zones {
    /// Time of the last fix, from which the vessel counts as lost.
    last_fix: Time,
    /// One for each zone in which the condition counts.
    zones: Vec<Watched>,
}

/// The condition of one vessel in one zone.
#[derive(Serialize, Deserialize)]
struct Watched {
    /// Id of the zone. An index would not survive a reload.
    zone_id: String,
    /// How far the condition has come there.
    condition: Condition,
    /// The speeds at which it held.
    speeds: SpeedRange,
    /// Median speed made good over the time that counted. Knots.
    knots: Median<10>,
    /// Median of the measured value of the place over that time, in its unit.
    place: Median<100>,
    /// Time before this does not count, because the place must hold throughout.
    not_before: Time,
    /// When it was last reported; `None` if the next fix at which it holds is to be reported.
    said_at: Option<Time>,
}

impl<Z: ZoneCase> VesselRule for InZones<Z> {
    type Settings = Z::Settings;
    type State = Zones;
    const BEHAVIOUR: Behaviour = Z::BEHAVIOUR;
    const INTEREST: Interest = Z::INTEREST;

    fn new(settings: &Z::Settings, chart: &Chart) -> InZones<Z> {
        InZones { profiles: Profiles::new(Z::BEHAVIOUR, settings, chart), case: PhantomData }
    }

    fn settings(all: &behaviours::Settings) -> &Z::Settings {
        Z::table(all)
    }

    fn observe(&mut self, state: &mut Option<Zones>, scene: &VesselScene<'_>, step: &Step<'_>, out: &mut Signals<'_>) {
        let (Some(fix), true) = (step.fix, scene.vessel.takes_part()) else {
            return;
        };
        let at = At { scene, step, fix };
        let known = |zone_id: &str| state.as_ref().is_some_and(|state| state.of(zone_id).is_some());
        let places = Z::places(&self.profiles, &at, &known);
        if state.is_none() && places.is_empty() {
            return;
        }
        let zones = state.get_or_insert_with(|| Zones { last_fix: fix.at, zones: Vec::new() });
        zones.last_fix = fix.at;
        let id_of = |zone: ZoneIx| scene.chart.zones.get(zone).id.as_str();
        zones.leave(End::LeftZone, out, |zone_id| places.iter().any(|(zone, _)| id_of(*zone) == zone_id));
        for place in places {
            if let Some(profile) = self.profiles.of(scene.chart, place.0, scene.now) {
                zones.look::<Z>(profile, &at, place, out);
            }
        }
        state.take_if(|state| state.zones.is_empty());
    }

    fn explain(&self, state: Option<&Zones>, scene: &VesselScene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let watched = |zone_id: &str| state.and_then(|state| state.of(zone_id));
        let counted = |zone_id: &str| watched(zone_id).map_or(0.0, |watched| watched.condition.counted().minutes());
        let shown = Z::explain(&self.profiles, scene, step, &counted);
        or_not_asked(shown, scene.chart, &scene.vessel, step.presence)
    }

    fn close(&self, mut state: Zones, reason: End, out: &mut Signals<'_>) {
        state.leave(reason, out, |_| false);
    }

    fn configure(&mut self, settings: &Z::Settings, chart: &Chart, _now: Time) {
        self.profiles.rebuild(Z::BEHAVIOUR, settings, chart);
    }

    /// Ends conditions of zones that are gone, inactive or no longer ask.
    fn review(&self, state: &mut Option<Zones>, scene: &VesselScene<'_>, _presence: &Presence, out: &mut Signals<'_>) {
        let zones = &scene.chart.zones;
        let asks = |zone_id: &str| {
            let zone = zones.find(zone_id).map(|zone| zones.get(zone));
            zone.is_some_and(|zone| zone.asks(Z::BEHAVIOUR.name()).is_some() && zone.active(scene.now))
        };
        state.iter_mut().for_each(|state| state.leave(End::ZoneGone, out, asks));
    }

    fn due(&self, state: &Zones, scene: &VesselScene<'_>) -> Option<Time> {
        Some(scene.lost_at(state.last_fix))
    }

    remembers! { kept { profiles } parts {} built { case } }
}

impl Watched {
    /// A condition of which nothing is known yet.
    fn new(zone_id: &str, not_before: Time) -> Watched {
        Watched {
            zone_id: zone_id.to_owned(),
            condition: Condition::new(),
            speeds: SpeedRange::NONE,
            knots: Median::new(),
            place: Median::new(),
            not_before,
            said_at: None,
        }
    }

    /// The condition, with what was measured while it held.
    fn so_far(&self) -> SoFar<'_> {
        let (median_knots, median_place) = (self.knots.value(), self.place.value());
        SoFar { condition: &self.condition, speeds: self.speeds, median_knots, median_place }
    }
}

impl Zones {
    /// The condition in one zone; `None` if it does not count there.
    fn of(&self, zone_id: &str) -> Option<&Watched> {
        self.zones.iter().find(|watched| watched.zone_id == zone_id)
    }

    /// Handles a fix in one zone.
    fn look<Z: ZoneCase>(
        &mut self,
        profile: &Profile<Z::Settings>,
        at: &At<'_>,
        place: (ZoneIx, f64),
        out: &mut Signals<'_>,
    ) {
        let (settings, fix) = (&profile.settings, &at.fix);
        let zone_id = &at.scene.chart.zones.get(place.0).id;
        let known = self.zones.iter().position(|watched| watched.zone_id == *zone_id);
        let index = known.unwrap_or_else(|| {
            let not_before = Z::not_before(settings, at, place.0);
            self.zones.push(Watched::new(zone_id, not_before));
            self.zones.len() - 1
        });
        let watched = &mut self.zones[index];
        let Some(smg) = at.step.smg else {
            return;
        };
        let smg = SpeedMadeGood { since: smg.since.max(watched.not_before), ..smg };
        let timing = Z::timing(settings, at);
        let observation = Z::observe(settings, smg.knots).unless_leaving(&timing, &at.scene.vessel, fix);
        let before = watched.condition.counted();
        let verdict = watched.condition.observe(&timing, observation, &smg, fix.at, fix.position);
        if observation.counts() {
            let (since, span) = (watched.condition.started_at(), watched.condition.counted() - before);
            watched.speeds.add(since, smg.knots);
            watched.knots.add(since, smg.knots, span);
            watched.place.add(since, place.1.max(0.0), span);
        }
        match verdict {
            Verdict::Opened | Verdict::Holds => {
                let is_due = watched.said_at.is_none_or(|said| SAY_EVERY <= fix.at - said);
                if is_due && Z::describes(&watched.condition) {
                    watched.said_at = Some(fix.at);
                    out.holds_in(zone_id, Z::holding(profile, at, place, &watched.so_far()));
                }
            }
            Verdict::Over(ended_at) => {
                // So that the condition is reported at once when it next holds.
                watched.said_at = None;
                out.over_in(zone_id, ended_at, Z::ENDS);
            }
            Verdict::Nothing => {}
        }
    }

    /// Ends and drops every zone for which `stays` is false.
    fn leave(&mut self, reason: End, out: &mut Signals<'_>, stays: impl Fn(&str) -> bool) {
        self.zones.retain_mut(|watched| {
            let keep = stays(&watched.zone_id);
            if !keep && let Verdict::Over(ended_at) = watched.condition.leave() {
                out.over_in(&watched.zone_id, ended_at, reason);
            }
            keep
        });
    }
}
