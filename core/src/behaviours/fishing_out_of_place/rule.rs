//! The rule of `fishing_out_of_place`.
//!
//! Two parts: the passage, measured every half hour under the base settings, and the stop, a `Lone` condition that may begin only soon
//! after a passage. A vessel on passage is not followed fix by fix, since it may take days.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::state::remembers;
use crate::base::time::{Span, Time};
use crate::base::units::{METRES_PER_NM, Mmsi, knots};
use crate::behaviours::explain::said_of;
use crate::behaviours::facts::OneForm;
use crate::behaviours::runner::case::{Case, FIXES, FIXES_SATELLITE, Kept, RESUME_AFTER, Seen, Where};
use crate::behaviours::runner::condition::{Observation, Timing};
use crate::behaviours::runner::lone::{self, Lone};
use crate::behaviours::runner::vessel::{PerVessel, Signals, VesselRule, VesselScene};
use crate::behaviours::shared::anchored::AtAnchor;
use crate::behaviours::{self, AnyFacts, Behaviour, End, Explanation, Interest, Rounded, Step, minutes, number};
use crate::geo::LatLon;
use crate::picture::tracks::{Fix, SpeedMadeGood};
use crate::zones::{Chart, Presence};

use super::facts::{Facts, Measured};
use super::settings::Settings;

/// Shortest leg that is added to a passage.
const LEG: Span = Span::from_minutes(15);
/// Longest leg that counts: half an hour between looks, plus a hole of up to three hours.
const LONGEST_LEG: Span = Span::from_minutes(210);
/// A leg at most this much outside the speeds of a passage does not count, but does not end it. Knots.
const SLACK_KNOTS: f64 = 1.0;
/// Shortest path whose straightness means anything. Metres.
const SHORTEST_PATH: f64 = 10.0 * METRES_PER_NM;

/// The `fishing_out_of_place` behaviour and its state.
pub(crate) type FishingOutOfPlace = PerVessel<FishingRule>;

/// The rule: a fishing vessel makes a long passage, and then stops.
pub(crate) struct FishingRule {
    /// The base settings. They decide about the passage, which no zone can override.
    settings: Settings,
    /// The condition of the stop, under the settings of its place.
    stops: Lone<Stop>,
}

/// What is kept about one vessel; at least one of the two.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// Its passage far out.
    passage: Option<Passage>,
    /// Its stop after a passage; `None` while it has not stopped.
    stop: Option<lone::State<Done>>,
}

impl VesselRule for FishingRule {
    type Settings = Settings;
    type State = State;
    const BEHAVIOUR: Behaviour = Behaviour::FishingOutOfPlace;
    const INTEREST: Interest = Interest::LOOK.with(Interest::SLOW);

    fn new(settings: &Settings, chart: &Chart) -> FishingRule {
        FishingRule { settings: settings.clone(), stops: Lone::new(settings, chart) }
    }

    fn settings(all: &behaviours::Settings) -> &Settings {
        &all.fishing_out_of_place
    }

