//! The facts of `position_jump` alerts.

use crate::behaviours::facts::{self, OneForm, settings_in_force};
use crate::behaviours::shared::sharing::JumpFacts;

use super::settings::Settings;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<OneForm, JumpFacts, Thresholds>;

settings_in_force! {
    /// The thresholds in force.
    Thresholds of Settings {
        min_nm: f64,
        joined_minutes: f64,
    }
}
