//! Why the journal cannot be used.

use std::io;
use std::path::{Path, PathBuf};

/// Why the journal cannot be used, or why an operation failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum JournalError {
    /// A file system operation failed.
    #[error("{}: {cause}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The error from the file system.
        cause: std::sync::Arc<io::Error>,
    },
    /// The file was written by a later version of the program.
    #[error(
        "{}: written by a later version (format {found}, this program knows {known}): use that version",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Format version of the file.
        found: u32,
        /// Latest format version that this program reads.
        known: u32,
    },
    /// Writing currently fails and will be tried again.
    #[error("the journal cannot be written: {0}")]
    Failing(String),
    /// The entries were dropped because the disk failed for longer than memory could hold them.
    #[error("lines up to here were lost while the journal could not be written")]
    Lost,
    /// The disk did not sync within the caller's time limit.
    #[error("the disk did not sync the journal in time")]
    Slow,
    /// The position is behind the end of the journal.
    #[error("position {0} is outside the journal")]
    Beyond(u64),
    /// The writing thread has ended.
    #[error("the journal is closed")]
    Closed,
    /// The snapshot was not written because its head is too large.
    #[error("{0}")]
    Refused(String),
}

impl JournalError {
    /// The error of an operation on this file or folder, for `map_err`.
    pub(super) fn file(path: &Path) -> impl Fn(io::Error) -> JournalError + '_ {
        move |cause| JournalError::File { path: path.to_owned(), cause: std::sync::Arc::new(cause) }
    }
}
