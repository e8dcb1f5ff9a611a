//! The journal: every line the daemon takes in, written down before the engine uses it.
//!
//! A restart is the newest snapshot, the journal since, and the live feed; it gives the same alerts with the same ids. Bundles of
//! evidence read the raw sentences from here.
//!
//! # Files
//! A segment is a file: a header (`catalogue`) that stands alone, then blocks (`block`) of entries (`entry`), each under its own
//! checksum. A segment ends with the hour of receipt, at a size, when the daemon starts and after a failed write. Segments in the order
//! of (first position, attempt) cut each other off: what a later one holds counts. A finished segment is rewritten in large
//! compressed blocks by a thread of its own (`seal`).
//!
//! # Threads
//! [`Journal::append`] copies an entry into a buffer; the thread `journal` (`keeper`) writes and syncs. A failed write or sync ends the
//! trust in a segment: what it had not made durable is written anew from memory into the next one.
//!
//! # Loss of power
//! At most what was written in the last [`Limits::sync_every`] is lost, and none of what a stored alert or a snapshot came from: both
//! wait for the sync of what they came from, [`settle()`] makes durable what a daemon that died had not synced. What is left is what was
//! received: a torn block does not count. A snapshot or a sealed segment has its name only once it is whole and synced.
//!
//! # Damage
//! Reading goes from whole block to whole block. What lies between is a [`Hole`], never a guess and never a panic.

mod block;
mod catalogue;
mod entry;
mod keeper;
mod purge;
mod reader;
#[cfg(any(test, fuzzing))]
pub(crate) mod sample;
mod seal;
mod settings;
mod settle;
mod shared;
pub mod snapshots;
mod start;
mod usage;
mod walk;
mod writer;

use std::io;
use std::path::{Path, PathBuf};

pub use entry::Entry;
pub use purge::{Purged, Rehearsal, purge};
pub use reader::{Edge, Extent, Found, Hole, Read, lines_between, read, span};
pub use settings::Settings;
pub use settle::settle;
pub use shared::{Event, Syncer};
pub use start::{Start, start};
pub use usage::{Usage, usage};
pub use writer::{Journal, Limits};

/// A place in the journal: the number of entries before it. Never given twice to different entries of one journal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Position(pub u64);

/// Why the journal cannot be used, or did not do what was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum JournalError {
    /// The file system says no.
    #[error("{}: {cause}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        cause: std::sync::Arc<io::Error>,
    },
    /// Written by a later version of the program.
    #[error(
        "{}: written by a later version (format {found}, this program knows {known}): use that version",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// Writing fails at the moment; it is tried again.
    #[error("the journal cannot be written: {0}")]
    Failing(String),
    /// Dropped, because the disk failed longer than memory lasts.
    #[error("lines up to here were lost while the journal could not be written")]
    Lost,
    /// Not synced within the patience.
    #[error("the disk has not synced the journal in time")]
    Slow,
    /// The position was never given.
    #[error("the journal has no position {0}")]
    Beyond(u64),
    /// The writer has ended.
    #[error("the journal is closed")]
    Closed,
    /// A snapshot that cannot be written: its head is too large.
    #[error("{0}")]
    Refused(String),
}

impl JournalError {
    fn file(path: &Path) -> impl Fn(io::Error) -> JournalError + '_ {
        move |cause| JournalError::File { path: path.to_owned(), cause: std::sync::Arc::new(cause) }
    }
}

#[cfg(test)]
mod tests;
