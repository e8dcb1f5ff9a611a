//! The settings of the store.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The `[store]` section of the settings.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Path of the SQLite file. If absent, alerts exist in memory only.
    pub path: Option<PathBuf>,
}
