//! Lists deliveries and retries failed ones, for operators. The daemon may be running: a retry changes rows of the outbox, which the
//! workers of the sinks read.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use serde_json::Value;

use super::act::Act;
use super::delivery_state::DeliveryState;
use super::error::StoreError;
use super::ids::{Kind, whole};
use super::stages::filter::Filter;
use super::subject::Subject;
use super::trail::{Actor, audit};
use super::{connect, digests, markings};
use atalaia_core::base::text::advice;
use atalaia_core::base::time::Time;

/// A delivery of one change to one sink.
#[derive(Clone, PartialEq, Debug)]
pub struct DeliveryRow {
    /// Name of the sink.
    pub sink: String,
    /// Id of the alert.
    pub alert: String,
    /// Revision of the alert.
    pub revision: u32,
    /// Behaviour of the alert.
    pub behaviour: String,
    /// State of the delivery.
    pub state: DeliveryState,
    /// When it was queued, wall clock.
    pub since: Time,
    /// Number of attempts.
    pub attempts: u32,
    /// Earliest time of the next attempt, or of the digest that it waits for; `None` if it is not scheduled.
    pub due_at: Option<Time>,
    /// When it was accepted or given up; `None` before that.
    pub settled_at: Option<Time>,
    /// Last error, or why it was not sent.
    pub error: Option<String>,
}

/// Selects deliveries. They must match every field that is set.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DeliveryQuery {
    /// To this sink.
    pub sink: Option<String>,
    /// In this state. Changes that were not selected for a sink are no deliveries: only this state finds them.
    pub state: Option<DeliveryState>,
    /// Of this alert. The id may be shortened to four characters.
    pub alert: Option<String>,
}

impl DeliveryQuery {
    /// SQL condition on `outbox` with the parameters ?1 to ?3.
    const CONDITION: &str =
        "(?1 IS NULL OR outbox.sink = ?1) AND outbox.state = coalesce(?2, nullif(outbox.state, 'not_selected'))
         AND (?3 IS NULL OR substr(outbox.alert, 1, max(4, length(?3))) = lower(?3))";
}

/// Number of deliveries by sink and state, sorted by both. Changes that were not selected are no deliveries.
pub fn deliveries(path: &Path) -> Result<Vec<(String, DeliveryState, u64)>, StoreError> {
    let connection = connect::beside(path)?;
    let read = || -> rusqlite::Result<Vec<(String, DeliveryState, u64)>> {
        let mut query =
            connection.prepare(
                "SELECT sink, state, count(*) FROM outbox WHERE state <> 'not_selected' GROUP BY sink, state ORDER BY sink, state",
            )?;
        let rows = query.query_map(params![], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)? as u64)))?;
        rows.collect()
    };
    read().map_err(StoreError::sqlite(path))
}

/// Refuses the name of a sink without any deliveries. The error lists the known sinks.
pub fn knows_sink(path: &Path, sink: &str) -> Result<(), StoreError> {
    known_sink(&connect::beside(path)?, sink).map_err(StoreError::sqlite(path))?
}

/// The matching deliveries, in the order in which they are or were to be sent, at most `most`.
pub fn delivery_rows(path: &Path, which: &DeliveryQuery, most: usize) -> Result<Vec<DeliveryRow>, StoreError> {
    let connection = connect::beside(path)?;
    let read = || -> rusqlite::Result<Vec<DeliveryRow>> {
        let digests = digests::next(&connection)?;
        let mut query = connection.prepare(&format!(
            "SELECT outbox.sink, outbox.alert, outbox.revision, alerts.behaviour, outbox.state, outbox.since, outbox.attempts,
                 outbox.due_at, outbox.told_at, outbox.error,
                 outbox.state = 'pending' AND outbox.gathered = 1 AND outbox.digest IS NULL
             FROM outbox JOIN alerts ON alerts.id = outbox.alert WHERE {} ORDER BY outbox.seq LIMIT ?4",
            DeliveryQuery::CONDITION
        ))?;
        let rows = query.query_map(params![which.sink, which.state, which.alert, most as i64], |row| {
            let time = |column| -> rusqlite::Result<Option<Time>> {
                Ok(row.get::<_, Option<i64>>(column)?.map(Time::from_millis))
            };
            let (sink, behaviour): (String, String) = (row.get(0)?, row.get(3)?);
            let due_at = match row.get(10)? {
                true => digests.get(&(sink.clone(), behaviour.clone())).copied(),
                false => time(7)?,
            };
            Ok(DeliveryRow {
                sink,
                alert: row.get(1)?,
                revision: row.get(2)?,
                behaviour,
                state: row.get(4)?,
                since: Time::from_millis(row.get(5)?),
                attempts: row.get(6)?,
                due_at,
                settled_at: time(8)?,
                error: row.get(9)?,
            })
        })?;
        rows.collect()
    };
    read().map_err(StoreError::sqlite(path))
}

