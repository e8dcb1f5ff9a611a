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
//! | failed | pending | an operator retries it; it then goes behind all others |
//!
//! `told_at` is when a row was accepted or given up; of a pending row, when a part of its receivers got it. The worker of a sink reads the
//! rows in the order of `seq`, on a connection of its own (`Outbox`), and reports outcomes to the writer. Beside the writer, only commands
//! of people change rows: a retry, a marking, a purge.

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::Deserialize;
use serde_json::Value;

use super::delivery_state::DeliveryState;
use super::digests::{self, SinkHistory, Way};
use super::error::StoreError;
use super::stages::clear::Clearance;
use super::stages::filter::Filter;
use super::stages::{self, Decision, Knowledge};
use super::trail::{OURSELVES, audit};
use super::{connect, markings};
use atalaia_core::alerts::{Alert, Change, ChangeKind, Handling, Severity};
use atalaia_core::base::time::Time;

/// Error text of pending deliveries whose sink no longer exists.
pub(super) const NOT_NAMED: &str = "this sink is no longer in the settings";

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
}

/// Result of an attempt to deliver.
#[derive(Clone, PartialEq, Debug)]
pub struct AttemptReport {
    /// Number of the outbox row.
    pub seq: i64,
    /// Number of attempts including this one.
    pub attempts: u32,
    /// The outcome.
    pub outcome: Outcome,
}

/// Outcome of an attempt.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// The sink accepted it.
    Delivered,
    /// It will be tried again.
    Later {
        /// Earliest time of the next attempt.
        due_at: Time,
        /// The error.
        why: String,
        /// Whether some receivers behind the sink have it. The delivery then counts as received by the sink.
        partly: bool,
    },
    /// Not tried yet: the pace of the sink allows it later.
    Paced {
        /// When its pace allows the next delivery.
        due_at: Time,
    },
    /// Given up. It is tried again only on request.
    Failed {
        /// The error.
        why: String,
    },
    /// Not sent, because the marking of the alert or the clearance of the sink has changed since it was queued.
    Withheld {
        /// The reason.
        why: String,
    },
}

/// Offers a change to one sink and records what the stages decide. `silence` is the one that covers the alert, if any. Returns whether a
/// delivery is now due.
pub(super) fn offer(
    transaction: &Transaction<'_>,
    filter: &Filter,
    change: &Change,
    silence: Option<&str>,
    now: Time,
) -> rusqlite::Result<bool> {
    let (sink, alert) = (&filter.sink, &change.alert);
    let closes = matches!(change.change, ChangeKind::Ended | ChangeKind::Retracted);
    // Looked up only where it matters: it is a query for each sink and change.
    let known = match closes || filter.digest_after.is_some() {
        true => SinkHistory::of(transaction, sink, &alert.id)?,
        false => SinkHistory::default(),
    };
    let knowledge = match known {
        _ if !closes => Knowledge::Nothing,
        SinkHistory { singly: true, .. } => Knowledge::Singly,
        SinkHistory { gathered: true, .. } => Knowledge::ByDigest,
        _ => Knowledge::Nothing,
    };
    let row = Row { sink, alert: &alert.id, revision: change.revision };
    let line = match stages::decide(filter, alert, silence, knowledge) {
        Decision::NotSelected { because } => return row.stop(transaction, DeliveryState::NotSelected, &because, now),
        Decision::Silenced { by } => return row.stop(transaction, DeliveryState::Silenced, &by, now),
        Decision::Withheld { because } => return row.withhold(transaction, &because, now),
        Decision::ClosingNotice { because } => {
            // Plain data: serialising cannot fail.
            let ended = serde_json::to_value(change).unwrap_or_default();
            let line = closing_notice(transaction, filter, &alert.id, |last| {
                ["change", "revision", "at"].iter().for_each(|key| last[*key] = ended[*key].clone());
                ["status", "ended_at"].iter().for_each(|key| last["alert"][*key] = ended["alert"][*key].clone());
            })?;
            if line.is_none() {
                return row.withhold(transaction, &because, now);
            }
            line
        }
        Decision::Due => None,
    };
    let offer = digests::Offer { behaviour: alert.behaviour.name(), severity: alert.severity, closes, known };
    row.queue(transaction, filter, &offer, line, now)
}

