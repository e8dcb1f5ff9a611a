//! Values and defaults of the settings that all kinds of sinks have.

use serde::{Deserialize, Serialize};

use atalaia_core::alerts::Severity;

/// Upper bound of `timeout_seconds`: a `send` has to end well before it counts as hanging. Seconds.
pub(super) const LONGEST_TIMEOUT: u32 = 100;

/// Default of `min_severity`.
pub(super) fn min_severity() -> Level {
    Level::Medium
}

/// Default of `personal_data`.
pub(super) fn personal_data() -> bool {
    true
}

/// Minimum severity in the settings.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// All alerts.
    Info,
    /// Score 20 or higher.
    Low,
    /// Score 40 or higher.
    Medium,
    /// Score 60 or higher.
    High,
    /// Score 80 or higher.
    Critical,
}

impl Level {
    /// The severity of the same name.
    pub(super) fn severity(self) -> Severity {
        match self {
            Level::Info => Severity::Info,
            Level::Low => Severity::Low,
            Level::Medium => Severity::Medium,
            Level::High => Severity::High,
            Level::Critical => Severity::Critical,
        }
    }
}
