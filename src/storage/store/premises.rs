//! The files of the store as the daemon opened them. Moving them away does not break the open connections, so it must be checked: what is
//! written then would be in a file that neither a command nor a restart finds.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use rustix::process::{Resource, getrlimit};

use super::error::StoreError;
use crate::platform::disk::{Absence, Presence, RealDisk};

/// Suffixes of the files of an open database: main file, write-ahead log, shared memory. All three exist while the writer has it open.
const PARTS: [&str; 3] = ["", "-wal", "-shm"];

/// The store's files, each identified by device and inode. A file that was moved away and back is in place again.
#[derive(Debug)]
pub(super) struct Premises(Vec<Presence>);

impl Premises {
    /// Records the files of a store that is open.
    pub(super) fn of(path: &Path) -> io::Result<Premises> {
        let part = |ending: &&str| {
            let mut name = path.as_os_str().to_owned();
            name.push(ending);
            Presence::of(&RealDisk, Path::new(&name))
        };
        PARTS.iter().map(part).collect::<io::Result<_>>().map(Premises)
    }

    /// Checks that all files are in place and writable. Otherwise returns the first one that is not, and why.
    pub(super) fn check(&self) -> Result<(), (PathBuf, Absence)> {
        self.0.iter().try_for_each(|part| part.check(&RealDisk).map_err(|absence| (part.path().to_owned(), absence)))
    }
}

/// The text of an error. If the system gives no reason for it, the most likely cause is added.
pub(super) fn words(error: &StoreError) -> String {
    let is_of_system = matches!(error, StoreError::Sqlite { cause, .. } if cause.sqlite_error_code() == Some(ErrorCode::SystemIoFailure));
    match getrlimit(Resource::Fsize).current.filter(|_| is_of_system) {
        Some(most) => {
            format!(
                "{error}; no file of this process may grow beyond {most} bytes, and the store may have reached that. To do: raise \
                 LimitFSIZE= of the unit, or ulimit -f, and restart the daemon"
            )
        }
        None => error.to_string(),
    }
}
