//! Voyage anomaly: a ship changes its reported destination at sea, or makes calls without loading or unloading.
//!
//! ## Watches
//! **Destination**: every vessel in or near an active corridor, area or benign zone, outside calm water. **Short
//! calls**: cargo ships and tankers (types 70-89) at every port call that is seen from arrival to departure.
//! ## Why
//! MV Matthew changed Gdansk for Belfast while it waited for its daughter boats. RAS lay at anchor for weeks, called
//! for 21 hours and loaded nothing.
//! ## Opens
//! **Destination**: the reported destination changes from one harbour to another and is kept for `kept_minutes`; not
//! within `settle_hours` of a port call, when crews still enter it. **Short calls**: two calls in a row are shorter
//! than `call_hours` with a change of draught below `draught_metres`, read `settle_hours` after departure.
//! ## Ends
//! At once, as neither has a duration.
//! ## Blind spots
//! Orders change for honest reasons. A destination that is not a harbour in the index, or is free text, is not judged.
//! Ships whose crews never update the draught seem to load nothing.

mod rule;
mod words;

use super::checks::Coherent;
use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, RestsOn, Roles, Silence, ZoneUse, any_zone, never,
};
use serde::{Deserialize, Serialize};

pub(crate) use rule::VoyageAnomaly;
pub use words::Form;

/// Settings `[behaviours.voyage_anomaly]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// How long the new destination must be kept. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub kept_minutes: f64,
    /// For this long after a port call, destination and draught are taken as not yet entered. Hours.
    #[schemars(range(min = 0, max = 2400))]
    pub settle_hours: f64,
    /// A port call shorter than this is short. Hours.
    #[schemars(range(min = 0.01, max = 2400))]
    pub call_hours: f64,
    /// A change of draught below this counts as none. Metres.
    #[schemars(range(min = 0.01, max = 25))]
    pub draught_metres: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 5,
            kept_minutes: 30.0,
            settle_hours: 3.0,
            call_hours: 24.0,
            draught_metres: 0.2,
        }
    }
}

impl Coherent for Settings {}

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Unusual voyage",
    chapter: Chapter::Reported,
    about: About::Vessels,
    zones: ZoneUse::Settings,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::Neither,
    is_muted: true,
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
    history_hours: 240,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Parameters,
};

#[cfg(test)]
mod tests;
