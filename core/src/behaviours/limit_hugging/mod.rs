//! Limit hugging: a vessel that stays slow just outside a line at which an authority's powers end.
//!
//! ## Watches
//! Every vessel outside active polygons that ask with `{"limit_hugging":{}}`. Calm water and shore do not matter.
//! ## Why
//! A vessel that awaits a delivery waits where boarding needs the consent of its flag state. MV Matthew made for the
//! high seas when challenged.
//! ## Opens
//! The vessel is below `slow_knots` for `after_hours`, outside the polygon and at most `reach_nm` from its border
//! throughout. The polygon's own `near_nm` does not matter.
//! ## Ends
//! The vessel leaves the belt, outward or inward, by 0.2 nm; or makes `moving_knots` for `end_minutes`; or 6 h pass without
//! a fix (lost).
//! ## Blind spots
//! Fishing along a line looks the same, and so does waiting for a berth. The line is only as good as the zone file.

pub(crate) mod facts;
mod rule;
mod settings;
mod words;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, HISTORY_HOURS, IsPolygon, RestsOn, Roles, Silence, ZoneUse,
    never,
};
use crate::behaviours::comparison::{Compared, Comparison};
use crate::zones::Kind;

pub use crate::behaviours::facts::OneForm as Form;
pub(crate) use facts::Facts;
pub(crate) use rule::LimitHugging;
pub use settings::Settings;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Slow outside a limit",
    chapter: Chapter::Zones,
    about: About::Vessels,
    zones: ZoneUse::Asked,
    may_be_asked,
    needs_every_fix: never,
    rests_on: RestsOn::OneVessel,
    is_muted: true,
    is_stop: false,
    happens_once: false,
    usual: None,
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
    cise: CiseAnomaly::Erratic,
    compared: &[
        Compared { measured: "counted_minutes", with: &[("after_hours", Comparison::AtLeast)] },
        Compared { measured: "median_outside_nm", with: &[("reach_nm", Comparison::AtMost)] },
        Compared { measured: "median_knots", with: &[("slow_knots", Comparison::Below)] },
    ],
    reported: &[],
};

/// Only around a polygon. The belts of a chart are those of polygons.
fn may_be_asked(_: Kind, is_polygon: IsPolygon) -> Result<(), String> {
    match is_polygon {
        true => Ok(()),
        false => Err("only a polygon can ask for it".to_owned()),
    }
}

#[cfg(test)]
mod tests;
