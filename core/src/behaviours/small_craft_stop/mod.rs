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

mod rule;
mod words;

use super::checks::{Coherent, hysteresis};
use crate::base::fault::Fault;
use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, Counted, HISTORY_HOURS, RestsOn, Roles, Silence, UsualStops,
    ZoneUse, any_zone, never,
};
use serde::{Deserialize, Serialize};

pub(crate) use rule::SmallCraftStop;
pub use words::Form;

/// Settings `[behaviours.small_craft_stop]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Minimum distance from shore. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub min_shore_nm: f64,
    /// A class B craft shorter than this is small. Metres.
    #[schemars(range(min = 1, max = 500))]
    pub length_metres: f64,
    /// The craft lies still below this speed. Knots made good.
    #[schemars(range(min = 0.1, max = 5))]
    pub slow_knots: f64,
    /// The craft is under way from this speed on. Knots made good; not below `slow_knots`.
    #[schemars(range(min = 0, max = 200))]
    pub moving_knots: f64,
    /// How long the craft must lie still. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub after_minutes: f64,
    /// How long the vessel must be under way again. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub end_minutes: f64,
    /// Maximum time between two fixes that imply a stop. Hours.
    #[schemars(range(min = 0, max = 2400))]
    pub max_hole_hours: f64,
    /// CSV file of wind with the columns `time` (RFC 3339), `lat`, `lon`, `wind_knots`. Each row applies within 60 nm,
    /// and for 3 h before and after. Empty: none. A zone cannot override it.
    pub wind: String,
    /// Wind speed from which it is a gale. Knots.
    #[schemars(range(min = 0.1, max = 200))]
    pub gale_knots: f64,
    /// Points added in a gale; 0 or less.
    #[schemars(range(min = -100, max = 0))]
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

impl Coherent for Settings {
    fn problems(&self) -> Vec<Fault> {
        [hysteresis(("slow_knots", self.slow_knots), ("moving_knots", self.moving_knots))]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Small craft stopped at sea",
    chapter: Chapter::AtSea,
    about: About::Vessels,
    zones: ZoneUse::Settings,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::OneVessel,
    is_muted: true,
    is_stop: true,
    usual: Some(UsualStops { counted: Counted::Stops, around: false }),
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
    history_hours: HISTORY_HOURS,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Movement,
};

#[cfg(test)]
mod tests;
