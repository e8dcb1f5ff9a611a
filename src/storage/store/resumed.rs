//! Changes that an engine without its former state raises a second time: they were delivered before, or reopen an abandoned alert.
//!
//! This happens if no snapshot could be used at the start. The engine then reads the journal from further back, or none at all, and comes
//! to alerts that are stored already. Sinks must not receive a change twice, and must not be left with the end of an alert that goes on.

use std::borrow::Cow;

use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::Value;

use super::abandoned::GIVEN_UP;
use super::rows::{self, StoreChange};
use super::stages::filter::Filter;
use super::{markings, offer};
use atalaia_core::alerts::{Change, ChangeKind, Status};
use atalaia_core::base::time::Time;

/// The reason given when an abandoned alert is reopened. Receivers see it in front of the reason of the engine.
const FOLLOWED_AGAIN: &str = "followed again: it had been ended only because the state of the program was lost";

/// The reason given when a stored alert is raised a second time.
const MET_AGAIN: &str = "met again: the state of the program was lost";

/// What a change means to the store.
pub(super) enum Novelty<'a> {
    /// It is new and must be stored, as it is or rewritten.
    New(Cow<'a, Change>),
    /// It was stored and delivered before the state was lost. `due` is whether the reopening of the alert is now due at a sink.
    Repeated { due: bool },
}

/// Compares a change with what is stored of its alert. The id of an alert is a hash of the facts of its opening, so an engine that reads
/// the same lines again gives the same alert the same id.
pub(super) fn weigh<'a>(
    transaction: &Transaction<'_>,
    change: &'a Change,
    filter: &[Filter],
    now: Time,
) -> rusqlite::Result<Novelty<'a>> {
    let id = &change.alert.id;
    let mut last = transaction.prepare_cached("SELECT revision, status FROM alerts WHERE id = ?1")?;
    let last: Option<(u32, String)> = last.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    // The engine continues from the stored revision. An earlier revision is a repetition; storing it again has no effect.
    let Some((revision, status)) = last.filter(|(revision, _)| *revision < change.revision) else {
        return Ok(Novelty::New(Cow::Borrowed(change)));
    };
    let returns = status == "ended" && change.alert.status == Status::Open;
    let given_up = returns && is_given_up(transaction, id, revision)?;
    if is_stored(transaction, change)? {
        let due = given_up && take_back(transaction, change, revision, filter, now)?;
        return Ok(Novelty::Repeated { due });
    }
    let why = match (given_up, change.change) {
        (true, _) => FOLLOWED_AGAIN,
        // A sink that has the alert must not see it open a second time: the change becomes an update.
        (false, ChangeKind::Opened) => MET_AGAIN,
        (false, _) => return Ok(Novelty::New(Cow::Borrowed(change))),
    };
    let reason = format!("{why}; {}", change.reason);
    Ok(Novelty::New(Cow::Owned(Change { change: ChangeKind::Updated, reason, ..change.clone() })))
}

/// Whether the last revision of an alert only says that no engine follows it any more.
fn is_given_up(transaction: &Transaction<'_>, id: &str, revision: u32) -> rusqlite::Result<bool> {
    let mut last = transaction.prepare_cached("SELECT line FROM changes WHERE alert = ?1 AND revision = ?2")?;
    let line: Option<String> = last.query_row(params![id, revision], |row| row.get(0)).optional()?;
    let line: Value = line.and_then(|line| serde_json::from_str(&line).ok()).unwrap_or_default();
    Ok(line["reason"] == GIVEN_UP)
}

/// An alert without its case, which a new engine may not know yet, and without fields that earlier versions did not write.
fn comparable(mut alert: Value) -> Value {
    if let Some(fields) = alert.as_object_mut() {
        fields.remove("kind");
        fields.remove("case_id");
    }
    alert
}

/// Whether an equal change for the same time is stored, under any revision.
fn is_stored(transaction: &Transaction<'_>, change: &Change) -> rusqlite::Result<bool> {
    let alert = comparable(serde_json::to_value(&*markings::marked(transaction, change)?.alert).unwrap_or_default());
    let mut same = transaction.prepare_cached("SELECT line FROM changes WHERE alert = ?1 AND at = ?2 AND kind = ?3")?;
    let kind = change.change.name();
    let mut rows = same.query(params![change.alert.id, change.at.millis(), kind])?;
    while let Some(row) = rows.next()? {
        let line: Value = serde_json::from_str(row.get_ref(0)?.as_str()?).unwrap_or_default();
        if comparable(line["alert"].clone()) == alert {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reopens an alert that revision `given_up` had ended, with its earlier content. Returns whether a delivery is now due.
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
    rows::restate(
        transaction,
        &StoreChange { id, revision, at, change: updated, severity, reason, alert: &alert },
        now,
    )?;
    let handling = markings::of_machine(&alert);
    let mut due = false;
    // A sink that received the end must learn that the alert is followed again.
    for filter in filter.iter().filter(|_| change.alert.announced) {
        due |= offer::offer_again(transaction, filter, (&change.alert, revision), &handling, now)?;
    }
    Ok(due)
}
