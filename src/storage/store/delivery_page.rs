//! Deliveries for readers on the network: page by page, without those of alerts that the reader may not see.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, named_params};

use super::delivery_state::DeliveryState;
use super::error::StoreError;
use super::items::may_see;
use super::readers::Readers;
use super::stages::clear::Clearance;
use super::undelivered::DeliveryRow;
use atalaia_core::base::time::Time;

/// Rows that are read for one page at most. What lies beyond comes with the next page, so that no request reads the whole outbox.
const READ: u32 = 5_000;

/// Which deliveries to list. They must match every field that is set.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DeliveryFilter {
    /// To this sink.
    pub sink: Option<String>,
    /// In one of these states; failed and pending if empty.
    pub states: Vec<DeliveryState>,
    /// Of the alert with this full id.
    pub alert: Option<String>,
    /// Behind this place in the outbox.
    pub after: Option<i64>,
}

/// What waits or was given up for one sink, as far as the reader may see the alerts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Backlogged {
    /// Deliveries that wait.
    pub pending: u64,
    /// Deliveries that were given up.
    pub failed: u64,
}

/// A page of deliveries.
#[derive(Clone, PartialEq, Debug)]
pub struct DeliveryPage {
    /// The deliveries in the order of the outbox.
    pub rows: Vec<DeliveryRow>,
    /// The place behind which the next page begins; `None` on the last one.
    pub next: Option<i64>,
    /// Deliveries among those read for this page that the reader may not see.
    pub withheld: u64,
    /// What waits or was given up, by sink.
    pub sinks: BTreeMap<String, Backlogged>,
}

impl Readers {
    /// A page of at most `limit` deliveries.
    pub fn deliveries(
        &self,
        filter: &DeliveryFilter,
        clearance: &Clearance,
        limit: usize,
    ) -> Result<DeliveryPage, StoreError> {
        self.read(|connection| {
            // One transaction, so that the counts fit the rows.
            let transaction = connection.unchecked_transaction()?;
            let sinks = backlogged(&transaction, clearance)?;
            page(&transaction, filter, clearance, limit, sinks)
        })
    }
}

/// What waits or was given up, by sink.
fn backlogged(connection: &Connection, clearance: &Clearance) -> rusqlite::Result<BTreeMap<String, Backlogged>> {
    let mut query = connection.prepare_cached(
        "SELECT outbox.sink, outbox.state, alert_items.clears, count(*) FROM outbox JOIN alert_items ON alert_items.id = outbox.alert
         WHERE outbox.state = 'pending' OR outbox.state = 'failed' GROUP BY 1, 2, 3",
    )?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, i64>(3)?)))?;
    let mut sinks: BTreeMap<String, Backlogged> = BTreeMap::new();
    for row in rows {
        let (sink, state, clears, count): (String, DeliveryState, String, i64) = row?;
        if may_see(clearance, &clears) {
            let count = u64::try_from(count).unwrap_or_default();
            let of = sinks.entry(sink).or_default();
            if state == DeliveryState::Failed { of.failed += count } else { of.pending += count }
        }
    }
    Ok(sinks)
}

/// The rows of a page.
fn page(
    connection: &Connection,
    filter: &DeliveryFilter,
    clearance: &Clearance,
    limit: usize,
    sinks: BTreeMap<String, Backlogged>,
) -> rusqlite::Result<DeliveryPage> {
    let usual = [DeliveryState::Failed, DeliveryState::Pending];
    let states = if filter.states.is_empty() { &usual[..] } else { &filter.states };
    // The names are fixed words.
    let states = states.iter().map(|state| format!("'{}'", state.stored())).collect::<Vec<_>>().join(", ");
    let mut query = connection.prepare_cached(&format!(
        "SELECT outbox.seq, alert_items.clears, outbox.sink, outbox.alert, outbox.revision, alert_items.behaviour, outbox.state,
             outbox.since, outbox.attempts, outbox.due_at, outbox.told_at, outbox.error
         FROM outbox JOIN alert_items ON alert_items.id = outbox.alert
         WHERE outbox.seq > :after AND outbox.state IN ({states}) AND (:sink IS NULL OR outbox.sink = :sink)
             AND (:alert IS NULL OR outbox.alert = :alert) ORDER BY outbox.seq LIMIT :read"
    ))?;
    let values = named_params! {
        ":after": filter.after.unwrap_or(-1), ":sink": filter.sink, ":alert": filter.alert, ":read": READ,
    };
    let mut found = query.query(values)?;
    let mut page = DeliveryPage { rows: Vec::new(), next: None, withheld: 0, sinks };
    let (mut read, mut last) = (0, None);
    while let Some(row) = found.next()? {
        if page.rows.len() == limit {
            page.next = last;
            return Ok(page);
        }
        (read, last) = (read + 1, Some(row.get(0)?));
        let clears: String = row.get(1)?;
        match may_see(clearance, &clears) {
            true => page.rows.push(delivery(row)?),
            false => page.withheld += 1,
        }
    }
    page.next = last.filter(|_| read == READ);
    Ok(page)
}

/// One row.
fn delivery(row: &Row<'_>) -> rusqlite::Result<DeliveryRow> {
    let time =
        |column| -> rusqlite::Result<Option<Time>> { Ok(row.get::<_, Option<i64>>(column)?.map(Time::from_millis)) };
    Ok(DeliveryRow {
        sink: row.get(2)?,
        alert: row.get(3)?,
        revision: row.get(4)?,
        behaviour: row.get(5)?,
        state: row.get(6)?,
        since: Time::from_millis(row.get(7)?),
        attempts: row.get(8)?,
        due_at: time(9)?,
        settled_at: time(10)?,
        error: row.get(11)?,
    })
}
