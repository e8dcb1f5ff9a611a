//! Distress: an AIS-SART, MOB or EPIRB device is heard.
//!
//! ## Watches
//! MMSIs that begin with 970 (AIS-SART), 972 (man overboard) or 974 (EPIRB), with or without a position.
//! ## Why
//! A person may be in the water. Packages at sea have also been marked with such devices.
//! ## Opens
//! At the first report. A device whose safety text says TEST is under test. Otherwise navigational status 14 is an active
//! device and 15 one under test (ITU-R M.1371, table 45). With no or another status, a device does not say whether it is a
//! test; it counts as active.
//! ## Ends
//! The device is silent for `silent_minutes`. An active one is retracted if its safety text says TEST,
//! one that did not say also if its status does.
//! ## Blind spots
//! Crews test devices with the active status too. A device without a fix shows that it is on, but not where.

pub(crate) mod facts;
mod rule;
mod settings;
mod words;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, HISTORY_HOURS, RestsOn, Roles, Silence, ZoneUse, any_zone,
    never,
};

pub(crate) use facts::Facts;
pub use facts::Form;
pub(crate) use rule::Distress;
pub use settings::Settings;

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
    happens_once: false,
    usual: None,
    has_habit: false,
    looks_like_fishing: false,
    silence: Silence::Apart,
    is_about_identity: false,
    weighs_chance: false,
    // No circumstance makes a distress signal more or less urgent.
    is_scored_alone: true,
    gains_by_meeting: false,
    roles: Roles::None,
    lead: None,
    describes: None,
    rests_on_silence: false,
    is_grouped: false,
    counts_minutes: false,
    meets: None,
    history_hours: HISTORY_HOURS,
    cap: CapCategory::Rescue,
    cise: CiseAnomaly::Other,
    compared: &[],
    reported: &[],
};

#[cfg(test)]
mod tests;
