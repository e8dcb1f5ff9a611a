//! Position jump: an MMSI appears where its ship could not have gone.
//!
//! ## Watches
//! Every ship and tender. Numbers outside every class, numbers that end in six zeros (transponders that were never
//! programmed), and numbers that several ships are known to send are not watched.
//! ## Why
//! A false position, a transponder carried elsewhere, or a second ship under the same number.
//! ## Opens
//! At the third consistent fix at a place `min_nm` or more away that could not be reached from the last fix before: it
//! would have taken more than `tracks.jump_knots`, whatever the resolution of both fixes in place and time.
//! ## Ends
//! The track that was left has been silent for `joined_minutes`. Superseded if that track continues and two ships are
//! proved.
//! ## Blind spots
//! One or two wild fixes are dropped. Two places at the same moment imply no speed, and are left to
//! `identity_conflict`. Positions that are falsified little by little never jump.

pub(crate) mod facts;
mod rule;
mod settings;
mod words;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, Description, Event, HISTORY_HOURS, RestsOn, Roles, Silence,
    ZoneUse, any_zone, never,
};

pub use crate::behaviours::facts::OneForm as Form;
pub(crate) use facts::Facts;
pub use rule::PositionJump;
pub use settings::Settings;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Jump of position",
    chapter: Chapter::Reported,
    about: About::Vessels,
    zones: ZoneUse::Ignored,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::Neither,
    // A jump to a place of interference is reported as interference only.
    is_muted: true,
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
    lead: None,
    describes: Some(Description { event: Event::Jump, detail: 1 }),
    rests_on_silence: false,
    is_grouped: false,
    counts_minutes: false,
    meets: None,
    history_hours: HISTORY_HOURS,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Spoofing,
    compared: &[],
    reported: &[],
};

#[cfg(test)]
mod tests;
