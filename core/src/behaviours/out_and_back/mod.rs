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
//! `return_nm` of where it left, at most `within_days` later, and was not below `port_knots` in calm water between. The
//! alert is placed where the vessel stopped.
//! ## Ends
//! At once, as the vessel has returned.
//! ## Blind spots
//! The vessel's place is checked every half hour and whenever it is slow, so where it left is known only to half an hour's
//! sailing. A port call within a hole in reception is not seen. Offshore supply, research and fishing vessels do the same
//! for a living.

mod rule;
mod words;

use super::checks::{Coherent, hysteresis, ordered};
use crate::base::fault::Fault;
use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, Counted, RestsOn, Roles, Silence, UsualStops, ZoneUse,
    any_zone, never,
};
use crate::picture::tracks::Vessel;
use serde::{Deserialize, Serialize};

pub(crate) use rule::OutAndBack;
pub use words::Form;

/// Settings `[behaviours.out_and_back]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Minimum distance of the stop from where the vessel left. Nautical miles; not below `return_nm`.
    #[schemars(range(min = 0.01, max = 1500))]
    pub out_nm: f64,
    /// The same for fishing vessels. Nautical miles.
    #[schemars(range(min = 0.01, max = 1500))]
    pub fishing_out_nm: f64,
    /// Minimum distance of the stop from shore. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub min_shore_nm: f64,
    /// The vessel has stopped below this speed. Knots made good.
    #[schemars(range(min = 0.1, max = 200))]
    pub stop_knots: f64,
    /// The stop is over from this speed on. Knots made good; not below `stop_knots`.
    #[schemars(range(min = 0, max = 5))]
    pub moving_knots: f64,
    /// How long the vessel must stop. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub stop_minutes: f64,
    /// The vessel has returned within this distance of where it left. Nautical miles.
    #[schemars(range(min = 0.01, max = 1500))]
    pub return_nm: f64,
    /// A vessel below this speed in calm water makes a port call. Knots made good.
    #[schemars(range(min = 0, max = 5))]
    pub port_knots: f64,
    /// Maximum duration of the trip. Days.
    #[schemars(range(min = 0.01, max = 3650))]
    pub within_days: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 40,
            out_nm: 50.0,
            fishing_out_nm: 100.0,
            min_shore_nm: 12.0,
            stop_knots: 1.0,
            moving_knots: 2.0,
            stop_minutes: 60.0,
            return_nm: 20.0,
            port_knots: 3.0,
            within_days: 14.0,
        }
    }
}

impl Coherent for Settings {
    fn problems(&self) -> Vec<Fault> {
        [
            hysteresis(("stop_knots", self.stop_knots), ("moving_knots", self.moving_knots)),
            ordered(("return_nm", self.return_nm), ("out_nm", self.out_nm)),
            ordered(("return_nm", self.return_nm), ("fishing_out_nm", self.fishing_out_nm)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl Settings {
    fn out_nm(&self, vessel: &Vessel<'_>) -> f64 {
        match vessel.ship_type() {
            Some(30) => self.fishing_out_nm,
            _ => self.out_nm,
        }
    }
}

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
    supersedes: &[],
    rests_on_silence: false,
    is_grouped: false,
    meets: None,
    is_uncertain: never,
    history_hours: 72,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Movement,
};

#[cfg(test)]
mod tests;
