//! Interference: many vessels jump to one place.
//!
//! ## Watches
//! The places that ships and tenders jump to.
//! ## Why
//! Jammed or falsified satellite navigation puts whole fleets on one airfield. None of these ships is there, and none
//! is to blame.
//! ## Opens
//! `vessels` of them jump to within `radius_nm` of each other within `window_minutes`. One notice opens for the area,
//! identified by its cell, and names these vessels. From a vessel's first false position until `back_minutes` after it
//! is back where it can be, nothing based on its position opens, and what was opened on it is retracted.
//! ## Ends
//! No further jump to the place for `window_minutes`.
//! ## Blind spots
//! Positions that drift away without a jump, and receivers that fall silent when jammed. A ship first heard at the
//! false place has not jumped, so nothing is known against it.

mod astray;
mod rule;
mod words;

use super::checks::Coherent;
use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, HISTORY_HOURS, RestsOn, Roles, Silence, ZoneUse, any_zone,
    never,
};
use serde::{Deserialize, Serialize};

pub use rule::Interference;
pub use words::Form;

/// Settings `[behaviours.interference]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Minimum number of vessels.
    #[schemars(range(min = 2, max = 1000))]
    pub vessels: u32,
    /// Radius that counts as one place. Nautical miles.
    #[schemars(range(min = 0.1, max = 300))]
    pub radius_nm: f64,
    /// Time within which the vessels must jump. The alert ends after this long without a further jump. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub window_minutes: f64,
    /// A vessel stays muted for this long after it is back at a plausible position. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
    pub back_minutes: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { enabled: true, score: 20, vessels: 5, radius_nm: 5.0, window_minutes: 30.0, back_minutes: 30.0 }
    }
}

impl Coherent for Settings {}

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Interference with satellite navigation",
    chapter: Chapter::Reported,
    about: About::Area,
    zones: ZoneUse::Ignored,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::Neither,
    is_muted: false,
    is_stop: false,
    usual: None,
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
    cise: CiseAnomaly::Other,
};

#[cfg(test)]
mod tests;
