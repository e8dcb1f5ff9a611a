//! Deliveries for readers on the network: page by page, without those of alerts that the reader may not see.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::delivery_state::DeliveryState;
use super::digests;
use super::error::StoreError;
use super::items::may_see;
use super::readers::Readers;
use super::stages::clear::Clearance;
use super::undelivered::DeliveryRow;
use atalaia_core::base::time::Time;

/// Rows of the outbox that are read for one page at most, whether they match or not. What lies beyond comes with the next page, so that no
/// request reads the whole outbox.
const READ: i64 = 20_000;
/// What waits or was given up, in the words of the index `outbox_unsettled`, which SQLite uses only for these.
const UNSETTLED: &str = "state IN ('pending', 'failed')";

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
    /// What waits or was given up, by sink. Empty on all pages but the first.
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
            let sinks = match filter.after {
                None => backlogged(&transaction, clearance)?,
                Some(_) => BTreeMap::new(),
            };
            page(&transaction, filter, clearance, limit, sinks)
        })
    }
}

/// What waits or was given up, by sink.
fn backlogged(connection: &Connection, clearance: &Clearance) -> rusqlite::Result<BTreeMap<String, Backlogged>> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT outbox.sink, outbox.state, alert_items.clears, count(*)
         FROM outbox INDEXED BY outbox_unsettled JOIN alert_items ON alert_items.id = outbox.alert
         WHERE outbox.{UNSETTLED} GROUP BY 1, 2, 3",
    ))?;
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
    let text = query_of(filter);
    let mut query = connection.prepare_cached(&text)?;
    let after = filter.after.unwrap_or(-1);
    let all = named_params! { ":after": after, ":read": READ, ":sink": filter.sink, ":alert": filter.alert };
    // A value that the query does not use would be an error.
    let values: Vec<_> = all.iter().copied().filter(|(name, _)| text.contains(name)).collect();
    let end = match text.contains(":read") {
        true => end(connection, after)?,
        false => None,
    };
    let digests = digests::next(connection)?;
    let mut found = query.query(values.as_slice())?;
    let mut page = DeliveryPage { rows: Vec::new(), next: None, withheld: 0, sinks };
    let mut last = None;
    while let Some(row) = found.next()? {
        if page.rows.len() == limit {
            page.next = last;
            return Ok(page);
        }
        last = Some(row.get(0)?);
        let clears: String = row.get(1)?;
        match may_see(clearance, &clears) {
            true => page.rows.push(delivery(row, &digests)?),
            false => page.withheld += 1,
        }
    }
    page.next = end;
    Ok(page)
}

/// The query of a page: by the index of the alert, or of what is not settled, or else by the place in the outbox, and then of [`READ`] rows.
fn query_of(filter: &DeliveryFilter) -> String {
    let unsettled = [DeliveryState::Failed, DeliveryState::Pending];
    let states = if filter.states.is_empty() { &unsettled[..] } else { &filter.states };
    let index = match &filter.alert {
        Some(_) => "INDEXED BY outbox_by_alert",
        None if states.iter().all(|state| unsettled.contains(state)) => "INDEXED BY outbox_unsettled",
        None => "NOT INDEXED",
    };
    // The names are fixed words.
    let names = states.iter().map(|state| format!("'{}'", state.stored())).collect::<Vec<_>>().join(", ");
    let mut conditions = vec!["outbox.seq > :after".to_owned(), format!("outbox.state IN ({names})")];
    match index {
        "INDEXED BY outbox_by_alert" => conditions.push("outbox.alert = :alert".to_owned()),
        "INDEXED BY outbox_unsettled" => conditions.push(format!("outbox.{UNSETTLED}")),
        _ => conditions.push(format!("outbox.seq <= ({LAST_READ})")),
    }
    if filter.sink.is_some() {
        conditions.push("outbox.sink = :sink".to_owned());
    }
    format!(
        "SELECT outbox.seq, alert_items.clears, outbox.sink, outbox.alert, outbox.revision, alert_items.behaviour, outbox.state,
             outbox.since, outbox.attempts, outbox.due_at, outbox.told_at, outbox.error,
             outbox.state = 'pending' AND outbox.gathered = 1 AND outbox.digest IS NULL
         FROM outbox {index} CROSS JOIN alert_items ON alert_items.id = outbox.alert WHERE {} ORDER BY outbox.seq",
        conditions.join(" AND ")
    )
}

/// The last row that is read for a page behind `:after`.
const LAST_READ: &str =
    "SELECT max(seq) FROM (SELECT seq FROM outbox NOT INDEXED WHERE seq > :after ORDER BY seq LIMIT :read)";

/// The place of the last row that is read for a page behind `after`; `None` if that is the end of the outbox.
fn end(connection: &Connection, after: i64) -> rusqlite::Result<Option<i64>> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT last FROM (SELECT ({LAST_READ}) AS last) WHERE last < (SELECT max(seq) FROM outbox)"
    ))?;
    query.query_row(named_params! { ":after": after, ":read": READ }, |row| row.get(0)).optional()
}

/// One row. `digests` are the times of the next digests, by sink and behaviour: what waits for one is due then.
fn delivery(row: &Row<'_>, digests: &BTreeMap<(String, String), Time>) -> rusqlite::Result<DeliveryRow> {
    let time =
        |column| -> rusqlite::Result<Option<Time>> { Ok(row.get::<_, Option<i64>>(column)?.map(Time::from_millis)) };
    let (sink, behaviour): (String, String) = (row.get(2)?, row.get(5)?);
    let due_at = match row.get(12)? {
        true => digests.get(&(sink.clone(), behaviour.clone())).copied(),
        false => time(9)?,
    };
    Ok(DeliveryRow {
        sink,
        alert: row.get(3)?,
        revision: row.get(4)?,
        behaviour,
        state: row.get(6)?,
        since: Time::from_millis(row.get(7)?),
        attempts: row.get(8)?,
        due_at,
        settled_at: time(10)?,
        error: row.get(11)?,
    })
}
