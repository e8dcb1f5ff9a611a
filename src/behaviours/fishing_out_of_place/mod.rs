//! Fishing out of place: a fishing vessel that sails straight on for days without fishing, then stops far out.
//!
//! ## Watches
//! Vessels of type fishing, more than `min_shore_nm` from shore and outside calm water.
//! ## Why
//! Fishing vessels have been mother ships. They come from another part of the world like a freighter, do not fish on
//! the way, and wait in mid-ocean.
//! ## Opens
//! The vessel sails straight at `min_knots` to `max_knots` for more than `passage_hours`, checked every half hour: the
//! distance made good is at least `straight_share` of the path. It is then below `stop_knots` for `after_minutes`,
//! beginning within `within_hours`. Holes of up to three hours count, as only satellites hear so far out. Longer ones
//! do not count, and after 6 h the passage restarts. A flag from another part of the world, or none, adds
//! `foreign_points`.
//! ## Ends
//! Speed made good is at or above `moving_knots` for `end_minutes`; or the vessel is nearer to shore; or 6 h pass without
//! a fix (lost).
//! ## Blind spots
//! Distant-water fleets on their way to the grounds do the same. The type is as the vessel reports it. The parts of the
//! world are coarse: the first digit of the MMSI against a few meridians.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::behaviours::Behaviour;
use crate::geo::LatLon;
use crate::state::remembers;
use crate::time::{Span, Time};
use crate::tracks::{Fix, SpeedMadeGood, TrackIx, TrackKey};
use crate::units::{METRES_PER_NM, Mmsi, knots};
use crate::zones::Chart;

use super::explain::said_of;
use super::runner::condition::{Observation, Timing};
use super::runner::vessel::{Case, FIXES, FIXES_SATELLITE, Kept, Lone, RESUME_AFTER, Seen, Told, Where};
use super::{
    Explanation, Interest, Output, Places, Rule, Scene, Scope, Step, hysteresis, minutes, not_negative, number,
    ordered, positive, thresholds,
};

const NAME: Behaviour = Behaviour::FishingOutOfPlace;
/// Shortest leg of a passage.
const LEG: Span = Span::from_minutes(15);
/// Longest leg that counts: half an hour between looks, plus a hole of up to three hours.
const LONGEST_LEG: Span = Span::from_minutes(210);
/// A leg at most this much outside the speeds of a passage does not count, but does not end it. Knots.
const SLACK_KNOTS: f64 = 1.0;
/// On a shorter path, straightness means nothing. Metres.
const SHORTEST_PATH: f64 = 10.0 * METRES_PER_NM;

/// Settings `[behaviours.fishing_out_of_place]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    pub score: i32,
    /// Points added for a flag from another part of the world, or an unknown flag.
    pub foreign_points: i32,
    /// Minimum distance from shore, of the passage and of the stop. Nautical miles.
    pub min_shore_nm: f64,
    /// Minimum speed of the passage. A zone cannot override this key or the next four. Knots.
    pub min_knots: f64,
    /// Maximum speed of the passage. Knots.
    pub max_knots: f64,
    /// Minimum duration of the passage. Hours.
    pub passage_hours: f64,
    /// Minimum share of the distance sailed that is made good, 0-1.
    pub straight_share: f64,
    /// How long after the passage the stop must begin. Hours.
    pub within_hours: f64,
    /// The vessel has stopped below this speed. Knots made good.
    pub stop_knots: f64,
    /// The vessel is under way from this speed on. Knots made good; not below `stop_knots`.
    pub moving_knots: f64,
    /// How long the vessel must be stopped. Minutes.
    pub after_minutes: f64,
    /// How long the vessel must be under way again. Minutes.
    pub end_minutes: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 25,
            foreign_points: 10,
            min_shore_nm: 200.0,
            min_knots: 6.0,
            max_knots: 10.0,
            passage_hours: 48.0,
            straight_share: 0.9,
            within_hours: 6.0,
            stop_knots: 1.0,
            moving_knots: 3.0,
            after_minutes: 30.0,
            end_minutes: 30.0,
        }
    }
}

