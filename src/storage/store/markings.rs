//! Markings that analysts set on alerts. They are stored beside the alert, so that no later change of it undoes them.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use super::actions::find;
use super::changes::{audit, json};
use super::connect::in_transaction;
use super::digests;
use super::error::StoreError;
use super::trail::Actor;
use atalaia_core::alerts::handling::{Europol, Mark, Tlp};
use atalaia_core::alerts::{Handling, HandlingSettings};
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
        let (id, ..) = find(transaction, id).map_err(StoreError::sqlite(path))??;
        let read = || {
            let body: String =
                transaction.query_row("SELECT body FROM alerts WHERE id = ?1", [&id], |row| row.get(0))?;
            Ok((serde_json::from_str(&body).unwrap_or_default(), of(transaction, &id)?.unwrap_or_default()))
        };
        let (body, earlier): (Value, Mark) = read().map_err(StoreError::sqlite(path))?;
        let before = of_machine(&body).marked(&earlier);
        let by = Mark { marked_by: Some(who.who.to_owned()), marked_at: Some(now), ..said.clone() };
        let mark = by.over(earlier);
        let after = of_machine(&body).marked(&mark);
        if let Some(fault) = after.problems().into_iter().next() {
            return Err(StoreError::Refused(format!("{id}: {fault}")));
        }
        let write = || {
            transaction.execute(
                "UPDATE alerts SET mark = ?2, retain_until = ?3 WHERE id = ?1",
                params![id, json(&mark), mark.retain_until.map(Time::millis)],
            )?;
            digests::marked(transaction, &id)?;
            let why = format!("{why}; before: {}; now: {}", before.line(), after.line());
            audit(transaction, now, who, "marked", &id, Some(&why))
        };
        write().map_err(StoreError::sqlite(path))?;
        Ok((id, after))
    })
}

/// The analysts' marking of one alert; `None` if there is none.
pub(super) fn of(connection: &Connection, id: &str) -> rusqlite::Result<Option<Mark>> {
    let mut query = connection.prepare_cached("SELECT mark FROM alerts WHERE id = ?1")?;
    let mark: Option<Option<String>> = query.query_row([id], |row| row.get(0)).optional()?;
    Ok(mark.flatten().and_then(|mark| serde_json::from_str(&mark).ok()))
}

/// The highest TLP of the alerts of a case and all their handling codes. RED if none of the alerts is stored any more.
pub(super) fn of_case(connection: &Connection, id: &str) -> rusqlite::Result<(Tlp, BTreeSet<Europol>)> {
    let mut query = connection.prepare_cached(
        "SELECT json_object('handling', json_extract(body, '$.handling')), mark FROM case_alerts
         JOIN alerts ON alerts.id = case_alerts.alert WHERE case_alerts.case_id = ?1",
    )?;
    let mut rows = query.query([id])?;
    let (mut tlp, mut codes) = (None, BTreeSet::new());
    while let Some(row) = rows.next()? {
        let (body, mark): (String, Option<String>) = (row.get(0)?, row.get(1)?);
        let body: Value = serde_json::from_str(&body).unwrap_or_default();
        let mark: Option<Mark> = mark.and_then(|mark| serde_json::from_str(&mark).ok());
        let handling = of_machine(&body).marked(&mark.unwrap_or_default());
        tlp = tlp.max(Some(handling.tlp));
        codes.extend(handling.europol);
    }
    Ok((tlp.unwrap_or(Tlp::Red), codes))
}

/// Sets the marking in force on a stored alert.
pub(super) fn apply(body: &mut Value, mark: Option<&str>) {
    let mark: Option<Mark> = mark.and_then(|mark| serde_json::from_str(mark).ok());
    if mark.is_none() && body.get("handling").is_some() {
        return;
    }
    let handling = of_machine(body).marked(&mark.unwrap_or_default());
    // Plain data: serialising cannot fail.
    body["handling"] = serde_json::to_value(handling).unwrap_or_default();
}

/// The marking set by the engine. Alerts stored by versions without markings get the default one with the lowest grade.
pub(super) fn of_machine(body: &Value) -> Handling {
    serde_json::from_value(body["handling"].clone()).unwrap_or_else(|_| {
        let opened_at = body["opened_at"].as_str().and_then(Time::parse).unwrap_or(Time::from_millis(0));
        HandlingSettings::default().of(opened_at, false, true)
    })
}
