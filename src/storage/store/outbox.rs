//! The outbox: one row per sink and change. It says how far the change has got on its way to the sink; a pending row is to be delivered.
//!
//! | from | to | when |
//! |---|---|---|
//! | - | not selected, silenced, withheld | a stage stops the change as it is stored |
//! | - | pending | no stage stops it; `gathered` if it goes into a digest |
//! | pending | delivered | the sink, or the sink of its digest, has accepted it |
//! | pending | pending | a failed attempt: `due_at` says when it is tried again |
//! | pending | withheld | its marking, or the clearance of the sink, no longer allows it |
//! | pending | failed | it is given up, or the sink is no longer in the settings |
//! | failed | pending | an operator retries it; it then goes behind all others, with its error and no attempts |
//! | withheld | pending | an operator retries its alert, whose marking now allows it |
//!
//! `told_at` is when a row was accepted or given up; of a pending row, when a part of its receivers got it. The worker of a sink reads the
//! rows in the order of `seq`, on a connection of its own (`Outbox`), and reports outcomes to the writer. Beside the writer, only commands
//! of people change rows: a retry, a marking, a purge.

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, params};
use serde::Deserialize;
use serde_json::Value;

use super::error::StoreError;
use super::stages::clear::Clearance;
use super::{connect, markings};
use atalaia_core::alerts::Handling;
use atalaia_core::base::time::Time;

/// A delivery: one change on its way to one sink.
#[derive(Clone, PartialEq, Debug)]
pub struct OutboxRow {
    /// Number of the row. Later rows have higher numbers.
    pub seq: i64,
    /// The change as one line of JSON, without a line end.
    pub line: Arc<str>,
    /// Since when it has been waiting, wall clock.
    pub since: Time,
    /// Number of attempts so far.
    pub attempts: u32,
    /// Earliest time of the next attempt; `None` for at once.
    pub due_at: Option<Time>,
    /// Whether it only reports the end of an alert, with data the sink has already received. No marking holds it back.
    pub closing_notice: bool,
    /// Whether an operator has queued it again, and it has not been tried since.
    pub by_hand: bool,
}

/// The columns of an [`OutboxRow`]. The change is joined for its line, the alert for its marking.
const WAITING: &str =
    "SELECT outbox.seq, coalesce(outbox.line, changes.line), outbox.since, outbox.attempts, outbox.due_at,
         outbox.line IS NOT NULL, alerts.mark,
         outbox.attempts = 0 AND outbox.error IS NOT NULL AND outbox.due_at IS NULL
     FROM outbox JOIN changes ON changes.alert = outbox.alert AND changes.revision = outbox.revision
     JOIN alerts ON alerts.id = outbox.alert";

/// A stored change with the current marking of its alert.
fn marked(line: &str, mark: &str) -> String {
    let Ok(mut change) = serde_json::from_str::<Value>(line) else {
        return line.to_owned();
    };
    markings::apply(&mut change["alert"], Some(mark));
    change.to_string()
}

/// Reads pending deliveries, independently of the writer.
#[derive(Debug)]
pub struct Outbox {
    connection: Connection,
}

impl Outbox {
    /// Opens the outbox of a store that a daemon has opened.
    pub fn open(path: &Path) -> Result<Outbox, StoreError> {
        Ok(Outbox { connection: connect::beside(path)? })
    }

    /// Row numbers of pending deliveries of a sink, in order, at most `most`. Rows that wait for a digest are left out.
    pub fn rows(&self, sink: &str, most: usize) -> Result<Vec<i64>, StoreError> {
        let read = || -> rusqlite::Result<Vec<i64>> {
            let mut query = self.connection.prepare_cached(
                "SELECT seq FROM outbox WHERE sink = ?1 AND gathered = 0 AND state = 'pending' ORDER BY seq LIMIT ?2",
            )?;
            query.query_map(params![sink, most as i64], |row| row.get(0))?.collect()
        };
        read().map_err(|cause| self.failed(cause))
    }

