//! The tables, the migration of databases of earlier versions, and the set-up of connections.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use rusqlite::config::DbConfig;
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch, Connection, OpenFlags};

use super::StoreError;
use super::backup::copy;
use crate::platform::disk::{RealDisk, TEMPORARY, sync_name};
use crate::platform::fault;

/// Schema version of this program, stored in `user_version`.
pub(super) const VERSION: i64 = 5;
/// Earlier versions of SQLite could damage a file when resetting the write-ahead log (fixed in 3.51.3).
const LEAST_SQLITE: i32 = 3_051_003;
/// Value of `auto_vacuum` for a database whose free pages are returned to the disk on request.
const INCREMENTAL: i64 = 2;
/// Maximum time one process waits for a transaction of another.
pub(super) const BUSY: Duration = Duration::from_secs(10);

/// One migration per version, each from the version before.
pub(super) const STEPS: [&str; VERSION as usize] = [
    "
    CREATE TABLE alerts (
        id TEXT PRIMARY KEY,
        behaviour TEXT NOT NULL,
        announced INTEGER NOT NULL,
        status TEXT NOT NULL,
        severity INTEGER NOT NULL,
        score INTEGER NOT NULL,
        started_at INTEGER NOT NULL,
        opened_at INTEGER NOT NULL,
        last_at INTEGER NOT NULL,
        ended_at INTEGER,
        revision INTEGER NOT NULL,
        state TEXT NOT NULL DEFAULT 'new',
        acknowledged_until INTEGER,
        acknowledged_severity INTEGER,
        assignee TEXT,
        finding TEXT,
        finding_reason TEXT,
        body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX alerts_by_time ON alerts (last_at);
    CREATE TABLE alert_vessels (
        alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        mmsi INTEGER NOT NULL,
        imo INTEGER,
        PRIMARY KEY (alert, mmsi)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX alerts_by_vessel ON alert_vessels (mmsi);
    CREATE TABLE alert_zones (
        alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        zone TEXT NOT NULL,
        PRIMARY KEY (alert, zone)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE changes (
        alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        revision INTEGER NOT NULL,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        severity INTEGER NOT NULL,
        stored_at INTEGER NOT NULL,
        line TEXT NOT NULL,
        PRIMARY KEY (alert, revision)
    ) STRICT;
    CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY,
        sink TEXT NOT NULL,
        alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        revision INTEGER NOT NULL,
        state TEXT NOT NULL,
        told_at INTEGER,
        error TEXT,
        UNIQUE (sink, alert, revision)
    ) STRICT;
    CREATE INDEX outbox_pending ON outbox (seq) WHERE state = 'pending';
    CREATE TABLE notes (
        seq INTEGER PRIMARY KEY,
        alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        at INTEGER NOT NULL,
        who TEXT NOT NULL,
        text TEXT NOT NULL
    ) STRICT;
    CREATE TABLE silences (
        seq INTEGER PRIMARY KEY,
        made_at INTEGER NOT NULL,
        who TEXT NOT NULL,
        why TEXT NOT NULL,
        mmsi INTEGER,
        zone TEXT,
        behaviour TEXT,
        from_at INTEGER NOT NULL,
        until_at INTEGER NOT NULL,
        lifted_at INTEGER
    ) STRICT;
    CREATE TABLE cases (
        id TEXT PRIMARY KEY,
        score INTEGER NOT NULL,
        severity INTEGER NOT NULL,
        stored_at INTEGER NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
    CREATE TABLE audit (
        seq INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        who TEXT NOT NULL,
        what TEXT NOT NULL,
        subject TEXT NOT NULL,
        why TEXT
    ) STRICT;
    CREATE INDEX audit_by_subject ON audit (subject);
",
    "
    ALTER TABLE alerts ADD COLUMN mark TEXT;
    ALTER TABLE alerts ADD COLUMN retain_until INTEGER;
    CREATE INDEX outbox_by_alert ON outbox (alert);
    CREATE INDEX notes_by_alert ON notes (alert);
    ALTER TABLE cases ADD COLUMN held_at INTEGER;
    ALTER TABLE cases ADD COLUMN held_by TEXT;
    ALTER TABLE cases ADD COLUMN held_why TEXT;
    CREATE TABLE case_alerts (
        case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
        alert TEXT NOT NULL,
        PRIMARY KEY (case_id, alert)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX cases_by_alert ON case_alerts (alert);
    INSERT INTO case_alerts SELECT DISTINCT cases.id, one.value FROM cases, json_each(cases.body, '$.alerts') AS one;
    CREATE TABLE reached (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        journal_seq INTEGER NOT NULL,
        at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE purges (
        seq INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        who TEXT NOT NULL,
        alerts INTEGER NOT NULL DEFAULT 0,
        cases INTEGER NOT NULL DEFAULT 0,
        notes INTEGER NOT NULL DEFAULT 0,
        silences INTEGER NOT NULL DEFAULT 0,
        audit INTEGER NOT NULL DEFAULT 0,
        copies INTEGER NOT NULL DEFAULT 0
    ) STRICT;
",
    "
    ALTER TABLE outbox ADD COLUMN line TEXT;
    ALTER TABLE outbox ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE outbox ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE outbox ADD COLUMN due_at INTEGER;
    UPDATE outbox SET since = coalesce((SELECT stored_at FROM changes
        WHERE changes.alert = outbox.alert AND changes.revision = outbox.revision), 0);
    DROP INDEX outbox_pending;
    CREATE INDEX outbox_pending ON outbox (sink, seq) WHERE state = 'pending';
    CREATE INDEX outbox_failed ON outbox (sink, seq) WHERE state = 'failed';
    CREATE TABLE notices (
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        PRIMARY KEY (kind, name)
    ) STRICT, WITHOUT ROWID;
",
    "
    ALTER TABLE outbox ADD COLUMN gathered INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE outbox ADD COLUMN digest TEXT;
    DROP INDEX outbox_pending;
    CREATE INDEX outbox_pending ON outbox (sink, gathered, seq) WHERE state = 'pending';
    CREATE INDEX outbox_gathered ON outbox (sink, seq) WHERE state = 'pending' AND gathered = 1 AND digest IS NULL;
    CREATE INDEX outbox_by_digest ON outbox (digest) WHERE digest IS NOT NULL;
    CREATE TABLE digests (
        sink TEXT NOT NULL,
        behaviour TEXT NOT NULL,
        alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        PRIMARY KEY (sink, behaviour)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE singles (
        sink TEXT NOT NULL,
        behaviour TEXT NOT NULL,
        at INTEGER NOT NULL,
        changes INTEGER NOT NULL,
        PRIMARY KEY (sink, behaviour, at)
    ) STRICT, WITHOUT ROWID;
",
    "
    ALTER TABLE audit ADD COLUMN caller TEXT;
    CREATE INDEX audit_by_time ON audit (at);
    CREATE INDEX changes_by_time ON changes (stored_at);
    ALTER TABLE alerts ADD COLUMN case_id TEXT;
    UPDATE alerts SET case_id = (
        SELECT cases.id FROM case_alerts JOIN cases ON cases.id = case_alerts.case_id
        WHERE case_alerts.alert = alerts.id AND instr(cases.body, alerts.id) ORDER BY cases.stored_at DESC, cases.id LIMIT 1
    );
    CREATE INDEX alerts_by_case ON alerts (case_id);
",
];

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
    kept.push(format!(".schema-{version}"));
    PathBuf::from(kept)
}

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

fn set_up(connection: &Connection, path: &Path) -> Result<(), StoreError> {
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
fn version(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    let read = || -> rusqlite::Result<i64> {
        connection.busy_timeout(BUSY)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.query_row("PRAGMA user_version", [], |row| row.get(0))
    };
    read().map_err(StoreError::sqlite(path))
}
