//! Slowdown: a ship under way that becomes much slower in open water where it is watched.
//!
//! ## Watches
//! Every vessel in or near an active corridor, area or benign zone, outside calm water and its margin and at least
//! `min_shore_nm` from shore. Fishing vessels, pilots, dredgers and sailing vessels are excepted, and so is every
//! vessel in or near a pilot station: a benign zone whose id or name says pilot.
//! ## Why
//! A merchant ship on passage loses money with every slow hour. Ships that hand over or take on cargo at sea slow down
//! for an hour and then carry on.
//! ## Opens
//! The vessel was under way above `under_way_knots` for `under_way_minutes`, until at most `within_minutes` before. It
//! then stays below `slow_knots` and below `slow_share` of its usual speed for `after_minutes`. The time under way
//! comes from the 10-minute medians behind the usual speed, so it is exact to one slot, and holes do not count. A hole
//! of `hole_min_minutes` to `hole_max_minutes` that was slower than both limits, with the vessel under way for
//! `within_minutes` before it and again after it, is only a fact (form `hole`).
//! ## Ends
//! Speed made good is above `end_share` of the usual speed for `end_minutes`; or the place no longer allows the
//! condition; or 6 h pass without a fix (lost); or `loitering` opens, which covers the same hours in more detail and
//! supersedes this alert.
//! ## Blind spots
//! Engine trouble, heavy weather and waiting for a berth look the same. A slowdown within the first two hours after the
//! vessel was first heard is not seen.

use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::behaviours::Behaviour;
use crate::state::remembers;
use crate::time::Span;
use crate::tracks::{Activity, SpeedMadeGood, TrackIx, TrackKey};
use crate::zones::{Chart, Kind, Zone};

use super::runner::condition::{Observation, Timing};
use super::runner::vessel::{Case, FIXES, FIXES_SATELLITE, Kept, Lone, RESUME_AFTER, Seen, Told, Where};
use super::{
    Explanation, Interest, Output, Places, Rule, Scene, Scope, Step, hysteresis, minutes, not_negative, number,
    ordered, positive, thresholds,
};

mod hole;

use hole::Holes;

const NAME: Behaviour = Behaviour::Slowdown;

/// Settings `[behaviours.slowdown]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    pub score: i32,
    /// Minimum distance from shore. Nautical miles.
    pub min_shore_nm: f64,
    /// The vessel was under way above this speed. Knots made good.
    pub under_way_knots: f64,
    /// How long the vessel must have been under way. Minutes, at most 1200.
    pub under_way_minutes: f64,
    /// How long before the slowdown the passage may have ended. Minutes.
    pub within_minutes: f64,
    /// The vessel is slow below this speed. Knots made good; not above `under_way_knots`.
    pub slow_knots: f64,
    /// The vessel must also be below this share of its usual speed, 0-1.
    pub slow_share: f64,
    /// How long the vessel must be slow. Minutes.
    pub after_minutes: f64,
    /// The vessel is under way again above this share of its usual speed, 0-1; not below `slow_share`.
    pub end_share: f64,
    /// How long the vessel must be under way again. Minutes.
    pub end_minutes: f64,
    /// A vessel that reports being at anchor or moored, and swings within this radius, is anchored. Nautical miles.
    pub anchored_swing_nm: f64,
    /// Shortest hole in reception over which a slowdown is inferred. Minutes.
    pub hole_min_minutes: f64,
    /// Longest hole in reception over which a slowdown is inferred. Minutes; not below `hole_min_minutes`.
    pub hole_max_minutes: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 25,
            min_shore_nm: 12.0,
            under_way_knots: 6.0,
            under_way_minutes: 120.0,
            within_minutes: 30.0,
            slow_knots: 4.0,
            slow_share: 0.6,
            after_minutes: 30.0,
            end_share: 0.8,
            end_minutes: 15.0,
            anchored_swing_nm: 0.3,
            hole_min_minutes: 30.0,
            hole_max_minutes: 180.0,
        }
    }
}

