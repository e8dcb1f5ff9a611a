//! AIS gap: a vessel falls silent at sea where it should be heard.
//!
//! ## Watches
//! Every vessel last heard at least `min_shore_nm` from shore, outside calm water and its margin.
//! ## Why
//! Transponders are switched off before transfers, and on again once there is nothing left to see.
//! ## Opens
//! Silent for `watched_minutes` if the vessel was last seen watched, or if dead reckoning reaches the near edge of a watched zone within
//! `heading_hours`; elsewhere for `after_hours`. In addition, the reception model puts the probability that no receiver hears such a vessel
//! for that time below `max_probability`, whether it carried on or stood still. For the first hour the vessel's own record counts too.
//! Reception must have been known when the silence began. Only a fact until `long_hours`, or where its course leads out of the feed's
//! reach; at most low where vessels often fall silent. The only vessel of an input is judged when it is heard again.
//! ## Ends
//! Heard again, with distance, implied speed and slack (the time left once that distance is sailed at its usual speed). At most low within
//! `in_place_nm` of where it fell silent, if not under way. A late fix shortens, splits or disproves the gap. Over after 30 days (lost).
//! ## Blind spots
//! A broken transponder looks the same. Where reception is thin or unknown, nothing is reported. Three vessels that switch off together,
//! with no other vessel near, look like a dead receiver, and so do four with no vessel between them. The model knows how other vessels are
//! heard: of a vessel that is itself heard seldom, the alert says so.

mod dark;
mod explain;
pub(crate) mod facts;
mod rule;
mod settings;
mod signals;
mod words;

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, RestsOn, Roles, Silence, ZoneUse, any_zone, never,
};
use crate::behaviours::comparison::{Compared, Comparison};

pub(crate) use facts::Facts;
pub use facts::Form;
pub use rule::AisGap;
pub use settings::Settings;

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "AIS silence",
    chapter: Chapter::AtSea,
    about: About::Vessels,
    zones: ZoneUse::Settings,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::OneVessel,
    is_muted: true,
    is_stop: false,
    happens_once: false,
    usual: None,
    has_habit: false,
    looks_like_fishing: false,
    silence: Silence::Itself,
    is_about_identity: false,
    weighs_chance: false,
    is_scored_alone: false,
    gains_by_meeting: false,
    roles: Roles::AllDark,
    lead: None,
    describes: None,
    rests_on_silence: true,
    is_grouped: false,
    counts_minutes: false,
    meets: None,
    history_hours: 50,
    cap: CapCategory::Security,
    cise: CiseAnomaly::NoTransmission,
    compared: &[
        Compared {
            measured: "silent_minutes",
            with: &[("after_hours", Comparison::AtLeast), ("watched_minutes", Comparison::AtLeastWhereWatched)],
        },
        Compared { measured: "unheard_probability", with: &[("max_probability", Comparison::AtMost)] },
    ],
    reported: &["heading_for"],
};

#[cfg(test)]
mod tests;
