//! The deliveries that wait for each sink or were given up, for monitoring.

use std::path::Path;

use super::connect;
use super::error::StoreError;
use atalaia_core::base::time::Time;

/// The undelivered deliveries of one sink.
#[derive(Clone, PartialEq, Debug)]
pub struct Backlog {
    /// Name of the sink.
    pub sink: String,
    /// Deliveries that are still to be made.
    pub pending: u64,
    /// When the oldest pending delivery was stored; `None` if none is pending.
    pub oldest: Option<Time>,
    /// Deliveries that were given up.
    pub failed: u64,
}

/// Counts the outbox of a store that the daemon may be using. Sinks without undelivered deliveries are left out. Both counts use a partial
/// index, so that they cost no more when millions of deliveries were made.
pub fn backlog(path: &Path) -> Result<Vec<Backlog>, StoreError> {
    let connection = connect::beside(path)?;
    let read = || -> rusqlite::Result<Vec<Backlog>> {
        let mut query = connection.prepare(
            "SELECT sink, sum(pending), min(since), sum(failed) FROM (
                     SELECT sink, count(*) AS pending, min(since) AS since, 0 AS failed FROM outbox
                     WHERE state = 'pending' GROUP BY sink
                     UNION ALL SELECT sink, 0, NULL, count(*) FROM outbox WHERE state = 'failed' GROUP BY sink
                 ) GROUP BY sink ORDER BY sink",
        )?;
        let rows = query.query_map([], |row| {
            // A count is never negative.
            let count = |column| row.get(column).map(|count: i64| u64::try_from(count).unwrap_or_default());
            Ok(Backlog {
                sink: row.get(0)?,
                pending: count(1)?,
                oldest: row.get::<_, Option<i64>>(2)?.map(Time::from_millis),
                failed: count(3)?,
            })
        })?;
        rows.collect()
    };
    read().map_err(StoreError::sqlite(path))
}
