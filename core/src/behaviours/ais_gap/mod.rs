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
//! with no other vessel near, look like a dead receiver.

mod dark;
mod explain;
mod rule;
mod signals;
mod words;

use super::checks::{Coherent, ordered};
use crate::base::fault::Fault;
use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, RestsOn, Roles, Silence, ZoneUse, any_zone, never,
};
use crate::picture::coverage::TOLD_BELOW;
use crate::picture::episodes::gap::MIN_SHORE_NM;
use serde::{Deserialize, Serialize};

pub use rule::AisGap;
pub use words::Form;

/// Settings `[behaviours.ais_gap]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// `long_points` are added from `long_hours` on, `longer_points` instead from `longer_hours` on. They are removed
    /// if the gap closes with less than `slack_minutes`. Points.
    #[schemars(range(min = 0, max = 100))]
    pub long_points: i32,
    /// Points from `longer_hours` on, in place of `long_points`. Points.
    #[schemars(range(min = 0, max = 100))]
    pub longer_points: i32,
    /// Minimum distance from shore when last heard. Nautical miles, at least 1.
    #[schemars(range(min = MIN_SHORE_NM, max = 1500))]
    pub min_shore_nm: f64,
    /// Required silence of a vessel that was watched, or heading for a watched zone, when last heard. Minutes, at least
    /// 30.
    #[schemars(range(min = 30, max = 43_200))]
    pub watched_minutes: f64,
    /// Required silence elsewhere. Hours.
    #[schemars(range(min = 0.01, max = 2400))]
    pub after_hours: f64,
    /// How far ahead dead reckoning looks for the near edge of a zone that the vessel is heading for. Hours.
    #[schemars(range(min = 0, max = 12))]
    pub heading_hours: f64,
    /// The silence must be less probable than this. At most 0.01.
    #[schemars(range(min = 0.000_001, max = TOLD_BELOW))]
    pub max_probability: f64,
    /// A gap is a fact until it has lasted this long. Hours.
    #[schemars(range(min = 0.01, max = 2400))]
    pub long_hours: f64,
    /// Duration from which `longer_points` count. Hours.
    #[schemars(range(min = 0, max = 2400))]
    pub longer_hours: f64,
    /// With less slack than this the silence needs no explanation. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub slack_minutes: f64,
    /// A vessel heard again within this distance, and not under way, scores at most low. Nautical miles.
    #[schemars(range(min = 0, max = 20))]
    pub in_place_nm: f64,
    /// Points if the vessel is the only one that its input hears, because the receiver may have failed; 0 or less.
    #[schemars(range(min = -100, max = 0))]
    pub alone_points: i32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 20,
            long_points: 10,
            longer_points: 20,
            min_shore_nm: 6.0,
            watched_minutes: 90.0,
            after_hours: 6.0,
            heading_hours: 2.0,
            max_probability: 0.001,
            long_hours: 3.0,
            longer_hours: 12.0,
            slack_minutes: 30.0,
            in_place_nm: 1.0,
            alone_points: -10,
        }
    }
}

impl Coherent for Settings {
    fn problems(&self) -> Vec<Fault> {
        [
            ordered(("watched_minutes in hours", self.watched_minutes / 60.0), ("after_hours", self.after_hours)),
            ordered(("long_hours", self.long_hours), ("longer_hours", self.longer_hours)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

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
    supersedes: &[],
    rests_on_silence: true,
    is_grouped: false,
    meets: None,
    is_uncertain: never,
    history_hours: 50,
    cap: CapCategory::Security,
    cise: CiseAnomaly::NoTransmission,
};

#[cfg(test)]
mod tests;
