//! Settings of `watchlist`.

use serde::{Deserialize, Serialize};

use crate::behaviours::checks::Coherent;

use crate::base::time::Span;

/// Settings `[behaviours.watchlist]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// The alert ends after this long without a report. Hours.
    #[schemars(range(min = 0.01, max = 2400))]
    pub silent_hours: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { enabled: true, silent_hours: 6.0 }
    }
}

impl Coherent for Settings {}

impl Settings {
    /// `silent_hours` as a span.
    pub(super) fn silent(&self) -> Span {
        Span::from_millis((self.silent_hours * 3_600_000.0) as i64)
    }
}