impl Settings {
    /// Every fault in these settings, as a sentence that begins with the key.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (key, value) in [
            ("under_way_knots", self.under_way_knots),
            ("under_way_minutes", self.under_way_minutes),
            ("slow_knots", self.slow_knots),
            ("slow_share", self.slow_share),
            ("after_minutes", self.after_minutes),
            ("end_minutes", self.end_minutes),
            ("anchored_swing_nm", self.anchored_swing_nm),
            ("hole_min_minutes", self.hole_min_minutes),
        ] {
            positive(&mut problems, key, value);
        }
        not_negative(&mut problems, "min_shore_nm", self.min_shore_nm);
        not_negative(&mut problems, "within_minutes", self.within_minutes);
        if !(0..=100).contains(&self.score) {
            problems.push(format!("score must lie between 0 and 100, not {}", self.score));
        }
        if 5.0 < self.slow_knots {
            problems.push("slow_knots must not be above 5: nobody who makes more is looked at".to_owned());
        }
        if 1200.0 < self.under_way_minutes {
            problems.push("under_way_minutes must not be above 1200: speeds are kept for a day".to_owned());
        }
        if 1.0 < self.end_share {
            problems.push("end_share must not be above 1".to_owned());
        }
        ordered(&mut problems, ("slow_knots", self.slow_knots), ("under_way_knots", self.under_way_knots));
        let longest = ("hole_max_minutes", self.hole_max_minutes);
        ordered(&mut problems, ("hole_min_minutes", self.hole_min_minutes), longest);
        hysteresis(&mut problems, ("slow_share", self.slow_share), ("end_share", self.end_share));
        problems
    }
}

/// The `slowdown` behaviour and its state.
pub struct Slowdown {
    vessels: Lone<SlowedDown>,
    holes: Holes,
}

impl Slowdown {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub fn new(settings: &Settings, chart: &Chart) -> Slowdown {
        Slowdown { vessels: Lone::new(settings, chart), holes: Holes::default() }
    }
}

impl Rule for Slowdown {
    fn name(&self) -> Behaviour {
        NAME
    }

    fn scope(&self) -> Scope {
        Scope::Vessel
    }

    fn interest(&self) -> Interest {
        Interest::SLOW.and(Interest::SLOW_HOLE)
    }

    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        self.vessels.step(scene, step, out);
        if !step.interest.meets(Interest::SLOW_HOLE) && !self.holes.waits(step.vessel) {
            return;
        }
        let busy = self.vessels.knows(step.vessel);
        match self.vessels.settings_here(scene, step) {
            Some(settings) => self.holes.step(&settings, scene, step, busy, out),
            None => self.holes.forget(step.vessel),
        }
        if busy || self.holes.waits(step.vessel) {
            out.activity.push((step.vessel, Activity::Keeps));
        }
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        self.vessels.explain(scene, step, |told, settings, seen, kept| {
            let (knots, within) = (settings.under_way_knots, minutes(settings.within_minutes));
            let since = step.smg.map_or(step.at, |smg| smg.since);
            let usual = kept.map_or_else(|| seen.vessel.usual_knots(since), |kept| kept.own.usual_knots);
            let before = || seen.vessel.above_until(since, knots, within, scene.tracks.settings());
            let under_way = kept.map_or_else(before, |kept| kept.own.under_way);
            let smg = step.smg.map(|smg| smg.knots);
            let trade = type_of(seen.vessel.ship_type());
            let pilots = seen.zones().any(|zone| is_pilot_station(scene.chart.zones.get(zone)));
            told.is("ship_type", trade, "not 30, 33, 36, 50", !slows_by_trade(seen))
                .is("pilot_station", pilots, "false", !pilots)
                .at_least("under_way_minutes", Some(under_way.minutes()), settings.under_way_minutes)
                .below("speed_made_good_knots", smg, settings.slow_knots)
                .below("share_of_usual_speed", smg.map(|knots| knots / usual), settings.slow_share)
                .at_least(
                    "slow_minutes",
                    Some(kept.map_or(0.0, |kept| kept.condition.counted().minutes())),
                    settings.after_minutes,
                )
        })
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        self.vessels.wake(scene, key, vessel, out);
    }

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: &'static str, out: &mut Output) {
        self.holes.forget(vessel);
        self.vessels.forget(vessel, reason, out);
    }

    fn reload(&mut self, scene: &Scene<'_>, settings: &super::Settings, places: &Places, out: &mut Output) {
        self.vessels.reload(scene, &settings.slowdown, places, out);
    }

    remembers! { kept {} parts { vessels, holes } built {} }
}

/// The condition of a slowdown, for the runner.
#[derive(Serialize, Deserialize)]
struct SlowedDown;

