//! Asks the running daemon over HTTP.
//!
//! Only a daemon on the loopback address of the same machine is asked, because the requests carry no credentials. A failure of any kind
//! counts as no daemon: all callers but `near` have another way to answer.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::{named, status};
use crate::config::{StoreSettings, Table, store_settings};

/// Longest wait for an answer, after which the journal is read instead. The daemon itself gives up on a question after 5 s.
const PATIENCE: Duration = Duration::from_secs(6);

/// A daemon that can be asked. Whether one is running shows only in the answer.
pub(super) struct Daemon {
    /// IP and port of its pages, a loopback address.
    pub(super) address: String,
    /// Its store; `None` if the settings have none.
    pub(super) store: Option<PathBuf>,
}

impl Daemon {
    /// The daemon of the settings; `None` if they cannot be used, or serve no pages that answer questions.
    /// The installed settings are used if neither `--config` nor the variable names any.
    pub(super) fn of(config: Option<&Path>) -> Option<Daemon> {
        let file = named::named_settings(config).unwrap_or_else(|| named::INSTALLED.into());
        let StoreSettings { http, store, .. } = store_settings(&file, &[Table::Store, Table::Http]).ok()?;
        let address: std::net::SocketAddr = http.address?.parse().ok()?;
        // With port 0 the system chooses the port, and the settings do not tell which.
        let answers = address.ip().is_loopback() && address.port() != 0;
        Some(Daemon { address: address.to_string(), store }).filter(|_| answers)
    }

    /// The answer to a question below `/api/v1`; `None` if nothing answers in time, if it refuses, or if the
    /// answer is not what this version expects.
    pub(super) fn ask<T: DeserializeOwned>(&self, path: &str) -> Option<T> {
        let page = status::ask(&format!("http://{}/api/v1/{path}", self.address), PATIENCE).ok()?;
        serde_json::from_str(&page).ok()
    }
}
