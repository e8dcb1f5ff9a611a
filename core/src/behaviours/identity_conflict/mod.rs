//! Identity conflict: two or more ships use one MMSI.
//!
//! ## Watches
//! Ships and tenders whose MMSI appeared in a second place.
//! ## Why
//! A cloned number hides one of the two ships behind the other.
//! ## Opens
//! The track that was left has `fixes` more fixes within `within_minutes` of a jump of `min_nm` or more. It supersedes
//! the jump. There is one alert for each number: a further place is added to the open one, and an ended one does not
//! open again within a day unless there are more places than before. Above `tracks.shared_above_places` places the
//! number is *shared*.
//! ## Ends
//! All places but one are silent for `silent_hours`.
//! ## Blind spots
//! AIS does not show which ship is the rightful one. Two ships less than an hour's way apart may look like one.

mod rule;
mod words;

use super::checks::Coherent;
use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, HISTORY_HOURS, RestsOn, Roles, Silence, ZoneUse, any_zone,
    never,
};
use crate::behaviours::registry::Behaviour;
use serde::{Deserialize, Serialize};

pub use rule::IdentityConflict;
pub use words::Form;

/// Settings `[behaviours.identity_conflict]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Number of further fixes on the older track that prove two ships.
    #[schemars(range(min = 1, max = 100))]
    pub fixes: u32,
    /// How soon after the jump these fixes must come. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub within_minutes: f64,
    /// Shortest jump. Shorter ones can be one ship, because antennas, clocks and receivers err by as much. Nautical
    /// miles.
    #[schemars(range(min = 0, max = 1500))]
    pub min_nm: f64,
    /// The alert ends once all ships but one have been silent for this long. Hours, at most 24, after which the tracks
    /// are joined.
    #[schemars(range(min = 0.01, max = 2400))]
    pub silent_hours: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { enabled: true, score: 20, fixes: 2, within_minutes: 30.0, min_nm: 1.0, silent_hours: 6.0 }
    }
}

impl Coherent for Settings {}

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "One identity in two places",
    chapter: Chapter::Reported,
    about: About::Vessels,
    zones: ZoneUse::Ignored,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::Neither,
    is_muted: true,
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
    lead: None,
    supersedes: &[Behaviour::PositionJump],
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
