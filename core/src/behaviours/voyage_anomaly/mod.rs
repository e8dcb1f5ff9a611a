//! Voyage anomaly: a ship changes its reported destination at sea, or makes calls without loading or unloading.
//!
//! ## Watches
//! **Destination**: every vessel in or near an active corridor, area or benign zone, outside calm water. **Short
//! calls**: cargo ships and tankers (types 70-89) at every port call that is seen from arrival to departure.
//! ## Why
//! MV Matthew changed Gdansk for Belfast while it waited for its daughter boats. RAS lay at anchor for weeks, called
//! for 21 hours and loaded nothing.
//! ## Opens
//! **Destination**: the reported destination changes from one harbour to another and is kept for `kept_minutes`; not
//! within `settle_hours` of a port call, when crews still enter it. **Short calls**: two calls in a row are shorter
//! than `call_hours` with a change of draught below `draught_metres`, read `settle_hours` after departure.
//! ## Ends
//! At once, as neither has a duration.
//! ## Blind spots
//! Orders change for honest reasons. A destination that is not a harbour in the index, or is free text, is not judged.
//! Ships whose crews never update the draught seem to load nothing.

pub(crate) mod facts;
mod rule;
mod settings;
mod words;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, RestsOn, Roles, Silence, ZoneUse, any_zone, never,
};
use crate::behaviours::comparison::{Compared, Comparison};

pub(crate) use facts::Facts;
pub use facts::Form;
pub(crate) use rule::VoyageAnomaly;
pub use settings::Settings;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Unusual voyage",
    chapter: Chapter::Reported,
    about: About::Vessels,
    zones: ZoneUse::Settings,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::Neither,
    is_muted: true,
    is_stop: false,
    happens_once: true,
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
    history_hours: 240,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Parameters,
    compared: &[
        Compared { measured: "kept_minutes", with: &[("kept_minutes", Comparison::AtLeast)] },
        Compared { measured: "call_hours", with: &[("call_hours", Comparison::AtMost)] },
    ],
    reported: &["destination_before", "destination_after", "draught_change_metres"],
};

#[cfg(test)]
mod tests;