/// The place of a change in the outbox.
struct Row<'a> {
    /// Name of the sink.
    sink: &'a str,
    /// Id of the alert.
    alert: &'a str,
    revision: u32,
}

impl Row<'_> {
    /// Records that the change goes no further. Returns that nothing is due.
    fn stop(
        &self,
        transaction: &Transaction<'_>,
        state: DeliveryState,
        because: &str,
        now: Time,
    ) -> rusqlite::Result<bool> {
        self.record(transaction, state, because, now).map(|_| false)
    }

    /// Records that the sink may not receive the change, and the first time also in the audit trail. Returns that nothing is due.
    fn withhold(&self, transaction: &Transaction<'_>, because: &str, now: Time) -> rusqlite::Result<bool> {
        let Row { sink, alert, .. } = self;
        if !self.record(transaction, DeliveryState::Withheld, because, now)? {
            return Ok(false);
        }
        // Every further change of the alert would add the same row to the audit trail.
        let first: bool = transaction.query_row(
            "SELECT count(*) = 1 FROM outbox WHERE sink = ?1 AND alert = ?2 AND state = 'withheld'",
            params![sink, alert],
            |row| row.get(0),
        )?;
        if first {
            audit(transaction, now, OURSELVES, "withheld", alert, Some(&format!("sink {sink}: {because}")))?;
        }
        Ok(false)
    }

    /// Returns whether there was no row yet.
    fn record(
        &self,
        transaction: &Transaction<'_>,
        state: DeliveryState,
        because: &str,
        now: Time,
    ) -> rusqlite::Result<bool> {
        let mut insert = transaction.prepare_cached(
            "INSERT INTO outbox (sink, alert, revision, state, since, error) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO NOTHING",
        )?;
        let row = params![self.sink, self.alert, self.revision, state, now.millis(), because];
        insert.execute(row).map(|added| 0 < added)
    }

    /// Queues the change, singly or for a digest. Returns whether a single delivery is now due.
    fn queue(
        &self,
        transaction: &Transaction<'_>,
        filter: &Filter,
        offer: &digests::Offer<'_>,
        line: Option<String>,
        now: Time,
    ) -> rusqlite::Result<bool> {
        let Row { sink, alert, revision } = self;
        let way = offer.way(transaction, filter, now)?;
        let gathered = way == Way::Gathered;
        let mut insert = transaction.prepare_cached(
            "INSERT INTO outbox (sink, alert, revision, state, line, since, error, gathered)
             VALUES (?1, ?2, ?3, 'pending', ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
        )?;
        let waits = gathered.then_some(digests::WAITS);
        let added = insert.execute(params![sink, alert, revision, line, now.millis(), waits, gathered])?;
        if 0 < added && way == (Way::Single { counts: true }) {
            digests::note_single(transaction, sink, offer.behaviour, now)?;
        }
        Ok(0 < added && !gathered)
    }
}

/// Why a change that the store makes itself does not go to a sink.
const UNKNOWN_THERE: &str = "the sink has received nothing of the alert";

/// The end of an alert that no engine follows any more.
pub(super) struct Ending<'a> {
    /// Id of the alert.
    pub(super) alert: &'a str,
    /// Name of its behaviour, for the cap of the sink.
    pub(super) behaviour: &'a str,
    /// Its severity, for the cap of the sink.
    pub(super) severity: Severity,
    /// The revision that ends it.
    pub(super) revision: u32,
    /// Event time of the end.
    pub(super) at: Time,
    /// The marking in force.
    pub(super) handling: &'a Handling,
}

