//! Settings of `small_craft_stop`.

use serde::{Deserialize, Serialize};

use crate::base::fault::Fault;
use crate::behaviours::checks::{Coherent, hysteresis};

/// Settings `[behaviours.small_craft_stop]`.
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
    /// A class B craft shorter than this is small. Metres.
    #[schemars(range(min = 1, max = 500))]
    pub length_metres: f64,
    /// The craft lies still below this speed. Knots made good.
    #[schemars(range(min = 0.1, max = 5))]
    pub slow_knots: f64,
    /// The craft is under way from this speed on. Knots made good; not below `slow_knots`.
    #[schemars(range(min = 0, max = 200))]
    pub moving_knots: f64,
    /// How long the craft must lie still. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub after_minutes: f64,
    /// How long the vessel must be under way again. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub end_minutes: f64,
    /// Maximum time between two fixes that imply a stop. Hours.
    #[schemars(range(min = 0, max = 2400))]
    pub max_hole_hours: f64,
    /// CSV file of wind with the columns `time` (RFC 3339), `lat`, `lon`, `wind_knots`. Each row applies within 60 nm,
    /// and for 3 h before and after. Empty: none. A zone cannot override it.
    pub wind: String,
    /// Wind speed from which it is a gale. Knots.
    #[schemars(range(min = 0.1, max = 200))]
    pub gale_knots: f64,
    /// Points added in a gale; 0 or less.
    #[schemars(range(min = -100, max = 0))]
    pub gale_points: i32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 30,
            min_shore_nm: 100.0,
            length_metres: 24.0,
            slow_knots: 1.5,
            moving_knots: 2.5,
            after_minutes: 180.0,
            end_minutes: 60.0,
            max_hole_hours: 12.0,
            wind: String::new(),
            gale_knots: 34.0,
            gale_points: -20,
        }
    }
}

impl Coherent for Settings {
    fn contradictions(&self) -> Vec<Option<Fault>> {
        vec![hysteresis(("slow_knots", self.slow_knots), ("moving_knots", self.moving_knots))]
    }
}