/// When each sink that failed is tried next, by name: the earliest time to come of its deliveries. While a sink is down, only one delivery is
/// tried, and the times of the others pass.
pub fn next_tries(path: &Path, now: Time) -> Result<BTreeMap<String, Time>, StoreError> {
    let connection = connect::beside(path)?;
    let read = || -> rusqlite::Result<BTreeMap<String, Time>> {
        let mut query = connection.prepare(
            "SELECT sink, min(due_at) FROM outbox WHERE state = 'pending' AND 0 < attempts AND ?1 < due_at GROUP BY sink",
        )?;
        let rows = query.query_map(params![now.millis()], |row| Ok((row.get(0)?, Time::from_millis(row.get(1)?))))?;
        rows.collect()
    };
    read().map_err(StoreError::sqlite(path))
}

/// What a retry has done.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RetryReport {
    /// Number of deliveries that were queued again.
    pub queued: u64,
    /// Number of deliveries that were left as they are, by removed sink.
    pub removed: BTreeMap<String, u64>,
    /// Number of deliveries that stay withheld, by sink and the limit that their marking exceeds.
    pub withheld: BTreeMap<(String, String), u64>,
}

/// Queues failed deliveries again, behind all others. If an alert is named, also those of it that were withheld and that its present
/// marking allows. A running daemon picks them up within seconds.
///
/// `known` are the filters of the sinks in the settings, `None` if unknown. Deliveries of other sinks are left alone: they would wait for
/// ever. The worker of the sink compares the marking again before it sends anything.
///
/// # Errors
/// `Refused` for a sink without any deliveries, and for an unknown or ambiguous alert.
pub fn retry<'a>(
    path: &Path,
    which: &DeliveryQuery,
    known: Option<&[Filter]>,
    who: impl Into<Actor<'a>>,
    why: Option<&str>,
    now: Time,
) -> Result<RetryReport, StoreError> {
    let who = who.into();
    let mut connection = connect::beside(path)?;
    if let Some(sink) = &which.sink {
        known_sink(&connection, sink).map_err(StoreError::sqlite(path))??;
    }
    if let Some(alert) = &which.alert {
        whole(&connection, Kind::Alert, alert).map_err(StoreError::sqlite(path))??;
    }
    let mut write = || -> rusqlite::Result<RetryReport> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut done = RetryReport::default();
        for delivery in stopped(&transaction, which)? {
            // A sink without a table in the settings has no worker that would take the rows.
            let filter = known.map(|known| known.iter().find(|filter| filter.sink == delivery.sink));
            if filter == Some(None) {
                *done.removed.entry(delivery.sink).or_default() += 1;
                continue;
            }
            if let Some(because) = filter.flatten().and_then(|filter| delivery.refusal(filter)) {
                *done.withheld.entry((delivery.sink, because)).or_default() += 1;
                continue;
            }
            let why =
                why.map_or_else(|| format!("sink {}", delivery.sink), |why| format!("sink {}: {why}", delivery.sink));
            audit(&transaction, now, who, Act::Retried, &Subject::alert(&delivery.alert), Some(&why))?;
            done.queued += 1;
            delivery.queue(&transaction, which.alert.is_some(), now)?;
        }
        transaction.commit()?;
        Ok(done)
    };
    write().map_err(StoreError::sqlite(path))
}

/// A delivery that goes no further by itself.
struct Stopped {
    /// Number of the outbox row.
    seq: i64,
    /// Name of the sink.
    sink: String,
    /// Id of the alert.
    alert: String,
    /// Revision of the alert.
    revision: u32,
    /// Whether it goes, or went, into a digest.
    gathered: bool,
    /// Failed or withheld.
    state: DeliveryState,
    /// The line of its change.
    line: String,
    /// The analysts' marking of the alert, as JSON; `None` without one.
    mark: Option<String>,
}

