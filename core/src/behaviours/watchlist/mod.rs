//! Watchlist: a listed ship is heard, enters a watched zone, or takes part in another alert or fact.
//!
//! ## Watches
//! Every vessel, against the rows of the CSV files in `[watchlists] folder`.
//! ## Why
//! An analyst has asked for this ship.
//! ## Opens
//! A vessel is heard whose MMSI or IMO number is listed; or whose call sign or name is, after folding (case, spaces,
//! punctuation, accents) or, from six characters on, with one edit. Entering a watched zone and taking part in another
//! behaviour are reported as they happen. Expired rows do not count.
//! ## Ends
//! The vessel is silent for `silent_hours`, or the row expires or is removed.
//! ## Blind spots
//! A ship that changes its name and its numbers is not recognised. Ships share names, so a match by name alone is only a lead.

pub(crate) mod facts;
mod rule;
mod settings;
mod words;

use crate::behaviours::behaviour::Behaviour;
use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, HISTORY_HOURS, RestsOn, Roles, Silence, ZoneUse, any_zone,
    never,
};

pub(crate) use facts::Facts;
pub use facts::Form;
pub use rule::Watchlist;
pub use settings::Settings;

/// The behaviour whose alerts say that vessels are on a watchlist.
pub const LISTING: Behaviour = Behaviour::Watchlist;
/// The activity bit of vessels that are on a watchlist.
pub const LISTED: u32 = 1 << LISTING as u32;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Vessel on a watchlist",
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
    is_about_identity: true,
    weighs_chance: false,
    // The list sets the points.
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
    cap: CapCategory::Security,
    cise: CiseAnomaly::Other,
    compared: &[],
    reported: &[],
};

#[cfg(test)]
mod tests;
