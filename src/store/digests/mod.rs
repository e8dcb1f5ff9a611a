//! Digests: what a behaviour raises beyond its cap of an hour goes to a sink as a list of ids, not line by line.
//!
//! The rows of the outbox stay, one for each change. A row beyond the cap is *gathered*: it waits for a digest, then for the digest to be
//! taken, and is told when the digest is. A digest is an alert of its own, stored as a fact: it opens when the cap is first passed, each
//! later revision lists what came since, and it ends when nothing was gathered for an hour. It is delivered, retried and shown like any
//! other alert, to one sink.
//!
//! What is critical always goes by itself. So does the end of an alert that the sink was sent by itself: otherwise it would be open there
//! for ever. The end of an alert that the sink knows from a digest alone goes into a digest, too.

mod forming;

use rusqlite::{Transaction, params};

use super::filter::Filter;
use crate::alerts::Severity;
use crate::time::{Span, Time};

pub(super) use forming::{form, is_due};

/// What the cap counts in.
const HOUR: Span = Span::from_hours(1);

/// What is said of a row that was delivered with a digest, before the digest's key.
pub const IN_DIGEST: &str = "in digest ";

/// What is said of a row that is in no digest yet.
pub(super) const WAITS: &str = "waits for a digest";

/// What one change is to a sink with a cap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    /// It goes by itself; `counts` against the cap.
    Single { counts: bool },
    /// It waits for a digest.
    Gathered,
}

/// What is known of one alert at one sink.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Known {
    /// A line of it went there by itself, or is about to.
    pub(super) singly: bool,
    /// It is in a digest, or waits for one.
    pub(super) gathered: bool,
    /// Something of it still waits for a digest to be taken.
    pub(super) waits: bool,
}

impl Known {
    pub(super) fn of(transaction: &Transaction<'_>, sink: &str, alert: &str) -> rusqlite::Result<Known> {
        let mut query = transaction.prepare_cached(
            "SELECT coalesce(max(gathered = 0), 0), coalesce(max(gathered = 1), 0),
                 coalesce(max(gathered = 1 AND state = 'pending'), 0)
             FROM outbox WHERE sink = ?1 AND alert = ?2 AND state IN ('pending', 'told')",
        )?;
        query.query_row(params![sink, alert], |row| {
            Ok(Known { singly: row.get(0)?, gathered: row.get(1)?, waits: row.get(2)? })
        })
    }
}

/// A change that a sink is to have.
pub(super) struct Offer<'a> {
    pub(super) behaviour: &'a str,
    pub(super) severity: Severity,
    /// Whether it says that the alert is over.
    pub(super) closes: bool,
    pub(super) known: Known,
}

impl Offer<'_> {
    /// How it goes to the sink. `farewell`: it says no more than that it is over.
    pub(super) fn way(&self, transaction: &Transaction<'_>, filter: &Filter, now: Time) -> rusqlite::Result<Way> {
        let single = |counts| Ok(Way::Single { counts });
        let Some(most) = filter.digest_after else {
            return match self.closes && self.known.gathered && !self.known.singly {
                // There was a cap when it was gathered.
                true => Ok(Way::Gathered),
                false => single(false),
            };
        };
        match (self.closes, self.known) {
            _ if self.severity == Severity::Critical => single(false),
            (true, Known { singly: true, .. }) => single(true),
            (true, Known { gathered: true, .. }) => Ok(Way::Gathered),
            // What is older than it is still to go.
            (false, Known { waits: true, .. }) => Ok(Way::Gathered),
            _ if count(transaction, &filter.sink, self.behaviour, now)? < i64::from(most) => single(true),
            _ => Ok(Way::Gathered),
        }
    }
}

/// Changes of a behaviour that went to a sink by themselves within an hour.
fn count(transaction: &Transaction<'_>, sink: &str, behaviour: &str, now: Time) -> rusqlite::Result<i64> {
    let (since, now) = ((now - HOUR).millis(), now.millis());
    // A clock that was set back has counted what is yet to come.
    let mut forget = transaction
        .prepare_cached("DELETE FROM singles WHERE sink = ?1 AND behaviour = ?2 AND NOT (?3 < at AND at <= ?4)")?;
    forget.execute(params![sink, behaviour, since, now])?;
    let mut query = transaction
        .prepare_cached("SELECT coalesce(sum(changes), 0) FROM singles WHERE sink = ?1 AND behaviour = ?2")?;
    query.query_row(params![sink, behaviour], |row| row.get(0))
}

/// One more of them.
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

/// What became of a digest is what became of all it stands for.
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

/// What a digest stands for waits for another one: it must not go as it is.
pub(super) fn dissolve(transaction: &Transaction<'_>, sink: &str, key: &str) -> rusqlite::Result<()> {
    let mut update = transaction.prepare_cached(
        "UPDATE outbox SET digest = NULL, error = ?3 WHERE digest = ?2 AND sink = ?1 AND state = 'pending'",
    )?;
    update.execute(params![sink, key, WAITS]).map(drop)
}

/// An alert was marked: a digest that has it and has not been taken is made anew, by the marking in force.
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

/// Somebody asks for what failed to be tried again. What a digest stood for goes with the digest, if that is tried again too; else it
/// waits for another one.
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

/// Somebody asks for one alert: it goes by itself.
pub(super) fn retry_singly(transaction: &Transaction<'_>, seq: i64) -> rusqlite::Result<()> {
    let mut update = transaction.prepare_cached("UPDATE outbox SET gathered = 0, digest = NULL WHERE seq = ?1")?;
    update.execute([seq]).map(drop)
}

/// Somebody asks for a digest: what it stands for waits for it again.
pub(super) fn retry_digest(transaction: &Transaction<'_>, sink: &str, key: &str, now: Time) -> rusqlite::Result<()> {
    let mut update = transaction.prepare_cached(
        "UPDATE outbox SET state = 'pending', told_at = NULL, attempts = 0, since = ?3, error = 'in digest ' || digest
         WHERE digest = ?2 AND sink = ?1 AND state = 'failed'",
    )?;
    update.execute(params![sink, key, now.millis()]).map(drop)
}
