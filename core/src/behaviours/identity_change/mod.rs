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

pub(crate) mod facts;
mod registry;
mod rule;
mod settings;
mod words;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, HISTORY_HOURS, Lead, RestsOn, Roles, Silence, ZoneUse,
    any_zone, never,
};

pub(crate) use facts::Facts;
pub use facts::{Form, NewIdentity};
pub use rule::IdentityChange;
pub use settings::Settings;

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
    happens_once: true,
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
    describes: None,
    rests_on_silence: false,
    is_grouped: false,
    counts_minutes: false,
    meets: None,
    history_hours: HISTORY_HOURS,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Parameters,
    compared: &[],
    reported: &["old_name", "new_name", "old_call_sign", "new_call_sign", "old_ship_type", "new_ship_type", "imo"],
};

#[cfg(test)]
mod tests;