    /// Reads one row; `None` if it is no longer pending.
    pub fn row(&self, seq: i64) -> Result<Option<OutboxRow>, StoreError> {
        let rows = format!("{WAITING} WHERE outbox.seq = ?1 AND outbox.state = 'pending' AND outbox.gathered = 0");
        Ok(self.read(&rows, params![seq])?.pop())
    }

    /// For each open alert that a sink knows, the last change it received. It carries the current marking or, if the clearance does not
    /// allow that, the earlier one. Alerts that are allowed with neither are left out.
    pub fn open_alerts(&self, sink: &str, clearance: &Clearance) -> Result<Vec<(i64, Arc<str>)>, StoreError> {
        let may_go = |line: &str| {
            let change: Value = serde_json::from_str(line).unwrap_or_default();
            let handling = Handling::deserialize(&change["alert"]["handling"]);
            handling.is_ok_and(|handling| clearance.refusal(&handling).is_none())
        };
        let read = || -> rusqlite::Result<Vec<(i64, Arc<str>)>> {
            let mut query = self.connection.prepare_cached(
                "SELECT outbox.seq, coalesce(outbox.line, changes.line), alerts.mark
                 FROM outbox JOIN changes ON changes.alert = outbox.alert AND changes.revision = outbox.revision
                 JOIN alerts ON alerts.id = outbox.alert
                 WHERE outbox.sink = ?1 AND outbox.state = 'told' AND outbox.gathered = 0 AND alerts.status = 'open'
                 AND outbox.revision = (SELECT max(revision) FROM outbox AS other WHERE other.sink = outbox.sink
                     AND other.alert = outbox.alert AND other.state = 'told' AND other.gathered = 0)
                 ORDER BY outbox.seq",
            )?;
            let rows = query.query_map(params![sink], |row| {
                let (line, mark): (String, Option<String>) = (row.get(1)?, row.get(2)?);
                let told = mark.map(|mark| marked(&line, &mark)).into_iter().chain([line]).find(|line| may_go(line));
                Ok(told.map(|line| (row.get(0), Arc::from(line))))
            })?;
            rows.filter_map(Result::transpose).map(|row| row.and_then(|(seq, line)| Ok((seq?, line)))).collect()
        };
        read().map_err(|cause| self.failed(cause))
    }

    /// The distinct times after `since` at which a sink accepted deliveries, earliest first.
    pub fn delivered_since(&self, sink: &str, since: Time) -> Result<Vec<Time>, StoreError> {
        let read = || -> rusqlite::Result<Vec<Time>> {
            let mut query = self.connection.prepare_cached(
                "SELECT DISTINCT told_at FROM outbox WHERE sink = ?1 AND state IN ('told', 'pending') AND ?2 < told_at ORDER BY told_at",
            )?;
            query.query_map(params![sink, since.millis()], |row| Ok(Time::from_millis(row.get(0)?)))?.collect()
        };
        read().map_err(|cause| self.failed(cause))
    }

    /// Runs a query that begins with `WAITING`. A closing notice keeps the marking under which the sink received its content; any other row
    /// gets the marking in force now.
    fn read(&self, rows: &str, params: impl rusqlite::Params) -> Result<Vec<OutboxRow>, StoreError> {
        let read = || -> rusqlite::Result<Vec<OutboxRow>> {
            let mut query = self.connection.prepare_cached(rows)?;
            let rows = query.query_map(params, |row| {
                let (line, closing_notice): (String, bool) = (row.get(1)?, row.get(5)?);
                let mark = row.get::<_, Option<String>>(6)?.filter(|_| !closing_notice);
                Ok(OutboxRow {
                    seq: row.get(0)?,
                    line: mark.map_or_else(|| line.as_str().into(), |mark| marked(&line, &mark).into()),
                    since: Time::from_millis(row.get(2)?),
                    attempts: row.get(3)?,
                    due_at: row.get::<_, Option<i64>>(4)?.map(Time::from_millis),
                    closing_notice,
                    by_hand: row.get(7)?,
                })
            })?;
            rows.collect()
        };
        read().map_err(|cause| self.failed(cause))
    }

    /// The error with the path of the open file.
    fn failed(&self, cause: rusqlite::Error) -> StoreError {
        StoreError::Sqlite { path: self.connection.path().unwrap_or_default().into(), cause }
    }
}
