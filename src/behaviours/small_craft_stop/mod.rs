//! Small craft stop: a yacht or small boat that lies still in mid-ocean.
//!
//! ## Watches
//! Sailing and pleasure craft, and class B craft shorter than `length_metres` that do not fish, at least `min_shore_nm`
//! from shore and outside calm water.
//! ## Why
//! More than half of the cocaine found at sea is found on yachts. A yacht on passage has no reason to stop there: it is
//! waiting, or handing something over.
//! ## Opens
//! Speed made good stays below `slow_knots` for `after_minutes`. A hole in reception of up to `max_hole_hours` counts
//! in full if the speed over it is below `slow_knots`, since the two fixes then imply the stop. Where the wind file
//! gives `gale_knots` or more, `gale_points` are added, as yachts heave to in gales.
//! ## Ends
//! Speed made good is at or above `moving_knots` for `end_minutes`; or the vessel is near shore; or 6 h pass without a fix (lost).
//! ## Blind spots
//! Calms, rigging trouble and rest look the same. Wind is known only where a file gives it. A boat can leave and come
//! back within a hole.

use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::ais::Class;
use crate::behaviours::Behaviour;
use crate::state::remembers;
use crate::time::{Span, Time};
use crate::tracks::{SpeedMadeGood, TrackIx, TrackKey, Vessel};
use crate::zones::Chart;

use super::explain::said_of;
use super::runner::condition::{Observation, Timing};
use super::runner::vessel::{Case, FIXES, FIXES_SATELLITE, Kept, Lone, RESUME_AFTER, Seen, Told, Where};
use super::{
    Explanation, Interest, Output, Places, Rule, Scene, Scope, Step, hysteresis, minutes, not_negative, number,
    positive, thresholds,
};

const NAME: Behaviour = Behaviour::SmallCraftStop;
/// Interval at which the wind is looked up.
const WIND_EVERY: Span = Span::from_hours(1);

/// Settings `[behaviours.small_craft_stop]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    pub score: i32,
    /// Minimum distance from shore. Nautical miles.
    pub min_shore_nm: f64,
    /// A class B craft shorter than this is small. Metres.
    pub length_metres: f64,
    /// The craft lies still below this speed. Knots made good.
    pub slow_knots: f64,
    /// The craft is under way from this speed on. Knots made good; not below `slow_knots`.
    pub moving_knots: f64,
    /// How long the craft must lie still. Minutes.
    pub after_minutes: f64,
    /// How long the vessel must be under way again. Minutes.
    pub end_minutes: f64,
    /// Maximum time between two fixes that imply a stop. Hours.
    pub max_hole_hours: f64,
    /// CSV file of wind with the columns `time` (RFC 3339), `lat`, `lon`, `wind_knots`. Each row applies within 60 nm,
    /// and for 3 h before and after. Empty: none. A zone cannot override it.
    pub wind: String,
    /// Wind speed from which it is a gale. Knots.
    pub gale_knots: f64,
    /// Points added in a gale; 0 or less.
    pub gale_points: i32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 30,
            min_shore_nm: 100.0,
            length_metres: 24.0,
            slow_knots: 1.5,
            moving_knots: 2.5,
            after_minutes: 180.0,
            end_minutes: 60.0,
            max_hole_hours: 12.0,
            wind: String::new(),
            gale_knots: 34.0,
            gale_points: -20,
        }
    }
}

impl Settings {
    /// Every fault in these settings, as a sentence that begins with the key.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (key, value) in [
            ("length_metres", self.length_metres),
            ("slow_knots", self.slow_knots),
            ("after_minutes", self.after_minutes),
            ("end_minutes", self.end_minutes),
            ("gale_knots", self.gale_knots),
        ] {
            positive(&mut problems, key, value);
        }
        not_negative(&mut problems, "min_shore_nm", self.min_shore_nm);
        not_negative(&mut problems, "max_hole_hours", self.max_hole_hours);
        if !(0..=100).contains(&self.score) {
            problems.push(format!("score must lie between 0 and 100, not {}", self.score));
        }
        if !(-100..=0).contains(&self.gale_points) {
            problems.push(format!("gale_points must lie between -100 and 0, not {}", self.gale_points));
        }
        if 5.0 < self.slow_knots {
            problems.push("slow_knots must not be above 5: nobody who makes more is looked at".to_owned());
        }
        hysteresis(&mut problems, ("slow_knots", self.slow_knots), ("moving_knots", self.moving_knots));
        problems
    }
}

/// The `small_craft_stop` behaviour and its state.
pub struct SmallCraftStop {
    vessels: Lone<Stop>,
}

impl SmallCraftStop {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub fn new(settings: &Settings, chart: &Chart) -> SmallCraftStop {
        SmallCraftStop { vessels: Lone::new(settings, chart) }
    }
}

