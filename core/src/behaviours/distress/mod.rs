//! Distress: an AIS-SART, MOB or EPIRB device is heard.
//!
//! ## Watches
//! MMSIs that begin with 970 (AIS-SART), 972 (man overboard) or 974 (EPIRB), with or without a position.
//! ## Why
//! A person may be in the water. Packages at sea have also been marked with such devices.
//! ## Opens
//! At the first report. Navigational status 14 is an active device, unless its safety text says TEST. Any other status
//! is a device under test (ITU-R M.1371, table 45).
//! ## Ends
//! The device is silent for `silent_minutes`. An active one is retracted if its safety text says TEST.
//! ## Blind spots
//! Crews test devices with the active status too. A device without a fix shows that it is on, but not where.

mod rule;
mod words;

use super::checks::Coherent;
use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, HISTORY_HOURS, RestsOn, Roles, Silence, ZoneUse, any_zone,
    never,
};
use serde::{Deserialize, Serialize};

pub(crate) use rule::Distress;
pub use words::Form;

/// Settings `[behaviours.distress]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points of an active device.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Base points of a device under test.
    #[schemars(range(min = 0, max = 100))]
    pub test_score: i32,
    /// The alert ends after this long without a report. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub silent_minutes: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { enabled: true, score: 60, test_score: 5, silent_minutes: 15.0 }
    }
}

impl Coherent for Settings {}

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Distress signal",
    chapter: Chapter::Lists,
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
    is_about_identity: false,
    weighs_chance: false,
    is_scored_alone: true,
    gains_by_meeting: false,
    roles: Roles::None,
    lead: None,
    supersedes: &[],
    rests_on_silence: false,
    is_grouped: false,
    meets: None,
    is_uncertain: never,
    history_hours: HISTORY_HOURS,
    cap: CapCategory::Rescue,
    cise: CiseAnomaly::Other,
};

#[cfg(test)]
mod tests;
