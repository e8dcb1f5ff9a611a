//! Decides whether a change goes to a sink singly or in a digest, and counts the single ones against the cap of the sink.

use rusqlite::{Transaction, params};

use crate::storage::store::stages::filter::Filter;
use atalaia_core::alerts::Severity;
use atalaia_core::base::time::{Span, Time};

/// The period that the cap refers to.
pub(super) const HOUR: Span = Span::from_hours(1);

/// How a change is sent to a sink.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::storage::store) enum Way {
    /// By itself. `counts` is whether it counts towards the cap.
    Single { counts: bool },
    /// In a digest.
    Gathered,
}

/// What a sink knows of an alert.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::storage::store) struct SinkHistory {
    /// A change of it was sent singly or is about to be.
    pub(in crate::storage::store) singly: bool,
    /// It is in a digest or waits for one.
    pub(in crate::storage::store) gathered: bool,
    /// A change of it is gathered and not delivered yet.
    pub(in crate::storage::store) waits: bool,
}

impl SinkHistory {
    /// Reads what a sink knows of an alert from its outbox rows, delivered or pending.
    pub(in crate::storage::store) fn of(
        transaction: &Transaction<'_>,
        sink: &str,
        alert: &str,
    ) -> rusqlite::Result<SinkHistory> {
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
pub(in crate::storage::store) struct Offer<'a> {
    /// Name of the behaviour; the cap counts each one by itself.
    pub(in crate::storage::store) behaviour: &'a str,
    /// Severity of the alert.
    pub(in crate::storage::store) severity: Severity,
    /// Whether it ends the alert.
    pub(in crate::storage::store) closes: bool,
    /// What the sink knows of the alert.
    pub(in crate::storage::store) known: SinkHistory,
}

impl Offer<'_> {
    /// Decides how the change is sent to the sink.
    pub(in crate::storage::store) fn way(
        &self,
        transaction: &Transaction<'_>,
        filter: &Filter,
        now: Time,
    ) -> rusqlite::Result<Way> {
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

/// Counts one change as sent singly. Several at the same millisecond share a row.
pub(in crate::storage::store) fn note_single(
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
