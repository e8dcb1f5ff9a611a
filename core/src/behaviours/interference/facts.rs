//! The facts of `interference` alerts.

use serde::{Deserialize, Serialize};

use crate::base::units::Mmsi;
use crate::behaviours::facts::{self, OneForm, settings_in_force};

use super::settings::Settings;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<OneForm, Measured, Thresholds>;

/// What was measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Number of vessels that jumped.
    pub(crate) vessels: usize,
    /// Their MMSIs, in ascending order.
    pub(crate) mmsis: Vec<Mmsi>,
}

settings_in_force! {
    /// The thresholds in force.
    Thresholds of Settings {
        vessels: u32,
        radius_nm: f64,
        window_minutes: f64,
        back_minutes: f64,
    }
}
