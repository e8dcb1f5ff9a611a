//! Zone speed: a vessel keeps a speed outside the band that a zone sets.
//!
//! ## Watches
//! Every vessel inside active zones that ask with `{"zone_speed":{"min_knots":3,"max_knots":25}}`.
//! ## Why
//! A vessel that slows down in a traffic lane, or races through an anchorage, has a reason.
//! ## Opens
//! Speed made good is below `min_knots` or above `max_knots` for `after_minutes`.
//! ## Ends
//! The speed is back in the band, by `margin_knots`, for `end_minutes`; or the vessel leaves the zone; or 6 h pass without
//! a fix (lost).
//! ## Blind spots
//! Speed over a hole in reception does not count. Anchored ships are slow, so set `min_knots` only in zones without
//! anchoring.

pub(crate) mod facts;
mod rule;
mod settings;
mod words;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, HISTORY_HOURS, RestsOn, Roles, Silence, ZoneUse, any_zone,
};
use crate::behaviours::comparison::{Compared, Comparison};
use serde_json::{Map, Value};

pub(crate) use facts::Facts;
pub use facts::Form;
pub(crate) use rule::ZoneSpeed;
pub use settings::Settings;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Unusual speed for the zone",
    chapter: Chapter::Zones,
    about: About::Vessels,
    zones: ZoneUse::Asked,
    may_be_asked: any_zone,
    needs_every_fix: always,
    rests_on: RestsOn::Neither,
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
    cise: CiseAnomaly::Movement,
    compared: &[
        Compared { measured: "counted_minutes", with: &[("after_minutes", Comparison::AtLeast)] },
        Compared {
            measured: "extreme_knots",
            with: &[("min_knots", Comparison::AtLeast), ("max_knots", Comparison::AtMost)],
        },
    ],
    reported: &[],
};

/// For a behaviour that always needs every fix in a zone that asks for it.
fn always(_: &Map<String, Value>) -> bool {
    true
}

#[cfg(test)]
mod tests;
