//! Settings of `position_jump`.

use serde::{Deserialize, Serialize};

use crate::behaviours::checks::Coherent;

/// Settings `[behaviours.position_jump]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Shortest jump. Shorter ones come from antennas, clocks and receivers. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub min_nm: f64,
    /// The alert ends once the track at the old place has been silent for this long. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub joined_minutes: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { enabled: true, score: 10, min_nm: 1.0, joined_minutes: 30.0 }
    }
}

impl Coherent for Settings {}
