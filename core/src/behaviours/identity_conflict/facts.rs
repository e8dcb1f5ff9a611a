//! The facts of `identity_conflict` alerts.

use serde::{Deserialize, Serialize};

use crate::behaviours::facts::{self, Parts, settings_in_force};
use crate::behaviours::shared::sharing::JumpFacts;

use super::settings::Settings;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<Form, Measured, Thresholds>;

/// By how many ships a number is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// By two ships, or by a stated number of them.
    Conflict,
    /// By transmitters in several places within a day.
    Shared,
}

impl Parts for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Conflict => &[],
            Form::Shared => &["shared"],
        }
    }
}

/// What was measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// The jump that showed it; its distance is that between the two ships at the latest report.
    #[serde(flatten)]
    pub(crate) jump: JumpFacts,
    /// Number of places where the number was heard within a day, at least 2.
    pub(crate) places: usize,
}

settings_in_force! {
    /// The thresholds in force.
    Thresholds of Settings {
        fixes: u32,
        within_minutes: f64,
        min_nm: f64,
        silent_hours: f64,
    }
}
