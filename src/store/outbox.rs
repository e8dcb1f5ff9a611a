//! Who is to be told of what: one row for each sink and change, pending until the sink took it.

use std::sync::Arc;

use rusqlite::{Connection, Transaction, params};

use crate::alerts::Severity;
use crate::time::Time;

/// What one sink wants to be told of.
#[derive(Clone, PartialEq, Debug)]
pub struct Wants {
    /// Its name.
    pub sink: String,
    /// Nothing below this.
    pub min_severity: Severity,
}

/// One line on its way to one sink.
#[derive(Clone, PartialEq, Debug)]
pub struct Delivery {
    /// Its row.
    pub seq: i64,
    /// To whom.
    pub sink: String,
    /// The line, JSON without a line end.
    pub line: Arc<str>,
}

/// Adds a row; nothing if there is one for this change already.
pub(super) fn add(
    transaction: &Transaction<'_>,
    sink: &str,
    alert: &str,
    revision: u32,
    state: &str,
) -> rusqlite::Result<Option<i64>> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO outbox (sink, alert, revision, state) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    )?;
    let added = insert.execute(params![sink, alert, revision, state])?;
    Ok((0 < added).then(|| transaction.last_insert_rowid()))
}

/// Whether the sink has been, or is about to be, told of the alert.
pub(super) fn knows(transaction: &Transaction<'_>, sink: &str, alert: &str) -> rusqlite::Result<bool> {
    let mut query = transaction.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM outbox WHERE sink = ?1 AND alert = ?2 AND state IN ('pending', 'told'))",
    )?;
    query.query_row(params![sink, alert], |row| row.get(0))
}

/// What waits since an earlier run, in order; rows of sinks that nobody names any more are marked as failed.
pub(super) fn pending(connection: &Connection, wants: &[Wants]) -> rusqlite::Result<Vec<Delivery>> {
    let mut query = connection.prepare(
        "SELECT outbox.seq, outbox.sink, changes.line FROM outbox
         JOIN changes ON changes.alert = outbox.alert AND changes.revision = outbox.revision
         WHERE outbox.state = 'pending' ORDER BY outbox.seq",
    )?;
    let rows = query.query_map([], |row| {
        let line: String = row.get(2)?;
        Ok(Delivery { seq: row.get(0)?, sink: row.get(1)?, line: line.into() })
    })?;
    let all = rows.collect::<rusqlite::Result<Vec<Delivery>>>()?;
    let (known, gone): (Vec<Delivery>, Vec<Delivery>) =
        all.into_iter().partition(|waiting| wants.iter().any(|wants| wants.sink == waiting.sink));
    for delivery in gone {
        connection.execute(
            "UPDATE outbox SET state = 'failed', error = 'the settings no longer name this sink' WHERE seq = ?1",
            [delivery.seq],
        )?;
    }
    Ok(known)
}

/// The sinks took these.
pub(super) fn told(transaction: &Transaction<'_>, rows: &[i64], now: Time) -> rusqlite::Result<()> {
    let mut update = transaction.prepare_cached("UPDATE outbox SET state = 'told', told_at = ?2 WHERE seq = ?1")?;
    rows.iter().try_for_each(|seq| update.execute(params![seq, now.millis()]).map(drop))
}
