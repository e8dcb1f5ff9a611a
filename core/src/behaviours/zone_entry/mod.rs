//! Zone entry: a vessel enters a zone that asks for this alert.
//!
//! ## Watches
//! Every vessel, at the borders of active zones that ask with `{"zone_entry":{}}`.
//! ## Why
//! In some waters, every vessel that enters deserves a look.
//! ## Opens
//! At the first fix more than 0.2 nm inside, or at a fix more than 30 m inside that follows another inside in a row by at
//! least 60 s. Of a vessel that lies still (below 1 kn) and did not come inside while moving, only the former counts. A
//! vessel that is first heard inside, or is heard inside after it was lost, has not entered.
//! ## Ends
//! The vessel leaves the zone, or 6 h pass without a fix (lost). The next entry is an alert of its own, however soon.
//! ## Blind spots
//! A border crossed in a hole in reception is crossed at the first fix after it. A vessel that switches its transponder
//! off is not seen to cross.

pub(crate) mod facts;
mod rule;
mod words;

/// Settings `[behaviours.zone_entry]`.
pub type Settings = super::runner::crossing::Settings;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, HISTORY_HOURS, RestsOn, Roles, Silence, ZoneUse, any_zone,
    never,
};

pub(crate) use facts::Facts;
pub use facts::Form;
pub(crate) use rule::ZoneEntry;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Zone entered",
    chapter: Chapter::Zones,
    about: About::Vessels,
    zones: ZoneUse::Asked,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::Neither,
    is_muted: true,
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
    cise: CiseAnomaly::Movement,
    compared: &[],
    reported: &[],
};

#[cfg(test)]
mod tests;
