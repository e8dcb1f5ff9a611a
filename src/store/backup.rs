//! A checked copy of the store while the daemon works.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{StoreError, schema};
use crate::disk::{RealDisk, sync_name};
use crate::fault;

/// What its owner's group may read, and nobody else.
const MODE: u32 = 0o640;

/// Copies the store at `path` to `target`, which must not exist: complete, checked and flushed, or not there at all.
pub fn backup(path: &Path, target: &Path) -> Result<(), StoreError> {
    if target.exists() {
        return Err(StoreError::Refused(format!("{}: exists already", target.display())));
    }
    copy(&schema::beside(path)?, target)
}

/// The same from an open connection; a former copy is replaced.
pub(super) fn copy(connection: &Connection, target: &Path) -> Result<(), StoreError> {
    let mut unfinished = target.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    make(connection, &unfinished, target).inspect_err(|_| {
        // It takes room and helps nobody; the error that counts is the first one.
        let _ = fs::remove_file(&unfinished);
    })?;
    sync_name(&RealDisk, target).map_err(StoreError::file(target))
}

fn make(connection: &Connection, unfinished: &Path, target: &Path) -> Result<(), StoreError> {
    let of_file = StoreError::file(unfinished);
    match fs::remove_file(unfinished) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => return Err(of_file(cause)),
        _ => {}
    }
    let named = unfinished.to_str().ok_or_else(|| StoreError::Refused(format!("{}: no text", target.display())))?;
    // The copy is for those who may read the store, whatever the umask of who asks for it.
    OpenOptions::new().write(true).create_new(true).mode(MODE).open(unfinished).map_err(&of_file)?;
    connection.execute("VACUUM INTO ?1", [named]).map_err(StoreError::sqlite(unfinished))?;
    fault::point("backup");
    check(unfinished)?;
    File::open(unfinished).and_then(|file| file.sync_all()).map_err(&of_file)?;
    fs::rename(unfinished, target).map_err(StoreError::file(target))
}

/// Whether every page, index and reference of a file is sound.
fn check(path: &Path) -> Result<(), StoreError> {
    let failed = StoreError::sqlite(path);
    let connection = Connection::open(path).map_err(&failed)?;
    let said: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).map_err(&failed)?;
    match said.as_str() {
        "ok" => Ok(()),
        said => Err(StoreError::Refused(format!("{}: the copy is damaged: {said}", path.display()))),
    }
}
