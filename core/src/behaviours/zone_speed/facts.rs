//! The facts of `zone_speed` alerts.

use serde::{Deserialize, Serialize};

use crate::behaviours::facts::{self, Parts, Rounded, settings_in_force};

use super::settings::Settings;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<Form, Measured, Thresholds>;

/// On which side of the band the speed is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// Below the minimum.
    TooSlow,
    /// Above the limit.
    TooFast,
}

impl Parts for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::TooSlow => &["too_slow"],
            Form::TooFast => &["too_fast"],
        }
    }
}

/// What was measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// How long its speed was outside the band, without what does not count. Minutes.
    pub(crate) counted_minutes: Rounded<1>,
    /// The speed made good that was farthest outside the band. Knots.
    pub(crate) extreme_knots: Rounded<1>,
    /// Speed made good at the latest fix. Knots.
    pub(crate) speed_made_good_knots: Rounded<1>,
}

settings_in_force! {
    /// The thresholds in force.
    Thresholds of Settings {
        min_knots: f64,
        max_knots: f64,
        margin_knots: f64,
        after_minutes: f64,
        end_minutes: f64,
    }
}
