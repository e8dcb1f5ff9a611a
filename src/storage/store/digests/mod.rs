//! Digests: changes of a behaviour beyond the hourly cap of a sink are sent to it as a list of ids instead of one by one.
//!
//! The outbox keeps one row per change. A row beyond the cap is *gathered*: it waits for a digest and takes over the outcome of that
//! digest. A digest is an alert of its own, stored as a fact. It opens when the cap is first exceeded, each later revision lists what has
//! been gathered since, and it ends when nothing was gathered for an hour. It is delivered to one sink and retried and listed like any
//! alert.
//!
//! Critical alerts are always sent singly. So is the end of an alert that the sink received singly, because the alert would otherwise stay
//! open there for ever. The end of an alert that the sink knows only from a digest is sent in a digest, too.

mod forming;

use rusqlite::{Transaction, params};

use super::filter::Filter;
use atalaia_core::alerts::Severity;
use atalaia_core::base::time::{Span, Time};

pub(super) use forming::{form, is_due};

/// The period that the cap refers to.
const HOUR: Span = Span::from_hours(1);

/// Prefix of the text on a row that was delivered in a digest. The key of the digest follows.
pub const IN_DIGEST: &str = "in digest ";

/// Text on a row that is in no digest yet.
pub(super) const WAITS: &str = "waits for a digest";

/// How a change is sent to a sink.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    /// By itself. `counts` is whether it counts towards the cap.
    Single { counts: bool },
    /// In a digest.
    Gathered,
}

/// What a sink knows of an alert.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct SinkHistory {
    /// A change of it was sent singly or is about to be.
    pub(super) singly: bool,
    /// It is in a digest or waits for one.
    pub(super) gathered: bool,
    /// A change of it is gathered and not delivered yet.
    pub(super) waits: bool,
}

impl SinkHistory {
    pub(super) fn of(transaction: &Transaction<'_>, sink: &str, alert: &str) -> rusqlite::Result<SinkHistory> {
        let mut query = transaction.prepare_cached(
            "SELECT coalesce(max(gathered = 0), 0), coalesce(max(gathered = 1), 0),
                 coalesce(max(gathered = 1 AND state = 'pending'), 0)
             FROM outbox WHERE sink = ?1 AND alert = ?2 AND state IN ('pending', 'told')",
        )?;
        query.query_row(params![sink, alert], |row| {
            Ok(SinkHistory { singly: row.get(0)?, gathered: row.get(1)?, waits: row.get(2)? })
        })
    }
}

/// A change that is to be sent to a sink.
pub(super) struct Offer<'a> {
    pub(super) behaviour: &'a str,
    pub(super) severity: Severity,
    /// Whether it ends the alert.
    pub(super) closes: bool,
    pub(super) known: SinkHistory,
}

impl Offer<'_> {
    /// Decides how the change is sent to the sink.
    pub(super) fn way(&self, transaction: &Transaction<'_>, filter: &Filter, now: Time) -> rusqlite::Result<Way> {
        let single = |counts| Ok(Way::Single { counts });
        let Some(most) = filter.digest_after else {
            return match self.closes && self.known.gathered && !self.known.singly {
                // There was a cap when the alert was gathered.
                true => Ok(Way::Gathered),
                false => single(false),
            };
        };
        match (self.closes, self.known) {
            _ if self.severity == Severity::Critical => single(false),
            (true, SinkHistory { singly: true, .. }) => single(true),
            (true, SinkHistory { gathered: true, .. }) => Ok(Way::Gathered),
            // Older changes of the alert still wait for a digest and must go first.
            (false, SinkHistory { waits: true, .. }) => Ok(Way::Gathered),
            _ if count(transaction, &filter.sink, self.behaviour, now)? < i64::from(most) => single(true),
            _ => Ok(Way::Gathered),
        }
    }
}

/// Number of changes of a behaviour sent singly to a sink in the last hour.
fn count(transaction: &Transaction<'_>, sink: &str, behaviour: &str, now: Time) -> rusqlite::Result<i64> {
    let (since, now) = ((now - HOUR).millis(), now.millis());
    // If the clock was set back, entries may lie in the future.
    let mut forget = transaction
        .prepare_cached("DELETE FROM singles WHERE sink = ?1 AND behaviour = ?2 AND NOT (?3 < at AND at <= ?4)")?;
    forget.execute(params![sink, behaviour, since, now])?;
    let mut query = transaction
        .prepare_cached("SELECT coalesce(sum(changes), 0) FROM singles WHERE sink = ?1 AND behaviour = ?2")?;
    query.query_row(params![sink, behaviour], |row| row.get(0))
}