/// The vessel's speed and time under way before it slowed down.
#[derive(Serialize, Deserialize)]
struct Before {
    usual_knots: f64,
    under_way: Span,
}

impl Case for SlowedDown {
    type Settings = Settings;
    type Own = Before;
    const NAME: Behaviour = NAME;
    const WHERE: Where = Where::Watched;
    const ENDS: &'static str = "under way again";

    fn min_shore_nm(settings: &Settings) -> f64 {
        settings.min_shore_nm
    }

    fn anchored_swing_nm(settings: &Settings) -> Option<f64> {
        Some(settings.anchored_swing_nm)
    }

    fn begin(settings: &Settings, seen: &Seen<'_>) -> Option<Before> {
        let smg = seen.step.smg.filter(|smg| smg.knots < settings.slow_knots)?;
        if slows_by_trade(seen) || seen.zones().any(|zone| is_pilot_station(seen.scene.chart.zones.get(zone))) {
            return None;
        }
        let (knots, within) = (settings.under_way_knots, minutes(settings.within_minutes));
        let under_way = seen.vessel.above_until(smg.since, knots, within, seen.scene.tracks.settings());
        if under_way < minutes(settings.under_way_minutes) {
            return None;
        }
        let usual_knots = seen.vessel.usual_knots(smg.since);
        (smg.knots < settings.slow_share * usual_knots).then_some(Before { usual_knots, under_way })
    }

    fn observe(settings: &Settings, kept: &mut Kept<Before>, seen: &Seen<'_>) -> Option<(Observation, SpeedMadeGood)> {
        let smg = seen.step.smg?;
        let usual_knots = kept.own.usual_knots;
        let aside = slows_by_trade(seen) || seen.zones().any(|zone| is_pilot_station(seen.scene.chart.zones.get(zone)));
        let slow = smg.knots < settings.slow_knots && smg.knots < settings.slow_share * usual_knots && !aside;
        let observation = match slow {
            true => Observation::Meets,
            false if smg.knots <= settings.end_share * usual_knots && !aside => Observation::Between,
            false => Observation::Ends,
        };
        Some((observation, smg))
    }

    fn rule(settings: &Settings, _kept: &Kept<Before>, seen: &Seen<'_>) -> Timing {
        Timing {
            after: minutes(settings.after_minutes),
            end_after: minutes(settings.end_minutes),
            resume_after: RESUME_AFTER.min(minutes(settings.after_minutes)),
            merge: seen.scene.merge,
            fixes: if seen.vessel.satellite_only() { FIXES_SATELLITE } else { FIXES },
        }
    }

    fn told(settings: &Settings, kept: &Kept<Before>, seen: &Seen<'_>) -> Told {
        let mut measured = Map::new();
        measured.insert("counted_minutes".into(), number(kept.condition.counted().minutes(), 1));
        if let Some(smg) = seen.step.smg {
            measured.insert("speed_made_good_knots".into(), number(smg.knots, 1));
        }
        measured.insert("usual_knots".into(), number(kept.own.usual_knots, 1));
        measured.insert("under_way_hours".into(), number(kept.own.under_way.hours(), 1));
        measured.insert("swing_nm".into(), number(kept.swing.radius_nm(), 2));
        measured.insert("shore_nm".into(), number(seen.shore_nm(), 1));
        Told {
            form: "",
            base: vec![(NAME.name(), settings.score)],
            measured,
            thresholds: thresholds(
                settings,
                &[
                    "min_shore_nm",
                    "under_way_knots",
                    "under_way_minutes",
                    "within_minutes",
                    "slow_knots",
                    "slow_share",
                    "after_minutes",
                    "end_share",
                    "end_minutes",
                ],
            ),
        }
    }
}

fn type_of(ship_type: Option<u8>) -> String {
    ship_type.map_or("unknown".to_owned(), |kind| kind.to_string())
}

/// Whether the vessel slows down all day as part of its work: fishing vessels, dredgers, sailing vessels and pilots.
fn slows_by_trade(seen: &Seen<'_>) -> bool {
    matches!(seen.vessel.ship_type(), Some(30 | 33 | 36 | 50))
}

/// Whether the zone is a pilot station, where ships slow down. Its id or name says so.
fn is_pilot_station(zone: &Zone) -> bool {
    zone.kind == Kind::Benign && [&zone.id, &zone.name].iter().any(|text| text.to_lowercase().contains("pilot"))
}

#[cfg(test)]
mod tests;
