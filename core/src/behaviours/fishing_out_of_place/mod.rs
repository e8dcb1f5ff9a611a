//! Fishing out of place: a fishing vessel that sails straight on for days without fishing, then stops far out.
//!
//! ## Watches
//! Vessels of type fishing, more than `min_shore_nm` from shore and outside calm water.
//! ## Why
//! Fishing vessels have been mother ships. They come from another part of the world like a freighter, do not fish on
//! the way, and wait in mid-ocean.
//! ## Opens
//! The vessel sails straight at `min_knots` to `max_knots` for more than `passage_hours`, checked every half hour: the
//! distance made good is at least `straight_share` of the path. It is then below `stop_knots` for `after_minutes`,
//! beginning within `within_hours`. Holes of up to three hours count, as only satellites hear so far out. Longer ones
//! do not count, and after 6 h the passage restarts. A flag from another part of the world, or none, adds
//! `foreign_points`.
//! ## Ends
//! Speed made good is at or above `moving_knots` for `end_minutes`; or the vessel is nearer to shore; or 6 h pass without
//! a fix (lost).
//! ## Blind spots
//! Distant-water fleets on their way to the grounds do the same. The type is as the vessel reports it. The parts of the
//! world are coarse: the first digit of the MMSI against a few meridians.

pub(crate) mod facts;
mod rule;
mod settings;
mod words;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, Counted, RestsOn, Roles, Silence, UsualStops, ZoneUse,
    any_zone, never,
};
use crate::behaviours::comparison::{Compared, Comparison};

pub use crate::behaviours::facts::OneForm as Form;
pub(crate) use facts::Facts;
pub(crate) use rule::FishingOutOfPlace;
pub use settings::Settings;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Fishing vessel stopped out of place",
    chapter: Chapter::AtSea,
    about: About::Vessels,
    zones: ZoneUse::Settings,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::OneVessel,
    is_muted: true,
    is_stop: false,
    happens_once: false,
    usual: Some(UsualStops { counted: Counted::SlowPassages, around: false }),
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
    history_hours: 168,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Movement,
    compared: &[
        Compared { measured: "median_knots", with: &[("stop_knots", Comparison::Below)] },
        Compared { measured: "shore_nm", with: &[("min_shore_nm", Comparison::AtLeast)] },
        Compared { measured: "passage_hours", with: &[("passage_hours", Comparison::AtLeast)] },
    ],
    reported: &[],
};

#[cfg(test)]
mod tests;
