//! `[journal]`

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// `[journal]`: kept wherever there is a store.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether received lines are written down, so that a restart goes on where the daemon stopped.
    pub enabled: bool,
    /// Their folder; beside the store if absent.
    pub path: Option<PathBuf>,
    /// How often the engine's state is saved. Minutes.
    pub snapshot_minutes: u32,
    /// From how far back the state is rebuilt when no snapshot can be used, as after an upgrade. Hours.
    pub rebuild_hours: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { enabled: true, path: None, snapshot_minutes: 15, rebuild_hours: 24 }
    }
}

impl Settings {
    /// All faults, as sentences with the key's path.
    pub fn problems(&self) -> Vec<String> {
        [("snapshot_minutes", self.snapshot_minutes, 1, 1440), ("rebuild_hours", self.rebuild_hours, 1, 720)]
            .into_iter()
            .filter(|(_, value, least, most)| !(least..=most).contains(&value))
            .map(|(key, value, least, most)| format!("journal.{key} must lie between {least} and {most}, not {value}"))
            .collect()
    }
}
