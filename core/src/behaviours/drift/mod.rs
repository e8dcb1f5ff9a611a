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

mod rule;
mod words;

use super::checks::{Coherent, hysteresis, hysteresis_below, ordered};
use crate::base::fault::Fault;
use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, HISTORY_HOURS, RestsOn, Roles, Silence, ZoneUse, any_zone,
    never,
};
use serde::{Deserialize, Serialize};

pub(crate) use rule::Drift;
pub use words::Form;

/// Settings `[behaviours.drift]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Base points of a watched cargo ship or tanker at least `merchant_min_shore_nm` from shore.
    #[schemars(range(min = 0, max = 100))]
    pub merchant_score: i32,
    /// Minimum distance from shore for `merchant_score`. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub merchant_min_shore_nm: f64,
    /// Minimum distance from shore; rivers and lakes are at distance 0. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub min_shore_nm: f64,
    /// Minimum speed of a drifting ship. Knots made good.
    #[schemars(range(min = 0.1, max = 200))]
    pub min_knots: f64,
    /// Maximum speed of a drifting ship. Knots made good.
    #[schemars(range(min = 0, max = 5))]
    pub max_knots: f64,
    /// The ship lies still again below this speed. Knots made good; not above `min_knots`.
    #[schemars(range(min = 0, max = 200))]
    pub still_knots: f64,
    /// The ship is under way from this speed on. Knots made good; not below `max_knots`.
    #[schemars(range(min = 0, max = 200))]
    pub moving_knots: f64,
    /// The ship drifts if the angle between course over ground and heading exceeds this. Degrees.
    #[schemars(range(min = 1, max = 179))]
    pub drift_degrees: f64,
    /// The ship follows its heading if that angle is below this. Degrees; not above `drift_degrees`.
    #[schemars(range(min = 0, max = 179))]
    pub straight_degrees: f64,
    /// How long the ship must drift. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub after_minutes: f64,
    /// How far the ship must get from where the drift began. Metres.
    #[schemars(range(min = 0, max = 100_000))]
    pub min_metres: f64,
    /// How long the end of the drift must last. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub end_minutes: f64,
    /// A vessel that reports being at anchor or moored, and swings within this radius, is anchored. Nautical miles.
    #[schemars(range(min = 0.01, max = 10))]
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

impl Coherent for Settings {
    fn problems(&self) -> Vec<Fault> {
        [
            ordered(("min_knots", self.min_knots), ("max_knots", self.max_knots)),
            hysteresis(("max_knots", self.max_knots), ("moving_knots", self.moving_knots)),
            hysteresis_below(("min_knots", self.min_knots), ("still_knots", self.still_knots)),
            hysteresis_below(("drift_degrees", self.drift_degrees), ("straight_degrees", self.straight_degrees)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Adrift",
    chapter: Chapter::AtSea,
    about: About::Vessels,
    zones: ZoneUse::Settings,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::OneVessel,
    is_muted: true,
    is_stop: true,
    usual: None,
    has_habit: true,
    looks_like_fishing: true,
    silence: Silence::Apart,
    is_about_identity: false,
    weighs_chance: false,
    is_scored_alone: false,
    gains_by_meeting: false,
    roles: Roles::None,
    lead: None,
    supersedes: &[],
    rests_on_silence: false,
    is_grouped: false,
    meets: None,
    is_uncertain: never,
    history_hours: HISTORY_HOURS,
    cap: CapCategory::Safety,
    cise: CiseAnomaly::Erratic,
};

#[cfg(test)]
mod tests;
