//! The settings that every kind of input can use, without the tables of the kinds.

use std::path::PathBuf;

/// The settings of one input that do not belong to a kind. A copy of what `[[inputs]]` says, made when the input is checked or started.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommonSettings {
    /// Name of the input in logs and alerts; unique.
    pub name: String,
    /// `host:port` to connect to or to listen on; `None` for kinds without one.
    pub address: Option<String>,
    /// File, FIFO or serial port; `None` for kinds without one. Absolute once the input runs.
    pub path: Option<PathBuf>,
    /// Time zone of local times in the lines, as the settings name it; `None` means UTC.
    pub time_zone: Option<String>,
    /// Silence after which a connection is closed, in seconds, 1 to 86400.
    pub idle_timeout_seconds: u32,
    /// Maximum number of simultaneous connections, from 1.
    pub max_clients: u16,
    /// Maximum number of simultaneous connections from one address, from 1.
    pub max_clients_per_address: u16,
}

/// Default of `idle_timeout_seconds`. Even a quiet coastal station hears something within two minutes.
pub(super) fn idle_timeout_seconds() -> u32 {
    120
}

/// Default of `max_clients`.
pub(super) fn max_clients() -> u16 {
    64
}

/// Default of `max_clients_per_address`: a quarter of all places, so that one address cannot take them all.
pub(super) fn max_clients_per_address() -> u16 {
    16
}
