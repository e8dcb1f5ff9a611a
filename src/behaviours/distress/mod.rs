//! Distress: an AIS-SART, MOB or EPIRB device is heard.
//!
//! ## Watches
//! MMSIs that begin with 970 (AIS-SART), 972 (man overboard) or 974 (EPIRB), with or without a position.
//! ## Why
//! A person may be in the water. Packages at sea have also been marked with such devices.
//! ## Opens
//! At the first report. Navigational status 14 is an active device, unless its safety text says TEST. Any other status
//! is a device under test (ITU-R M.1371, table 45).
//! ## Ends
//! The device is silent for `silent_minutes`. An active one is retracted if its safety text says TEST.
//! ## Blind spots
//! Crews test devices with the active status too. A device without a fix shows that it is on, but not where.

mod rule;

use super::positive;
use serde::{Deserialize, Serialize};

pub use rule::Distress;

/// Settings `[behaviours.distress]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points of an active device.
    pub score: i32,
    /// Base points of a device under test.
    pub test_score: i32,
    /// The alert ends after this long without a report. Minutes.
    pub silent_minutes: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { enabled: true, score: 60, test_score: 5, silent_minutes: 15.0 }
    }
}

impl Settings {
    /// Every fault in these settings, as a sentence that begins with the key.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        positive(&mut problems, "silent_minutes", self.silent_minutes);
        problems
    }
}

#[cfg(test)]
mod tests;
