//! Checks of a folder after a loss of power, before a daemon uses it.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::ops::ControlFlow;
use std::path::Path;

use atalaia::platform::disk::RealDisk;
use atalaia::storage::journal::{self, Entry, Position, snapshots};
use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use super::disk::Disk;
use super::{JOURNAL, SINK, STORE, told, told_in};

type Key = (String, u64);

/// Deliveries and store of a daemon that never lost anything.
pub struct Truth {
    pub told: BTreeMap<Key, Value>,
    stored: BTreeMap<Key, Value>,
}

/// Content of a store.
#[derive(Default)]
struct Stored {
    changes: BTreeMap<Key, Value>,
    /// Keys of the deliveries recorded as delivered.
    delivered: Vec<Key>,
    /// Journal position after the last line received.
    reached: u64,
}

/// Opens a store for reading, which needs no syncs.
pub fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    Ok(connection)
}

impl Stored {
    /// Reads a store that may be missing; fails if it is not intact. A store without its first tables is empty.
    fn read(path: &Path) -> Result<Stored, String> {
        if !path.exists() {
            return Ok(Stored::default());
        }
        let read = || -> rusqlite::Result<Result<Stored, String>> {
            let connection = open(path)?;
            let said: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
            let broken = connection.prepare("PRAGMA foreign_key_check")?.exists([])?;
            if said != "ok" || broken {
                return Ok(Err(format!("the store is damaged: {said}; references broken: {broken}")));
            }
            if connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))? == 0 {
                return Ok(Ok(Stored::default()));
            }
            let key = |row: &rusqlite::Row<'_>| Ok::<Key, rusqlite::Error>((row.get(0)?, row.get::<_, u32>(1)?.into()));
            let mut changes = connection.prepare("SELECT alert, revision, line FROM changes")?;
            let changes = changes.query_map([], |row| {
                let line: String = row.get(2)?;
                Ok((key(row)?, serde_json::from_str(&line).unwrap()))
            })?;
            let mut delivered = connection.prepare("SELECT alert, revision FROM outbox WHERE state = 'told'")?;
            let delivered = delivered.query_map([], key)?.collect::<Result<_, _>>()?;
            let mut reached = connection.prepare("SELECT coalesce(max(journal_seq), 0) FROM reached")?;
            let reached = reached.query_row([], |row| row.get::<_, i64>(0))? as u64;
            Ok(Ok(Stored { changes: changes.collect::<Result<_, _>>()?, delivered, reached }))
        };
        read().map_err(|error| format!("the store cannot be read: {error}"))?
    }
}

/// Entries of a journal, and the position after the last one.
fn entries(folder: &Path) -> (BTreeMap<u64, String>, u64) {
    let mut entries = BTreeMap::new();
    let read = journal::read(&RealDisk, &folder.join(JOURNAL), Position(0), None, |position, entry| {
        entries.insert(position.0, format!("{entry:?}"));
        ControlFlow::Continue(())
    });
    (entries, read.map_or(0, |read| read.end.0))
}

/// Number of lines in the journal of a folder.
pub fn lines_of(folder: &Path) -> usize {
    let mut lines = 0;
    let _ = journal::read(&RealDisk, &folder.join(JOURNAL), Position(0), None, |_, entry| {
        if let Entry::Lines { bytes, .. } = entry {
            lines += bytes.iter().filter(|byte| **byte == b'\n').count();
        }
        ControlFlow::Continue(())
    });
    lines
}

/// Fails with a sentence beginning with `what` if `some` has an entry that `all` lacks or has differently.
fn within<K: Ord + Debug, V: PartialEq + Debug>(
    what: &str,
    some: &BTreeMap<K, V>,
    all: &BTreeMap<K, V>,
) -> Result<(), String> {
    match some.iter().find(|(key, value)| all.get(key) != Some(value)) {
        Some((key, value)) => Err(format!("{what}: {key:?}: {value:?}, not {:?}", all.get(key))),
        None => Ok(()),
    }
}

impl Truth {
    /// Reads a folder in which the daemon came to its end.
    pub fn of(folder: &Path) -> Truth {
        let stored = Stored::read(&folder.join(STORE)).unwrap();
        Truth { told: told_in(folder), stored: stored.changes }
    }

    /// Checks a folder after power was lost on `disk`.
    pub fn check(&self, disk: &Disk, folder: &Path) -> Result<(), String> {
        let (there, end) = entries(folder);
        check_journal(disk, &there)?;
        check_snapshots(folder, end)?;
        let stored = Stored::read(&folder.join(STORE))?;
        if end < stored.reached {
            return Err(format!("the store came from {}, the journal ends at {end}", stored.reached));
        }
        within("the store has what was never decided", &stored.changes, &self.stored)?;
        let announced = told(disk.seen(SINK).unwrap_or_default());
        if let Some((key, _)) = announced.iter().find(|(key, _)| !stored.changes.contains_key(*key)) {
            return Err(format!("told and not stored: {key:?}"));
        }
        let kept = told_in(folder);
        match stored.delivered.iter().find(|key| !kept.contains_key(*key)) {
            Some(key) => Err(format!("shown as delivered, and the sink does not have it: {key:?}")),
            None => Ok(()),
        }
    }

    /// Checks a folder in which a daemon came to its end after all.
    pub fn same_in_the_end(&self, folder: &Path) -> Result<(), String> {
        let stored = Stored::read(&folder.join(STORE))?;
        for (what, got, expected) in [("told", told_in(folder), &self.told), ("stored", stored.changes, &self.stored)] {
            within(&format!("{what} beyond what one says that lost nothing"), &got, expected)?;
            within(&format!("not {what}"), expected, &got)?;
        }
        Ok(())
    }
}

/// Everything synced is there, and nothing that was never written.
fn check_journal(disk: &Disk, there: &BTreeMap<u64, String>) -> Result<(), String> {
    let [durable, seen] = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    disk.put_durable(JOURNAL, durable.path());
    disk.put_seen(JOURNAL, seen.path());
    within("the journal lost what was synced", &entries(durable.path()).0, there)?;
    within("the journal has what was never received", there, &entries(seen.path()).0)
}

/// Every snapshot is complete, and covered by the journal.
fn check_snapshots(folder: &Path, end: u64) -> Result<(), String> {
    for found in snapshots::newest(&RealDisk, &folder.join(JOURNAL), None).map_err(|error| error.to_string())? {
        match found {
            snapshots::Found::Whole { snapshot, .. } if snapshot.position.0 <= end => {}
            snapshots::Found::Whole { snapshot, .. } => {
                return Err(format!("a snapshot of {:?}, the journal ends at {end}", snapshot.position));
            }
            other => return Err(format!("{other:?}")),
        }
    }
    Ok(())
}
