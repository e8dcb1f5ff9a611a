//! Feed silent: an input, a station or a whole area is not heard any more. The alert is about reception and names no
//! vessel.
//!
//! ## Watches
//! Live inputs, by the time of receipt; stations that the feed names, by their usual intervals; areas in which several
//! vessels fall silent in the same ten minutes.
//! ## Why
//! A silent receiver looks like a quiet sea. Operators must know that nothing can be seen, and vessels must not be
//! blamed for it.
//! ## Opens
//! An input: no line for `silent_seconds` of receipt. A station: silent for longer than 99.9 % of its own intervals,
//! for half as long again as the pauses it makes regularly, and for at least `station_min_minutes`, while its input
//! continues. An area: `area_vessels` or more, each heard at least every 20 min before, are quiet for `area_minutes`
//! and for twice their longest pause. They fell silent in the same ten minutes, near each other, or four or more up to
//! 60 nm apart with no vessel heard between them.
//! ## Ends
//! Heard again. Vessels that sail into a wide area and are heard end it only once they were heard in a quarter of it. An
//! area also ends when no vessel has been heard there for a day, because none is expected any more.
//! ## Blind spots
//! A recording has no time of receipt, so nothing is reported about inputs in a replay. A harbour receiver with few
//! ships may be silent by nature.

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
pub use rule::FeedSilent;
pub use settings::Settings;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Loss of reception",
    chapter: Chapter::Lists,
    about: About::System("reception"),
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
    // What raises or lowers the score of a vessel does not apply to reception.
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
    cap: CapCategory::Infra,
    cise: CiseAnomaly::Other,
    compared: &[],
    reported: &[],
};

#[cfg(test)]
mod tests;
