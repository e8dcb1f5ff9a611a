//! What has come in by each feed since the last row of the audit trail about it. The running count is kept in a table of its own, so that a
//! daemon that is killed loses no more of it than what came since it was last kept; the next start makes the row.

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::act::Act;
use super::subject::Subject;
use super::trail::{self, Actor, OURSELVES, Record};
use atalaia_core::base::time::Time;

/// What has come in by a feed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Collected {
    /// Name of the input.
    pub feed: String,
    /// Number of lines.
    pub lines: u64,
    /// When the count began, by the wall clock.
    pub from: Time,
    /// When it was taken.
    pub until: Time,
}

/// Keeps the counts that are under way, in place of those that were kept before.
pub(super) fn keep(transaction: &Transaction<'_>, counts: &[Collected]) -> rusqlite::Result<()> {
    let mut keep = transaction.prepare_cached(
        "INSERT INTO collecting (feed, lines, from_at, until_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (feed) DO UPDATE SET lines = excluded.lines, from_at = excluded.from_at, until_at = excluded.until_at",
    )?;
    for one in counts {
        // A feed does not send as many lines as would reach the sign.
        keep.execute(params![one.feed, one.lines as i64, one.from.millis(), one.until.millis()])?;
    }
    Ok(())
}

/// Writes a row for each count that is complete. What was kept of them is no longer needed.
pub(super) fn write(transaction: &Transaction<'_>, counts: &[Collected], now: Time) -> rusqlite::Result<()> {
    for Collected { feed, lines, from, until } in counts {
        let (why, subject) = (format!("{lines} lines from {from} to {until}"), Subject::Feed(feed.clone()));
        let record = Record {
            by: Actor::from(OURSELVES),
            act: Act::Collected,
            subject: &subject,
            why: Some(&why),
            result: None,
        };
        trail::write(transaction, now, &record)?;
        transaction.execute("DELETE FROM collecting WHERE feed = ?1", [feed])?;
    }
    Ok(())
}

/// Writes the rows of a daemon that ended before it could. `now` is the wall clock.
pub(super) fn settle(connection: &mut Connection, now: Time) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let counts = {
        let mut query = transaction.prepare("SELECT feed, lines, from_at, until_at FROM collecting ORDER BY feed")?;
        let rows = query.query_map([], |row| {
            let (from, until) = (row.get(2).map(Time::from_millis)?, row.get(3).map(Time::from_millis)?);
            Ok(Collected { feed: row.get(0)?, lines: row.get::<_, i64>(1)?.unsigned_abs(), from, until })
        })?;
        rows.collect::<rusqlite::Result<Vec<Collected>>>()?
    };
    write(&transaction, &counts, now)?;
    transaction.commit()
}
