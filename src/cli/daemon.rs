//! Asks the running daemon over HTTP.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::{named, status};
use crate::config::{StoreSettings, Table, store_settings};

/// Longest wait for an answer; the journal is read instead.
const PATIENCE: Duration = Duration::from_secs(6);

/// A daemon that can be asked.
pub(super) struct Daemon {
    /// IP and port of its pages, a loopback address.
    pub(super) address: String,
    /// Its store; `None` without one.
    pub(super) store: Option<PathBuf>,
}

impl Daemon {
    /// The daemon of the settings; `None` if they cannot be used, or serve no pages that answer questions.
    pub(super) fn of(config: Option<&Path>) -> Option<Daemon> {
        let file = named::named_settings(config).unwrap_or_else(|| named::INSTALLED.into());
        let StoreSettings { http, store, .. } = store_settings(&file, &[Table::Store, Table::Http]).ok()?;
        let address: std::net::SocketAddr = http.address?.parse().ok()?;
        let answers = address.ip().is_loopback() && address.port() != 0;
        Some(Daemon { address: address.to_string(), store }).filter(|_| answers)
    }

    /// The answer to a question below `/api/v1`; `None` if there is none.
    pub(super) fn ask<T: DeserializeOwned>(&self, path: &str) -> Option<T> {
        let page = status::ask(&format!("http://{}/api/v1/{path}", self.address), PATIENCE).ok()?;
        serde_json::from_str(&page).ok()
    }
}
