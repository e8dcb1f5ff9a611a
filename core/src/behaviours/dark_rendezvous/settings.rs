//! Settings of `dark_rendezvous`.

use serde::{Deserialize, Serialize};

use crate::base::fault::Fault;
use crate::behaviours::checks::{Coherent, ordered};

/// Settings `[behaviours.dark_rendezvous]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Points if the silent vessel was at anchor, or had lain still for hours, when it was last heard; 0 or less.
    #[schemars(range(min = -100, max = 0))]
    pub lay_still_points: i32,
    /// Minimum distance of the stop from shore. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub min_shore_nm: f64,
    /// How long the ship must be stopped (below 1 kn). Minutes, at least 15.
    #[schemars(range(min = 15, max = 43_200))]
    pub stop_minutes: f64,
    /// Maximum speed of the silent vessel, as a multiple of its usual speed.
    #[schemars(range(min = 0.1, max = 3))]
    pub speed_factor: f64,
    /// Minimum time the silent vessel must have to spare after the way there and back. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub slack_minutes: f64,
    /// How much of that time must fall within the ship's stop. Minutes; not above `slack_minutes`.
    #[schemars(range(min = 0, max = 43_200))]
    pub together_minutes: f64,
    /// Maximum time to spare. With more, the silence says nothing about the stop. Hours, at most 168.
    #[schemars(range(min = 0, max = 168))]
    pub max_slack_hours: f64,
    /// Maximum number of candidates named; further ones are counted.
    #[schemars(range(min = 1, max = 100))]
    pub candidates: u32,
    /// With more candidates than this, the event is a fact.
    #[schemars(range(min = 0, max = 100_000))]
    pub most_candidates: u32,
    /// The event is also a fact if one silence leaves time for more stops than this.
    #[schemars(range(min = 0, max = 100_000))]
    pub most_stops: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 35,
            lay_still_points: -20,
            min_shore_nm: 12.0,
            stop_minutes: 15.0,
            speed_factor: 1.1,
            slack_minutes: 45.0,
            together_minutes: 15.0,
            max_slack_hours: 48.0,
            candidates: 3,
            most_candidates: 5,
            most_stops: 3,
        }
    }
}

impl Coherent for Settings {
    fn contradictions(&self) -> Vec<Option<Fault>> {
        vec![
            ordered(("together_minutes", self.together_minutes), ("slack_minutes", self.slack_minutes)),
            ordered(("slack_minutes in hours", self.slack_minutes / 60.0), ("max_slack_hours", self.max_slack_hours)),
        ]
    }
}
