//! Zone exit: a vessel leaves a zone that asks for this alert.
//!
//! ## Watches
//! Every vessel, at the borders of active zones that ask with `{"zone_exit":{}}`.
//! ## Why
//! A ship that was ordered to stay, or that was waiting, is on its way.
//! ## Opens
//! At the first fix more than 0.2 nm outside, or at a fix more than 30 m outside that follows another outside in a row by
//! at least 60 s. Of a vessel that lies still (below 1 kn) and did not go outside while moving, only the former counts.
//! ## Ends
//! The vessel comes back into the zone, or 6 h pass without a fix (lost). The next exit is an alert of its own, however
//! soon.
//! ## Blind spots
//! A border crossed in a hole in reception is crossed at the first fix after it. A vessel that switches its transponder
//! off is not seen to cross.

pub(crate) mod facts;
mod rule;
mod words;

/// Settings `[behaviours.zone_exit]`.
pub type Settings = super::runner::crossing::Settings;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, HISTORY_HOURS, RestsOn, Roles, Silence, ZoneUse, any_zone,
    never,
};

pub(crate) use facts::Facts;
pub use facts::Form;
pub(crate) use rule::ZoneExit;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Zone left",
    chapter: Chapter::Zones,
    about: About::Vessels,
    zones: ZoneUse::Asked,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::Neither,
    is_muted: true,
    is_stop: false,
    happens_once: true,
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
    cise: CiseAnomaly::Movement,
    compared: &[],
    reported: &[],
};
