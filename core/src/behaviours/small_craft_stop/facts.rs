//! The facts of `small_craft_stop` alerts.

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
    /// Median speed made good over the time that counts. Knots; `None` before any time counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) median_knots: Option<Rounded<1>>,
    /// Part of the stop that is known only from holes in reception. Hours; `None` if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) implied_hours: Option<Rounded<1>>,
    /// Greatest wind speed at its place. Knots; `None` without a wind forecast.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) wind_knots: Option<Rounded<0>>,
    /// Radius of its positions. Nautical miles.
    pub(crate) swing_nm: Rounded<2>,
    /// Distance from shore. Nautical miles.
    pub(crate) shore_nm: Rounded<1>,
}

settings_in_force! {
    /// The thresholds in force.
    Thresholds of Settings {
        min_shore_nm: f64,
        slow_knots: f64,
        moving_knots: f64,
        after_minutes: f64,
        end_minutes: f64,
        max_hole_hours: f64,
    }
}
