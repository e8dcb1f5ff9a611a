//! Settings of `identity_conflict`.

use serde::{Deserialize, Serialize};

use crate::behaviours::checks::Coherent;

/// Settings `[behaviours.identity_conflict]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Number of further fixes on the older track that prove two ships.
    #[schemars(range(min = 1, max = 100))]
    pub fixes: u32,
    /// How soon after the jump these fixes must come. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub within_minutes: f64,
    /// Shortest jump. Shorter ones can be one ship, because antennas, clocks and receivers err by as much. Nautical
    /// miles.
    #[schemars(range(min = 0, max = 1500))]
    pub min_nm: f64,
    /// The alert ends once all ships but one have been silent for this long. Hours, at most 24, after which the tracks
    /// are joined.
    #[schemars(range(min = 0.01, max = 24))]
    pub silent_hours: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { enabled: true, score: 20, fixes: 2, within_minutes: 30.0, min_nm: 1.0, silent_hours: 6.0 }
    }
}

impl Coherent for Settings {}
