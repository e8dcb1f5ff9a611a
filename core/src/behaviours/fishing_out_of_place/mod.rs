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

mod rule;
mod words;

use super::checks::{Coherent, hysteresis, ordered};
use crate::base::fault::Fault;
use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, Counted, RestsOn, Roles, Silence, UsualStops, ZoneUse,
    any_zone, never,
};
use serde::{Deserialize, Serialize};

pub(crate) use rule::FishingOutOfPlace;
pub use words::Form;

/// Settings `[behaviours.fishing_out_of_place]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Points added for a flag from another part of the world, or an unknown flag.
    #[schemars(range(min = 0, max = 100))]
    pub foreign_points: i32,
    /// Minimum distance from shore, of the passage and of the stop. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub min_shore_nm: f64,
    /// Minimum speed of the passage. A zone cannot override this key or the next four. Knots.
    #[schemars(range(min = 0.1, max = 200))]
    pub min_knots: f64,
    /// Maximum speed of the passage. Knots.
    #[schemars(range(min = 0, max = 200))]
    pub max_knots: f64,
    /// Minimum duration of the passage. Hours.
    #[schemars(range(min = 0.01, max = 2400))]
    pub passage_hours: f64,
    /// Minimum share of the distance sailed that is made good, 0-1.
    #[schemars(range(min = 0.01, max = 1))]
    pub straight_share: f64,
    /// How long after the passage the stop must begin. Hours.
    #[schemars(range(min = 0, max = 2400))]
    pub within_hours: f64,
    /// The vessel has stopped below this speed. Knots made good.
    #[schemars(range(min = 0.1, max = 5))]
    pub stop_knots: f64,
    /// The vessel is under way from this speed on. Knots made good; not below `stop_knots`.
    #[schemars(range(min = 0, max = 200))]
    pub moving_knots: f64,
    /// How long the vessel must be stopped. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub after_minutes: f64,
    /// How long the vessel must be under way again. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
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

impl Coherent for Settings {
    fn problems(&self) -> Vec<Fault> {
        [
            ordered(("min_knots", self.min_knots), ("max_knots", self.max_knots)),
            hysteresis(("stop_knots", self.stop_knots), ("moving_knots", self.moving_knots)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Fishing vessel stopped out of place",
    chapter: Chapter::AtSea,
    about: About::Vessels,
    zones: ZoneUse::Settings,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::OneVessel,
    is_muted: true,
    is_stop: false,
    usual: Some(UsualStops { counted: Counted::SlowPassages, around: false }),
    has_habit: false,
    looks_like_fishing: false,
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
    history_hours: 168,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Movement,
};

#[cfg(test)]
mod tests;
