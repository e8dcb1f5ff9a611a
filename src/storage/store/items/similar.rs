//! Other alerts of the vessels of an alert.

use std::collections::BTreeMap;

use rusqlite::Connection;
use rusqlite::types::Value as Bound;

use super::clears::divided;
use super::condition::{Conditions, bound};
use super::filter::AlertFilter;
use super::order::{Order, Sorted};
use super::page::{PageRequest, rows};
use super::row::AlertItem;
use crate::storage::store::stages::clear::Clearance;
use atalaia_core::base::time::Time;

/// Other announced alerts of the same vessels that a reader may see.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SimilarAlerts {
    /// Their number by behaviour. A behaviour without any is left out.
    pub counts: BTreeMap<String, u32>,
    /// The latest of them, the last first.
    pub last: Vec<AlertItem>,
}

/// The alerts about one of these vessels, without the one with this id: all are counted, and the latest `limit` are returned. `now` is the
/// wall clock.
pub(super) fn similar(
    connection: &Connection,
    id: &str,
    mmsis: &[u32],
    clearance: &Clearance,
    limit: usize,
    now: Time,
) -> rusqlite::Result<SimilarAlerts> {
    if mmsis.is_empty() {
        return Ok(SimilarAlerts::default());
    }
    // One state of the store for counts and alerts.
    let transaction = connection.unchecked_transaction()?;
    let filter = AlertFilter { mmsis: mmsis.to_vec(), ..AlertFilter::default() };
    let mut conditions = Conditions::of(&filter, now);
    conditions.clear(&divided(&transaction, clearance)?);
    conditions.bind("own", Bound::Text(id.to_owned()));
    conditions.add("id <> :own");
    let text = format!("SELECT behaviour, count(*) FROM alert_items WHERE {} GROUP BY behaviour", conditions.text());
    let mut query = transaction.prepare_cached(&text)?;
    let counts = query.query_map(bound(&text, &conditions.values).as_slice(), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let counts = counts.collect::<rusqlite::Result<_>>()?;
    let order = Order { by: Sorted::LastAt, ascending: false };
    let request = PageRequest { filter: &filter, clearance, order, cursor: None, limit, now };
    let (last, _) = rows(&transaction, conditions, &request)?;
    Ok(SimilarAlerts { counts, last })
}
