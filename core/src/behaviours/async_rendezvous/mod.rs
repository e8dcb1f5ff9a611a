//! Asynchronous rendezvous: a boat stops where a ship slowed down or left its course hours before.
//!
//! ## Watches
//! Ships in or near a watched or benign zone, at least `min_shore_nm` from shore, that had a slow leg or a kink (not
//! fishing, pleasure, pilot, rescue or dredging vessels, and not at anchor). Then small craft: shorter than
//! `small_metres`, class B without a length, fishing or pleasure.
//! ## Why
//! Packages go over the side with a buoy, and another craft collects them. The two are never near each other, so the
//! behaviours about meetings do not see them.
//! ## Opens
//! The boat is below 1 kn for 10 min (a fishing vessel after 30 min above 5 kn), `min_hours` to `max_hours` later,
//! within `reach_nm` of the leg or kink, plus `drift_knots` for every hour since (`max_reach_nm` at most). If the stop
//! is the boat's first since it left calm water or was first seen, it opens at once. If the stop was its farthest
//! point, it opens when the boat is `back_nm` nearer to its start.
//! ## Ends
//! The boat leaves, or is not heard for 6 h (lost).
//! ## Blind spots
//! Boats without a transponder, craft of unknown type and size, and drops at full speed. Anglers may stop anywhere, so
//! the score falls with hours and miles and with the number of stops expected by chance. A crowd of craft (more than
//! `crowd_craft`) is one alert: the first stays and lists them, the others end as superseded. Above `crowd_fact_craft` it
//! is a fact.

mod chance;
mod explain;
pub(crate) mod facts;
mod rule;
mod settings;
mod words;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, Counted, HISTORY_HOURS, Meeting, RestsOn, Roles, Silence,
    UsualStops, ZoneUse, any_zone, never,
};
use crate::behaviours::comparison::{Compared, Comparison};

pub(crate) use facts::Facts;
pub use facts::Form;
pub use rule::{AsyncRendezvous, STOPPED_FOR};
pub use settings::Settings;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Asynchronous rendezvous",
    chapter: Chapter::AtSea,
    about: About::Vessels,
    zones: ZoneUse::Settings,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::Meeting,
    is_muted: true,
    is_stop: false,
    happens_once: false,
    usual: Some(UsualStops { counted: Counted::Stops, around: false }),
    has_habit: false,
    looks_like_fishing: false,
    silence: Silence::Apart,
    is_about_identity: false,
    // `chance.rs` compares the stop with how often such craft stop there anyway.
    weighs_chance: true,
    is_scored_alone: false,
    gains_by_meeting: false,
    roles: Roles::Drop,
    lead: None,
    describes: None,
    rests_on_silence: false,
    is_grouped: false,
    counts_minutes: false,
    meets: Some(Meeting::Inferred("at one place after another:")),
    history_hours: HISTORY_HOURS,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Movement,
    compared: &[Compared {
        measured: "hours_between",
        with: &[("min_hours", Comparison::AtLeast), ("max_hours", Comparison::AtMost)],
    }],
    reported: &[],
};

#[cfg(test)]
mod tests;
