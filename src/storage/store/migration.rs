//! Opens the database for the daemon, and brings one of an earlier version up to this one. The caller holds the lock of the store, so no
//! other daemon does the same at once.

use std::path::{Path, PathBuf};
use std::{fs, io};

use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch, Connection};

use super::backup::copy;
use super::connect::{set_up, version};
use super::error::StoreError;
use super::schema::{STEPS, VERSION};
use crate::platform::disk::{RealDisk, TEMPORARY, sync_name};
use crate::platform::fault;

/// Value of `auto_vacuum` for a database whose free pages are returned to the disk on request.
const INCREMENTAL: i64 = 2;

/// Opens the database for the daemon: created if missing, migrated if of an earlier version.
///
/// If this is interrupted (process killed, power failure, full disk), the file is missing or complete, entirely of the earlier version
/// or entirely of this one, with every row, and the next start continues from there. Before a migration a verified copy is written
/// beside it and synced to disk (`<path>.schema-<version>`).
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    let failed = StoreError::sqlite(path);
    if fs::symlink_metadata(path).is_err_and(|cause| cause.kind() == io::ErrorKind::NotFound) {
        make(path)?;
    }
    let mut connection = Connection::open(path).map_err(&failed)?;
    let found = version(&connection, path)?;
    if VERSION < found {
        return Err(StoreError::Newer { path: path.to_owned(), found, known: VERSION });
    }
    set_up(&connection, path)?;
    if found < VERSION {
        // Version 0 has no tables of ours: there is nothing to copy.
        if 0 < found {
            copy(&connection, &kept_copy(path, found))?;
        }
        bring_forward(&mut connection, found).map_err(&failed)?;
    }
    if !is_wiped(&connection).map_err(&failed)? {
        fault::point("migration");
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL").map_err(&failed)?;
        connection.execute_batch("VACUUM").map_err(&failed)?;
    }
    fault::point("migration");
    Ok(connection)
}

/// Creates an empty database under a temporary name and renames it: SQLite itself would leave a file of length zero for a while, which
/// counts as damaged.
fn make(path: &Path) -> Result<(), StoreError> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(TEMPORARY);
    let unfinished = PathBuf::from(unfinished);
    let mut journal = unfinished.clone().into_os_string();
    // An interrupted attempt leaves its rollback journal. SQLite would apply it to the new file of the same name.
    journal.push("-journal");
    for left in [unfinished.as_path(), Path::new(&journal)] {
        match fs::remove_file(left) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(StoreError::file(left)(cause)),
            _ => {}
        }
    }
    let write = || -> rusqlite::Result<()> {
        let mut connection = Connection::open(&unfinished)?;
        // Must precede the first table: pages freed by a purge are returned to the disk.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        bring_forward(&mut connection, 0)
    };
    write().map_err(StoreError::sqlite(&unfinished)).inspect_err(|_| {
        // A leftover only takes space; the first error is the one to report.
        let _ = fs::remove_file(&unfinished);
    })?;
    let renamed = fs::rename(&unfinished, path).and_then(|()| sync_name(&RealDisk, path));
    renamed.map_err(StoreError::file(path))
}

/// Migrates a database of version `found` to this version, in one transaction.
fn bring_forward(connection: &mut Connection, found: i64) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for (number, step) in (1..).zip(STEPS).filter(|(number, _)| found < *number) {
        // Statement by statement, so that the tests can kill the process between any two.
        let mut statements = Batch::new(&transaction, step);
        while let Some(mut statement) = statements.next()? {
            statement.execute([])?;
            fault::point("migration");
        }
        transaction.pragma_update(None, "user_version", number)?;
    }
    fault::point("migration");
    transaction.commit()
}

/// Whether deleted data have been wiped from this file ever since it was created. The first version left them in the file's free space
/// and had no `auto_vacuum`, which only a `VACUUM` can change; one that was interrupted is repeated at the next start.
fn is_wiped(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("PRAGMA auto_vacuum", [], |row| row.get::<_, i64>(0)).map(|mode| mode == INCREMENTAL)
}

/// Path of the copy made before a migration.
pub(super) fn kept_copy(path: &Path, version: i64) -> PathBuf {
    let mut kept = path.as_os_str().to_owned();
    // Retention finds these files by the same name, for each earlier version.
    kept.push(format!(".schema-{version}"));
    PathBuf::from(kept)
}
