//! Sink: entries in the systemd journal through its native protocol, with fields that `journalctl` can select by.
//!
//! Field names begin with `ATALAIA_` and never change, because searches and alarms of users name them. Protocol: systemd, "Native Journal
//! Protocol".

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::net::UnixDatagram;
use tokio::time::timeout;

use crate::delivery::fields::{marking, nine_digits};
use crate::delivery::send::{Delivery, SendError, SenderIdentity};
use crate::delivery::sink::{Character, Sink};
use crate::delivery::text::{clean, cut};
use crate::platform::table::Table;
use atalaia_core::alerts::{Change, ChangeKind, Severity};
use atalaia_core::base::fault::Fault;

/// Maximum wait for the journal to accept an entry.
/// The journal accepts in milliseconds; it may be restarting.
const WAIT: Duration = Duration::from_secs(10);
/// Maximum length of the entry's text; the whole entry must fit a datagram. Bytes.
const LONGEST: usize = 32 * 1024;

/// `[sinks.journald]`
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Socket of the journal.
    pub socket: PathBuf,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { socket: "/run/systemd/journal/socket".into() }
    }
}

impl Table for Settings {
    fn usual() -> Option<Settings> {
        Some(Settings::default())
    }

    fn problems(&self) -> Vec<Fault> {
        match self.socket.is_absolute() {
            true => Vec::new(),
            false => {
                vec![Fault::new("socket", "is not an absolute path").advise("write \"/run/systemd/journal/socket\"")]
            }
        }
    }
}

/// Connection to the journal.
pub(super) struct Journald {
    /// Address of every datagram; our own socket is not connected to it.
    socket: PathBuf,
    /// `None` before the first entry and after a failure.
    open: Option<UnixDatagram>,
}

impl Journald {
    /// Does not open a socket yet.
    fn new(settings: &Settings, _: &SenderIdentity) -> Result<Journald, String> {
        Ok(Journald { socket: settings.socket.clone(), open: None })
    }

    /// Sends one datagram. Waits while the journal's receive queue is full.
    async fn put(&mut self, entry: &[u8]) -> std::io::Result<()> {
        let socket = match &self.open {
            Some(socket) => socket,
            None => self.open.insert(UnixDatagram::unbound()?),
        };
        socket.send_to(entry, &self.socket).await.map(drop)
    }
}

impl Sink for Journald {
    type Settings = Settings;

    const CHARACTER: Character = Character {
        name: "journald",
        about: "The systemd journal.",
        table: "Settings of kind `journald`; optional.",
        has_path: false,
        is_local: true,
        is_read_by_people: false,
        lists_ids: false,
        keeps_open_alerts: false,
    };

    fn open(_: Option<&Path>, own: &Settings, sender: &SenderIdentity) -> Result<Journald, String> {
        Journald::new(own, sender)
    }

    /// Writes one entry for each delivery. There is no acknowledgement; an entry counts as delivered once the socket accepts it.
    async fn send(&mut self, deliveries: &[Delivery]) -> Result<(), SendError> {
        for delivery in deliveries {
            let entry = entry(&delivery.change);
            let reason = match timeout(WAIT, self.put(&entry)).await {
                Ok(Ok(())) => continue,
                Ok(Err(error)) => error.to_string(),
                Err(_) => format!("not taken within {} s", WAIT.as_secs()),
            };
            self.open = None;
            let reason = format!("{}: {reason}", self.socket.display());
            return Err(SendError::Later { wait: None, reason });
        }
        Ok(())
    }
}

/// The entry of a change as a datagram. Every text that a vessel may have sent is cleaned.
fn entry(change: &Change) -> Vec<u8> {
    let mut entry = Vec::new();
    let mut put = |name: &str, value: &str| field(name, value, &mut entry);
    put("MESSAGE", cut(&format!("{}. {}", marking(&change.alert), clean(&change.alert.summary)), LONGEST));
    put("MESSAGE_ID", message_id(change.change));
    put("PRIORITY", priority(change.alert.severity));
    // For `journalctl -t atalaia`.
    put("SYSLOG_IDENTIFIER", "atalaia");
    put("ATALAIA_ALERT_ID", &change.alert.id);
    put("ATALAIA_REVISION", &change.revision.to_string());
    put("ATALAIA_CHANGE", change.change.name());
    put("ATALAIA_AT", &change.at.to_string());
    // Old name of the behaviour, kept because searches use it.
    put("ATALAIA_RULE", change.alert.behaviour.name());
    put("ATALAIA_SEVERITY", change.alert.severity.name());
    put("ATALAIA_SCORE", &change.alert.score.to_string());
    put("ATALAIA_TLP", change.alert.handling.tlp.name());
    // A field may be repeated, so each vessel can be found by its MMSI.
    for vessel in &change.alert.vessels {
        put("ATALAIA_MMSI", &nine_digits(vessel));
    }
    for (name, id) in [("ATALAIA_CASE_ID", &change.alert.case_id), ("ATALAIA_GROUP_ID", &change.alert.group_id)] {
        if let Some(id) = id {
            put(name, id);
        }
    }
    if let Some(at) = change.alert.position {
        put("ATALAIA_LAT", &at.lat.to_string());
        put("ATALAIA_LON", &at.lon.to_string());
    }
    entry
}

/// Appends a field: `NAME=value`, or the binary form with a length if the value contains a line end.
fn field(name: &str, value: &str, entry: &mut Vec<u8>) {
    entry.extend(name.as_bytes());
    match value.contains('\n') {
        false => entry.push(b'='),
        true => {
            entry.push(b'\n');
            entry.extend((value.len() as u64).to_le_bytes());
        }
    }
    entry.extend(value.as_bytes());
    entry.push(b'\n');
}

/// Message id of each kind of change. These values must never change.
fn message_id(change: ChangeKind) -> &'static str {
    match change {
        ChangeKind::Opened => "5f0c3ad1b1f94e0c9e6b7a41d2c8f310",
        ChangeKind::Updated => "a2d94b7e60c34f5d8b1f3e92c7045ad6",
        ChangeKind::Ended => "c81e5f02973b4a6ea4d07b59e1362f8b",
        ChangeKind::Retracted => "3b97d60e4fa1482c95c2e8d1706bf4a9",
    }
}

/// Priority as in syslog (RFC 5424, table 2): `crit` to `info`.
fn priority(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "2",
        Severity::High => "3",
        Severity::Medium => "4",
        Severity::Low => "5",
        Severity::Info => "6",
    }
}

#[cfg(test)]
mod tests;
