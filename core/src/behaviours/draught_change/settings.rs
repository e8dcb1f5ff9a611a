//! Settings of `draught_change`.

use serde::{Deserialize, Serialize};

use crate::behaviours::checks::Coherent;

/// Settings `[behaviours.draught_change]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Points added if a gap may be the reason for the change.
    #[schemars(range(min = 0, max = 100))]
    pub gap_points: i32,
    /// Smallest change of the reported draught that counts. Metres.
    #[schemars(range(min = 0.1, max = 25))]
    pub change_metres: f64,
    /// For this long after a port call, a change is attributed to the port. Hours.
    #[schemars(range(min = 0, max = 2400))]
    pub settle_hours: f64,
    /// A gap of this length may be the reason for the change. Hours, at least 1.
    #[schemars(range(min = 1, max = 720))]
    pub gap_hours: f64,
    /// The gap must have ended at most this long before the change. Hours.
    #[schemars(range(min = 0, max = 2400))]
    pub lookback_hours: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 10,
            gap_points: 15,
            change_metres: 0.5,
            settle_hours: 3.0,
            gap_hours: 3.0,
            lookback_hours: 24.0,
        }
    }
}

impl Coherent for Settings {}
