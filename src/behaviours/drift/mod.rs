//! Drift: a ship that moves slowly in another direction than it points.
//!
//! ## Watches
//! Every vessel that sends a heading, outside calm water and its margin and at least `min_shore_nm` from shore.
//! ## Why
//! A drifting ship has a stopped engine and may need help, or it waits for another vessel. Alone this means little, so
//! it is a fact unless a merchant ship does it far out where it is watched.
//! ## Opens
//! For `after_minutes`, speed made good is between `min_knots` and `max_knots` and the course over ground is more than
//! `drift_degrees` off the heading; and the vessel has moved at least `min_metres` from where it began. The angle is
//! taken from each fix. It counts from the first fix that shows it, not from the start of the span over which the speed
//! was measured.
//! ## Ends
//! For `end_minutes`, the angle is below `straight_degrees`, or the speed is above `moving_knots` or below
//! `still_knots`; or the place no longer allows the condition; or 6 h pass without a fix with both angles (lost); or
//! `loitering` opens, which supersedes this alert.
//! ## Blind spots
//! Class B seldom sends a heading. A ship whose compass is out by 45° appears to drift wherever it goes slowly, and so
//! does a ship that holds its station with thrusters.

use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::behaviours::Behaviour;
use crate::geo::{LatLon, angle_between};
use crate::state::remembers;
use crate::time::{Span, Time};
use crate::tracks::{SpeedMadeGood, TrackIx, TrackKey};
use crate::zones::Chart;

use super::runner::condition::{Observation, Timing};
use super::runner::vessel::{Case, FIXES, FIXES_SATELLITE, Kept, Lone, NOT_YET, RESUME_AFTER, Seen, Told, Where};
use super::{
    Explanation, Interest, Output, Places, Rule, Scene, Scope, Step, hysteresis, hysteresis_below, minutes,
    not_negative, number, ordered, positive, thresholds,
};

const NAME: Behaviour = Behaviour::Drift;

/// Settings `[behaviours.drift]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    pub score: i32,
    /// Base points of a watched cargo ship or tanker at least `merchant_min_shore_nm` from shore.
    pub merchant_score: i32,
    /// Minimum distance from shore for `merchant_score`. Nautical miles.
    pub merchant_min_shore_nm: f64,
    /// Minimum distance from shore; rivers and lakes are at distance 0. Nautical miles.
    pub min_shore_nm: f64,
    /// Minimum speed of a drifting ship. Knots made good.
    pub min_knots: f64,
    /// Maximum speed of a drifting ship. Knots made good.
    pub max_knots: f64,
    /// The ship lies still again below this speed. Knots made good; not above `min_knots`.
    pub still_knots: f64,
    /// The ship is under way from this speed on. Knots made good; not below `max_knots`.
    pub moving_knots: f64,
    /// The ship drifts if the angle between course over ground and heading exceeds this. Degrees.
    pub drift_degrees: f64,
    /// The ship follows its heading if that angle is below this. Degrees; not above `drift_degrees`.
    pub straight_degrees: f64,
    /// How long the ship must drift. Minutes.
    pub after_minutes: f64,
    /// How far the ship must get from where the drift began. Metres.
    pub min_metres: f64,
    /// How long the end of the drift must last. Minutes.
    pub end_minutes: f64,
    /// A vessel that reports being at anchor or moored, and swings within this radius, is anchored. Nautical miles.
    pub anchored_swing_nm: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 5,
            merchant_score: 25,
            merchant_min_shore_nm: 12.0,
            min_shore_nm: 1.0,
            min_knots: 1.0,
            max_knots: 5.0,
            still_knots: 0.5,
            moving_knots: 6.0,
            drift_degrees: 45.0,
            straight_degrees: 30.0,
            after_minutes: 10.0,
            min_metres: 500.0,
            end_minutes: 5.0,
            anchored_swing_nm: 0.3,
        }
    }
}

