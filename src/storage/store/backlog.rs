//! The deliveries that wait for each sink or were given up, for monitoring.
//!
//! What waits on purpose, for a digest or for the pace of the sink, is told apart from what waits for the sink: only the latter grows old.

use std::path::Path;

use rusqlite::{Connection, params};

use super::connect;
use super::digests;
use super::error::StoreError;
use atalaia_core::base::time::Time;

/// The undelivered deliveries of one sink.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Backlog {
    /// Name of the sink.
    pub sink: String,
    /// Deliveries that are still to be made, with those that are held.
    pub pending: u64,
    /// Deliveries held on purpose: they wait for a digest, or for the pace of the sink.
    pub held: u64,
    /// When the first of them go on; `None` if none is held.
    pub held_until: Option<Time>,
    /// When the oldest pending delivery that is not held was stored; `None` if there is none. The alerts in a digest that is on its way
    /// do not count: the digest does.
    pub oldest: Option<Time>,
    /// Deliveries that were given up.
    pub failed: u64,
}

/// Counts the outbox of a store that the daemon may be using, at the time `now`. Sinks without undelivered deliveries are left out. All
/// counts use a partial index, so that they cost no more when millions of deliveries were made.
pub fn backlog(path: &Path, now: Time) -> Result<Vec<Backlog>, StoreError> {
    let connection = connect::beside(path)?;
    read(&connection, now).map_err(StoreError::sqlite(path))
}

/// See [`backlog`].
fn read(connection: &Connection, now: Time) -> rusqlite::Result<Vec<Backlog>> {
    let digests = digests::next(connection)?;
    // Untried rows of a sink that is paced all wait for its pace, also those that have no time yet.
    let mut query = connection.prepare(
        "SELECT sink, sum(pending), sum(gathering), sum(fresh), min(fresh_since), min(tried_since), min(paced), sum(failed) FROM (
             SELECT sink, count(*) AS pending, sum(gathered = 1 AND digest IS NULL) AS gathering,
                 sum(gathered = 0 AND attempts = 0) AS fresh,
                 min(iif(gathered = 0 AND attempts = 0, since, NULL)) AS fresh_since,
                 min(iif(gathered = 0 AND 0 < attempts, since, NULL)) AS tried_since,
                 min(iif(gathered = 0 AND attempts = 0 AND ?1 < due_at, due_at, NULL)) AS paced, 0 AS failed
             FROM outbox WHERE state = 'pending' GROUP BY sink
             UNION ALL SELECT sink, 0, 0, 0, NULL, NULL, NULL, count(*) FROM outbox WHERE state = 'failed' GROUP BY sink
         ) GROUP BY sink ORDER BY sink",
    )?;
    let rows = query.query_map(params![now.millis()], |row| {
        // A count is never negative.
        let count = |column| row.get(column).map(|count: i64| u64::try_from(count).unwrap_or_default());
        let time = |column| -> rusqlite::Result<Option<Time>> {
            Ok(row.get::<_, Option<i64>>(column)?.map(Time::from_millis))
        };
        let (gathering, fresh, fresh_since, tried_since, paced) = (count(2)?, count(3)?, time(4)?, time(5)?, time(6)?);
        let sink: String = row.get(0)?;
        let of_digests = digests.iter().filter(|((of, _), _)| *of == sink).map(|(_, at)| *at);
        Ok(Backlog {
            pending: count(1)?,
            held: gathering + if paced.is_some() { fresh } else { 0 },
            held_until: of_digests.chain(paced).min(),
            oldest: tried_since.into_iter().chain(fresh_since.filter(|_| paced.is_none())).min(),
            failed: count(7)?,
            sink,
        })
    })?;
    rows.collect()
}
