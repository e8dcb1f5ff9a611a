//! The `[journal]` section of the settings.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// `[journal]`: the journal of received lines. It is written wherever there is a store.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether received lines are journalled, so that a restart continues where the daemon stopped.
    pub enabled: bool,
    /// Folder of the journal; a folder beside the store if absent.
    pub path: Option<PathBuf>,
    /// Maximum interval between two snapshots of the engine's state. Minutes.
    #[schemars(range(min = 1, max = 1440))]
    pub snapshot_minutes: u32,
    /// How far back the state is rebuilt from the journal if no snapshot can be used, for example after an upgrade. Hours.
    #[schemars(range(min = 1, max = 720))]
    pub rebuild_hours: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { enabled: true, path: None, snapshot_minutes: 15, rebuild_hours: 24 }
    }
}
