//! Alongside at anchor: a small craft lies beside a merchant ship that is at anchor or moored.
//!
//! ## Watches
//! Cargo ships and tankers (types 70-89, not known to be below 30 m) that report being at anchor or moored, inside active
//! ports, anchorages and areas that ask with `{"alongside_at_anchor":{}}`. Small craft near them: under 30 m, class B, or of unknown length
//! and neither a merchant nor a passenger ship; never pilots, tugs, tenders, law enforcement and the like (31, 32,
//! 50-59), nor a craft whose status says that it tows or pushes (11, 12).
//! ## Why
//! Packages leave a ship over its side before it is searched, mostly by night. Craft that supply or crew ships are
//! known by type.
//! ## Opens
//! The two are within `alongside_metres`, hull to hull where dimensions and heading are known, at whole UTC minutes for
//! `after_minutes`. A break longer than `break_minutes` restarts the count. Points are added by night, and if the same
//! craft visited the same ship within the previous `visit_days`.
//! ## Ends
//! They are further apart than `apart_metres`, or the ship is under way, for `end_minutes`; or the ship is outside the
//! zone; or one is silent for 6 h (lost).
//! ## Blind spots
//! Craft without a transponder are not seen. A boat that is moored beside a moored ship for its own reasons looks the
//! same.

mod alongside;
pub(crate) mod facts;
mod roles;
mod rule;
mod settings;
mod words;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, HISTORY_HOURS, IsPolygon, Meeting, RestsOn, Roles, Silence,
    ZoneUse, never,
};
use crate::behaviours::comparison::{Compared, Comparison};
use crate::zones::Kind;

pub use crate::behaviours::facts::OneForm as Form;
pub(crate) use facts::Facts;
pub(crate) use rule::AlongsideAtAnchor;
pub use settings::Settings;
use settings::asked_by;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Alongside at anchor",
    chapter: Chapter::Zones,
    about: About::Vessels,
    zones: ZoneUse::Asked,
    may_be_asked,
    needs_every_fix: never,
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
    roles: Roles::Sizes,
    lead: None,
    describes: None,
    rests_on_silence: false,
    is_grouped: false,
    counts_minutes: true,
    meets: Some(Meeting::Seen("met")),
    history_hours: HISTORY_HOURS,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Movement,
    compared: &[
        Compared { measured: "counted_minutes", with: &[("after_minutes", Comparison::AtLeast)] },
        Compared { measured: "max_distance_metres", with: &[("alongside_metres", Comparison::AtMost)] },
    ],
    reported: &[],
};

/// Only where ships lie at anchor or moored. The reason is part of the message about the zone.
fn may_be_asked(kind: Kind, _: IsPolygon) -> Result<(), String> {
    match asked_by(kind) {
        true => Ok(()),
        false => Err(format!("only a port, anchorage or area can ask for it, not a zone of kind {}", kind.name())),
    }
}

#[cfg(test)]
mod tests;
