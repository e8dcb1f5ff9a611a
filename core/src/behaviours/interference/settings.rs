//! Settings of `interference`.

use serde::{Deserialize, Serialize};

use crate::behaviours::checks::{not_negative, positive};

/// Settings `[behaviours.interference]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Minimum number of vessels.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub vessels: u32,
    /// Radius that counts as one place. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub radius_nm: f64,
    /// Time within which the vessels must jump. The alert ends after this long without a further jump. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
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

impl Settings {
    /// Every fault in these settings, as a sentence that begins with the key.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        positive(&mut problems, "radius_nm", self.radius_nm);
        positive(&mut problems, "window_minutes", self.window_minutes);
        not_negative(&mut problems, "back_minutes", self.back_minutes);
        if self.vessels < 2 {
            problems.push("vessels must be at least 2".to_owned());
        }
        problems
    }
}
