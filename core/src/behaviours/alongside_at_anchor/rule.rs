//! The rule of `alongside_at_anchor`.
//!
//! The first vessel of a pair is the ship, the second the craft. A pair is judged once for each zone that asks, with the settings of that
//! zone, because two ports may overlap and ask for different things.

use crate::base::state::remembers;
use crate::base::time::Time;
use crate::behaviours::explain::or_not_asked;
use crate::behaviours::runner::instant::{Bridges, CommonInstant};
use crate::behaviours::runner::pair_rule::{First, LOOK_BACK, PairRule};
use crate::behaviours::runner::pair_scene::PairScene;
use crate::behaviours::runner::pairs::Pairs;
use crate::behaviours::runner::profile::{Profile, Profiles};
use crate::behaviours::runner::vessel::{Signals, VesselScene};
use crate::behaviours::{self, Behaviour, End, Explanation, Interest, Step, minutes};
use crate::picture::tracks::{TrackKey, Vessel};
use crate::zones::{Chart, Relation};

use super::alongside::{Visit, Visits};
use super::roles::{is_ship_at_anchor, is_small_craft};
use super::settings::{Settings, asked_by};

/// Search distance for neighbours, between antennas. Large enough for the hulls of two long ships plus
/// `alongside_metres`. Metres.
const LOOK_METRES: f64 = 600.0;
/// Maximum number of visits followed for one vessel; the nearest come first.
const MOST_PARTNERS: usize = 16;

/// The `alongside_at_anchor` behaviour and its state.
pub(crate) type AlongsideAtAnchor = Pairs<AlongsideRule>;

/// The rule: a small craft lies alongside an anchored or moored ship, which comes first in the pair.
pub(crate) struct AlongsideRule {
    /// The settings in force in each zone.
    profiles: Profiles<Settings>,
}

impl AlongsideRule {
    /// The settings of a zone that asks, if the vessel is in one.
    fn profile_here(&self, scene: &VesselScene<'_>, step: &Step<'_>) -> Option<&Profile<Settings>> {
        let asks = |zone| self.profiles.asked(Behaviour::AlongsideAtAnchor, scene.chart, zone, scene.now);
        step.presence.iter().find_map(|(zone, relation)| {
            asks(zone).filter(|_| relation == Relation::In && asked_by(scene.chart.zones.get(zone).kind))
        })
    }
}

impl PairRule for AlongsideRule {
    type Settings = Settings;
    type Pair = Visit;
    type History = Visits;
    const BEHAVIOUR: Behaviour = Behaviour::AlongsideAtAnchor;
    const INTEREST: Interest = Interest::SLOW;
    const LOOK_METRES: f64 = LOOK_METRES;
    // Not limited, because many craft may be near a ship in port. `MOST_PARTNERS` bounds how many are followed.
    const MOST_NEIGHBOURS: usize = usize::MAX;
    const MOST_PARTNERS: usize = MOST_PARTNERS;

    fn new(settings: &Settings, chart: &Chart) -> AlongsideRule {
        AlongsideRule { profiles: Profiles::new(Behaviour::AlongsideAtAnchor, settings, chart) }
    }

    fn settings(all: &behaviours::Settings) -> &Settings {
        &all.alongside_at_anchor
    }

    /// Those of `rendezvous`, so that both behaviours measure the same distances.
    fn bridges(&self) -> Bridges {
        Bridges { fast: minutes(10.0), slow: minutes(20.0) }
    }

    fn watches(&self, _scene: &VesselScene<'_>, step: &Step<'_>, is_in_pair: bool) -> bool {
        is_in_pair || !step.presence.is_empty()
    }

    fn looks(&self, scene: &VesselScene<'_>, step: &Step<'_>) -> bool {
        let has_role = |small_metres| {
            is_ship_at_anchor(&scene.vessel, small_metres) || is_small_craft(&scene.vessel, small_metres)
        };
        step.interest.meets(Interest::SLOW)
            && self.profile_here(scene, step).is_some_and(|profile| has_role(profile.settings.small_metres))
    }

    fn fits(&self, scene: &VesselScene<'_>, step: &Step<'_>, other: &Vessel<'_>) -> Option<First> {
        let small_metres = self.profile_here(scene, step)?.settings.small_metres;
        let (first, fits) = match is_ship_at_anchor(&scene.vessel, small_metres) {
            true => (First::One, is_small_craft(other, small_metres)),
            false => (First::Other, is_ship_at_anchor(other, small_metres)),
        };
        let is_fresh = other.last().is_some_and(|last| step.at - last.at <= LOOK_BACK);
        (fits && is_fresh && other.takes_part()).then_some(first)
    }

    fn pair(&self, from: Time) -> Visit {
        Visit::new(from)
    }

    fn count(
        &self,
        (pair, visits): (&mut Visit, &mut Visits),
        scene: &PairScene<'_>,
        instant: &CommonInstant,
        out: &mut Signals<'_>,
    ) {
        pair.count(scene, &self.profiles, instant, visits, out);
    }

    fn is_done(&self, pair: &Visit, scene: &PairScene<'_>) -> bool {
        pair.is_done(scene)
    }

    fn due(&self, pair: &Visit, scene: &PairScene<'_>) -> Option<Time> {
        pair.is_open().then(|| scene.lost_at(scene.silent_since()))
    }

    fn close(
        &self,
        (pair, visits): (&mut Visit, &mut Visits),
        keys: (TrackKey, TrackKey),
        reason: End,
        out: &mut Signals<'_>,
    ) {
        pair.close(keys, reason, visits, out);
    }

    fn configure(&mut self, settings: &Settings, chart: &Chart) {
        self.profiles.rebuild(Behaviour::AlongsideAtAnchor, settings, chart);
    }

    fn review(&self, (pair, visits): (&mut Visit, &mut Visits), scene: &PairScene<'_>, out: &mut Signals<'_>) -> bool {
        pair.review(scene, &self.profiles, visits, out);
        true
    }

    fn explain(
        &self,
        (pair, _): (&Visit, &Visits),
        scene: &PairScene<'_>,
        instant: Option<&CommonInstant>,
    ) -> Vec<Explanation> {
        pair.explain(scene, &self.profiles, instant)
    }

    fn explain_alone(
        &self,
        scene: &VesselScene<'_>,
        step: &Step<'_>,
        _nearest: &dyn Fn(f64) -> Option<f64>,
    ) -> Vec<Explanation> {
        let vessel = scene.vessel;
        let Some(profile) = self.profile_here(scene, step) else {
            return or_not_asked(Vec::new(), scene.chart, &vessel, step.presence);
        };
        let small_metres = profile.settings.small_metres;
        let role = match (is_ship_at_anchor(&vessel, small_metres), is_small_craft(&vessel, small_metres)) {
            (true, _) => "ship at anchor or moored",
            (false, true) => "small craft",
            (false, false) => "neither",
        };
        let shown = Explanation::new("").takes_part(&vessel);
        let shown = shown.is("role", role, "ship at anchor or moored, or small craft", role != "neither");
        vec![shown.is("other_party", "none", format!("the other role within {LOOK_METRES} m"), false)]
    }

    remembers! { kept { profiles } parts {} built {} }
}
