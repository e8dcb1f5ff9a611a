//! Settings of `drift`.

use serde::{Deserialize, Serialize};

use crate::base::fault::Fault;
use crate::behaviours::checks::{Coherent, hysteresis, hysteresis_below, ordered};

/// Settings `[behaviours.drift]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Base points of a watched cargo ship or tanker at least `merchant_min_shore_nm` from shore.
    #[schemars(range(min = 0, max = 100))]
    pub merchant_score: i32,
    /// Minimum distance from shore for `merchant_score`. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub merchant_min_shore_nm: f64,
    /// Minimum distance from shore; rivers and lakes are at distance 0. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub min_shore_nm: f64,
    /// Minimum speed of a drifting ship. Knots made good.
    #[schemars(range(min = 0.1, max = 200))]
    pub min_knots: f64,
    /// Maximum speed of a drifting ship. Knots made good.
    #[schemars(range(min = 0, max = 5))]
    pub max_knots: f64,
    /// The ship lies still again below this speed. Knots made good; not above `min_knots`.
    #[schemars(range(min = 0, max = 200))]
    pub still_knots: f64,
    /// The ship is under way from this speed on. Knots made good; not below `max_knots`.
    #[schemars(range(min = 0, max = 200))]
    pub moving_knots: f64,
    /// The ship drifts if the angle between course over ground and heading exceeds this. Degrees.
    #[schemars(range(min = 1, max = 179))]
    pub drift_degrees: f64,
    /// The ship follows its heading if that angle is below this. Degrees; not above `drift_degrees`.
    #[schemars(range(min = 0, max = 179))]
    pub straight_degrees: f64,
    /// How long the ship must drift. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub after_minutes: f64,
    /// How far the ship must get from where the drift began. Metres.
    #[schemars(range(min = 0, max = 100_000))]
    pub min_metres: f64,
    /// How long the end of the drift must last. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub end_minutes: f64,
    /// A vessel that reports being at anchor or moored, and swings within this radius, is anchored. Nautical miles.
    #[schemars(range(min = 0.01, max = 10))]
    pub anchored_swing_nm: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 5,
            merchant_score: 25,
            merchant_min_shore_nm: 12.0,
            min_shore_nm: 1.0,
            min_knots: 1.0,
            max_knots: 5.0,
            still_knots: 0.5,
            moving_knots: 6.0,
            drift_degrees: 45.0,
            straight_degrees: 30.0,
            after_minutes: 10.0,
            min_metres: 500.0,
            end_minutes: 5.0,
            anchored_swing_nm: 0.3,
        }
    }
}

impl Coherent for Settings {
    fn contradictions(&self) -> Vec<Option<Fault>> {
        vec![
            ordered(("min_knots", self.min_knots), ("max_knots", self.max_knots)),
            hysteresis(("max_knots", self.max_knots), ("moving_knots", self.moving_knots)),
            hysteresis_below(("min_knots", self.min_knots), ("still_knots", self.still_knots)),
            hysteresis_below(("drift_degrees", self.drift_degrees), ("straight_degrees", self.straight_degrees)),
        ]
    }
}
