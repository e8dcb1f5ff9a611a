//! Settings of `out_and_back`.

use serde::{Deserialize, Serialize};

use crate::base::fault::Fault;
use crate::behaviours::checks::{Coherent, hysteresis, ordered};

use crate::picture::tracks::Vessel;

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
    fn contradictions(&self) -> Vec<Option<Fault>> {
        vec![
            hysteresis(("stop_knots", self.stop_knots), ("moving_knots", self.moving_knots)),
            ordered(("return_nm", self.return_nm), ("out_nm", self.out_nm)),
            ordered(("return_nm", self.return_nm), ("fishing_out_nm", self.fishing_out_nm)),
        ]
    }
}

impl Settings {
    /// How far out a vessel of this type must stop. Nautical miles. Fishing vessels often stop far out.
    pub(super) fn out_nm(&self, vessel: &Vessel<'_>) -> f64 {
        match vessel.ship_type() {
            Some(30) => self.fishing_out_nm,
            _ => self.out_nm,
        }
    }
}
