//! Records that somebody read something.
//!
//! The same person reading the same thing for the same purpose again within 15 minutes is not another row: the row counts how often and
//! says when last. That count is not covered by the digest of the row, and a loss of power may take the last of it.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

use super::connect;
use super::error::StoreError;
use super::trail::{Actor, Record, Verb, write};
use atalaia_core::base::time::{Span, Time};

/// How long after its first reading a row takes in later ones.
const TOGETHER: Span = Span::from_minutes(15);

/// Records that `by` read something. `what` is the kind of reading, one word; `subject` as in a [`Record`]; `why` the reason if one was
/// asked, which makes a row of its own.
pub fn consulted(
    path: &Path,
    by: Actor<'_>,
    what: &str,
    subject: &str,
    why: Option<&str>,
    now: Time,
) -> Result<(), StoreError> {
    let failed = StoreError::sqlite(path);
    let record = Record { by, verb: Verb::Consultation, what, subject, why, result: None };
    let connection = connect::beside(path)?;
    if let Some(seq) = recent(&connection, &record, now).map_err(&failed)? {
        return raise(&connection, seq, now).map_err(&failed);
    }
    drop(connection);
    connect::in_transaction(path, |transaction| {
        // Looked up again, because another request of the same person may have come first.
        match recent(transaction, &record, now).map_err(&failed)? {
            Some(seq) => raise(transaction, seq, now).map_err(&failed),
            None => write(transaction, now, &record).map(drop).map_err(&failed),
        }
    })
}

/// The row that takes in this reading, if there is one.
fn recent(connection: &Connection, record: &Record<'_>, now: Time) -> rusqlite::Result<Option<i64>> {
    let Record { by, verb, what, subject, why, .. } = record;
    let mut query = connection.prepare_cached(
        "SELECT seq FROM audit WHERE subject = ?1 AND verb = ?2 AND what = ?3 AND who = ?4 AND purpose IS ?5 AND why IS ?6
             AND at > ?7 AND at <= ?8 ORDER BY seq DESC LIMIT 1",
    )?;
    let since = (now - TOGETHER).millis();
    query
        .query_row(params![subject, verb.name(), what, by.who, by.purpose, why, since, now.millis()], |row| row.get(0))
        .optional()
}

/// Counts one more reading in a row.
fn raise(connection: &Connection, seq: i64, now: Time) -> rusqlite::Result<()> {
    // A sync for each repeated reading would hold up the writer of alerts; the first one was synced.
    if connection.is_autocommit() {
        connection.pragma_update(None, "synchronous", "NORMAL")?;
    }
    let mut raise = connection.prepare_cached("UPDATE audit SET times = times + 1, repeated_at = ?2 WHERE seq = ?1")?;
    raise.execute(params![seq, now.millis()]).map(drop)
}
