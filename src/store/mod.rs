//! The store: every alert the engine raised, what became of it, who was told, and what analysts did with it; one SQLite file.
//!
//! The promise: an alert is stored before anybody is told of it; what is stored is delivered at least once to every sink that wants
//! it, or shown as failed; every repeat carries the same key, `<id>-<revision>`. One transaction holds a change, one outbox row for each
//! sink, and the audit row. One thread writes (`writer`); whoever reads or acts from another process opens the file beside it: readers
//! never wait for the writer (write-ahead log).
//!
//! A loss of power at any moment takes no change that a sink was told of, and no delivery that is shown as made: a transaction is synced
//! before anybody hears of it, a sink's file before the delivery is noted, and what a daemon that died had not synced is made durable
//! before the next one reads it. The file is there whole or not at all, and sound. Disks must honour a flush.
//!
//! Deliveries are an outbox: a row is pending until its sink took the line (told) or is given up (failed: an alert of its own says
//! so); what a sink's markings do not allow is withheld. After a crash pending rows are delivered again, under the same key. What a
//! behaviour raises beyond the cap of a sink is gathered into digests (`digests`).

mod abandoned;
mod actions;
mod backlog;
mod backup;
mod case_file;
mod case_states;
mod changes;
mod delivery_state;
mod digests;
pub mod export;
mod filter;
mod handover;
mod holds;
mod ids;
mod integrity;
mod lists;
mod markings;
mod outbox;
mod premises;
mod read;
mod resumed;
mod retention;
mod schema;
mod system_alerts;
mod trail;
mod undelivered;
mod writer;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use abandoned::{reached, revisions};
pub use actions::{Action, Finding, Silence, act, lift_silence, silence};
pub use backlog::{Backlog, backlog};
pub use backup::backup;
pub use case_file::{AlertFile, CaseFile, Line, alert_file, bundled, case_file};
pub use case_states::{CaseState, case_states};
pub use changes::OURSELVES;
pub use delivery_state::DeliveryState;
pub use digests::IN_DIGEST;
pub use filter::{Clearance, Filter};
pub use handover::{Done, Extent, Handover, handover};
pub use holds::{held_spans, hold, release};
pub use integrity::SetAside;
pub use lists::{ActionRow, Before, Bodies, ChangeRow, Listed, Machine, actions, changes, history, listed, vessels};
pub use markings::mark;
pub use outbox::{Outbox, OutboxRow, Outcome, Tried};
pub use read::{
    Entry, Note, Query, Sent, SilenceRow, Told, alert, alerts, all_notes, case, cases, silences, stored_severity,
};
pub use retention::{Purged, RetentionSettings, purge};
pub use trail::{Actor, AuditRow, is_same_name, trail};
pub use undelivered::{DeliveryQuery, DeliveryRow, deliveries, delivery_rows, knows_sink, retry};
pub use writer::{Event, Reporter, Store};

use crate::alerts::HandlingSettings;
use crate::disk::Absence;

/// `[store]`
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The SQLite file; without it alerts exist in memory only.
    pub path: Option<PathBuf>,
}

/// Whom the store tells, and how it marks what it has to say itself.
#[derive(Clone, PartialEq, Debug)]
pub struct Orders {
    /// The sinks.
    pub filters: Vec<Filter>,
    /// The marking of notices.
    pub handling: HandlingSettings,
}

impl Orders {
    /// All sinks but one.
    fn without(&self, sink: Option<&str>) -> Vec<Filter> {
        self.filters.iter().filter(|filter| Some(filter.sink.as_str()) != sink).cloned().collect()
    }
}

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file belongs to a later version of the program.
    #[error(
        "{}: written by a later version (schema {found}, this program knows {known}): use that version, or restore a backup",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The file is of an earlier version and nobody has brought it forward yet.
    #[error("{}: of an earlier version (schema {found}, this program writes {known}): start the daemon once", path.display())]
    Older {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// Another daemon has it.
    #[error("{}: another daemon works with this store", path.display())]
    Taken {
        /// The file.
        path: PathBuf,
    },
    /// SQLite says no.
    #[error("{}: {cause}{}", path.display(), likely(cause))]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: rusqlite::Error,
    },
    /// A file cannot be made, moved or flushed.
    #[error("{}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The file that the daemon works with is not there to be written.
    #[error("{}: {absence}", path.display())]
    Away {
        /// The file.
        path: PathBuf,
        /// Why not.
        absence: Absence,
    },
    /// The request names what is not there, or asks for what cannot be.
    #[error("{0}")]
    Refused(String),
}

/// What is most likely, where SQLite gives no reason: shared memory beside the file that cannot grow.
fn likely(cause: &rusqlite::Error) -> &'static str {
    match cause.sqlite_error() {
        Some(error) if error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE => "; is the disk full?",
        _ => "",
    }
}

impl StoreError {
    fn sqlite(path: &Path) -> impl Fn(rusqlite::Error) -> StoreError + '_ {
        move |cause| StoreError::Sqlite { path: path.to_owned(), cause }
    }

    fn file(path: &Path) -> impl Fn(std::io::Error) -> StoreError + '_ {
        move |cause| StoreError::File { path: path.to_owned(), cause }
    }
}

#[cfg(test)]
mod tests;
