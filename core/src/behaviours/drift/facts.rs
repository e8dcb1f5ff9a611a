//! The facts of `drift` alerts.

use serde::{Deserialize, Serialize};

use crate::behaviours::facts::{self, OneForm, Rounded, settings_in_force};
use crate::behaviours::shared::anchored::AtAnchor;

use super::settings::Settings;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<OneForm, Measured, Thresholds>;

/// What was measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// How long it drifted, without what does not count. Minutes.
    pub(crate) counted_minutes: Rounded<1>,
    /// How far it drifted. Metres.
    pub(crate) drift_metres: Rounded<0>,
    /// The greatest angle between course and heading. Degrees.
    pub(crate) greatest_degrees: Rounded<0>,
    /// Median angle between course and heading over the time that counts. Degrees; `None` before any time counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) median_degrees: Option<Rounded<0>>,
    /// Median speed made good over the time that counts. Knots; `None` before any time counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) median_knots: Option<Rounded<1>>,
    /// Distance from shore. Nautical miles.
    pub(crate) shore_nm: Rounded<1>,
    /// How it lies at anchor; `None` if it does not.
    #[serde(flatten)]
    pub(crate) at_anchor: Option<AtAnchor>,
}

settings_in_force! {
    /// The thresholds in force.
    Thresholds of Settings {
        min_knots: f64,
        max_knots: f64,
        drift_degrees: f64,
        straight_degrees: f64,
        after_minutes: f64,
        min_metres: f64,
    }
}
