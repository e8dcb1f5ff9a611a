//! Pages of a list, and single items.

use std::borrow::Cow;

use rusqlite::types::Value as Bound;
use rusqlite::{Connection, OptionalExtension, named_params};

use super::cases::is_visible;
use super::clears::{Markings, divided, may_see};
use super::condition::{Conditions, bound};
use super::filter::AlertFilter;
use super::order::{Cursor, Order, Sorted};
use super::redact::redacted;
use super::row::{AlertItem, columns};
use super::sight::last_for;
use crate::storage::store::stages::clear::Clearance;
use atalaia_core::base::time::Time;

/// One page of a list.
#[derive(Clone, PartialEq, Debug)]
pub struct AlertPage {
    /// Its alerts, in the order of the list.
    pub items: Vec<AlertItem>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Cursor>,
    /// Number of alerts that the reader may not see, of the kinds and states of the filter whatever else it asks for.
    pub withheld: u32,
    /// Number of alerts of all pages.
    pub total: u32,
    /// Last entry of the log.
    pub seq: i64,
}

/// Which page of which list to read.
#[derive(Clone, Copy, Debug)]
pub struct PageRequest<'a> {
    /// The alerts of the list.
    pub filter: &'a AlertFilter,
    /// What the reader may see.
    pub clearance: &'a Clearance,
    /// The order of the list.
    pub order: Order,
    /// Where the page begins; `None` for the first one.
    pub cursor: Option<&'a Cursor>,
    /// Most alerts of the page.
    pub limit: usize,
    /// The wall clock, by which acknowledgements expire.
    pub now: Time,
}

/// A page of the alerts that match the filter and that the clearance allows.
pub(super) fn page_of(connection: &Connection, request: &PageRequest<'_>) -> rusqlite::Result<AlertPage> {
    // One state of the store for counts, rows and log.
    let transaction = connection.unchecked_transaction()?;
    within(&transaction, request)
}

/// The same inside a transaction of the caller.
pub(super) fn within(connection: &Connection, request: &PageRequest<'_>) -> rusqlite::Result<AlertPage> {
    let PageRequest { filter, clearance, cursor, now, .. } = *request;
    let narrow = narrowed(connection, filter, clearance)?;
    let markings = divided(connection, clearance)?;
    let mut conditions = Conditions::of(&narrow, now);
    conditions.clear(&markings);
    let (items, next) = rows(connection, conditions.clone(), request)?;
    let total = match (cursor, &next) {
        // All of them are there.
        (None, None) => u32::try_from(items.len()).unwrap_or(u32::MAX),
        _ => count(connection, &conditions)?,
    };
    let withheld = withheld(connection, filter, &markings, now)?;
    Ok(AlertPage { items, next, withheld, total, seq: last_for(connection, clearance)? })
}

/// The alerts of a page, and where the next one begins. `conditions` are those of the filter and the clearance.
pub(super) fn rows(
    connection: &Connection,
    mut conditions: Conditions,
    request: &PageRequest<'_>,
) -> rusqlite::Result<(Vec<AlertItem>, Option<Cursor>)> {
    let PageRequest { filter, clearance, order, cursor, limit, .. } = *request;
    if order.by == Sorted::Score {
        conditions.along_scores(filter);
    }
    if let Some(cursor) = cursor {
        cursor.limit(&mut conditions);
    }
    // One more than the page, to know whether there is another.
    conditions.bind("limit", Bound::Integer(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)));
    let text = query_of(&conditions, order);
    let mut query = connection.prepare_cached(&text)?;
    let rows = query.query_map(bound(&text, &conditions.values).as_slice(), AlertItem::of)?;
    let mut items = rows.collect::<rusqlite::Result<Vec<AlertItem>>>()?;
    let more = limit < items.len();
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|item| item.cursor(order));
    let items = items.into_iter().map(|item| redacted(connection, item, clearance)).collect::<rusqlite::Result<_>>()?;
    Ok((items, next))
}

/// The query of a page.
pub(super) fn query_of(conditions: &Conditions, order: Order) -> String {
    format!("{} WHERE {} ORDER BY {} LIMIT :limit", columns(), conditions.text(), order.text())
}

/// Full ids of the alerts that match the filter and that the clearance allows, in the default order, at most `limit`.
pub(super) fn ids(
    connection: &Connection,
    filter: &AlertFilter,
    clearance: &Clearance,
    limit: usize,
    now: Time,
) -> rusqlite::Result<Vec<String>> {
    let narrow = narrowed(connection, filter, clearance)?;
    let mut conditions = Conditions::of(&narrow, now);
    conditions.clear(&divided(connection, clearance)?);
    conditions.along_scores(&narrow);
    conditions.bind("limit", Bound::Integer(i64::try_from(limit).unwrap_or(i64::MAX)));
    let order = Order::default().text();
    let text = format!("SELECT id FROM alert_items WHERE {} ORDER BY {order} LIMIT :limit", conditions.text());
    let mut query = connection.prepare_cached(&text)?;
    query.query_map(bound(&text, &conditions.values).as_slice(), |row| row.get(0))?.collect()
}

/// One alert by its full id; `None` if it is not stored or the clearance does not allow it. `now` is the wall clock.
pub fn item(
    connection: &Connection,
    id: &str,
    clearance: &Clearance,
    now: Time,
) -> rusqlite::Result<Option<AlertItem>> {
    let mut query = connection.prepare_cached(&format!("{} WHERE id = :id", columns()))?;
    let found = query.query_row(named_params! { ":id": id, ":now": now.millis() }, AlertItem::of).optional()?;
    let found = found.filter(|item| may_see(clearance, &item.clears));
    found.map(|item| redacted(connection, item, clearance)).transpose()
}

/// The filter without cases that the clearance does not allow: which alerts are in one would tell of the others.
pub(super) fn narrowed<'a>(
    connection: &Connection,
    filter: &'a AlertFilter,
    clearance: &Clearance,
) -> rusqlite::Result<Cow<'a, AlertFilter>> {
    if filter.cases.is_empty() || *clearance == Clearance::everything() {
        return Ok(Cow::Borrowed(filter));
    }
    let mut cases = Vec::with_capacity(filter.cases.len());
    for case in &filter.cases {
        // Without any case left, nothing may match: no case has an empty id.
        cases.push(if is_visible(connection, case, clearance)? { case.clone() } else { String::new() });
    }
    Ok(Cow::Owned(AlertFilter { cases, ..filter.clone() }))
}

/// How many alerts of the kinds and states of the filter have a marking that the clearance does not allow.
pub(super) fn withheld(
    connection: &Connection,
    filter: &AlertFilter,
    markings: &Markings,
    now: Time,
) -> rusqlite::Result<u32> {
    let Some(refused) = &markings.refused else {
        return Ok(0);
    };
    let mut conditions = Conditions::of(&filter.anonymous(), now);
    conditions.bind("clears", Bound::Text(refused.clone()));
    // Most markings are few: the index answers.
    conditions.add("clears IN (SELECT value FROM json_each(:clears))");
    count(connection, &conditions)
}

/// How many alerts match the conditions.
fn count(connection: &Connection, conditions: &Conditions) -> rusqlite::Result<u32> {
    let text = format!("SELECT count(*) FROM alert_items WHERE {}", conditions.text());
    let mut query = connection.prepare_cached(&text)?;
    query.query_row(bound(&text, &conditions.values).as_slice(), |row| row.get(0))
}
