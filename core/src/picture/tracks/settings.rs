//! The settings `[tracks]`.

use serde::{Deserialize, Serialize};

use crate::base::time::Span;

/// Maximum number of shards. More do not help.
pub(super) const MOST_SHARDS: u32 = 64;

/// `[tracks]`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A hole in a vessel's reports longer than this neither proves nor disproves a behaviour. Minutes.
    pub max_hole_minutes: u32,
    /// `max_hole_minutes` for vessels heard only by satellite. Minutes.
    pub max_hole_satellite_minutes: u32,
    /// After this long without a fix a condition that holds ends as lost. Hours.
    pub lost_after_hours: u32,
    /// A fix that would require more speed than this is attributed to another ship, or to none. Knots.
    #[schemars(range(min = 20, max = 500))]
    pub jump_knots: f64,
    /// An MMSI sent from more places than this within 24 h identifies no vessel: it raises one alert a day and no gaps.
    #[schemars(range(min = 2, max = 15))]
    pub shared_above_places: u32,
    /// A vessel silent for longer than this is forgotten. Hours.
    pub forget_after_hours: u32,
    /// Lanes, 1-64: each has the vessels of some MMSIs, takes in their reports and asks the rules that see one vessel, on its own thread
    /// where one moment has enough reports. 0 for one lane a core, at most 8. Alerts do not depend on it. Takes effect at start.
    #[schemars(range(min = 0, max = MOST_SHARDS))]
    pub shards: u32,
    /// Upper limit of the tracks; beyond it unconfirmed and longest silent ones are dropped first, never one with an open alert.
    pub max_tracks: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            max_hole_minutes: 20,
            max_hole_satellite_minutes: 180,
            lost_after_hours: 6,
            jump_knots: 60.0,
            shared_above_places: 5,
            forget_after_hours: 168,
            shards: 0,
            max_tracks: 1_000_000,
        }
    }
}

impl Settings {
    /// All problems with the values, as sentences that begin with the key's path; empty if there are none.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.max_hole_minutes < 6 {
            problems.push(
                "tracks.max_hole_minutes must be at least 6: speed made good needs spans over 5 minutes".to_owned(),
            );
        }
        if self.max_hole_satellite_minutes < self.max_hole_minutes {
            problems.push("tracks.max_hole_satellite_minutes must not be below tracks.max_hole_minutes".to_owned());
        }
        if i64::from(self.lost_after_hours) * 60 <= i64::from(self.max_hole_satellite_minutes) {
            problems.push("tracks.lost_after_hours must be longer than tracks.max_hole_satellite_minutes".to_owned());
        }
        if self.forget_after_hours <= self.lost_after_hours {
            problems.push("tracks.forget_after_hours must be longer than tracks.lost_after_hours".to_owned());
        }
        if self.max_tracks < 1000 {
            problems.push("tracks.max_tracks must be at least 1000".to_owned());
        }
        problems
    }

    /// The longest hole in the reports of a vessel that still counts as continuous.
    pub fn max_hole(&self, satellite_only: bool) -> Span {
        match satellite_only {
            false => Span::from_minutes(i64::from(self.max_hole_minutes)),
            true => Span::from_minutes(i64::from(self.max_hole_satellite_minutes)),
        }
    }

    /// How long without a fix until a condition that holds ends as lost.
    pub fn lost_after(&self) -> Span {
        Span::from_hours(i64::from(self.lost_after_hours))
    }
}
