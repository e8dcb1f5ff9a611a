//! Connections to the database: their set-up, and the transaction of a command that runs beside the daemon.

use std::cmp::Ordering;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::error::StoreError;
use super::schema::VERSION;

/// Earlier versions of SQLite could damage a file when resetting the write-ahead log (fixed in 3.51.3).
const LEAST_SQLITE: i32 = 3_051_003;
/// Maximum time one process waits for a transaction of another. The writer commits within milliseconds; only a migration or a disk that
/// hangs takes longer.
pub(super) const BUSY: Duration = Duration::from_secs(10);

/// Opens the database while the daemon may be running: it must exist and be of this version. Commands never migrate, because the daemon
/// that has it open may be of the earlier version.
///
/// # Errors
/// `Older` or `Newer` for another version, `Sqlite` if it is missing or cannot be read.
pub(super) fn beside(path: &Path) -> Result<Connection, StoreError> {
    let failed = StoreError::sqlite(path);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(&failed)?;
    let found = version(&connection, path)?;
    match found.cmp(&VERSION) {
        Ordering::Equal => set_up(&connection, path).map(|()| connection),
        Ordering::Greater => Err(StoreError::Newer { path: path.to_owned(), found, known: VERSION }),
        Ordering::Less => Err(StoreError::Older { path: path.to_owned(), found, known: VERSION }),
    }
}

/// Sets the options of a connection to a database of this version. `path` is for the error only.
pub(super) fn set_up(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let failed = StoreError::sqlite(path);
    assert!(LEAST_SQLITE <= rusqlite::version_number(), "SQLite {} is too old", rusqlite::version());
    // `version` switched the checkpoint at closing off; this file is ours to change.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(&failed)?;
    // Readers never wait for the writer.
    connection.pragma_update(None, "journal_mode", "WAL").map_err(&failed)?;
    // With the log, `NORMAL` would lose the last transactions in a power failure, and with them changes that sinks have received.
    connection.pragma_update(None, "synchronous", "FULL").map_err(&failed)?;
    connection.pragma_update(None, "foreign_keys", "ON").map_err(&failed)?;
    // What retention deletes must not be readable in free pages of the file.
    connection.pragma_update(None, "secure_delete", "ON").map_err(&failed)?;
    // Keeps prepared statements: by default, binding a LIMIT prepares them again.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(&failed)?;
    // The store prepares about 70 statements; with the default of 16, a batch would prepare many of them again.
    connection.set_prepared_statement_cache_capacity(80);
    Ok(())
}

/// Schema version of a database that was just opened. Nothing in it, including its log, is changed before this check: a database of
/// another version must not be modified.
pub(super) fn version(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    let read = || -> rusqlite::Result<i64> {
        connection.busy_timeout(BUSY)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.query_row("PRAGMA user_version", [], |row| row.get(0))
    };
    read().map_err(StoreError::sqlite(path))
}

/// Does `work` in one transaction beside the daemon, and commits if it succeeds. The transaction takes the write lock at once: one that
/// read first and wrote later could fail with `busy` whatever the time limit, if the daemon wrote in between.
pub(super) fn in_transaction<T>(
    path: &Path,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut connection = beside(path)?;
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StoreError::sqlite(path))?;
    let outcome = work(&transaction)?;
    transaction.commit().map_err(StoreError::sqlite(path))?;
    Ok(outcome)
}
