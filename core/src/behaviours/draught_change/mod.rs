//! Draught change: a vessel reports another draught than before, without a port call between.
//!
//! ## Watches
//! Every vessel that sends its draught, outside calm water.
//! ## Why
//! What makes a ship heavier or lighter at sea came or went over its side.
//! ## Opens
//! A draught that differs by `change_metres` or more from the previous one is received for the second time. Not in
//! port, nor within `settle_hours` of a port call, when crews still enter what they loaded. Points are added for a
//! silence of `gap_hours` or a meeting within the previous `lookback_hours`; a silence must have ended before the new
//! draught was first received.
//! ## Ends
//! At once, as a change has no duration. The end is reported `merge_minutes` later, like every end.
//! ## Blind spots
//! The draught is typed by hand, often late and often never. Fuel burnt and ballast change it in small steps, which are
//! not added up. A port that is missing from the index, or was visited during a silence, is not known as a port call.

pub(crate) mod facts;
mod rule;
mod settings;
mod words;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, Lead, RestsOn, Roles, Silence, ZoneUse, any_zone, never,
};
use crate::behaviours::comparison::{Compared, Comparison};

pub(crate) use facts::Facts;
pub use facts::Form;
pub(crate) use rule::DraughtChange;
pub use settings::Settings;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Change of draught at sea",
    chapter: Chapter::Reported,
    about: About::Vessels,
    zones: ZoneUse::Settings,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::Neither,
    is_muted: false,
    is_stop: false,
    happens_once: true,
    usual: None,
    has_habit: false,
    looks_like_fishing: false,
    // A silence before the change has points of its own, `after_gap`.
    silence: Silence::Included,
    is_about_identity: false,
    weighs_chance: false,
    is_scored_alone: false,
    // A change soon after a meeting suggests that cargo changed ships.
    gains_by_meeting: true,
    roles: Roles::None,
    lead: Some(Lead::Draught),
    describes: None,
    rests_on_silence: false,
    is_grouped: false,
    counts_minutes: false,
    meets: None,
    history_hours: 240,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Parameters,
    compared: &[Compared { measured: "change_metres", with: &[("change_metres", Comparison::AtLeast)] }],
    reported: &["draught_before_metres", "draught_after_metres"],
};

#[cfg(test)]
mod tests;
