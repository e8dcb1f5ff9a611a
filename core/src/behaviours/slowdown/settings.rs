//! Settings of `slowdown`.

use serde::{Deserialize, Serialize};

use crate::base::fault::Fault;
use crate::behaviours::checks::{Coherent, hysteresis, ordered};

/// Settings `[behaviours.slowdown]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Minimum distance from shore. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub min_shore_nm: f64,
    /// The vessel was under way above this speed. Knots made good.
    #[schemars(range(min = 0.1, max = 200))]
    pub under_way_knots: f64,
    /// How long the vessel must have been under way. Minutes, at most 1200.
    #[schemars(range(min = 0.1, max = 1200))]
    pub under_way_minutes: f64,
    /// How long before the slowdown the passage may have ended. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
    pub within_minutes: f64,
    /// The vessel is slow below this speed. Knots made good; not above `under_way_knots`.
    #[schemars(range(min = 0.1, max = 5))]
    pub slow_knots: f64,
    /// The vessel must also be below this share of its usual speed, 0-1.
    #[schemars(range(min = 0.01, max = 1))]
    pub slow_share: f64,
    /// How long the vessel must be slow. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub after_minutes: f64,
    /// The vessel is under way again above this share of its usual speed, 0-1; not below `slow_share`.
    #[schemars(range(min = 0, max = 1))]
    pub end_share: f64,
    /// How long the vessel must be under way again. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub end_minutes: f64,
    /// A vessel that reports being at anchor or moored, and swings within this radius, is anchored. Nautical miles.
    #[schemars(range(min = 0.01, max = 10))]
    pub anchored_swing_nm: f64,
    /// Shortest hole in reception over which a slowdown is inferred. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub hole_min_minutes: f64,
    /// Longest hole in reception over which a slowdown is inferred. Minutes; not below `hole_min_minutes`.
    #[schemars(range(min = 0, max = 43_200))]
    pub hole_max_minutes: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 25,
            min_shore_nm: 12.0,
            under_way_knots: 6.0,
            under_way_minutes: 120.0,
            within_minutes: 30.0,
            slow_knots: 4.0,
            slow_share: 0.6,
            after_minutes: 30.0,
            end_share: 0.8,
            end_minutes: 15.0,
            anchored_swing_nm: 0.3,
            hole_min_minutes: 30.0,
            hole_max_minutes: 180.0,
        }
    }
}

impl Coherent for Settings {
    fn contradictions(&self) -> Vec<Option<Fault>> {
        vec![
            ordered(("slow_knots", self.slow_knots), ("under_way_knots", self.under_way_knots)),
            ordered(("hole_min_minutes", self.hole_min_minutes), ("hole_max_minutes", self.hole_max_minutes)),
            hysteresis(("slow_share", self.slow_share), ("end_share", self.end_share)),
        ]
    }
}
