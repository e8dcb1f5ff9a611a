//! Slowdown: a ship under way that becomes much slower in open water where it is watched.
//!
//! ## Watches
//! Every vessel in or near an active corridor, area or benign zone, outside calm water and its margin and at least
//! `min_shore_nm` from shore. Fishing vessels, pilots, dredgers and sailing vessels are excepted, and so is every
//! vessel in or near a pilot station: a benign zone whose id or name contains `pilot`.
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

mod hole;
mod rule;
mod words;

use super::checks::{Coherent, hysteresis, ordered};
use crate::base::fault::Fault;
use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, Counted, RestsOn, Roles, Silence, UsualStops, ZoneUse,
    any_zone, never,
};
use serde::{Deserialize, Serialize};

pub(crate) use rule::Slowdown;
pub use words::Form;

/// Settings `[behaviours.slowdown]`.
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
    /// The vessel was under way above this speed. Knots made good.
    #[schemars(range(min = 0.1, max = 200))]
    pub under_way_knots: f64,
    /// How long the vessel must have been under way. Minutes, at most 1200.
    #[schemars(range(min = 0.1, max = 1200))]
    pub under_way_minutes: f64,
    /// How long before the slowdown the passage may have ended. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
    pub within_minutes: f64,
    /// The vessel is slow below this speed. Knots made good; not above `under_way_knots`.
    #[schemars(range(min = 0.1, max = 5))]
    pub slow_knots: f64,
    /// The vessel must also be below this share of its usual speed, 0-1.
    #[schemars(range(min = 0.01, max = 1))]
    pub slow_share: f64,
    /// How long the vessel must be slow. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub after_minutes: f64,
    /// The vessel is under way again above this share of its usual speed, 0-1; not below `slow_share`.
    #[schemars(range(min = 0, max = 1))]
    pub end_share: f64,
    /// How long the vessel must be under way again. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub end_minutes: f64,
    /// A vessel that reports being at anchor or moored, and swings within this radius, is anchored. Nautical miles.
    #[schemars(range(min = 0.01, max = 10))]
    pub anchored_swing_nm: f64,
    /// Shortest hole in reception over which a slowdown is inferred. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub hole_min_minutes: f64,
    /// Longest hole in reception over which a slowdown is inferred. Minutes; not below `hole_min_minutes`.
    #[schemars(range(min = 0, max = 43_200))]
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

impl Coherent for Settings {
    fn problems(&self) -> Vec<Fault> {
        [
            ordered(("slow_knots", self.slow_knots), ("under_way_knots", self.under_way_knots)),
            ordered(("hole_min_minutes", self.hole_min_minutes), ("hole_max_minutes", self.hole_max_minutes)),
            hysteresis(("slow_share", self.slow_share), ("end_share", self.end_share)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Slowdown on passage",
    chapter: Chapter::AtSea,
    about: About::Vessels,
    zones: ZoneUse::Settings,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::OneVessel,
    is_muted: true,
    is_stop: true,
    usual: Some(UsualStops { counted: Counted::SlowPassages, around: true }),
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
    history_hours: 72,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Movement,
};

#[cfg(test)]
mod tests;
