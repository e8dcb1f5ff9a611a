//! The outcomes of attempts to deliver, as the workers of the sinks report them, and the end of deliveries whose sink is gone.
//!
//! The outcome of a digest is that of every change in it.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::act::Act;
use super::digests;
use super::stages::filter::Filter;
use super::subject::Subject;
use super::trail::{OURSELVES, audit, audit_withheld};
use atalaia_core::base::time::Time;

/// Error text of pending deliveries whose sink no longer exists.
pub(super) const NOT_NAMED: &str = "this sink is no longer in the settings";

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
                    audit(
                        transaction,
                        now,
                        OURSELVES,
                        Act::Undelivered,
                        &Subject::alert(alert),
                        Some(&format!("sink {sink}: {why}")),
                    )?;
                }
                failed.map(|(sink, ..)| sink)
            }
            Outcome::Withheld { why } => {
                let withheld: Option<(String, String, u32)> =
                    withheld.query_row(params![seq, now.millis(), why], row).optional()?;
                if let Some((sink, alert, revision)) = &withheld {
                    digests::dissolve(transaction, sink, &key(alert, *revision))?;
                    audit_withheld(transaction, now, alert, sink, why)?;
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
