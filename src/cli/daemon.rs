//! Asks the running daemon over HTTP.
//!
//! Only a daemon on the loopback address of the same machine is asked, because the requests carry no credentials. A failure of any kind
//! counts as no daemon: all callers but `near` have another way to answer. So does another daemon that answers at the address, but that is
//! said.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::own_daemon::OwnDaemon;
use super::source::aside;
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
    /// Tells it from another daemon at the same address.
    own: OwnDaemon,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum NoAnswer {
    /// Nothing answers in time, the daemon refuses, or the answer is not what this version expects.
    Silent,
    /// Another daemon answers at the address: which, and what to do, in words.
    Another(String),
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
        Some(Daemon { address: address.to_string(), store, own: OwnDaemon::of(&file) }).filter(|_| answers)
    }

    /// The answer to a question below `/api/v1`.
    ///
    /// # Errors
    /// No answer that can be used, or another daemon at the address.
    pub(super) fn ask<T: DeserializeOwned>(&self, path: &str) -> Result<T, NoAnswer> {
        // Without a status in time the daemon may still answer questions.
        if let Ok(page) = status::glance(&self.address)
            && let Some(another) = self.own.other_than(&self.address, &page)
        {
            return Err(NoAnswer::Another(another));
        }
        let page = status::ask(&format!("http://{}/api/v1/{path}", self.address), PATIENCE);
        page.ok().and_then(|page| serde_json::from_str(&page).ok()).ok_or(NoAnswer::Silent)
    }

    /// Why the daemon's store takes nothing at present and what is held back, in the words of its status page. `None` if it works, or no
    /// daemon of these settings answers.
    pub(super) fn held_back(&self) -> Option<String> {
        let page = status::glance(&self.address).ok()?;
        held_back(&page).filter(|_| self.own.other_than(&self.address, &page).is_none())
    }

    /// As [`Daemon::ask`], for commands that can do without the daemon: says on standard error if another one answers.
    pub(super) fn ask_if_own<T: DeserializeOwned>(&self, path: &str) -> Option<T> {
        self.ask(path).inspect_err(|why| why.tell()).ok()
    }
}

/// The reason on a status page for which alerts are held back. Not escaped.
fn held_back(page: &Value) -> Option<String> {
    let reasons = page["reasons"].as_array()?.iter().filter_map(Value::as_str);
    reasons.into_iter().find(|reason| reason.starts_with("store ")).map(str::to_owned)
}

impl NoAnswer {
    /// Says on standard error that another daemon answers.
    fn tell(&self) {
        if let NoAnswer::Another(why) = self {
            aside(why);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_failing_store_is_among_the_reasons_of_the_status_page() {
        let failing = "store failing (disk full): alerts are held back and not delivered, so far 2 changes";
        let page = |reasons: &[&str]| json!({"ready": false, "reasons": reasons});
        assert_eq!(held_back(&page(&["starting", failing])).as_deref(), Some(failing));
        assert_eq!(held_back(&page(&["journal failing: received lines are not recorded"])), None);
        assert_eq!(held_back(&json!({})), None, "an earlier version");
    }
}
