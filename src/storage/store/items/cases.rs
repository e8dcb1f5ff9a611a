//! Cases that a reader may see: those of which the reader may see every alert, because the story of a case names them all.

use std::collections::BTreeMap;

use rusqlite::types::Value as Bound;
use rusqlite::{Connection, OptionalExtension, named_params};
use serde_json::{Value, json};

use super::clears::allowed;
use super::condition::bound;
use super::sight::last_for;
use crate::storage::store::read::{SHOWN_CASES, case_of};
use crate::storage::store::stages::clear::Clearance;
use atalaia_core::alerts::handling::Tlp;
use atalaia_core::base::time::Time;

/// A case whose markings the reader may all see. One without any stored alert has the strictest marking.
const VISIBLE: &str = "NOT EXISTS (SELECT 1 FROM case_alerts JOIN alert_items ON alert_items.id = case_alerts.alert
         WHERE case_alerts.case_id = cases.id AND clears NOT IN (SELECT value FROM json_each(:clears)))
     AND (:red OR EXISTS (SELECT 1 FROM case_alerts JOIN alert_items ON alert_items.id = case_alerts.alert
         WHERE case_alerts.case_id = cases.id))";
/// Whether the clearance allows every alert of a case.
pub(super) fn is_visible(connection: &Connection, id: &str, clearance: &Clearance) -> rusqlite::Result<bool> {
    let text = format!("SELECT EXISTS (SELECT 1 FROM cases WHERE id = :id AND {VISIBLE})");
    let clears = allowed(connection, clearance)?;
    let values = named_params! { ":id": id, ":clears": clears, ":red": clearance.max_tlp == Tlp::Red };
    connection.prepare_cached(&text)?.query_row(values, |row| row.get(0))
}

/// Whether a case has an alert that is ongoing and not closed.
const OPEN: &str = "EXISTS (SELECT 1 FROM alert_items WHERE case_id = cases.id AND announced = 1 AND status = 'open'
         AND state <> 'closed')";

/// Which cases to list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CaseQuery {
    /// Those with an alert that is ongoing and not closed, or the others.
    pub open: Option<bool>,
    /// The lowest score first.
    pub ascending: bool,
    /// The score and id of the last case of the page before.
    pub after: Option<(i64, String)>,
}

/// One page of cases.
#[derive(Clone, PartialEq, Debug)]
pub struct CasePage {
    /// The cases, as [`cases`](crate::storage::store::cases) returns them, with `status` and the times of their alerts.
    pub items: Vec<Value>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<(i64, String)>,
    /// Number of cases that match but that the reader may not see.
    pub withheld: u32,
    /// Last entry of the log.
    pub seq: i64,
}

/// A page of the cases that match the query and that the clearance allows.
pub(super) fn cases(
    connection: &Connection,
    query: &CaseQuery,
    clearance: &Clearance,
    limit: usize,
) -> rusqlite::Result<CasePage> {
    let transaction = connection.unchecked_transaction()?;
    let mut values = vec![
        (":clears".to_owned(), Bound::Text(allowed(&transaction, clearance)?)),
        (":red".to_owned(), Bound::Integer(i64::from(clearance.max_tlp == Tlp::Red))),
        (":limit".to_owned(), Bound::Integer(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1))),
    ];
    let open = match query.open {
        Some(true) => format!(" AND {OPEN}"),
        Some(false) => format!(" AND NOT {OPEN}"),
        None => String::new(),
    };
    let text = format!("SELECT count(*) FROM cases WHERE ({SHOWN_CASES}){open} AND NOT ({VISIBLE})");
    let withheld = transaction.query_row(&text, bound(&text, &values).as_slice(), |row| row.get(0))?;
    let (beyond, direction) = if query.ascending { (">", "ASC") } else { ("<", "DESC") };
    let after = match &query.after {
        Some((score, id)) => {
            values.push((":score".to_owned(), Bound::Integer(*score)));
            values.push((":after".to_owned(), Bound::Text(id.clone())));
            format!(" AND (score {beyond} :score OR (score = :score AND id > :after))")
        }
        None => String::new(),
    };
    let text = format!(
        "SELECT id, body, score FROM cases WHERE ({SHOWN_CASES}){open} AND {VISIBLE}{after}
         ORDER BY score {direction}, id LIMIT :limit"
    );
    let mut statement = transaction.prepare_cached(&text)?;
    let rows =
        statement.query_map(bound(&text, &values).as_slice(), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut rows = rows.collect::<rusqlite::Result<Vec<(String, String, i64)>>>()?;
    let more = limit < rows.len();
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|(id, _, score)| (*score, id.clone()));
    let items = dated(&transaction, rows.iter().map(|(id, body, _)| (id.as_str(), body.as_str())))?;
    Ok(CasePage { items, next, withheld, seq: last_for(&transaction, clearance)? })
}

/// One case by its full id, with the ids of its alerts in their order; `None` if it is not stored or the clearance does not allow it.
pub(super) fn case(
    connection: &Connection,
    id: &str,
    clearance: &Clearance,
) -> rusqlite::Result<Option<(Value, Vec<String>)>> {
    let text = format!("SELECT body FROM cases WHERE id = :id AND {VISIBLE}");
    let mut query = connection.prepare_cached(&text)?;
    let clears = allowed(connection, clearance)?;
    let values = named_params! { ":id": id, ":clears": clears, ":red": clearance.max_tlp == Tlp::Red };
    let body: Option<String> = query.query_row(values, |row| row.get(0)).optional()?;
    let Some(body) = body else {
        return Ok(None);
    };
    let case = dated(connection, std::iter::once((id, body.as_str())))?.pop().unwrap_or_default();
    let alerts = case["alerts"].as_array().into_iter().flatten();
    let alerts = alerts.filter_map(Value::as_str).map(str::to_owned).collect();
    Ok(Some((case, alerts)))
}

/// Cases with `status` (`open` or `over`), `started_at` and `last_at` of their alerts; the times are null if none is stored. `rows` are id
/// and body of each.
fn dated<'a>(
    connection: &Connection,
    rows: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> rusqlite::Result<Vec<Value>> {
    let ids: Vec<&str> = rows.clone().map(|(id, _)| id).collect();
    let mut query = connection.prepare_cached(
        "SELECT case_id, min(started_at), max(last_at), max(announced = 1 AND status = 'open' AND state <> 'closed')
         FROM alert_items WHERE case_id IN (SELECT value FROM json_each(?1)) GROUP BY case_id",
    )?;
    let found = query.query_map([json!(ids).to_string()], |row| {
        Ok((row.get::<_, String>(0)?, (row.get(1)?, row.get(2)?, row.get(3)?)))
    })?;
    let found: BTreeMap<String, (i64, i64, bool)> = found.collect::<rusqlite::Result<_>>()?;
    let time = |millis: i64| Time::from_millis(millis).to_string();
    rows.map(|(id, body)| {
        let mut case = case_of(connection, id, body)?;
        let of = found.get(id);
        case["status"] = if of.is_some_and(|(_, _, is_open)| *is_open) { "open" } else { "over" }.into();
        case["started_at"] = json!(of.map(|(began, _, _)| time(*began)));
        case["last_at"] = json!(of.map(|(_, last, _)| time(*last)));
        Ok(case)
    })
    .collect()
}
