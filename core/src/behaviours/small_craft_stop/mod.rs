//! Small craft stop: a yacht or small boat that lies still in mid-ocean.
//!
//! ## Watches
//! Sailing and pleasure craft, and class B craft shorter than `length_metres` that do not fish, at least `min_shore_nm`
//! from shore and outside calm water.
//! ## Why
//! More than half of the cocaine found at sea is found on yachts. A yacht on passage has no reason to stop there: it is
//! waiting, or handing something over.
//! ## Opens
//! Speed made good stays below `slow_knots` for `after_minutes`. A hole in reception of up to `max_hole_hours` counts
//! in full if the speed over it is below `slow_knots`, since the two fixes then imply the stop. Where the wind file
//! gives `gale_knots` or more, `gale_points` are added, as yachts heave to in gales.
//! ## Ends
//! Speed made good is at or above `moving_knots` for `end_minutes`; or the vessel is near shore; or 6 h pass without a fix (lost).
//! ## Blind spots
//! Calms, rigging trouble and rest look the same. Wind is known only where a file gives it. A boat can leave and come
//! back within a hole.

pub(crate) mod facts;
mod rule;
mod settings;
mod words;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, Counted, HISTORY_HOURS, RestsOn, Roles, Silence, UsualStops,
    ZoneUse, any_zone, never,
};
use crate::behaviours::comparison::{Compared, Comparison};

pub use crate::behaviours::facts::OneForm as Form;
pub(crate) use facts::Facts;
pub(crate) use rule::SmallCraftStop;
pub use settings::Settings;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Small craft stopped",
    chapter: Chapter::AtSea,
    about: About::Vessels,
    zones: ZoneUse::Settings,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::OneVessel,
    is_muted: true,
    is_stop: true,
    happens_once: false,
    usual: Some(UsualStops { counted: Counted::Stops, around: false }),
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
    compared: &[
        Compared { measured: "counted_minutes", with: &[("after_minutes", Comparison::AtLeast)] },
        Compared { measured: "median_knots", with: &[("slow_knots", Comparison::Below)] },
        Compared { measured: "shore_nm", with: &[("min_shore_nm", Comparison::AtLeast)] },
    ],
    reported: &[],
};

#[cfg(test)]
mod tests;
