//! The facts of `fishing_out_of_place` alerts.

use serde::{Deserialize, Serialize};

use crate::behaviours::facts::{self, OneForm, Rounded, settings_in_force};

use super::settings::Settings;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<OneForm, Measured, Thresholds>;

/// What was measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// How long it was stopped, without what does not count. Minutes.
    pub(crate) counted_minutes: Rounded<1>,
    /// How long the passage before took. Hours.
    pub(crate) passage_hours: Rounded<0>,
    /// Length of the passage. Nautical miles.
    pub(crate) passage_nm: Rounded<0>,
    /// The straight distance as a share of the length of the passage, 0-1.
    pub(crate) passage_straight_share: Rounded<2>,
    /// Speed over the passage. Knots.
    pub(crate) passage_knots: Rounded<1>,
    /// Median speed made good over the time that counts. Knots; `None` before any time counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) median_knots: Option<Rounded<1>>,
    /// Distance from shore. Nautical miles.
    pub(crate) shore_nm: Rounded<0>,
}

settings_in_force! {
    /// The thresholds in force.
    Thresholds of Settings {
        min_shore_nm: f64,
        min_knots: f64,
        max_knots: f64,
        passage_hours: f64,
        straight_share: f64,
        stop_knots: f64,
    }
}
