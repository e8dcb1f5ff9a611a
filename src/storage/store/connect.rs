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
/// Maximum time one process waits for a transaction of another.
pub(super) const BUSY: Duration = Duration::from_secs(10);

/// Opens the database while the daemon may be running: it must exist and be of this version.
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

pub(super) fn set_up(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let failed = StoreError::sqlite(path);
    assert!(LEAST_SQLITE <= rusqlite::version_number(), "SQLite {} is too old", rusqlite::version());
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(&failed)?;
    connection.pragma_update(None, "journal_mode", "WAL").map_err(&failed)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(&failed)?;
    connection.pragma_update(None, "foreign_keys", "ON").map_err(&failed)?;
    connection.pragma_update(None, "secure_delete", "ON").map_err(&failed)?;
    // Keeps prepared statements: by default, binding a LIMIT prepares them again.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(&failed)?;
    connection.set_prepared_statement_cache_capacity(64);
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
