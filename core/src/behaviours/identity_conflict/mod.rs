//! Identity conflict: two or more ships use one MMSI.
//!
//! ## Watches
//! Ships and tenders whose MMSI appeared in a second place. A number that ends in six zeros, as transponders send that
//! were never programmed, is not watched.
//! ## Why
//! A cloned number hides one of the two ships behind the other.
//! ## Opens
//! The track that was left has `fixes` more fixes within `within_minutes` of a jump of `min_nm` or more, or within a day
//! where the ship at the new place could not have been. Or the number jumps back, for the second time within a day, to
//! where only the ship at a place that it left can be; once, a ship comes back after its positions were disturbed. It
//! supersedes the jump. There is one alert for each number: a further place is added to the open one, and an ended one
//! does not open again within a day unless there are more places than before. Above `tracks.shared_above_places` places
//! the number is *shared*, which is reported once a day, however many places are added.
//! The alert lists the names heard under the number, each with the place of the track that most likely sent it: that of
//! the position in the same row, or the only one that the station had heard in the last ten minutes. From the proof on,
//! until a day after the last one, none of the static data heard under the number counts, in any behaviour.
//! ## Ends
//! All places but one are silent for `silent_hours`.
//! ## Blind spots
//! AIS does not show which ship is the rightful one. One ship whose positions are false twice in a day, at the same
//! place, looks like two, unless others around it jump as well (`interference`). Two ships less than an hour's way apart
//! may look like one.

pub(crate) mod facts;
mod returns;
mod rule;
mod settings;
mod words;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, Description, Event, HISTORY_HOURS, RestsOn, Roles, Silence,
    ZoneUse, any_zone, never,
};

pub(crate) use facts::Facts;
pub use facts::Form;
pub use rule::IdentityConflict;
pub use settings::Settings;

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
    happens_once: false,
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
    describes: Some(Description { event: Event::Jump, detail: 2 }),
    rests_on_silence: false,
    is_grouped: false,
    counts_minutes: false,
    meets: None,
    history_hours: HISTORY_HOURS,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Parameters,
    compared: &[],
    reported: &[],
};

#[cfg(test)]
mod tests;
