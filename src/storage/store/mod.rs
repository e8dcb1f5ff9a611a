//! The store: one SQLite file with every alert the engine raised, its changes, its deliveries and what analysts did with it.
//!
//! What it guarantees: an alert is stored before it is delivered. A stored alert is delivered at least once to every sink that selects it,
//! or shown as failed. Every repetition carries the same key, `<id>-<revision>`. One transaction contains a change, one outbox row per sink
//! and the audit row. A single thread writes (`writer`). Other processes that read or act open the same file; thanks to the write-ahead
//! log, readers never wait for the writer.
//!
//! A loss of power at any moment loses no change that a sink has received and no delivery that is shown as made. A transaction is synced
//! before its changes are delivered, the file of a sink is synced before the delivery is recorded, and what a killed daemon had not synced
//! is made durable before the next run reads it. The file is either complete and intact or absent. This requires disks that honour a flush.
//!
//! Deliveries form an outbox. A row is pending until its sink accepts the delivery (`told` in the database) or it is given up (`failed`,
//! with an alert of its own). A delivery that the clearance of a sink does not allow is withheld. After a crash, pending rows are delivered
//! again under the same key. Changes of a behaviour beyond the hourly limit of a sink are gathered into digests (`digests`).

mod abandoned;
mod actions;
mod backlog;
mod backup;
mod case_file;
mod case_states;
mod changes;
mod delivery_state;
mod digests;
mod filter;
mod handover;
mod holds;
mod ids;
mod integrity;
mod lists;
mod markings;
mod outbox;
mod outcomes;
mod premises;
mod read;
mod resumed;
mod retention;
mod schema;
mod stages;
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
pub use filter::Filter;
pub use handover::{Done, Extent, Handover, handover};
pub use holds::{held_spans, hold, release};
pub use integrity::SetAside;
pub use lists::{
    ActionRow, AsOf, Before, Bodies, ChangeRow, Listed, Machine, actions, as_of, changes, history, listed, vessels,
};
pub use markings::mark;
pub use outbox::{AttemptReport, Outbox, OutboxRow, Outcome};
pub use outcomes::{Stage, StageOutcome, outcomes};
pub use read::{
    Entry, Note, Query, Sent, SilenceRow, Told, alert, alerts, all_notes, case, cases, silences, stored_severity,
};
pub use retention::{Purged, RetentionSettings, purge};
pub use stages::clear::Clearance;
pub use trail::{Actor, AuditRow, is_same_name, trail};
pub use undelivered::{DeliveryQuery, DeliveryRow, RetryReport, deliveries, delivery_rows, knows_sink, retry};
pub use writer::{Event, Reporter, Store};

use crate::platform::disk::Absence;
use atalaia_core::alerts::HandlingSettings;

/// The `[store]` section of the settings.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Path of the SQLite file. If absent, alerts exist in memory only.
    pub path: Option<PathBuf>,
}

/// What the store needs to know about sinks and markings.
#[derive(Clone, PartialEq, Debug)]
pub struct Orders {
    /// Filter of each sink.
    pub filters: Vec<Filter>,
    /// Marking of the alerts about the daemon itself.
    pub handling: HandlingSettings,
}

impl Orders {
    /// The filters of all sinks except one.
    fn without(&self, sink: Option<&str>) -> Vec<Filter> {
        self.filters.iter().filter(|filter| Some(filter.sink.as_str()) != sink).cloned().collect()
    }
}

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file was written by a later version of the program.
    #[error(
        "{}: written by a later version (schema {found}, this program knows {known}): use that version, or restore a backup",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Schema version of the file.
        found: i64,
        /// Latest schema version that this program knows.
        known: i64,
    },
    /// The file was written by an earlier version of the program and has not been migrated yet.
    #[error("{}: of an earlier version (schema {found}, this program writes {known}): start the daemon once", path.display())]
    Older {
        /// The file.
        path: PathBuf,
        /// Schema version of the file.
        found: i64,
        /// Schema version that this program writes.
        known: i64,
    },
    /// Another daemon has locked the store.
    #[error("{}: another daemon works with this store", path.display())]
    Taken {
        /// The file.
        path: PathBuf,
    },
    /// SQLite returned an error.
    #[error("{}: {cause}{}", path.display(), likely(cause))]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// The error.
        cause: rusqlite::Error,
    },
    /// A file cannot be created, renamed or synced.
    #[error("{}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The error.
        cause: std::io::Error,
    },
    /// The file of the daemon is missing, replaced or not writable.
    #[error("{}: {absence}", path.display())]
    Away {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        absence: Absence,
    },
    /// The request is not valid, or names something that does not exist.
    #[error("{0}")]
    Refused(String),
}

/// The most likely cause where SQLite gives none: the shared memory beside the file cannot grow.
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
