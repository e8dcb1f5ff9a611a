//! The facts of `limit_hugging` alerts.

use serde::{Deserialize, Serialize};

use crate::behaviours::facts::{self, OneForm, Rounded, settings_in_force};

use super::settings::Settings;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<OneForm, Measured, Thresholds>;

/// What was measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// How long it was slow there, without what does not count. Minutes.
    pub(crate) counted_minutes: Rounded<1>,
    /// Median distance from the border over the time that counts. Nautical miles.
    pub(crate) median_outside_nm: Rounded<2>,
    /// Median speed made good over the time that counts. Knots; `None` before any time counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) median_knots: Option<Rounded<1>>,
}

settings_in_force! {
    /// The thresholds in force.
    Thresholds of Settings {
        reach_nm: f64,
        slow_knots: f64,
        moving_knots: f64,
        after_hours: f64,
        end_minutes: f64,
    }
}