/// Counts one change as sent singly.
pub(super) fn note_single(
    transaction: &Transaction<'_>,
    sink: &str,
    behaviour: &str,
    now: Time,
) -> rusqlite::Result<()> {
    let mut upsert = transaction.prepare_cached(
        "INSERT INTO singles (sink, behaviour, at, changes) VALUES (?1, ?2, ?3, 1)
         ON CONFLICT DO UPDATE SET changes = changes + 1",
    )?;
    upsert.execute(params![sink, behaviour, now.millis()]).map(drop)
}

/// Applies the outcome of a digest to all rows in it.
pub(super) fn settle(
    transaction: &Transaction<'_>,
    sink: &str,
    key: &str,
    state: &str,
    why: Option<&str>,
    now: Time,
) -> rusqlite::Result<()> {
    let mut update = transaction.prepare_cached(
        "UPDATE outbox SET state = ?3, told_at = ?4, attempts = attempts + 1, error = ?5
         WHERE digest = ?2 AND sink = ?1 AND state = 'pending'",
    )?;
    let why = why.map_or_else(|| format!("{IN_DIGEST}{key}"), |why| format!("{IN_DIGEST}{key}: {why}"));
    update.execute(params![sink, key, state, now.millis(), why]).map(drop)
}

/// Puts the rows of a digest that must not be sent back to waiting for another one.
pub(super) fn dissolve(transaction: &Transaction<'_>, sink: &str, key: &str) -> rusqlite::Result<()> {
    let mut update = transaction.prepare_cached(
        "UPDATE outbox SET digest = NULL, error = ?3 WHERE digest = ?2 AND sink = ?1 AND state = 'pending'",
    )?;
    update.execute(params![sink, key, WAITS]).map(drop)
}

/// Handles a new marking of an alert: an undelivered digest that contains the alert is withdrawn and formed again with the new marking.
pub(super) fn marked(transaction: &Transaction<'_>, alert: &str) -> rusqlite::Result<()> {
    let mut query = transaction.prepare(
        "SELECT DISTINCT sink, digest FROM outbox WHERE alert = ?1 AND state = 'pending' AND digest IS NOT NULL",
    )?;
    let keys = query.query_map([alert], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (sink, key) in keys.collect::<rusqlite::Result<Vec<(String, String)>>>()? {
        dissolve(transaction, &sink, &key)?;
        if let Some((id, revision)) = key.split_once('-') {
            transaction.execute(
                "UPDATE outbox SET state = 'withheld', error = 'an alert in it was marked otherwise'
                 WHERE sink = ?1 AND alert = ?2 AND revision = ?3 AND state = 'pending'",
                params![sink, id, revision],
            )?;
        }
    }
    Ok(())
}

/// Queues a failed gathered row again on request. If its digest is also pending or failed, the row stays with it; otherwise it waits for
/// another digest.
pub(super) fn retry_gathered(transaction: &Transaction<'_>, seq: i64, now: Time) -> rusqlite::Result<()> {
    let mut update = transaction.prepare_cached(
        "UPDATE outbox SET state = 'pending', told_at = NULL, attempts = 0, since = ?2,
             (digest, error) = (SELECT kept.digest, iif(kept.digest IS NULL, ?3, 'in digest ' || kept.digest) FROM (SELECT (
                 SELECT outbox.digest FROM outbox AS other WHERE other.sink = outbox.sink AND other.state IN ('pending', 'failed')
                     AND other.alert = substr(outbox.digest, 1, instr(outbox.digest, '-') - 1)
                     AND other.revision = CAST(substr(outbox.digest, instr(outbox.digest, '-') + 1) AS INTEGER)
             ) AS digest) AS kept)
         WHERE seq = ?1",
    )?;
    update.execute(params![seq, now.millis(), WAITS]).map(drop)
}

/// Queues one alert of a digest again on request. It is sent singly.
pub(super) fn retry_singly(transaction: &Transaction<'_>, seq: i64) -> rusqlite::Result<()> {
    let mut update = transaction.prepare_cached("UPDATE outbox SET gathered = 0, digest = NULL WHERE seq = ?1")?;
    update.execute([seq]).map(drop)
}

/// Queues the rows of a digest again on request, so that they take over its new outcome.
pub(super) fn retry_digest(transaction: &Transaction<'_>, sink: &str, key: &str, now: Time) -> rusqlite::Result<()> {
    let mut update = transaction.prepare_cached(
        "UPDATE outbox SET state = 'pending', told_at = NULL, attempts = 0, since = ?3, error = 'in digest ' || digest
         WHERE digest = ?2 AND sink = ?1 AND state = 'failed'",
    )?;
    update.execute(params![sink, key, now.millis()]).map(drop)
}
