//! Loitering: a vessel that stays slow, or circles, in or near a watched corridor or area.
//!
//! ## Watches
//! Every vessel in or near an active corridor, area or benign zone, outside calm water and its margin and at least
//! `min_shore_nm` from shore.
//! ## Why
//! Slow hours offshore come before transfers at sea. A mother ship waits for its daughter boats; a ship with a drop to
//! make waits for the dark.
//! ## Opens
//! **Slow**: speed made good stays below `slow_knots` for `after_minutes`. **Circling**: over the shortest suitable
//! window between `circling_min_hours` and `circling_max_hours`, the path is at least `circling_path_nm`, the net
//! displacement is below `circling_displacement` of the path, the median speed is between `circling_min_knots` and
//! `circling_max_knots`, the box is at most as wide as `circling_box_nm`, and the signed sum of course changes is at least
//! `circling_turn_degrees`.
//! ## Ends
//! Slow: speed made good is at or above `moving_knots` for `end_minutes`, and either the vessel is more than `shift_nm`
//! from where it lay or `shift_minutes` have passed. More than `slow_knots` over a hole counts as moving for the length
//! of the hole. Circling: over a window as long as the first, the box is wider than `circling_box_nm` or the
//! displacement is above `circling_end_displacement` of the path. Both end when the place no longer allows them, or
//! after 6 h without a fix (lost). A vessel that circles and then lies slow is one alert.
//! ## Blind spots
//! A disabled ship and a ship waiting for orders look the same. A hole in reception can hide a departure and a return;
//! time in the hole does not count. A craft that comes alongside without a transponder is not seen. A ship that stays
//! within `anchored_swing_nm` for `anchored_after_minutes` counts as anchored even where the water is too deep for an
//! anchor.

mod circling;
pub(crate) mod facts;
mod rule;
mod settings;
mod stay;
mod words;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, Counted, Description, Event, HISTORY_HOURS, RestsOn, Roles,
    Silence, UsualStops, ZoneUse, any_zone, never,
};
use crate::behaviours::comparison::{Compared, Comparison};

pub(crate) use facts::Facts;
pub use facts::Form;
pub(crate) use rule::Loitering;
pub use settings::Settings;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Loitering",
    chapter: Chapter::AtSea,
    about: About::Vessels,
    zones: ZoneUse::Settings,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::OneVessel,
    is_muted: true,
    is_stop: true,
    happens_once: false,
    usual: Some(UsualStops { counted: Counted::SlowPassages, around: true }),
    has_habit: true,
    looks_like_fishing: true,
    silence: Silence::Apart,
    is_about_identity: false,
    weighs_chance: false,
    is_scored_alone: false,
    gains_by_meeting: false,
    roles: Roles::None,
    lead: None,
    describes: Some(Description { event: Event::SlowVessel, detail: 2 }),
    rests_on_silence: false,
    is_grouped: false,
    counts_minutes: false,
    meets: None,
    history_hours: HISTORY_HOURS,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Erratic,
    compared: &[
        Compared { measured: "counted_minutes", with: &[("after_minutes", Comparison::AtLeast)] },
        Compared { measured: "speed_made_good_knots", with: &[("slow_knots", Comparison::Below)] },
        Compared { measured: "shore_nm", with: &[("min_shore_nm", Comparison::AtLeast)] },
        Compared { measured: "swing_nm", with: &[("anchored_swing_nm", Comparison::AnchoredBelow)] },
        Compared { measured: "circling_hours", with: &[("circling_min_hours", Comparison::AtLeast)] },
        Compared { measured: "circling_path_nm", with: &[("circling_path_nm", Comparison::AtLeast)] },
    ],
    reported: &["anchored_by"],
};

#[cfg(test)]
mod tests;
