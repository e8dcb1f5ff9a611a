//! The facts of `alongside_at_anchor` alerts.

use serde::{Deserialize, Serialize};

use crate::behaviours::facts::{self, OneForm, Rounded, settings_in_force};

use super::settings::Settings;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<OneForm, Measured, Thresholds>;

/// What was measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Number of minutes that counted.
    pub(crate) counted_minutes: Rounded<0>,
    /// Distance between the two at the latest minute that counted. Metres.
    pub(crate) distance_metres: Rounded<0>,
    /// Smallest distance between them in the minutes that counted. Metres.
    pub(crate) min_distance_metres: Rounded<0>,
    /// Largest distance between them in the minutes that counted. Metres.
    pub(crate) max_distance_metres: Rounded<0>,
    /// Number of the visit of this craft to this ship, from 1.
    pub(crate) visit: Rounded<0>,
    /// `true` if neither length, type nor class shows that the craft is small; otherwise `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) craft_size_unknown: Option<bool>,
}

settings_in_force! {
    /// The thresholds in force.
    Thresholds of Settings {
        small_metres: f64,
        alongside_metres: f64,
        after_minutes: f64,
        break_minutes: f64,
        apart_metres: f64,
        end_minutes: f64,
    }
}