impl Settings {
    /// Every fault in these settings, as a sentence that begins with the key.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (key, value) in [
            ("min_knots", self.min_knots),
            ("drift_degrees", self.drift_degrees),
            ("after_minutes", self.after_minutes),
            ("end_minutes", self.end_minutes),
            ("anchored_swing_nm", self.anchored_swing_nm),
        ] {
            positive(&mut problems, key, value);
        }
        for (key, value) in [
            ("merchant_min_shore_nm", self.merchant_min_shore_nm),
            ("min_shore_nm", self.min_shore_nm),
            ("still_knots", self.still_knots),
            ("straight_degrees", self.straight_degrees),
            ("min_metres", self.min_metres),
        ] {
            not_negative(&mut problems, key, value);
        }
        for (key, points) in [("score", self.score), ("merchant_score", self.merchant_score)] {
            if !(0..=100).contains(&points) {
                problems.push(format!("{key} must lie between 0 and 100, not {points}"));
            }
        }
        if 5.0 < self.max_knots {
            problems.push("max_knots must not be above 5: nobody who makes more is looked at".to_owned());
        }
        if 180.0 <= self.drift_degrees {
            problems.push("drift_degrees must be below 180: no angle is larger".to_owned());
        }
        ordered(&mut problems, ("min_knots", self.min_knots), ("max_knots", self.max_knots));
        hysteresis(&mut problems, ("max_knots", self.max_knots), ("moving_knots", self.moving_knots));
        hysteresis_below(&mut problems, ("min_knots", self.min_knots), ("still_knots", self.still_knots));
        let straight = ("straight_degrees", self.straight_degrees);
        hysteresis_below(&mut problems, ("drift_degrees", self.drift_degrees), straight);
        problems
    }
}

/// The `drift` behaviour and its state.
pub struct Drift {
    vessels: Lone<Drifting>,
}

impl Drift {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub fn new(settings: &Settings, chart: &Chart) -> Drift {
        Drift { vessels: Lone::new(settings, chart) }
    }
}

impl Rule for Drift {
    fn name(&self) -> Behaviour {
        NAME
    }

    fn scope(&self) -> Scope {
        Scope::Vessel
    }

    fn interest(&self) -> Interest {
        Interest::SLOW
    }

    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        self.vessels.step(scene, step, out);
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        self.vessels.explain(scene, step, |told, settings, seen, kept| {
            let degrees = degrees_off(seen);
            let wide = degrees.is_some_and(|degrees| settings.drift_degrees < degrees);
            let off = degrees.map_or(serde_json::Value::Null, |degrees| number(degrees, 0));
            told.between("speed_made_good_knots", step.smg.map(|smg| smg.knots), settings.min_knots, settings.max_knots)
                .is("course_off_heading_degrees", off, format!("> {}", settings.drift_degrees), wide)
                .at_least(
                    "drift_minutes",
                    Some(kept.map_or(0.0, |kept| kept.condition.counted().minutes())),
                    settings.after_minutes,
                )
                .at_least("drift_metres", Some(kept.map_or(0.0, |kept| kept.own.metres)), settings.min_metres)
        })
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        self.vessels.wake(scene, key, vessel, out);
    }

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: &'static str, out: &mut Output) {
        self.vessels.forget(vessel, reason, out);
    }

    fn reload(&mut self, scene: &Scene<'_>, settings: &super::Settings, places: &Places, out: &mut Output) {
        self.vessels.reload(scene, &settings.drift, places, out);
    }

    remembers! { kept {} parts { vessels } built {} }
}

/// The condition of a drift, for the runner.
#[derive(Serialize, Deserialize)]
struct Drifting;

/// The current drift.
#[derive(Serialize, Deserialize)]
struct Way {
    /// Where the drift began, and the farthest distance from there since.
    origin: LatLon,
    metres: f64,
    /// What every fix shows, and since when.
    shows: Option<(Observation, Time)>,
    greatest_degrees: f64,
}

impl Way {
    fn new(origin: LatLon) -> Way {
        Way { origin, metres: 0.0, shows: None, greatest_degrees: 0.0 }
    }
}

impl Case for Drifting {
    type Settings = Settings;
    type Own = Way;
    const NAME: Behaviour = NAME;
    const WHERE: Where = Where::Anywhere;
    const ENDS: &'static str = "moving along its heading";

