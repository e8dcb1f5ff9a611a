//! Records that somebody read something.
//!
//! The same person reading the same thing for the same purpose again within 15 minutes is not another row: the row counts how often and
//! says when last. That count is not covered by the digest of the row, and a loss of power may take the last of it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::act::Act;
use super::connect;
use super::error::StoreError;
use super::readers::{Kept, identity};
use super::subject::Subject;
use super::trail::{Actor, Record, write};
use atalaia_core::base::time::{Span, Time};

/// Window in which repeated readings are counted in one row.
const TOGETHER: Span = Span::from_minutes(15);

/// A reading.
#[derive(Clone, Copy, Debug)]
pub struct Consultation<'a> {
    /// The reader.
    pub by: Actor<'a>,
    /// The kind of reading: an act that only reads.
    pub act: Act,
    /// What was read.
    pub subject: &'a Subject,
    /// The reason if one was asked, which makes a row of its own; `None` otherwise.
    pub why: Option<&'a str>,
}

/// Records readings by a connection that is kept open: opening one costs more than a row. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Recorder {
    /// The file of the store.
    path: PathBuf,
    /// The connection; `None` before the first reading, and after one that failed. SQLite has one writer, so that one is enough.
    kept: Arc<Mutex<Option<Kept>>>,
}

impl Recorder {
    /// A recorder for the store at this path, which need not exist yet.
    pub fn new(path: PathBuf) -> Recorder {
        Recorder { path, kept: Arc::default() }
    }

    /// Records readings, in their order. Those that come together share one transaction, because the sync at its end takes longer than the
    /// rest. `now` is the wall clock. As with [`Readers`](super::Readers), a connection to a file that another one has replaced is closed.
    pub fn record(&self, all: &[Consultation<'_>], now: Time) -> Result<(), StoreError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let file = identity(&self.path).map_err(StoreError::file(&self.path))?;
        let mut connection = match kept.take().filter(|kept| kept.file == file) {
            Some(Kept { connection, .. }) => connection,
            None => connect::beside(&self.path)?,
        };
        write_all(&mut connection, all, now).map_err(StoreError::sqlite(&self.path))?;
        *kept = Some(Kept { connection, file });
        Ok(())
    }
}

/// Writes the rows.
fn write_all(connection: &mut Connection, all: &[Consultation<'_>], now: Time) -> rusqlite::Result<()> {
    let known = all.iter().map(|one| recent(connection, &one.record(), now)).collect::<rusqlite::Result<Vec<_>>>()?;
    if known.iter().all(Option::is_some) {
        // A sync for each repeated reading would hold up the writer of alerts; the first one was synced.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        known.into_iter().flatten().try_for_each(|seq| raise(connection, seq, now))?;
        return connection.pragma_update(None, "synchronous", "FULL");
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for one in all {
        let record = one.record();
        // Looked up again, because another process or an earlier one of these may have come first.
        match recent(&transaction, &record, now)? {
            Some(seq) => raise(&transaction, seq, now)?,
            None => write(&transaction, now, &record).map(drop)?,
        }
    }
    transaction.commit()
}

impl<'a> Consultation<'a> {
    /// The row as it is written.
    fn record(&self) -> Record<'a> {
        let Consultation { by, act, subject, why } = *self;
        Record { by, act, subject, why, result: None }
    }
}

/// The row that takes in this reading, if there is one.
fn recent(connection: &Connection, record: &Record<'_>, now: Time) -> rusqlite::Result<Option<i64>> {
    let Record { by, act, subject, why, .. } = record;
    let mut query = connection.prepare_cached(
        "SELECT seq FROM audit WHERE subject = ?1 AND verb = ?2 AND what = ?3 AND who = ?4 AND purpose IS ?5 AND why IS ?6
             AND at > ?7 AND at <= ?8 ORDER BY seq DESC LIMIT 1",
    )?;
    let (since, subject) = ((now - TOGETHER).millis(), subject.to_string());
    let (verb, what) = (act.verb().name(), act.name());
    query
        .query_row(params![subject, verb, what, by.who, by.purpose, why, since, now.millis()], |row| row.get(0))
        .optional()
}

/// Counts one more reading in a row.
fn raise(connection: &Connection, seq: i64, now: Time) -> rusqlite::Result<()> {
    let mut raise = connection.prepare_cached("UPDATE audit SET times = times + 1, repeated_at = ?2 WHERE seq = ?1")?;
    raise.execute(params![seq, now.millis()]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::store::tests::{noon, place};

    /// The way in which the kept connection ends its transactions; 2 is a sync of the disk.
    fn synchronous(recorder: &Recorder) -> i64 {
        let kept = recorder.kept.lock().expect("no panic");
        let connection = &kept.as_ref().expect("it is kept").connection;
        connection.query_row("PRAGMA synchronous", [], |row| row.get(0)).expect("a number")
    }

    #[test]
    fn a_kept_connection_syncs_each_new_row_and_writes_into_the_file_that_is_there_now() {
        let (first, other) = (place(), place());
        for place in [&first, &other] {
            assert!(place.open(&[]).0.finish());
        }
        let rows = || first.count("SELECT count(*) FROM audit WHERE verb = 'consultation'");
        let recorder = Recorder::new(first.path.clone());
        let read = |subject: &Subject| {
            let reading = Consultation { by: Actor::from("ana"), act: Act::AlertRead, subject, why: None };
            recorder.record(&[reading], noon())
        };
        let (alert, another) = (Subject::alert("aaaa"), Subject::alert("bbbb"));
        read(&alert).expect("written");
        read(&alert).expect("counted");
        assert_eq!((rows(), synchronous(&recorder)), (1, 2), "a row after a count is as safe as any");
        read(&another).expect("written");
        assert_eq!(rows(), 2);
        std::fs::remove_file(&first.path).expect("it goes");
        assert!(read(&alert).is_err(), "no file");
        for suffix in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", first.path.display()));
        }
        std::fs::copy(&other.path, &first.path).expect("a copy");
        read(&alert).expect("written");
        assert_eq!(rows(), 1);
    }
}
