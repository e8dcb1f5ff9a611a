//! The store: every alert the engine raised, what became of it, who was told, and what analysts did with it; one SQLite file.
//!
//! The promise: an alert is stored before anybody is told of it; what is stored is delivered at least once to every sink that wants
//! it, or shown as failed; every repeat carries the same key, `<id>-<revision>`. One transaction holds a change, one outbox row for each
//! sink, and the audit row. One thread writes (`writer`); whoever reads or acts from another process opens the file beside it: readers
//! never wait for the writer (write-ahead log).
//!
//! Deliveries are an outbox: a row is pending until its sink took the line. After a crash pending rows are delivered again, under the
//! same key.

mod acts;
mod backup;
mod dossier;
pub mod export;
mod holds;
mod lines;
mod marks;
mod orphans;
mod outbox;
mod read;
mod retention;
mod schema;
mod sound;
mod writer;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use acts::{Act, Finding, Hush, act, hush, unhush};
pub use backup::backup;
pub use dossier::{AuditRow, Dossier, Filed, Line, bundled, dossier};
pub use holds::{held_spans, hold, release};
pub use lines::OURSELVES;
pub use marks::mark;
pub use orphans::{Standing, revisions, standing};
pub use outbox::{Delivery, Wants};
pub use read::{
    Entry, HushRow, Note, Query, Sent, Told, alert, alerts, all_notes, case, cases, deliveries, hushes, stored_severity,
};
pub use retention::{Purged, RetentionSettings, purge};
pub use sound::SetAside;
pub use writer::{Event, Store};

/// `[store]`
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The SQLite file; without it nothing outlives the process.
    pub path: Option<PathBuf>,
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
    #[error("{}: {cause}", path.display())]
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
    /// The request names what is not there, or asks for what cannot be.
    #[error("{0}")]
    Refused(String),
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