/// The matching deliveries that a retry can queue again, in the order in which they were to be sent: failed ones and, if an alert is named,
/// withheld ones.
fn stopped(transaction: &Transaction<'_>, which: &DeliveryQuery) -> rusqlite::Result<Vec<Stopped>> {
    let mut query = transaction.prepare(
        "SELECT outbox.seq, outbox.sink, outbox.alert, outbox.revision, outbox.gathered, outbox.state, changes.line, alerts.mark
         FROM outbox JOIN changes ON changes.alert = outbox.alert AND changes.revision = outbox.revision
         JOIN alerts ON alerts.id = outbox.alert
         WHERE (?1 IS NULL OR outbox.sink = ?1) AND (?2 IS NULL OR substr(outbox.alert, 1, max(4, length(?2))) = lower(?2))
             AND (outbox.state = 'failed' OR (?2 IS NOT NULL AND outbox.state = 'withheld' AND outbox.error IS NOT ?3))
         ORDER BY outbox.seq",
    )?;
    let rows = query.query_map(params![which.sink, which.alert, digests::WITHDRAWN], |row| {
        Ok(Stopped {
            seq: row.get(0)?,
            sink: row.get(1)?,
            alert: row.get(2)?,
            revision: row.get(3)?,
            gathered: row.get(4)?,
            state: row.get(5)?,
            line: row.get(6)?,
            mark: row.get(7)?,
        })
    })?;
    rows.collect()
}

impl Stopped {
    /// Why a withheld delivery still may not go to the sink; `None` if it may, and for a failed one, which the sink may receive.
    fn refusal(&self, filter: &Filter) -> Option<String> {
        if self.state != DeliveryState::Withheld {
            return None;
        }
        // The store writes only valid lines.
        let mut change: Value = serde_json::from_str(&self.line).unwrap_or_default();
        markings::apply(&mut change["alert"], self.mark.as_deref());
        filter.clearance.refusal(&markings::of_machine(&change["alert"]))
    }

    /// Queues the delivery again. `is_named` is whether its alert was named.
    fn queue(&self, transaction: &Transaction<'_>, is_named: bool, now: Time) -> rusqlite::Result<()> {
        let Stopped { seq, sink, alert, revision, gathered, .. } = self;
        // All rows of a digest come here one by one. They stay together unless a single alert was named.
        if *gathered && !is_named {
            return digests::retry_gathered(transaction, *seq, now);
        }
        match gathered {
            true => digests::retry_singly(transaction, *seq)?,
            false => digests::retry_digest(transaction, sink, &format!("{alert}-{revision}"), now)?,
        }
        // Receivers often keep the message that arrives last. Queue newer changes again behind it: all pending ones and the last delivered
        // one.
        let mut newer = transaction.prepare_cached(
            "SELECT seq FROM outbox WHERE sink = ?1 AND alert = ?2 AND ?3 < revision AND gathered = 0
             AND state IN ('pending', 'told')
             AND (state = 'pending' OR revision = (SELECT max(revision) FROM outbox AS other WHERE other.sink = ?1
                 AND other.alert = ?2 AND other.state = 'told' AND other.gathered = 0))
             ORDER BY revision",
        )?;
        let newer = newer
            .query_map(params![sink, alert, revision], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        // The error of a failed delivery is still worth reading; the reason for which one was withheld no longer holds.
        let mut behind = transaction.prepare_cached(
            "UPDATE outbox SET seq = (SELECT max(seq) + 1 FROM outbox), due_at = NULL, told_at = NULL,
                 error = iif(state = 'withheld', NULL, error), since = CASE WHEN state = 'pending' THEN since ELSE ?2 END,
                 attempts = CASE WHEN ?3 THEN 0 ELSE attempts END, state = 'pending'
             WHERE seq = ?1",
        )?;
        behind.execute(params![seq, now.millis(), true])?;
        for seq in newer {
            behind.execute(params![seq, now.millis(), false])?;
        }
        Ok(())
    }
}

/// Refuses the name of a sink that no row of the outbox has. The outer error is that of SQLite.
fn known_sink(connection: &Connection, sink: &str) -> rusqlite::Result<Result<(), StoreError>> {
    let mut query = connection.prepare("SELECT DISTINCT sink FROM outbox ORDER BY sink")?;
    let known = query.query_map(params![], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    Ok(match known.iter().any(|name| name == sink) {
        true => Ok(()),
        false if known.is_empty() => Err(StoreError::Refused(format!("no deliveries for sink `{sink}`, nor for any"))),
        false => {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            Err(StoreError::Refused(format!("no deliveries for sink `{sink}`; {}", advice(sink, &known))))
        }
    })
}