impl Rule for SmallCraftStop {
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
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        self.vessels.explain(scene, step, |told, settings, seen, kept| {
            let smg = speed(settings, seen).map(|smg| smg.knots);
            let needed = format!("sailing, pleasure, or class B below {} m that does not fish", settings.length_metres);
            let counted = kept.map_or(0.0, |kept| kept.condition.counted().minutes());
            told.is("craft", said_of(&seen.vessel), needed, is_small(&seen.vessel, settings))
                .below("speed_made_good_knots", smg, settings.slow_knots)
                .at_least("still_minutes", Some(counted), settings.after_minutes)
        })
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        self.vessels.wake(scene, key, vessel, out);
    }

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: &'static str, out: &mut Output) {
        self.vessels.forget(vessel, reason, out);
    }

    fn reload(&mut self, scene: &Scene<'_>, settings: &super::Settings, places: &Places, out: &mut Output) {
        self.vessels.reload(scene, &settings.small_craft_stop, places, out);
    }

    remembers! { kept {} parts { vessels } built {} }
}

/// The condition of a stop, for the runner.
#[derive(Serialize, Deserialize)]
struct Stop;

/// The current stop.
#[derive(Default, Serialize, Deserialize)]
struct Stopped {
    /// Time in holes over which two fixes imply the stop.
    implied: Span,
    wind_knots: Option<f64>,
    wind_at: Option<Time>,
}

impl Case for Stop {
    type Settings = Settings;
    type Own = Stopped;
    const NAME: Behaviour = NAME;
    const WHERE: Where = Where::Anywhere;
    const ENDS: &'static str = "under way again";

    fn min_shore_nm(settings: &Settings) -> f64 {
        settings.min_shore_nm
    }

    fn begin(settings: &Settings, seen: &Seen<'_>) -> Option<Stopped> {
        let smg = speed(settings, seen)?;
        (smg.knots < settings.slow_knots && is_small(&seen.vessel, settings)).then(Stopped::default)
    }

    fn observe(settings: &Settings, kept: &mut Kept<Stopped>, seen: &Seen<'_>) -> Option<(Observation, SpeedMadeGood)> {
        let smg = speed(settings, seen)?;
        let observation = match smg.knots {
            _ if !is_small(&seen.vessel, settings) => Observation::Ends,
            knots if knots < settings.slow_knots => Observation::Meets,
            knots if knots < settings.moving_knots => Observation::Between,
            _ => Observation::Ends,
        };
        if kept.condition.counted() == Span::ZERO && !kept.condition.is_open() {
            kept.own = Stopped::default();
        }
        let (own, at) = (&mut kept.own, seen.fix.at);
        if smg.over_hole {
            own.implied += at - smg.since;
        }
        if observation == Observation::Meets && own.wind_at.is_none_or(|looked| WIND_EVERY <= at - looked) {
            own.wind_at = Some(at);
            let wind = seen.scene.chart.wind.knots_at(seen.fix.position, at);
            own.wind_knots = wind.into_iter().chain(own.wind_knots).reduce(f64::max);
        }
        Some((observation, smg))
    }

    fn rule(settings: &Settings, kept: &Kept<Stopped>, seen: &Seen<'_>) -> Timing {
        let few = seen.vessel.satellite_only() || Span::ZERO < kept.own.implied;
        Timing {
            after: minutes(settings.after_minutes),
            end_after: minutes(settings.end_minutes),
            resume_after: RESUME_AFTER.min(minutes(settings.after_minutes)),
            merge: seen.scene.merge,
            fixes: if few { FIXES_SATELLITE } else { FIXES },
        }
    }

    fn told(settings: &Settings, kept: &Kept<Stopped>, seen: &Seen<'_>) -> Told {
        let own = &kept.own;
        let mut base = vec![(NAME.name(), settings.score)];
        if own.wind_knots.is_some_and(|knots| settings.gale_knots <= knots) {
            base.push(("gale", settings.gale_points));
        }
        let mut measured = Map::new();
        measured.insert("counted_minutes".into(), number(kept.condition.counted().minutes(), 1));
        if let Some(smg) = speed(settings, seen) {
            measured.insert("speed_made_good_knots".into(), number(smg.knots, 1));
        }
        if Span::ZERO < own.implied {
            measured.insert("implied_hours".into(), number(own.implied.hours(), 1));
        }
        if let Some(knots) = own.wind_knots {
            measured.insert("wind_knots".into(), number(knots, 0));
        }
        measured.insert("swing_nm".into(), number(kept.swing.radius_nm(), 2));
        measured.insert("shore_nm".into(), number(seen.shore_nm(), 1));
        let keys = ["min_shore_nm", "slow_knots", "moving_knots", "after_minutes", "end_minutes", "max_hole_hours"];
        Told { form: "", base, measured, thresholds: thresholds(settings, &keys) }
    }
}

/// Speed made good within continuous reports, or over a hole if that implies a stop. A fast hole proves nothing, so it
/// gives `None`.
fn speed(settings: &Settings, seen: &Seen<'_>) -> Option<SpeedMadeGood> {
    seen.step.smg.or_else(|| {
        let over = seen.vessel.speed_made_good().filter(|smg| smg.over_hole && smg.knots < settings.slow_knots)?;
        ((seen.fix.at - over.since).hours() <= settings.max_hole_hours).then_some(over)
    })
}

fn is_small(vessel: &Vessel<'_>, settings: &Settings) -> bool {
    let length = vessel.identity().and_then(|identity| identity.length());
    let short = length.is_some_and(|metres| f64::from(metres) < settings.length_metres);
    match vessel.ship_type() {
        Some(36 | 37) => true,
        Some(30) => false,
        _ => vessel.class() == Class::B && short,
    }
}

#[cfg(test)]
mod tests;
