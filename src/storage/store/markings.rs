//! Markings that analysts set on alerts. They are stored beside the alert, so that no later change of it undoes them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Transaction};
use serde_json::Value;

use atalaia_core::alerts::handling::{Europol, Mark, Tlp};
use atalaia_core::alerts::{Alert, Change, Handling, HandlingSettings};
use atalaia_core::base::time::Time;

/// The change with the analyst's marking of the alert, if there is one; unchanged and not copied otherwise.
pub(super) fn marked<'a>(transaction: &Transaction<'_>, change: &'a Change) -> rusqlite::Result<Cow<'a, Change>> {
    let Some(mark) = of(transaction, &change.alert.id)? else {
        return Ok(Cow::Borrowed(change));
    };
    let handling = change.alert.handling.clone().marked(&mark);
    let alert = Arc::new(Alert { handling, ..(*change.alert).clone() });
    Ok(Cow::Owned(Change { alert, ..change.clone() }))
}

/// The analysts' marking of one alert; `None` if there is none.
pub(super) fn of(connection: &Connection, id: &str) -> rusqlite::Result<Option<Mark>> {
    let mut query = connection.prepare_cached("SELECT mark FROM alerts WHERE id = ?1")?;
    let mark: Option<Option<String>> = query.query_row([id], |row| row.get(0)).optional()?;
    Ok(mark.flatten().and_then(|mark| serde_json::from_str(&mark).ok()))
}

/// The highest TLP of the alerts of a case and all their handling codes. RED if none of the alerts is stored any more: what cannot be
/// looked up must not lower a marking.
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

/// Sets the marking in force on a stored alert: that of the engine, with the analyst's `mark` (JSON) over it. An alert of a version without
/// markings gets the default one.
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
