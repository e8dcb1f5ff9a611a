//! Identity change: a ship changes its identity, on the air or behind its IMO number.
//!
//! ## Watches
//! Every vessel that takes part, when its static data change, and the vessel that last had its IMO number.
//! ## Why
//! Ships bought for one voyage get a new name, MMSI and flag weeks before it; others change their name at sea.
//! ## Opens
//! A change has been received twice: an IMO number under a new MMSI (more points with a new name or flag as well) or under a new name; or
//! a name, call sign or type that changed under way (not moored or at anchor, and making way or outside harbours). A seven-digit IMO
//! number with an invalid check digit is a fact, reported once.
//! ## Ends
//! At once, as a change has no duration. A further change within the merge window belongs to the same alert.
//! ## Blind spots
//! Truncated, padded and mistyped names, names that follow a yard's hull number, and names the ship had before are not changes. Ships
//! without an IMO number that change their MMSI are new ships. While several ships use one MMSI, their static data cannot be told apart.

mod registry;
mod rule;
mod words;

use super::checks::Coherent;
use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, HISTORY_HOURS, Lead, RestsOn, Roles, Silence, ZoneUse,
    any_zone, never,
};
use serde::{Deserialize, Serialize};

pub use rule::IdentityChange;
pub use words::Form;

/// Settings `[behaviours.identity_change]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Base points of a new MMSI together with a new name or flag.
    #[schemars(range(min = 0, max = 100))]
    pub new_identity_score: i32,
    /// Base points of an IMO number with a wrong check digit; always a fact.
    #[schemars(range(min = 0, max = 100))]
    pub check_digit_score: i32,
    /// Maximum age of the fix that shows whether a vessel is under way. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub fresh_minutes: f64,
    /// A vessel is under way anywhere from this speed made good on. Knots.
    #[schemars(range(min = 0, max = 200))]
    pub under_way_knots: f64,
    /// A slower vessel nearer to shore than this is taken to lie in a harbour. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub harbour_shore_nm: f64,
    /// Maximum number of IMO numbers whose ships are remembered. Beyond it those heard longest ago are forgotten and
    /// counted.
    #[schemars(range(min = 1000, max = 100_000_000))]
    pub max_remembered: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 15,
            new_identity_score: 35,
            check_digit_score: 5,
            fresh_minutes: 30.0,
            under_way_knots: 1.0,
            harbour_shore_nm: 1.0,
            max_remembered: 200_000,
        }
    }
}

impl Coherent for Settings {}

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Change of identity",
    chapter: Chapter::Reported,
    about: About::Vessels,
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
    is_about_identity: true,
    weighs_chance: false,
    is_scored_alone: false,
    gains_by_meeting: false,
    roles: Roles::None,
    lead: Some(Lead::Identity),
    supersedes: &[],
    rests_on_silence: false,
    is_grouped: false,
    meets: None,
    is_uncertain: never,
    history_hours: HISTORY_HOURS,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Parameters,
};

#[cfg(test)]
mod tests;
