//! Rendezvous: two ships that stay close to each other at sea.
//!
//! ## Watches
//! Pairs of ships outside calm water and its margin and at least `min_shore_nm` from shore, both judged at their midpoint. Anywhere, with
//! a zone's own settings inside it.
//! ## Why
//! Cargo changes ships at sea: bales in minutes, fuel in an hour, fish in a day.
//! ## Opens
//! At whole UTC minutes, between fixes, hull to hull where dimensions and heading are known. **Near**: within `near_metres` for
//! `near_minutes`. **Close**: within `close_metres` for `close_minutes`. Both need a median speed made good of each ship below
//! `slow_knots`. **Long**: near for `long_minutes`. **Underway**, where a zone asks: within `underway_metres`, at `underway_min_knots` to
//! `underway_max_knots`, courses within `underway_course_degrees`, for `underway_minutes`, at least `underway_min_shore_nm` from shore,
//! not both fishing and without a tug. Never for two transponders on one hull: the same IMO number, the same name and call sign, or an
//! hour within 200 m with 20 min of it under way, and never seen apart since the later one was first heard. Once seen apart, they are two
//! ships whatever they send: a ship and its clone, or its boat with the same name, do meet.
//! ## Ends
//! The ships are further apart than `apart_metres`, or one is above `moving_knots`, for `end_minutes`; or one is silent for `lost_minutes`
//! (lost).
//! ## Blind spots
//! The second ship must send AIS. Ships waiting side by side look like ships at work. Clock errors of stations blur fast ships. The third
//! meeting of the same two in 14 days (`habitual_meetings`) counts as a habit, for two fishing vessels the second. Two fishing vessels
//! side by side at the speed of a tow (`gear_minutes`) count as one gear. So a real transfer between two
//! such vessels is rated low at most, or is recorded as a fact without an alert.

pub(crate) mod facts;
mod judged;
mod kind;
mod meetings;
mod pair;
mod rule;
mod settings;
mod side_by_side;
mod words;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, Counted, HISTORY_HOURS, Meeting, RestsOn, Roles, Silence,
    UsualStops, ZoneUse, any_zone,
};
use crate::behaviours::comparison::{Compared, Comparison};
use serde_json::{Map, Value};

pub(crate) use facts::Facts;
pub use facts::Form;
pub(crate) use rule::Rendezvous;
pub use settings::Settings;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Meeting of two ships",
    chapter: Chapter::AtSea,
    about: About::Vessels,
    zones: ZoneUse::Settings,
    may_be_asked: any_zone,
    needs_every_fix: asks_underway,
    rests_on: RestsOn::Meeting,
    is_muted: true,
    is_stop: true,
    happens_once: false,
    usual: Some(UsualStops { counted: Counted::SlowPassages, around: false }),
    has_habit: false,
    looks_like_fishing: false,
    silence: Silence::Apart,
    is_about_identity: false,
    weighs_chance: false,
    is_scored_alone: false,
    gains_by_meeting: false,
    roles: Roles::Sizes,
    lead: None,
    describes: None,
    rests_on_silence: false,
    is_grouped: true,
    counts_minutes: true,
    meets: Some(Meeting::Seen("met")),
    history_hours: HISTORY_HOURS,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Movement,
    compared: &[
        Compared {
            measured: "counted_minutes",
            with: &[
                ("close_minutes", Comparison::AtLeast),
                ("near_minutes", Comparison::AtLeast),
                ("underway_minutes", Comparison::AtLeast),
            ],
        },
        Compared {
            measured: "max_distance_metres",
            with: &[
                ("close_metres", Comparison::AtMost),
                ("near_metres", Comparison::AtMost),
                ("underway_metres", Comparison::AtMost),
            ],
        },
        Compared {
            measured: "median_knots",
            with: &[("slow_knots", Comparison::Below), ("underway_max_knots", Comparison::AtMost)],
        },
        Compared {
            measured: "shore_nm",
            with: &[("min_shore_nm", Comparison::AtLeast), ("underway_min_shore_nm", Comparison::AtLeast)],
        },
    ],
    reported: &[],
};

/// Whether a zone with these settings asks for company under way, which needs every fix.
fn asks_underway(settings: &Map<String, Value>) -> bool {
    settings.get("underway") == Some(&true.into())
}

#[cfg(test)]
mod tests;
