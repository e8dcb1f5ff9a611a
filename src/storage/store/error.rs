//! Why the store cannot be used, or refuses a request.
//!
//! Functions that take the path of the store return `Sqlite` if the file is missing, locked for longer than the time limit, or cannot be
//! read, and `Older` or `Newer` if it is of another version. Only further errors are named at each function. Texts of `Refused` are shown
//! to the person who asked, as they are.

use std::path::{Path, PathBuf};

use crate::platform::disk::Absence;

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
    /// A person or token has this name already, also a token that has ended.
    #[error("{name}: a person or token has this name already")]
    NameTaken {
        /// The name as it was given.
        name: String,
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
    /// The error of SQLite with this file, for `map_err`.
    pub(super) fn sqlite(path: &Path) -> impl Fn(rusqlite::Error) -> StoreError + '_ {
        move |cause| StoreError::Sqlite { path: path.to_owned(), cause }
    }

    /// The error of the file system with this file, for `map_err`.
    pub(super) fn file(path: &Path) -> impl Fn(std::io::Error) -> StoreError + '_ {
        move |cause| StoreError::File { path: path.to_owned(), cause }
    }
}
