//! Records that somebody read something.
//!
//! The same person reading the same thing for the same purpose again within 15 minutes is not another row: the row counts how often and
//! says when last. That count is not covered by the digest of the row, and a loss of power may take the last of it.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::act::Act;
use super::connect;
use super::error::StoreError;
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

/// Records readings, in their order. Those that come together share one transaction, because the sync at its end takes longer than the rest.
pub fn consulted(path: &Path, all: &[Consultation<'_>], now: Time) -> Result<(), StoreError> {
    let mut connection = connect::beside(path)?;
    write_all(&mut connection, all, now).map_err(StoreError::sqlite(path))
}

/// Writes the rows.
fn write_all(connection: &mut Connection, all: &[Consultation<'_>], now: Time) -> rusqlite::Result<()> {
    let known = all.iter().map(|one| recent(connection, &one.record(), now)).collect::<rusqlite::Result<Vec<_>>>()?;
    if known.iter().all(Option::is_some) {
        // A sync for each repeated reading would hold up the writer of alerts; the first one was synced.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        return known.into_iter().flatten().try_for_each(|seq| raise(connection, seq, now));
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