    fn observe(&mut self, state: &mut Option<State>, scene: &VesselScene<'_>, step: &Step<'_>, out: &mut Signals<'_>) {
        let Some(fix) = step.fix else {
            return;
        };
        let fishing = scene.vessel.ship_type() == Some(30);
        if !fishing && state.is_none() {
            return;
        }
        // A vessel that turns out to be of another type still ends the stop that is open.
        let mut now = state.take().unwrap_or_default();
        let least_nm = self.settings.min_shore_nm;
        let far = || match &step.place {
            Some(place) => place.is_beyond(scene.chart, least_nm),
            None => least_nm < scene.chart.shore_nm(fix.position),
        };
        if !(fishing && far()) {
            now.passage = None;
        } else if step.interest.meets(Interest::LOOK) {
            let passage = now.passage.get_or_insert_with(|| Passage::new(&fix));
            passage.look(&self.settings, &fix, scene.settings().lost_after());
        }
        let (passage, settings) = (&now.passage, &self.settings);
        let begin = |own: &Settings, seen: &Seen<'_>| {
            seen.step.smg.filter(|smg| smg.knots < own.stop_knots)?;
            passage.as_ref()?.done(settings, seen.fix.at)
        };
        if fishing || now.stop.is_some() {
            self.stops.observe(&mut now.stop, scene, step, begin, out);
        }
        *state = (now.passage.is_some() || now.stop.is_some()).then_some(now);
    }

    fn explain(&self, state: Option<&State>, scene: &VesselScene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let base = &self.settings;
        let passage = state.and_then(|state| state.passage.as_ref());
        let stop = state.and_then(|state| state.stop.as_ref());
        self.stops.explain(stop, scene, step, |shown, settings, seen, kept| {
            let fishing = seen.vessel.ship_type() == Some(30);
            let done = kept.map(|kept| kept.own).or_else(|| passage?.done(base, seen.fix.at));
            let hours = done.map(|done| done.took.hours()).or(passage.map(|passage| passage.counted.hours()));
            let counted = kept.map_or(0.0, |kept| kept.condition.counted().minutes());
            let speed = format!("> {} at {} to {} kn", base.passage_hours, base.min_knots, base.max_knots);
            shown
                .is("craft", said_of(&seen.vessel), "fishing", fishing)
                .is("passage_hours", hours.map_or(Value::Null, |hours| number(hours, 1)), speed, done.is_some())
                .at_least("passage_straight_share", passage.and_then(Passage::share), base.straight_share)
                .below("speed_made_good_knots", step.smg.map(|smg| smg.knots), settings.stop_knots)
                .at_least("stopped_minutes", Some(counted), settings.after_minutes)
        })
    }

    fn close(&self, state: State, reason: End, out: &mut Signals<'_>) {
        state.stop.into_iter().for_each(|stop| self.stops.close(stop, reason, out));
    }

    fn configure(&mut self, settings: &Settings, chart: &Chart, now: Time) {
        self.settings = settings.clone();
        self.stops.configure(settings, chart, now);
    }

    fn review(&self, state: &mut Option<State>, scene: &VesselScene<'_>, presence: &Presence, out: &mut Signals<'_>) {
        if let Some(state) = state {
            self.stops.review(&mut state.stop, scene, presence, out);
        }
        state.take_if(|state| state.passage.is_none() && state.stop.is_none());
    }

    fn follows(state: &State) -> bool {
        state.stop.is_some()
    }

    fn due(&self, state: &State, scene: &VesselScene<'_>) -> Option<Time> {
        state.stop.as_ref().map(|stop| self.stops.lost_at(stop, scene))
    }

    fn wake(&mut self, state: &mut Option<State>, _scene: &VesselScene<'_>, out: &mut Signals<'_>) {
        let stop = state.as_mut().and_then(|state| state.stop.take());
        stop.into_iter().for_each(|stop| self.stops.close(stop, End::Lost, out));
        state.take_if(|state| state.passage.is_none());
    }

    remembers! { kept {} parts { stops } built { settings } }
}

/// The passage of a fishing vessel: the straight way so far, and the latest passage that was long enough.
#[derive(Serialize, Deserialize)]
pub(crate) struct Passage {
    /// Where it began.
    start: LatLon,
    /// When it began.
    start_at: Time,
    /// Time of the latest leg's end.
    last_at: Time,
    /// Position of the latest leg's end.
    last: LatLon,
    /// Length of all legs. Metres.
    path_metres: f64,
    /// Time at the speeds of a passage, without longer holes.
    counted: Span,
    /// The latest passage that was long enough.
    done: Option<Done>,
}

/// A passage of at least `passage_hours`.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Done {
    /// When it was last known to continue.
    ended_at: Time,
    /// From its start to its end, with what did not count.
    took: Span,
    /// Length of its legs. Metres.
    path_metres: f64,
    /// Distance made good in a straight line. Metres.
    net_metres: f64,
}

impl Passage {
    /// A passage that begins with this fix.
    fn new(fix: &Fix) -> Passage {
        Passage {
            start: fix.position,
            start_at: fix.at,
            last_at: fix.at,
            last: fix.position,
            path_metres: 0.0,
            counted: Span::ZERO,
            done: None,
        }
    }

    /// Adds one leg, or starts a new passage.
    fn look(&mut self, settings: &Settings, fix: &Fix, lost_after: Span) {
        let took = fix.at - self.last_at;
        if took < LEG {
            return;
        }
        let metres = self.last.metres_to(fix.position);
        let speed = knots(metres, took.seconds());
        let net = self.start.metres_to(fix.position);
        let path = self.path_metres + metres;
        let straight = path < SHORTEST_PATH || settings.straight_share * path <= net;
        let nearly = settings.min_knots - SLACK_KNOTS <= speed && speed <= settings.max_knots + SLACK_KNOTS;
        // The passage is broken off. One that was long enough before stays known.
        if lost_after < took || !nearly || !straight {
            *self = Passage { done: self.done, ..Passage::new(fix) };
            return;
        }
        if took <= LONGEST_LEG && settings.min_knots <= speed && speed <= settings.max_knots {
            self.counted += took;
        }
        (self.path_metres, self.last_at, self.last) = (path, fix.at, fix.position);
        if minutes(settings.passage_hours * 60.0) < self.counted {
            let took = fix.at - self.start_at;
            self.done = Some(Done { ended_at: fix.at, took, path_metres: path, net_metres: net });
        }
    }

