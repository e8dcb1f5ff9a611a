//! Drift: a ship that moves slowly in another direction than it points.
//!
//! ## Watches
//! Every vessel that sends a heading, outside calm water and its margin and at least `min_shore_nm` from shore.
//! ## Why
//! A drifting ship has a stopped engine and may need help, or it waits for another vessel. Alone this means little, so
//! it is a fact unless a merchant ship does it far out where it is watched.
//! ## Opens
//! For `after_minutes`, speed made good is between `min_knots` and `max_knots` and the course over ground is more than
//! `drift_degrees` off the heading; and the vessel has moved at least `min_metres` from where it began. The angle is
//! taken from each fix. It counts from the first fix that shows it, not from the start of the span over which the speed
//! was measured.
//! ## Ends
//! For `end_minutes`, the angle is below `straight_degrees`, or the speed is above `moving_knots` or below
//! `still_knots`; or for `after_minutes` it neither drifts nor does any of that; or the place no longer allows the condition; or 6 h pass without a fix with both angles (lost); or
//! `loitering` opens, which supersedes this alert.
//! ## Blind spots
//! Class B seldom sends a heading. A ship whose compass is out by 45° appears to drift wherever it goes slowly, and so
//! does a ship that holds its station with thrusters.

pub(crate) mod facts;
mod rule;
mod settings;
mod words;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, Description, Event, HISTORY_HOURS, RestsOn, Roles, Silence,
    ZoneUse, any_zone, never,
};
use crate::behaviours::comparison::{Compared, Comparison};

pub use crate::behaviours::facts::OneForm as Form;
pub(crate) use facts::Facts;
pub(crate) use rule::Drift;
pub use settings::Settings;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Adrift",
    chapter: Chapter::AtSea,
    about: About::Vessels,
    zones: ZoneUse::Settings,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::OneVessel,
    is_muted: true,
    is_stop: true,
    happens_once: false,
    usual: None,
    has_habit: true,
    looks_like_fishing: true,
    silence: Silence::Apart,
    is_about_identity: false,
    weighs_chance: false,
    is_scored_alone: false,
    gains_by_meeting: false,
    roles: Roles::None,
    lead: None,
    describes: Some(Description { event: Event::SlowVessel, detail: 1 }),
    rests_on_silence: false,
    is_grouped: false,
    counts_minutes: false,
    meets: None,
    history_hours: HISTORY_HOURS,
    // A drifting ship may need help.
    cap: CapCategory::Safety,
    cise: CiseAnomaly::Erratic,
    compared: &[
        Compared { measured: "counted_minutes", with: &[("after_minutes", Comparison::AtLeast)] },
        Compared { measured: "median_degrees", with: &[("drift_degrees", Comparison::AtLeast)] },
        Compared { measured: "drift_metres", with: &[("min_metres", Comparison::AtLeast)] },
    ],
    reported: &["anchored_by"],
};

#[cfg(test)]
mod tests;
