//! Why the store cannot be used, or refuses a request.
//!
//! Functions that take the path of the store return `Sqlite` if the file is missing, locked for longer than the time limit, or cannot be
//! read, and `Older` or `Newer` if it is of another version. Only further errors are named at each function. Texts of `Refused` are shown
//! to the person who asked, as they are.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

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
    #[error("{}", taken(path, *holder))]
    Taken {
        /// The file.
        path: PathBuf,
        /// Process id of that daemon; `None` if the system does not say.
        holder: Option<u32>,
    },
    /// A person or token has this name already, also a token that has ended.
    #[error("{name}: a person or token has this name already")]
    NameTaken {
        /// The name as it was given.
        name: String,
    },
    /// SQLite returned an error.
    #[error("{}: {cause}{}", path.display(), remedy(path, cause))]
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

/// What to do about an error of SQLite; empty if its own text says enough. The shared memory beside the file cannot grow, or the file is
/// damaged. Only a start of the daemon replaces a damaged file, because it keeps what is left of it.
fn remedy(path: &Path, cause: &rusqlite::Error) -> String {
    match cause.sqlite_error() {
        Some(error) if error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE => "; is the disk full?".to_owned(),
        _ if is_damage(cause) && is_other_file(path) => {
            "; this is not a store of Atalaia, nor a damaged one: --store names the file of the store, --config the settings".to_owned()
        }
        _ if is_damage(cause) => format!(
            "; the store is damaged, and nothing in it was changed. To go on: if {path}.backup does not exist, put the last copy made \
             by `atalaia backup` there (sudo install -o atalaia -g atalaia -m 0600 COPY {path}.backup), then sudo systemctl restart \
             atalaia. The daemon keeps the damaged file as {path}.corrupt-<ms> and works on with that copy, or with an empty store if \
             there is none",
            path = path.display()
        ),
        _ => String::new(),
    }
}

/// Whether a file begins with text or with compressed data, as nothing does that ever was a store. False if it cannot be read.
pub(super) fn is_other_file(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(64).read_to_end(&mut start));
    let is_text = || start.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    read.is_ok() && !start.is_empty() && (start.starts_with(b"\x1f\x8b") || is_text())
}

/// Whether an error means that the content is damaged, rather than that the file cannot be read at the moment.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// The message of a second daemon, with the ways out.
fn taken(path: &Path, holder: Option<u32>) -> String {
    let path = path.display();
    let (who, stop) = match holder {
        Some(pid) => (format!(" (pid {pid})"), format!("kill {pid}")),
        None => (String::new(), format!("fuser {path}.lock, which shows its pid, and kill")),
    };
    format!(
        "{path}: another daemon{who} already works with this store. Stop that one first (systemctl stop atalaia, or {stop}), or give \
         this one a store of its own: path below [store]"
    )
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
