//! The action of an analyst that marks an alert.
//!
//! The mark is stored beside the alert and takes effect at once: pending deliveries are read with it (`outbox`), and a digest that waits
//! with the alert in it is formed again. What a sink has received already cannot be taken back.

use std::path::Path;

use rusqlite::params;
use serde_json::Value;

use super::columns::json;
use super::connect::in_transaction;
use super::error::StoreError;
use super::ids::{Kind, whole};
use super::trail::{Actor, audit};
use super::{digests, markings};
use atalaia_core::alerts::Handling;
use atalaia_core::alerts::handling::Mark;
use atalaia_core::base::time::Time;

/// Marks an alert. Fields that are `None` keep their value. The id may be shortened; returns the full id and the resulting marking.
///
/// # Errors
/// `Refused` if no field is set, no reason is given, or the result is not valid (for example H3 without a text).
pub fn mark<'a>(
    path: &Path,
    id: &str,
    said: &Mark,
    who: impl Into<Actor<'a>>,
    why: &str,
    now: Time,
) -> Result<(String, Handling), StoreError> {
    let who = who.into();
    if *said == Mark::default() {
        return Err(StoreError::Refused(
            "say what is to be marked otherwise: --tlp, --grade, --handling, ...".to_owned(),
        ));
    }
    if why.trim().is_empty() {
        return Err(StoreError::Refused(format!("{id}: a marking needs a reason")));
    }
    in_transaction(path, |transaction| {
        let id = whole(transaction, Kind::Alert, id).map_err(StoreError::sqlite(path))??;
        let read = || {
            let body: String =
                transaction.query_row("SELECT body FROM alerts WHERE id = ?1", [&id], |row| row.get(0))?;
            Ok((serde_json::from_str(&body).unwrap_or_default(), markings::of(transaction, &id)?.unwrap_or_default()))
        };
        let (body, earlier): (Value, Mark) = read().map_err(StoreError::sqlite(path))?;
        // The analyst's marks lie over the marking of the engine; fields that no analyst has set keep following the engine.
        let before = markings::of_machine(&body).marked(&earlier);
        let by = Mark { marked_by: Some(who.who.to_owned()), marked_at: Some(now), ..said.clone() };
        let mark = by.over(earlier);
        let after = markings::of_machine(&body).marked(&mark);
        if let Some(fault) = after.problems().into_iter().next() {
            return Err(StoreError::Refused(format!("{id}: {fault}")));
        }
        let write = || {
            transaction.execute(
                "UPDATE alerts SET mark = ?2, retain_until = ?3 WHERE id = ?1",
                params![id, json(&mark), mark.retain_until.map(Time::millis)],
            )?;
            // A digest that waits for delivery was formed under the former marking.
            digests::marked(transaction, &id)?;
            let why = format!("{why}; before: {}; now: {}", before.line(), after.line());
            audit(transaction, now, who, "marked", &id, Some(&why))
        };
        write().map_err(StoreError::sqlite(path))?;
        Ok((id, after))
    })
}
