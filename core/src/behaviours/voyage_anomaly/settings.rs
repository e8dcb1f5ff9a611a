//! Settings of `voyage_anomaly`.

use serde::{Deserialize, Serialize};

use crate::behaviours::checks::Coherent;

/// Settings `[behaviours.voyage_anomaly]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// How long the new destination must be kept. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub kept_minutes: f64,
    /// For this long after a port call, destination and draught are taken as not yet entered. Hours.
    #[schemars(range(min = 0, max = 2400))]
    pub settle_hours: f64,
    /// A port call shorter than this is short. Hours.
    #[schemars(range(min = 0.01, max = 2400))]
    pub call_hours: f64,
    /// A change of draught below this counts as none. Metres.
    #[schemars(range(min = 0.01, max = 25))]
    pub draught_metres: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 5,
            kept_minutes: 30.0,
            settle_hours: 3.0,
            call_hours: 24.0,
            draught_metres: 0.2,
        }
    }
}

impl Coherent for Settings {}
