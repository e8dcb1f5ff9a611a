//! The facts of `draught_change` alerts.

use serde::{Deserialize, Serialize};

use crate::behaviours::facts::{self, Parts, Rounded, settings_in_force};

use super::settings::Settings;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<Form, Measured, Thresholds>;

/// Which way the draught changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// It is greater.
    Deeper,
    /// It is smaller.
    LessDeep,
}

impl Parts for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Deeper => &["deeper"],
            Form::LessDeep => &["less_deep"],
        }
    }
}

/// What was measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// The reported draught before. Metres.
    pub(crate) draught_before_metres: Rounded<1>,
    /// The reported draught since. Metres.
    pub(crate) draught_after_metres: Rounded<1>,
    /// The difference; negative if the ship is less deep. Metres.
    pub(crate) change_metres: Rounded<1>,
    /// Length of a silence shortly before the change. Hours; `None` if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) silent_hours: Option<Rounded<1>>,
}

settings_in_force! {
    /// The thresholds in force.
    Thresholds of Settings {
        change_metres: f64,
        settle_hours: f64,
        gap_hours: f64,
        lookback_hours: f64,
    }
}
