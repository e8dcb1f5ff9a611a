//! Slowdown: a ship under way that becomes much slower in open water where it is watched.
//!
//! ## Watches
//! Every vessel in or near an active corridor, area or benign zone, outside calm water and its margin and at least
//! `min_shore_nm` from shore. Fishing vessels, pilots, dredgers and sailing vessels are excepted, and so is every
//! vessel in or near a pilot station: a benign zone whose id or name contains `pilot`.
//! ## Why
//! A merchant ship on passage loses money with every slow hour. Ships that hand over or take on cargo at sea slow down
//! for an hour and then carry on.
//! ## Opens
//! The vessel was under way above `under_way_knots` for `under_way_minutes`, until at most `within_minutes` before. It
//! then stays below `slow_knots` and below `slow_share` of its usual speed for `after_minutes`. The time under way
//! comes from the 10-minute medians behind the usual speed, so it is exact to one slot, and holes do not count. A hole
//! of `hole_min_minutes` to `hole_max_minutes` that was slower than both limits, with the vessel under way for
//! `within_minutes` before it and again after it, is only a fact (form `hole`).
//! ## Ends
//! Speed made good is above `end_share` of the usual speed for `end_minutes`; or the place no longer allows the
//! condition; or 6 h pass without a fix (lost); or `loitering` opens, which covers the same hours in more detail and
//! supersedes this alert.
//! ## Blind spots
//! Engine trouble, heavy weather and waiting for a berth look the same. A slowdown within the first two hours after the
//! vessel was first heard is not seen.

pub(crate) mod facts;
mod hole;
mod rule;
mod settings;
mod words;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, Counted, Description, Event, RestsOn, Roles, Silence,
    UsualStops, ZoneUse, any_zone, never,
};
use crate::behaviours::comparison::{Compared, Comparison};

pub(crate) use facts::Facts;
pub use facts::Form;
pub(crate) use rule::Slowdown;
pub use settings::Settings;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Slowdown on passage",
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
    describes: Some(Description { event: Event::SlowVessel, detail: 1 }),
    rests_on_silence: false,
    is_grouped: false,
    counts_minutes: false,
    meets: None,
    history_hours: 72,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Movement,
    compared: &[
        Compared { measured: "counted_minutes", with: &[("after_minutes", Comparison::AtLeast)] },
        Compared { measured: "median_knots", with: &[("slow_knots", Comparison::Below)] },
        Compared { measured: "shore_nm", with: &[("min_shore_nm", Comparison::AtLeast)] },
        Compared { measured: "under_way_hours", with: &[("under_way_minutes", Comparison::AtLeast)] },
    ],
    reported: &["anchored_by"],
};

#[cfg(test)]
mod tests;
