//! A verified copy of the store, made while the daemon runs.
//!
//! It needs no write-ahead log beside it and has no free pages, so it is one file that can be moved. As `<path>.backup` it replaces a
//! damaged store at the next start (`integrity`).

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::connect;
use super::error::StoreError;
use super::integrity::folder;
use crate::platform::disk::{RealDisk, sync_name};
use crate::platform::fault;

/// File mode of the copy: readable by the owner and its group.
const MODE: u32 = 0o640;

/// Copies the store at `path` to `target`, which must not exist. The copy is complete, verified and synced, or absent.
///
/// # Errors
/// `Refused` if `target` exists, its folder does not, or the copy does not pass SQLite's integrity check; `File` or `Sqlite` if it cannot be written.
pub fn backup(path: &Path, target: &Path) -> Result<(), StoreError> {
    if target.exists() {
        return Err(StoreError::Refused(format!("{}: exists already", target.display())));
    }
    let folder = folder(target);
    if !folder.exists() {
        let what =
            format!("{}: the folder {} does not exist; create it, or name another", target.display(), folder.display());
        return Err(StoreError::Refused(what));
    }
    copy(&connect::beside(path)?, target)
}

/// Copies from an open connection, page by page into a compact file, while the daemon goes on writing: the copy is the state of one
/// moment. An earlier copy is replaced.
pub(super) fn copy(connection: &Connection, target: &Path) -> Result<(), StoreError> {
    let mut unfinished = target.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    make(connection, &unfinished, target).inspect_err(|_| {
        // A partial file only takes up space. The first error is the one to return.
        let _ = fs::remove_file(&unfinished);
    })?;
    sync_name(&RealDisk, target).map_err(StoreError::file(target))
}

/// Writes the copy under the name `unfinished`, checks and syncs it, and renames it to `target`.
fn make(connection: &Connection, unfinished: &Path, target: &Path) -> Result<(), StoreError> {
    let of_file = StoreError::file(unfinished);
    match fs::remove_file(unfinished) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => return Err(of_file(cause)),
        _ => {}
    }
    let named = unfinished.to_str().ok_or_else(|| StoreError::Refused(format!("{}: not UTF-8", target.display())))?;
    // The copy has the permissions of a store, whatever the umask of the calling process.
    OpenOptions::new().write(true).create_new(true).mode(MODE).open(unfinished).map_err(&of_file)?;
    connection.execute("VACUUM INTO ?1", [named]).map_err(StoreError::sqlite(unfinished))?;
    fault::point("backup");
    check(unfinished)?;
    File::open(unfinished).and_then(|file| file.sync_all()).map_err(&of_file)?;
    fs::rename(unfinished, target).map_err(StoreError::file(target))
}

/// Checks that every page, index and reference of a file is intact.
fn check(path: &Path) -> Result<(), StoreError> {
    let failed = StoreError::sqlite(path);
    let connection = Connection::open(path).map_err(&failed)?;
    let said: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).map_err(&failed)?;
    match said.as_str() {
        "ok" => Ok(()),
        said => Err(StoreError::Refused(format!("{}: the copy is damaged: {said}", path.display()))),
    }
}
