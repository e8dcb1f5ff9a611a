//! The facts of `distress` alerts.

use serde::{Deserialize, Serialize};

use crate::behaviours::Rounded;
use crate::behaviours::facts::{self, Parts, settings_in_force};

use super::settings::Settings;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<Form, Measured, Thresholds>;

/// What was measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Speed made good at the latest position; `None` before five minutes of positions. Knots.
    pub(crate) made_good_knots: Option<Rounded<1>>,
}

/// What the device says about itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// In distress.
    Active,
    /// Transmitting, without a status or text that says whether it is a test.
    Unstated,
    /// Under test.
    Test,
}

impl Parts for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Active => &["active"],
            Form::Unstated => &["unstated"],
            Form::Test => &["test"],
        }
    }
}

settings_in_force! {
    /// The thresholds in force.
    Thresholds of Settings {
        silent_minutes: f64,
    }
}
