//! Out and back: a vessel that goes far out, stops in open water, and comes back without a port call.
//!
//! ## Watches
//! Every vessel that leaves calm water (the circles and zones themselves, without their margin).
//! ## Why
//! Tugs and service craft without a tow or a charter have fetched tonnes in this way, with their AIS on all the time.
//! The other vessel need not be seen.
//! ## Opens
//! More than `out_nm` from where it left (`fishing_out_nm` for fishing vessels), the vessel stays below `stop_knots`
//! for `stop_minutes`, outside calm water and its margin and at least `min_shore_nm` from shore. It is then within
//! `return_nm` of where it left, at most `within_days` later, and was not below `port_knots` in calm water between. A
//! silence in which it could have reached the nearest calm water or shore at its usual speed, stayed there for an hour
//! and come from there, ends the trip. The alert is placed where the vessel stopped.
//! ## Ends
//! At once, as the vessel has returned.
//! ## Blind spots
//! The vessel's place is checked every half hour and whenever it is slow, so where it left is known only to half an hour's
//! sailing. Nothing is reported after a silence in which a port call was possible. Offshore supply, research and fishing vessels do the same
//! for a living.

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
pub(crate) use rule::OutAndBack;
pub use settings::Settings;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Out and back without a port",
    chapter: Chapter::AtSea,
    about: About::Vessels,
    zones: ZoneUse::Settings,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::Neither,
    is_muted: true,
    is_stop: false,
    happens_once: true,
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
    history_hours: 72,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Movement,
    compared: &[
        Compared { measured: "shore_nm", with: &[("min_shore_nm", Comparison::AtLeast)] },
        Compared { measured: "stop_hours", with: &[("stop_minutes", Comparison::AtLeast)] },
        Compared { measured: "farthest_nm", with: &[("out_nm", Comparison::AtLeast)] },
        Compared { measured: "back_nm", with: &[("return_nm", Comparison::AtMost)] },
    ],
    reported: &[],
};

#[cfg(test)]
mod tests;
