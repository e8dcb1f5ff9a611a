//! The files of the store as the daemon found them: whoever moves them away does not stop the connections that hold them open.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use rustix::process::{Resource, getrlimit};

use super::StoreError;
use crate::disk::{Absence, Presence, RealDisk};

/// What belongs to the file while it is open, the file itself first.
const PARTS: [&str; 3] = ["", "-wal", "-shm"];

/// The store's file and what belongs to it, each known by its number.
#[derive(Debug)]
pub(super) struct Premises(Vec<Presence>);

impl Premises {
    /// Of a store that is open.
    pub(super) fn of(path: &Path) -> io::Result<Premises> {
        let part = |ending: &&str| {
            let mut name = path.as_os_str().to_owned();
            name.push(ending);
            Presence::of(&RealDisk, Path::new(&name))
        };
        PARTS.iter().map(part).collect::<io::Result<_>>().map(Premises)
    }

    /// Whether all of it is where it was, and may be written; else what is not, and why not.
    pub(super) fn check(&self) -> Result<(), (PathBuf, Absence)> {
        self.0.iter().try_for_each(|part| part.check(&RealDisk).map_err(|absence| (part.path().to_owned(), absence)))
    }
}

/// What an error says; of one that the system gives no reason for, what is most likely.
pub(super) fn words(error: &StoreError) -> String {
    let is_of_system = matches!(error, StoreError::Sqlite { cause, .. } if cause.sqlite_error_code() == Some(ErrorCode::SystemIoFailure));
    match getrlimit(Resource::Fsize).current.filter(|_| is_of_system) {
        Some(most) => {
            format!("{error}; files may not grow beyond {most} bytes here (LimitFSIZE=, ulimit -f): is one full?")
        }
        None => error.to_string(),
    }
}