impl Settings {
    /// Every fault in these settings, as a sentence that begins with the key.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (key, value) in [
            ("min_knots", self.min_knots),
            ("passage_hours", self.passage_hours),
            ("straight_share", self.straight_share),
            ("stop_knots", self.stop_knots),
            ("after_minutes", self.after_minutes),
            ("end_minutes", self.end_minutes),
        ] {
            positive(&mut problems, key, value);
        }
        not_negative(&mut problems, "min_shore_nm", self.min_shore_nm);
        not_negative(&mut problems, "within_hours", self.within_hours);
        for (key, points) in [("score", self.score), ("foreign_points", self.foreign_points)] {
            if !(0..=100).contains(&points) {
                problems.push(format!("{key} must lie between 0 and 100, not {points}"));
            }
        }
        if 1.0 < self.straight_share {
            problems.push("straight_share must not be above 1".to_owned());
        }
        if 5.0 < self.stop_knots {
            problems.push("stop_knots must not be above 5: nobody who makes more is looked at".to_owned());
        }
        ordered(&mut problems, ("min_knots", self.min_knots), ("max_knots", self.max_knots));
        hysteresis(&mut problems, ("stop_knots", self.stop_knots), ("moving_knots", self.moving_knots));
        problems
    }
}

/// The `fishing_out_of_place` behaviour and its state.
pub struct FishingOutOfPlace {
    settings: Settings,
    /// Passages of fishing vessels far out.
    passages: FxHashMap<TrackIx, Passage>,
    stops: Lone<Stop>,
}

impl FishingOutOfPlace {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub fn new(settings: &Settings, chart: &Chart) -> FishingOutOfPlace {
        FishingOutOfPlace {
            settings: settings.clone(),
            passages: FxHashMap::default(),
            stops: Lone::new(settings, chart),
        }
    }
}

impl Rule for FishingOutOfPlace {
    fn name(&self) -> Behaviour {
        NAME
    }

    fn scope(&self) -> Scope {
        Scope::Vessel
    }

    fn interest(&self) -> Interest {
        Interest::LOOK.and(Interest::SLOW)
    }

    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let Some(fix) = step.fix else {
            return;
        };
        let fishing = scene.tracks.vessel(step.vessel).ship_type() == Some(30);
        let least_nm = self.settings.min_shore_nm;
        let far = || match &step.place {
            Some(place) => place.is_beyond(scene.chart, least_nm),
            None => least_nm < scene.chart.shore_nm(fix.position),
        };
        match fishing && far() {
            false => {
                self.passages.remove(&step.vessel);
            }
            true if step.interest.meets(Interest::LOOK) => {
                let passage = self.passages.entry(step.vessel).or_insert_with(|| Passage::new(&fix));
                passage.look(&self.settings, &fix, scene.tracks.settings().lost_after());
            }
            true => {}
        }
        if !fishing && !self.stops.knows(step.vessel) {
            return;
        }
        let (passages, settings) = (&self.passages, &self.settings);
        self.stops.step_with(
            scene,
            step,
            |own, seen| {
                seen.step.smg.filter(|smg| smg.knots < own.stop_knots)?;
                passages.get(&seen.step.vessel)?.done(settings, seen.fix.at)
            },
            out,
        );
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let base = &self.settings;
        let passage = self.passages.get(&step.vessel);
        self.stops.explain(scene, step, |told, settings, seen, kept| {
            let fishing = seen.vessel.ship_type() == Some(30);
            let done = kept.map(|kept| kept.own).or_else(|| passage?.done(base, seen.fix.at));
            let hours = done.map(|done| done.took.hours()).or(passage.map(|passage| passage.counted.hours()));
            let counted = kept.map_or(0.0, |kept| kept.condition.counted().minutes());
            let speed = format!("> {} at {} to {} kn", base.passage_hours, base.min_knots, base.max_knots);
            told.is("craft", said_of(&seen.vessel), "fishing", fishing)
                .is("passage_hours", hours.map_or(Value::Null, |hours| number(hours, 1)), speed, done.is_some())
                .at_least("passage_straight_share", passage.and_then(Passage::share), base.straight_share)
                .below("speed_made_good_knots", step.smg.map(|smg| smg.knots), settings.stop_knots)
                .at_least("stopped_minutes", Some(counted), settings.after_minutes)
        })
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        self.stops.wake(scene, key, vessel, out);
    }

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: &'static str, out: &mut Output) {
        self.passages.remove(&vessel);
        self.stops.forget(vessel, reason, out);
    }

    fn reload(&mut self, scene: &Scene<'_>, settings: &super::Settings, places: &Places, out: &mut Output) {
        self.settings = settings.fishing_out_of_place.clone();
        self.stops.reload(scene, &self.settings, places, out);
    }

    remembers! { kept { passages } parts { stops } built { settings } }
}