    /// Share of the path that was made good, on the current passage or else on the one before. `None` without either.
    fn share(&self) -> Option<f64> {
        match (0.0 < self.path_metres, self.done) {
            (true, _) => Some(self.start.metres_to(self.last) / self.path_metres),
            (false, Some(done)) => Some(done.net_metres / done.path_metres),
            (false, None) => None,
        }
    }

    /// The passage that ended shortly before `at`, if any.
    fn done(&self, settings: &Settings, at: Time) -> Option<Done> {
        self.done.filter(|done| at - done.ended_at <= minutes(settings.within_hours * 60.0))
    }
}

/// The condition of the stop after a passage.
pub(crate) struct Stop;

impl Case for Stop {
    type Settings = Settings;
    type Own = Done;
    const BEHAVIOUR: Behaviour = Behaviour::FishingOutOfPlace;
    const WHERE: Where = Where::Anywhere;
    const ENDS: End = End::UnderWayAgain;

    fn min_shore_nm(settings: &Settings) -> f64 {
        settings.min_shore_nm
    }

    fn observe(settings: &Settings, _kept: &mut Kept<Done>, seen: &Seen<'_>) -> Option<(Observation, SpeedMadeGood)> {
        let smg = seen.step.smg?;
        let observation = match smg.knots {
            // Its reported type may change.
            _ if seen.vessel.ship_type() != Some(30) => Observation::Ends,
            knots if knots < settings.stop_knots => Observation::Meets,
            knots if knots < settings.moving_knots => Observation::Between,
            _ => Observation::Ends,
        };
        Some((observation, smg))
    }

    fn rule(settings: &Settings, _kept: &Kept<Done>, seen: &Seen<'_>) -> Timing {
        Timing {
            after: minutes(settings.after_minutes),
            end_after: minutes(settings.end_minutes),
            resume_after: RESUME_AFTER.min(minutes(settings.after_minutes)),
            merge: seen.scene.merge,
            fixes: if seen.vessel.satellite_only() { FIXES_SATELLITE } else { FIXES },
            slower_than: Some(settings.moving_knots),
        }
    }

    fn facts(settings: &Settings, kept: &Kept<Done>, seen: &Seen<'_>, _at_anchor: Option<AtAnchor>) -> AnyFacts {
        let passage = &kept.own;
        let measured = Measured {
            counted_minutes: kept.condition.counted_in_all().minutes().into(),
            passage_hours: passage.took.hours().into(),
            passage_nm: (passage.path_metres / METRES_PER_NM).into(),
            passage_straight_share: (passage.net_metres / passage.path_metres).into(),
            passage_knots: knots(passage.path_metres, passage.took.seconds()).into(),
            median_knots: kept.knots.value().map(Rounded::from),
            shore_nm: seen.shore_nm().into(),
        };
        Facts { form: OneForm, measured, thresholds: settings.into() }.into()
    }

    fn base(settings: &Settings, _kept: &Kept<Done>, seen: &Seen<'_>) -> Vec<(&'static str, i32)> {
        let mut base = vec![(Behaviour::FishingOutOfPlace.name(), settings.score)];
        if is_foreign(seen.vessel.mmsi(), seen.fix.position) {
            base.push(("foreign_flag", settings.foreign_points));
        }
        base
    }
}

/// Whether the flag of an MMSI is from another part of the world, or unknown.
pub(super) fn is_foreign(mmsi: Mmsi, at: LatLon) -> bool {
    let Some(mid) = mmsi.mid() else {
        return true;
    };
    // The first digit of a MID is the ITU's region: 2 Europe, 3 North America and the Caribbean, 4 Asia, 5 Oceania, 6
    // Africa, 7 South America.
    let around: &[u32] = match (at.lon, at.lat) {
        (-30.0..20.0, 0.0..) => &[2, 6],
        (-70.0..-30.0, 20.0..) => &[2, 3],
        (-70.0..-30.0, 0.0..) => &[3, 7],
        (-70.0..-20.0, ..0.0) => &[7],
        (-20.0..20.0, ..0.0) => &[6],
        (20.0..75.0, 30.0..) => &[2, 4],
        (20.0..75.0, _) => &[4, 6],
        (75.0..100.0, _) => &[4, 5],
        (100.0.., _) | (..-150.0, _) => &[4, 5],
        (-150.0..-70.0, ..0.0) => &[5, 7],
        _ => &[3, 7],
    };
    !around.contains(&(mid / 100))
}
