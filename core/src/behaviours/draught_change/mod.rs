//! Draught change: a vessel reports another draught than before, without a port call between.
//!
//! ## Watches
//! Every vessel that sends its draught, outside calm water.
//! ## Why
//! What makes a ship heavier or lighter at sea came or went over its side.
//! ## Opens
//! A draught that differs by `change_metres` or more from the previous one is received for the second time. Not in
//! port, nor within `settle_hours` of a port call, when crews still enter what they loaded. Points are added for a
//! silence of `gap_hours` or a meeting within the previous `lookback_hours`.
//! ## Ends
//! At once, as a change has no duration.
//! ## Blind spots
//! The draught is typed by hand, often late and often never. Fuel burnt and ballast change it in small steps, which are
//! not added up. A port that is missing from the index, or was visited during a silence, is not known as a port call.

mod rule;
mod words;

use super::checks::Coherent;
use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, Lead, RestsOn, Roles, Silence, ZoneUse, any_zone, never,
};
use serde::{Deserialize, Serialize};

pub(crate) use rule::DraughtChange;
pub use words::Form;

/// Settings `[behaviours.draught_change]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Points added after a gap.
    #[schemars(range(min = 0, max = 100))]
    pub gap_points: i32,
    /// Minimum change. Metres.
    #[schemars(range(min = 0.1, max = 25))]
    pub change_metres: f64,
    /// For this long after a port call, a change is attributed to the port. Hours.
    #[schemars(range(min = 0, max = 2400))]
    pub settle_hours: f64,
    /// A gap of this length may be the reason for the change. Hours, at least 1.
    #[schemars(range(min = 1, max = 720))]
    pub gap_hours: f64,
    /// The gap must have ended at most this long before the change. Hours.
    #[schemars(range(min = 0, max = 2400))]
    pub lookback_hours: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 10,
            gap_points: 15,
            change_metres: 0.5,
            settle_hours: 3.0,
            gap_hours: 3.0,
            lookback_hours: 24.0,
        }
    }
}

impl Coherent for Settings {}

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Change of draught at sea",
    chapter: Chapter::Reported,
    about: About::Vessels,
    zones: ZoneUse::Settings,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::Neither,
    is_muted: false,
    is_stop: false,
    usual: None,
    has_habit: false,
    looks_like_fishing: false,
    silence: Silence::Included,
    is_about_identity: false,
    weighs_chance: false,
    is_scored_alone: false,
    gains_by_meeting: true,
    roles: Roles::None,
    lead: Some(Lead::Draught),
    supersedes: &[],
    rests_on_silence: false,
    is_grouped: false,
    meets: None,
    is_uncertain: never,
    history_hours: 240,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Parameters,
};

#[cfg(test)]
mod tests;
