//! Settings of `interference`.

use serde::{Deserialize, Serialize};

use crate::behaviours::checks::Coherent;

/// Settings `[behaviours.interference]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Minimum number of vessels that must jump at one place.
    #[schemars(range(min = 2, max = 1000))]
    pub vessels: u32,
    /// Radius that counts as one place. Nautical miles.
    #[schemars(range(min = 0.1, max = 300))]
    pub radius_nm: f64,
    /// Time within which the vessels must jump. The alert ends after this long without a further jump. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub window_minutes: f64,
    /// A vessel stays muted for this long after it is back at a plausible position. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
    pub back_minutes: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { enabled: true, score: 20, vessels: 5, radius_nm: 5.0, window_minutes: 30.0, back_minutes: 30.0 }
    }
}

impl Coherent for Settings {}
