//! The facts of `out_and_back` alerts.

use serde::{Deserialize, Serialize};

use crate::base::time::Time;
use crate::behaviours::facts::{self, OneForm, Rounded, settings_in_force};

use super::settings::Settings;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<OneForm, Measured, Thresholds>;

/// What was measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Latitude of its start, where it was last seen in calm water. Degrees.
    pub(crate) start_lat: Rounded<4>,
    /// Longitude of its start. Degrees.
    pub(crate) start_lon: Rounded<4>,
    /// Farthest distance from its start. Nautical miles.
    pub(crate) farthest_nm: Rounded<0>,
    /// Distance of the stop from its start. Nautical miles.
    pub(crate) stop_nm: Rounded<0>,
    /// How long it stopped, without what does not count. Hours.
    pub(crate) stop_hours: Rounded<1>,
    /// When it stopped.
    pub(crate) stopped_at: Time,
    /// Distance from its start when it was back. Nautical miles.
    pub(crate) back_nm: Rounded<0>,
    /// How long it was out. Hours.
    pub(crate) out_hours: Rounded<1>,
    /// How much of that it was not heard, in silences of an hour or more. Hours; `None` if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unheard_hours: Option<Rounded<1>>,
    /// Distance of the stop from shore. Nautical miles.
    pub(crate) shore_nm: Rounded<1>,
}

settings_in_force! {
    /// The thresholds in force.
    Thresholds of Settings {
        out_nm: f64,
        fishing_out_nm: f64,
        min_shore_nm: f64,
        stop_knots: f64,
        stop_minutes: f64,
        return_nm: f64,
    }
}