/// Offers the end of an alert to a sink that knows it, without data the sink may not receive. Returns whether a delivery is now due.
pub(super) fn offer_end(
    transaction: &Transaction<'_>,
    filter: &Filter,
    end: &Ending<'_>,
    now: Time,
) -> rusqlite::Result<bool> {
    let sink = &filter.sink;
    let known = SinkHistory::of(transaction, sink, end.alert)?;
    let row = Row { sink, alert: end.alert, revision: end.revision };
    if !known.singly && !known.gathered {
        return row.stop(transaction, DeliveryState::NotSelected, UNKNOWN_THERE, now);
    }
    let mut line = None;
    if known.singly
        && let Some(because) = filter.clearance.refusal(end.handling)
    {
        line = closing_notice(transaction, filter, end.alert, |told| {
            told["change"] = "ended".into();
            told["revision"] = end.revision.into();
            told["at"] = end.at.to_string().into();
            told["alert"]["status"] = "ended".into();
            told["alert"]["ended_at"] = told["alert"]["last_at"].clone();
        })?;
        if line.is_none() {
            return row.stop(transaction, DeliveryState::Withheld, &because, now);
        }
    }
    let offer = digests::Offer { behaviour: end.behaviour, severity: end.severity, closes: true, known };
    row.queue(transaction, filter, &offer, line, now)
}

/// Offers the change that reopens an alert to a sink that knows the alert, unless its current marking does not allow it.
pub(super) fn offer_again(
    transaction: &Transaction<'_>,
    filter: &Filter,
    (alert, revision): (&Alert, u32),
    handling: &Handling,
    now: Time,
) -> rusqlite::Result<bool> {
    let known = SinkHistory::of(transaction, &filter.sink, &alert.id)?;
    let row = Row { sink: &filter.sink, alert: &alert.id, revision };
    if !known.singly && !known.gathered {
        return row.stop(transaction, DeliveryState::NotSelected, UNKNOWN_THERE, now);
    }
    if let Some(because) = filter.clearance.refusal(handling) {
        return row.stop(transaction, DeliveryState::Withheld, &because, now);
    }
    let offer = digests::Offer { behaviour: alert.behaviour.name(), severity: alert.severity, closes: false, known };
    row.queue(transaction, filter, &offer, None, now)
}

