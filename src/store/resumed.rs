//! What an engine that lost its state comes to a second time: told already, or followed again after it was given up.

use std::borrow::Cow;

use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::Value;

use super::abandoned::GIVEN_UP;
use super::changes::Restated;
use super::filter::Filter;
use super::{changes, markings, outbox};
use crate::alerts::{Change, ChangeKind, Status};
use crate::time::Time;

/// Why an alert that was ended is open again.
const FOLLOWED_AGAIN: &str = "followed again: it had been ended only because the state of the program was lost";

/// Why an alert that the store has is told of anew.
const MET_AGAIN: &str = "met again: the state of the program was lost";

/// What a change is to the store.
pub(super) enum Weighed<'a> {
    /// To be stored, as it is or as what it has become.
    News(Cow<'a, Change>),
    /// Told before a state was lost; `due` is whether a sink waits to be told that the alert is followed again.
    Told { due: bool },
}

/// Weighs a change against what the store has of its alert.
pub(super) fn weigh<'a>(
    transaction: &Transaction<'_>,
    change: &'a Change,
    filter: &[Filter],
    now: Time,
) -> rusqlite::Result<Weighed<'a>> {
    let id = &change.alert.id;
    let mut last = transaction.prepare_cached("SELECT revision, status FROM alerts WHERE id = ?1")?;
    let last: Option<(u32, String)> = last.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    // The engine counts on from what the store has: what it made before is not weighed, and changes nothing.
    let Some((revision, status)) = last.filter(|(revision, _)| *revision < change.revision) else {
        return Ok(Weighed::News(Cow::Borrowed(change)));
    };
    let returns = status == "ended" && change.alert.status == Status::Open;
    let given_up = returns && is_given_up(transaction, id, revision)?;
    if is_told(transaction, change)? {
        let due = given_up && take_back(transaction, change, revision, filter, now)?;
        return Ok(Weighed::Told { due });
    }
    let why = match (given_up, change.change) {
        (true, _) => FOLLOWED_AGAIN,
        (false, ChangeKind::Opened) => MET_AGAIN,
        (false, _) => return Ok(Weighed::News(Cow::Borrowed(change))),
    };
    let reason = format!("{why}; {}", change.reason);
    Ok(Weighed::News(Cow::Owned(Change { change: ChangeKind::Updated, reason, ..change.clone() })))
}

/// Whether this last revision of an alert only says that nobody follows it any more.
fn is_given_up(transaction: &Transaction<'_>, id: &str, revision: u32) -> rusqlite::Result<bool> {
    let mut last = transaction.prepare_cached("SELECT line FROM changes WHERE alert = ?1 AND revision = ?2")?;
    let line: Option<String> = last.query_row(params![id, revision], |row| row.get(0)).optional()?;
    let line: Value = line.and_then(|line| serde_json::from_str(&line).ok()).unwrap_or_default();
    Ok(line["reason"] == GIVEN_UP)
}

/// An alert without what earlier versions did not say, and without its case, which an engine that begins anew may not know yet.
fn comparable(mut alert: Value) -> Value {
    if let Some(fields) = alert.as_object_mut() {
        fields.remove("kind");
        fields.remove("case_id");
    }
    alert
}

/// Whether the same was told of the alert for the same moment, under whatever revision.
fn is_told(transaction: &Transaction<'_>, change: &Change) -> rusqlite::Result<bool> {
    let alert = comparable(serde_json::to_value(&*changes::marked(transaction, change)?.alert).unwrap_or_default());
    let mut same = transaction.prepare_cached("SELECT line FROM changes WHERE alert = ?1 AND at = ?2 AND kind = ?3")?;
    let kind = changes::kind_of(change.change);
    let mut rows = same.query(params![change.alert.id, change.at.millis(), kind])?;
    while let Some(row) = rows.next()? {
        let line: Value = serde_json::from_str(row.get_ref(0)?.as_str()?).unwrap_or_default();
        if comparable(line["alert"].clone()) == alert {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Opens an alert again that was given up with revision `given_up`, as it stood before; whether a sink waits to be told.
fn take_back(
    transaction: &Transaction<'_>,
    change: &Change,
    given_up: u32,
    filter: &[Filter],
    now: Time,
) -> rusqlite::Result<bool> {
    let (id, revision) = (&change.alert.id, change.revision);
    let before = "SELECT line, severity FROM changes WHERE alert = ?1 AND revision < ?2 ORDER BY revision DESC LIMIT 1";
    let (line, severity): (String, i64) =
        transaction.query_row(before, params![id, given_up], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Ok(Value::Object(mut line)) = serde_json::from_str::<Value>(&line) else {
        return Ok(false);
    };
    let alert = line.remove("alert").unwrap_or_default();
    let reason = FOLLOWED_AGAIN;
    let (at, updated) = (change.at, ChangeKind::Updated);
    changes::restate(
        transaction,
        &Restated { id, revision, at, change: updated, severity, reason, alert: &alert },
        now,
    )?;
    let handling = markings::of_machine(&alert);
    let mut due = false;
    // Who was told that nobody looks after it any more is told that somebody does.
    for filter in filter.iter().filter(|_| change.alert.announced) {
        due |= outbox::offer_again(transaction, filter, (&change.alert, revision), &handling, now)?;
    }
    Ok(due)
}
