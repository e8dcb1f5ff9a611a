//! Dark rendezvous: a ship stops at sea while another, silent at the time, could have come to it and gone back.
//!
//! ## Watches
//! Halts with `stop_minutes` below 1 kn, at least `min_shore_nm` from shore and outside calm water and its margin; and
//! the gaps of other vessels that the reception model finds improbable.
//! ## Why
//! A vessel that wants to meet unseen turns its transponder off, but its partner still has to stop.
//! ## Opens
//! At no more than `speed_factor` times its usual speed, the silent vessel could have reached the stop and come back to
//! where it was heard again, with `slack_minutes` to `max_slack_hours` to spare, of which `together_minutes` while the
//! other lay stopped. No vessel that was heard explains the stop: none lay within 500 m of the ship for 30 min (half of a
//! shorter stop) and for a third of the stop, from its beginning. Of several candidates the one with the most slack is named, with
//! the number of all. With more than `most_candidates` candidates, or if one silence leaves time for more than
//! `most_stops` stops, it is only a fact.
//! ## Ends
//! The stop ends. Retracted if the silent vessel is heard again where it could not have come from there, if a late
//! report shows that it was elsewhere, or if a vessel that is heard lay alongside for long enough: for the part of the stop
//! given above once it is over, before that for 2 h and half of the stop so far. A silence
//! may become known only after the stop; the alert is then noticed when it has already ended.
//! ## Blind spots
//! That a vessel could have come does not prove that it did. Boats without transponders have no gaps, and neither has
//! any vessel where reception is thin.

mod beside;
mod candidates;
mod explain;
pub(crate) mod facts;
mod rule;
mod settings;
mod words;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, Counted, Meeting, RestsOn, Roles, Silence, UsualStops,
    ZoneUse, any_zone, never,
};
use crate::behaviours::comparison::{Compared, Comparison};

pub(crate) use facts::Facts;
pub use facts::Form;
pub use rule::DarkRendezvous;
pub use settings::Settings;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Possible meeting with a silent vessel",
    chapter: Chapter::AtSea,
    about: About::Vessels,
    zones: ZoneUse::Settings,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::Meeting,
    is_muted: true,
    is_stop: true,
    happens_once: false,
    usual: Some(UsualStops { counted: Counted::Stops, around: true }),
    has_habit: false,
    looks_like_fishing: true,
    // It rests on the silence of the other vessel.
    silence: Silence::Included,
    is_about_identity: false,
    weighs_chance: false,
    is_scored_alone: false,
    gains_by_meeting: false,
    roles: Roles::OneDark,
    lead: None,
    describes: None,
    rests_on_silence: true,
    is_grouped: false,
    counts_minutes: false,
    meets: Some(Meeting::Inferred("may have met")),
    history_hours: 50,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Movement,
    compared: &[
        Compared { measured: "slack_hours", with: &[("max_slack_hours", Comparison::AtMost)] },
        Compared { measured: "there_minutes", with: &[("together_minutes", Comparison::AtLeast)] },
        Compared { measured: "stopped_minutes", with: &[("stop_minutes", Comparison::AtLeast)] },
    ],
    reported: &[],
};

#[cfg(test)]
mod tests;