    fn min_shore_nm(settings: &Settings) -> f64 {
        settings.min_shore_nm
    }

    fn anchored_swing_nm(settings: &Settings) -> Option<f64> {
        Some(settings.anchored_swing_nm)
    }

    fn begin(settings: &Settings, seen: &Seen<'_>) -> Option<Way> {
        let (smg, degrees) = (seen.step.smg?, degrees_off(seen)?);
        (observation(settings, smg.knots, degrees) == Observation::Meets).then(|| Way::new(seen.fix.position))
    }

    fn observe(settings: &Settings, kept: &mut Kept<Way>, seen: &Seen<'_>) -> Option<(Observation, SpeedMadeGood)> {
        let (smg, degrees) = (seen.step.smg?, degrees_off(seen)?);
        let observation = observation(settings, smg.knots, degrees);
        let since = match kept.own.shows {
            Some((same, since)) if same == observation => since,
            Some(_) | None => seen.fix.at,
        };
        if observation == Observation::Meets {
            if kept.condition.counted() == Span::ZERO && since == seen.fix.at {
                kept.own = Way::new(seen.fix.position);
            }
            let way = &mut kept.own;
            way.metres = way.metres.max(way.origin.metres_to(seen.fix.position));
            way.greatest_degrees = way.greatest_degrees.max(degrees);
        }
        kept.own.shows = Some((observation, since));
        Some((observation, SpeedMadeGood { since: smg.since.max(since), ..smg }))
    }

    fn rule(settings: &Settings, kept: &Kept<Way>, seen: &Seen<'_>) -> Timing {
        let fixes = if seen.vessel.satellite_only() { FIXES_SATELLITE } else { FIXES };
        Timing {
            after: minutes(settings.after_minutes),
            end_after: minutes(settings.end_minutes),
            resume_after: RESUME_AFTER.min(minutes(settings.after_minutes)),
            merge: seen.scene.merge,
            fixes: if settings.min_metres <= kept.own.metres { fixes } else { NOT_YET },
        }
    }

    fn told(settings: &Settings, kept: &Kept<Way>, seen: &Seen<'_>) -> Told {
        let merchant = matches!(seen.vessel.ship_type(), Some(70..=89));
        let far = settings.merchant_min_shore_nm <= seen.shore_nm();
        let points = if merchant && far && seen.watched() { settings.merchant_score } else { settings.score };
        let mut measured = Map::new();
        measured.insert("counted_minutes".into(), number(kept.condition.counted().minutes(), 1));
        measured.insert("drift_metres".into(), number(kept.own.metres, 0));
        measured.insert("greatest_degrees".into(), number(kept.own.greatest_degrees, 0));
        if let Some(degrees) = degrees_off(seen) {
            measured.insert("drift_degrees".into(), number(degrees, 0));
        }
        if let Some(smg) = seen.step.smg {
            measured.insert("speed_made_good_knots".into(), number(smg.knots, 1));
        }
        measured.insert("shore_nm".into(), number(seen.shore_nm(), 1));
        Told {
            form: "",
            base: vec![(NAME.name(), points)],
            measured,
            thresholds: thresholds(
                settings,
                &["min_knots", "max_knots", "drift_degrees", "straight_degrees", "after_minutes", "min_metres"],
            ),
        }
    }
}

/// Angle between the course over ground and the heading, 0-180 degrees. `None` unless the fix has both.
fn degrees_off(seen: &Seen<'_>) -> Option<f64> {
    let said = &seen.fix.said;
    Some(angle_between(said.cog_degrees()?, said.heading_degrees()?))
}

fn observation(settings: &Settings, knots: f64, degrees: f64) -> Observation {
    let slow = settings.min_knots <= knots && knots <= settings.max_knots;
    let ends = knots < settings.still_knots || settings.moving_knots <= knots || degrees < settings.straight_degrees;
    match (slow && settings.drift_degrees < degrees, ends) {
        (_, true) => Observation::Ends,
        (true, false) => Observation::Meets,
        (false, false) => Observation::Between,
    }
}

#[cfg(test)]
mod tests;