/// The passage of a fishing vessel: the straight way so far, and the latest passage that was long enough.
#[derive(Serialize, Deserialize)]
struct Passage {
    start: LatLon,
    start_at: Time,
    last_at: Time,
    last: LatLon,
    path_metres: f64,
    counted: Span,
    done: Option<Done>,
}

/// A passage of at least `passage_hours`.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Done {
    ended_at: Time,
    took: Span,
    path_metres: f64,
    net_metres: f64,
}

impl Passage {
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

/// The condition of the stop after a passage, for the runner.
#[derive(Serialize, Deserialize)]
struct Stop;

impl Case for Stop {
    type Settings = Settings;
    type Own = Done;
    const NAME: Behaviour = NAME;
    const WHERE: Where = Where::Anywhere;
    const ENDS: &'static str = "under way again";

    fn min_shore_nm(settings: &Settings) -> f64 {
        settings.min_shore_nm
    }

    fn begin(_settings: &Settings, _seen: &Seen<'_>) -> Option<Done> {
        None
    }

    fn observe(settings: &Settings, _kept: &mut Kept<Done>, seen: &Seen<'_>) -> Option<(Observation, SpeedMadeGood)> {
        let smg = seen.step.smg?;
        let observation = match smg.knots {
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
        }
    }

    fn told(settings: &Settings, kept: &Kept<Done>, seen: &Seen<'_>) -> Told {
        let passage = &kept.own;
        let mut base = vec![(NAME.name(), settings.score)];
        if is_foreign(seen.vessel.mmsi(), seen.fix.position) {
            base.push(("foreign_flag", settings.foreign_points));
        }
        let mut measured = Map::new();
        measured.insert("counted_minutes".into(), number(kept.condition.counted().minutes(), 1));
        measured.insert("passage_hours".into(), number(passage.took.hours(), 0));
        measured.insert("passage_nm".into(), number(passage.path_metres / METRES_PER_NM, 0));
        measured.insert("passage_straight_share".into(), number(passage.net_metres / passage.path_metres, 2));
        let speed = knots(passage.path_metres, passage.took.seconds());
        measured.insert("passage_knots".into(), number(speed, 1));
        if let Some(smg) = seen.step.smg {
            measured.insert("speed_made_good_knots".into(), number(smg.knots, 1));
        }
        measured.insert("shore_nm".into(), number(seen.shore_nm(), 0));
        let keys = ["min_shore_nm", "min_knots", "max_knots", "passage_hours", "straight_share", "stop_knots"];
        Told { form: "", base, measured, thresholds: thresholds(settings, &keys) }
    }
}

/// Whether the flag of an MMSI is from another part of the world, or unknown.
fn is_foreign(mmsi: Mmsi, at: LatLon) -> bool {
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

#[cfg(test)]
mod tests;
