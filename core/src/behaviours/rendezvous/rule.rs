//! The rule of `rendezvous`.
//!
//! `Pairs` looks for neighbours, compares both ships at whole minutes and keeps a `Pair` for each two that come near. What the minutes mean
//! is in `pair.rs` and `judged.rs`.

use crate::base::state::remembers;
use crate::base::time::Time;
use crate::behaviours::runner::instant::{Bridges, CommonInstant};
use crate::behaviours::runner::pair_rule::{First, LOOK_BACK, PairRule};
use crate::behaviours::runner::pair_scene::PairScene;
use crate::behaviours::runner::pairs::Pairs;
use crate::behaviours::runner::profile::Profiles;
use crate::behaviours::runner::vessel::{Signals, VesselScene};
use crate::behaviours::shared::one_hull::OneHull;
use crate::behaviours::{self, Behaviour, End, Explanation, Interest, Step};
use crate::picture::tracks::{TrackKey, Vessel};
use crate::zones::Chart;

use super::meetings::Meetings;
use super::pair::Pair;
use super::settings::{LOOK_METRES, Settings};

/// Maximum distance at which the nearest other ship is reported. Metres.
const NEAREST_METRES: f64 = 20_000.0;
/// Speed below which a vessel can begin a meeting. A neighbour passes at three times this speed. Knots.
const PASSING_KNOTS: f64 = 5.0;

/// The `rendezvous` behaviour and its state.
pub(crate) type Rendezvous = Pairs<RendezvousRule>;

/// The rule: two ships lie close together at sea.
pub(crate) struct RendezvousRule {
    /// The settings in force in each zone.
    profiles: Profiles<Settings>,
    /// The longest holes that are interpolated, from the base settings: a zone cannot have its own.
    bridges: Bridges,
}

impl PairRule for RendezvousRule {
    type Settings = Settings;
    type Pair = Pair;
    type History = Meetings;
    const BEHAVIOUR: Behaviour = Behaviour::Rendezvous;
    const INTEREST: Interest = Interest::SLOW.with(Interest::ASKED);
    const LOOK_METRES: f64 = LOOK_METRES;
    const MOST_NEIGHBOURS: usize = 32;
    const MOST_PARTNERS: usize = 12;

    fn new(settings: &Settings, chart: &Chart) -> RendezvousRule {
        RendezvousRule { profiles: Profiles::new(Behaviour::Rendezvous, settings, chart), bridges: settings.bridges() }
    }

    fn settings(all: &behaviours::Settings) -> &Settings {
        &all.rendezvous
    }

    fn bridges(&self) -> Bridges {
        self.bridges
    }

    fn watches(&self, _scene: &VesselScene<'_>, _step: &Step<'_>, _is_in_pair: bool) -> bool {
        true
    }

    fn looks(&self, scene: &VesselScene<'_>, step: &Step<'_>) -> bool {
        let slow_at_sea = step.interest.meets(Interest::SLOW)
            && step.place.is_some_and(|place| {
                self.profiles.might_be_at_sea(scene.chart, &place, |settings| settings.min_shore_nm)
            });
        let asked = step.interest.meets(Interest::ASKED) && asks_underway(&self.profiles, scene, step);
        (slow_at_sea || asked) && is_confirmed(&scene.vessel)
    }

    /// The vessel with the smaller key comes first.
    fn fits(&self, _scene: &VesselScene<'_>, step: &Step<'_>, other: &Vessel<'_>) -> Option<First> {
        let first = if step.key < other.key() { First::One } else { First::Other };
        is_candidate(other, step.at).then_some(first)
    }

    fn pair(&self, from: Time) -> Pair {
        Pair::new(from)
    }

    fn count(
        &self,
        (pair, meetings): (&mut Pair, &mut Meetings),
        scene: &PairScene<'_>,
        instant: &CommonInstant,
        out: &mut Signals<'_>,
    ) {
        pair.count(scene, &self.profiles, instant, meetings, out);
    }

    fn stand_down(&self, pair: &mut Pair, hull: OneHull, out: &mut Signals<'_>) {
        pair.stand_down(hull, out);
    }

    fn is_done(&self, pair: &Pair, scene: &PairScene<'_>) -> bool {
        pair.is_done(scene)
    }

    fn gives_way(pair: &Pair) -> bool {
        pair.is_unreported()
    }

    fn due(&self, pair: &Pair, scene: &PairScene<'_>) -> Option<Time> {
        pair.due(scene, &self.profiles)
    }

    fn close(
        &self,
        (pair, _): (&mut Pair, &mut Meetings),
        _keys: (TrackKey, TrackKey),
        reason: End,
        out: &mut Signals<'_>,
    ) {
        pair.close(reason, out);
    }

    fn configure(&mut self, settings: &Settings, chart: &Chart) {
        self.profiles.rebuild(Behaviour::Rendezvous, settings, chart);
        self.bridges = settings.bridges();
    }

    fn review(&self, (pair, _): (&mut Pair, &mut Meetings), scene: &PairScene<'_>, out: &mut Signals<'_>) -> bool {
        pair.review(scene, &self.profiles, out)
    }

    fn explain(
        &self,
        (pair, meetings): (&Pair, &Meetings),
        scene: &PairScene<'_>,
        instant: Option<&CommonInstant>,
    ) -> Vec<Explanation> {
        pair.explain(scene, &self.profiles, instant, meetings)
    }

    fn explain_alone(
        &self,
        scene: &VesselScene<'_>,
        step: &Step<'_>,
        nearest: &dyn Fn(f64) -> Option<f64>,
    ) -> Vec<Explanation> {
        let shown = Explanation::new("").takes_part(&scene.vessel);
        let shown = shown.below("speed_made_good_knots", step.smg.map(|smg| smg.knots), PASSING_KNOTS);
        let shown = shown.at_most("nearest_other_metres", nearest(NEAREST_METRES), LOOK_METRES);
        // So far these are the conditions for being looked at; a meeting is made of minutes.
        vec![shown.is("counted_minutes", 0, "minutes close to one other vessel", false)]
    }

    remembers! { kept { profiles } parts {} built { bridges } }
}

/// Whether a zone around the vessel asks for company under way, and the vessel has a speed that fits.
fn asks_underway(profiles: &Profiles<Settings>, scene: &VesselScene<'_>, step: &Step<'_>) -> bool {
    let speed_fits = |settings: &Settings| {
        settings.underway
            && step
                .smg
                .is_some_and(|smg| settings.underway_min_knots <= smg.knots && smg.knots <= settings.underway_max_knots)
    };
    step.presence
        .iter()
        .any(|(zone, _)| profiles.of(scene.chart, zone, scene.now).is_some_and(|profile| speed_fits(&profile.settings)))
}

/// Whether a neighbour may be in a meeting: it takes part, was heard recently, and is not passing.
fn is_candidate(other: &Vessel<'_>, at: Time) -> bool {
    let Some(last) = other.last() else {
        return false;
    };
    let passing = other.speed_made_good().is_some_and(|smg| !smg.over_hole && 3.0 * PASSING_KNOTS < smg.knots);
    other.takes_part() && is_confirmed(other) && at - last.at <= LOOK_BACK && !passing
}

/// Whether the vessel was heard more than once. Invented MMSIs would otherwise take up the places of partners.
fn is_confirmed(vessel: &Vessel<'_>) -> bool {
    1 < vessel.fixes() || vessel.satellite_only()
}
