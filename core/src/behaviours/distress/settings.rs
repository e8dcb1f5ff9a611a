//! Settings of `distress`.

use serde::{Deserialize, Serialize};

use crate::behaviours::checks::Coherent;

/// Settings `[behaviours.distress]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points of an active device.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Base points of a device under test.
    #[schemars(range(min = 0, max = 100))]
    pub test_score: i32,
    /// The alert ends after this long without a report. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub silent_minutes: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { enabled: true, score: 60, test_score: 5, silent_minutes: 15.0 }
    }
}

impl Coherent for Settings {}
