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
pub(crate) mod facts;
mod rule;
mod settings;
mod words;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, HISTORY_HOURS, RestsOn, Roles, Silence, ZoneUse, any_zone,
    never,
};

pub use crate::behaviours::facts::OneForm as Form;
pub(crate) use facts::Facts;
pub use rule::Interference;
pub use settings::Settings;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Interference with satellite navigation",
    chapter: Chapter::Reported,
    about: About::Area,
    zones: ZoneUse::Ignored,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::Neither,
    // It is the behaviour that finds positions false.
    is_muted: false,
    is_stop: false,
    happens_once: false,
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
    describes: None,
    rests_on_silence: false,
    is_grouped: false,
    counts_minutes: false,
    meets: None,
    history_hours: HISTORY_HOURS,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Other,
    compared: &[],
    reported: &[],
};

#[cfg(test)]
mod tests;
