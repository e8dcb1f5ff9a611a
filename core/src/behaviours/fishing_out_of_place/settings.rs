//! Settings of `fishing_out_of_place`.

use serde::{Deserialize, Serialize};

use crate::base::fault::Fault;
use crate::behaviours::checks::{Coherent, hysteresis, ordered};

/// Settings `[behaviours.fishing_out_of_place]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Points added for a flag from another part of the world, or an unknown flag.
    #[schemars(range(min = 0, max = 100))]
    pub foreign_points: i32,
    /// Minimum distance from shore, of the passage and of the stop. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub min_shore_nm: f64,
    /// Minimum speed of the passage. A zone cannot override this key or the next four. Knots.
    #[schemars(range(min = 0.1, max = 200))]
    pub min_knots: f64,
    /// Maximum speed of the passage. Knots.
    #[schemars(range(min = 0, max = 200))]
    pub max_knots: f64,
    /// Minimum duration of the passage. Hours.
    #[schemars(range(min = 0.01, max = 2400))]
    pub passage_hours: f64,
    /// Minimum share of the distance sailed that is made good, 0-1.
    #[schemars(range(min = 0.01, max = 1))]
    pub straight_share: f64,
    /// How long after the passage the stop must begin. Hours.
    #[schemars(range(min = 0, max = 2400))]
    pub within_hours: f64,
    /// The vessel has stopped below this speed. Knots made good.
    #[schemars(range(min = 0.1, max = 5))]
    pub stop_knots: f64,
    /// The vessel is under way from this speed on. Knots made good; not below `stop_knots`.
    #[schemars(range(min = 0, max = 200))]
    pub moving_knots: f64,
    /// How long the vessel must be stopped. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub after_minutes: f64,
    /// How long the vessel must be under way again. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub end_minutes: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 25,
            foreign_points: 10,
            min_shore_nm: 200.0,
            min_knots: 6.0,
            max_knots: 10.0,
            passage_hours: 48.0,
            straight_share: 0.9,
            within_hours: 6.0,
            stop_knots: 1.0,
            moving_knots: 3.0,
            after_minutes: 30.0,
            end_minutes: 30.0,
        }
    }
}

impl Coherent for Settings {
    fn contradictions(&self) -> Vec<Option<Fault>> {
        vec![
            ordered(("min_knots", self.min_knots), ("max_knots", self.max_knots)),
            hysteresis(("stop_knots", self.stop_knots), ("moving_knots", self.moving_knots)),
        ]
    }
}
