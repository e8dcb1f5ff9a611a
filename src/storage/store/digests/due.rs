//! When digests are formed and ended: soon after the first change beyond the cap, then at intervals, and at the end after an hour without
//! any.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::offer::HOUR;
use atalaia_core::base::time::{Span, Time};

/// Delay from the first change beyond the cap to its digest: long enough to gather the rest of a burst, short enough for a watch.
const FIRST: Span = Span::from_minutes(1);
/// Minimum interval between two revisions of a digest.
const NEXT: Span = Span::from_minutes(10);
/// Maximum number of changes in one revision. If this many wait, the next revision is due at once.
pub(super) const MOST: usize = 1000;

/// A sink and behaviour with a digest to be formed or ended.
pub(super) struct Due {
    /// Name of the sink.
    pub(super) sink: String,
    /// Name of the behaviour.
    pub(super) behaviour: String,
    /// Number of rows waiting for a digest.
    pub(super) waiting: usize,
    /// When the oldest of them was queued; `None` if none is waiting.
    oldest: Option<Time>,
    /// When its open digest was last sent; `None` if there is no open digest.
    last_at: Option<Time>,
}

impl Due {
    /// The time from which the wait counts, and the wait; `None` if there is nothing to form or end.
    fn wait(&self) -> Option<(Time, Span)> {
        match (self.oldest, self.last_at) {
            (Some(oldest), _) if MOST <= self.waiting => Some((oldest, Span::ZERO)),
            (Some(oldest), None) => Some((oldest, FIRST)),
            (Some(_), Some(last_at)) => Some((last_at, NEXT)),
            (None, Some(last_at)) => Some((last_at, HOUR)),
            (None, None) => None,
        }
    }

    /// Whether it is time to form or end a digest.
    fn is_due(&self, now: Time) -> bool {
        // If the clock was set back, do not wait longer because of it.
        self.wait().is_some_and(|(since, wait)| now < since || since + wait <= now)
    }
}

/// The sinks and behaviours that have a digest to form or end now, in order.
pub(super) fn due(connection: &Connection, now: Time) -> rusqlite::Result<Vec<Due>> {
    Ok(all(connection)?.into_iter().filter(|due| due.is_due(now)).collect())
}

/// Whether a digest has to be formed or ended now.
pub(in crate::storage::store) fn is_due(connection: &Connection, now: Time) -> rusqlite::Result<bool> {
    Ok(!due(connection, now)?.is_empty())
}

/// When the next digest is formed from what waits for one, by sink and behaviour. Those without anything waiting are left out.
pub(in crate::storage::store) fn next(connection: &Connection) -> rusqlite::Result<BTreeMap<(String, String), Time>> {
    let waiting = all(connection)?.into_iter().filter(|due| 0 < due.waiting);
    Ok(waiting.filter_map(|due| due.wait().map(|(since, wait)| ((due.sink, due.behaviour), since + wait))).collect())
}

/// All sinks and behaviours with rows that wait for a digest, or with an open digest, in order.
fn all(connection: &Connection) -> rusqlite::Result<Vec<Due>> {
    let mut query = connection.prepare_cached(
        "SELECT sink, behaviour, max(waiting), max(oldest), max(last_at) FROM (
             SELECT outbox.sink, alerts.behaviour, count(*) AS waiting, min(outbox.since) AS oldest, NULL AS last_at
             FROM outbox JOIN alerts ON alerts.id = outbox.alert
             WHERE outbox.state = 'pending' AND outbox.gathered = 1 AND outbox.digest IS NULL
             GROUP BY outbox.sink, alerts.behaviour
             UNION ALL SELECT digests.sink, digests.behaviour, 0, NULL, alerts.last_at
             FROM digests JOIN alerts ON alerts.id = digests.alert
         ) GROUP BY sink, behaviour ORDER BY sink, behaviour",
    )?;
    let time = |millis: Option<i64>| millis.map(Time::from_millis);
    let rows = query.query_map([], |row| {
        Ok(Due {
            sink: row.get(0)?,
            behaviour: row.get(1)?,
            // A count is never negative.
            waiting: usize::try_from(row.get::<_, i64>(2)?).unwrap_or_default(),
            oldest: time(row.get(3)?),
            last_at: time(row.get(4)?),
        })
    })?;
    rows.collect()
}