/// The closing notice of an alert that the sink knows but may no longer receive, as JSON; `close` sets what the end changes. It is the
/// latest change it has received, restated as ended. A pending change counts as well if the sink may still receive it. `None` if there is
/// no such change.
fn closing_notice(
    transaction: &Transaction<'_>,
    filter: &Filter,
    alert: &str,
    close: impl FnOnce(&mut Value),
) -> rusqlite::Result<Option<String>> {
    let mut query = transaction.prepare_cached(
        "SELECT coalesce(outbox.line, changes.line), outbox.told_at IS NOT NULL, alerts.mark FROM outbox
         JOIN changes ON changes.alert = outbox.alert AND changes.revision = outbox.revision
         JOIN alerts ON alerts.id = outbox.alert
         WHERE outbox.sink = ?1 AND outbox.alert = ?2 AND outbox.state IN ('pending', 'told') AND outbox.gathered = 0
         ORDER BY outbox.revision DESC",
    )?;
    let mut rows = query.query(params![filter.sink, alert])?;
    while let Some(row) = rows.next()? {
        let (line, told, mark): (String, bool, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        // Skips a line that does not parse; the store writes only valid ones.
        let Ok(mut change) = serde_json::from_str::<Value>(&line) else {
            continue;
        };
        if !told {
            markings::apply(&mut change["alert"], mark.as_deref());
            let handling = Handling::deserialize(&change["alert"]["handling"]);
            if !handling.is_ok_and(|handling| filter.clearance.refusal(&handling).is_none()) {
                continue;
            }
        }
        close(&mut change);
        // The last summary describes something that is still going on.
        let told = change["alert"]["summary"].as_str().unwrap_or_default();
        change["alert"]["summary"] = format!("Ended. Last sent: {told}").into();
        change["reason"] = "ended; the marking of later findings does not allow more to be sent".into();
        return Ok(Some(change.to_string()));
    }
    Ok(None)
}

/// The columns of an [`OutboxRow`]. The change is joined for its line, the alert for its marking.
const WAITING: &str =
    "SELECT outbox.seq, coalesce(outbox.line, changes.line), outbox.since, outbox.attempts, outbox.due_at,
         outbox.line IS NOT NULL, alerts.mark
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

/// Gives up the pending deliveries of sinks that are not in the settings, at the start and after each reload. They would wait for ever. A
/// retry sends them once the sink is back.
pub(super) fn give_up(connection: &Connection, filter: &[Filter], now: Time) -> rusqlite::Result<()> {
    let mut sinks = connection.prepare("SELECT DISTINCT sink FROM outbox WHERE state = 'pending'")?;
    let sinks = sinks.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    for sink in sinks.iter().filter(|sink| filter.iter().all(|filter| filter.sink != **sink)) {
        connection.execute(
            "UPDATE outbox SET state = 'failed', error = ?2, told_at = ?3 WHERE sink = ?1 AND state = 'pending'",
            params![sink, NOT_NAMED, now.millis()],
        )?;
    }
    Ok(())
}

/// Records the outcome of attempts. Returns the sinks whose number of failed deliveries may have changed, for the alert about them. A
/// report about a row that was purged meanwhile changes nothing.
pub(super) fn tried(transaction: &Transaction<'_>, all: &[AttemptReport], now: Time) -> rusqlite::Result<Vec<String>> {
    let mut told = transaction.prepare_cached(
        "UPDATE outbox SET state = 'told', told_at = ?2, attempts = ?3, due_at = NULL, error = NULL WHERE seq = ?1
         RETURNING sink, alert, revision",
    )?;
    let mut later = transaction.prepare_cached(
        "UPDATE outbox SET attempts = ?2, due_at = ?3, error = ?4, told_at = coalesce(?5, told_at) WHERE seq = ?1 AND state = 'pending'",
    )?;
    let mut paced = transaction.prepare_cached("UPDATE outbox SET due_at = ?2 WHERE seq = ?1 AND state = 'pending'")?;
    let mut failed = transaction.prepare_cached(
        "UPDATE outbox SET state = 'failed', told_at = ?2, attempts = ?3, due_at = NULL, error = ?4 WHERE seq = ?1
         RETURNING sink, alert, revision",
    )?;
    let mut withheld = transaction.prepare_cached(
        "UPDATE outbox SET state = iif(told_at IS NULL, 'withheld', 'told'), told_at = coalesce(told_at, ?2), due_at = NULL, error = ?3
         WHERE seq = ?1 RETURNING sink, alert, revision",
    )?;
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let mut sinks = Vec::new();
    for AttemptReport { seq, attempts, outcome } in all {
        let sink = match outcome {
            Outcome::Delivered => {
                let told: Option<(String, String, u32)> =
                    told.query_row(params![seq, now.millis(), attempts], row).optional()?;
                if let Some((sink, alert, revision)) = &told {
                    digests::settle(transaction, sink, &key(alert, *revision), "told", None, now)?;
                }
                told.map(|(sink, ..)| sink)
            }
            Outcome::Later { due_at, why, partly } => {
                later.execute(params![seq, attempts, due_at.millis(), why, partly.then_some(now.millis())])?;
                None
            }
            Outcome::Paced { due_at } => {
                paced.execute(params![seq, due_at.millis()])?;
                None
            }
            Outcome::Failed { why } => {
                let failed: Option<(String, String, u32)> =
                    failed.query_row(params![seq, now.millis(), attempts, why], row).optional()?;
                if let Some((sink, alert, revision)) = &failed {
                    digests::settle(transaction, sink, &key(alert, *revision), "failed", Some(why), now)?;
                    audit(transaction, now, OURSELVES, "undelivered", alert, Some(&format!("sink {sink}: {why}")))?;
                }
                failed.map(|(sink, ..)| sink)
            }
            Outcome::Withheld { why } => {
                let withheld: Option<(String, String, u32)> =
                    withheld.query_row(params![seq, now.millis(), why], row).optional()?;
                if let Some((sink, alert, revision)) = &withheld {
                    digests::dissolve(transaction, sink, &key(alert, *revision))?;
                    audit(transaction, now, OURSELVES, "withheld", alert, Some(&format!("sink {sink}: {why}")))?;
                }
                None
            }
        };
        if let Some(sink) = sink.filter(|sink| !sinks.contains(sink)) {
            sinks.push(sink);
        }
    }
    Ok(sinks)
}

/// The key of a delivery.
fn key(alert: &str, revision: u32) -> String {
    format!("{alert}-{revision}")
}
