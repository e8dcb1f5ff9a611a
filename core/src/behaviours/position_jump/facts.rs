//! The facts of `position_jump` alerts.

use serde::{Deserialize, Serialize};

use crate::behaviours::facts::{self, Parts, settings_in_force};
use crate::behaviours::shared::sharing::JumpFacts;

use super::settings::Settings;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<Form, JumpFacts, Thresholds>;

/// The single form of the behaviour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Form;

impl Parts for Form {
    fn parts(self) -> &'static [&'static str] {
        &[]
    }
}

settings_in_force! {
    /// The thresholds in force.
    Thresholds of Settings {
        min_nm: f64,
        joined_minutes: f64,
    }
}
