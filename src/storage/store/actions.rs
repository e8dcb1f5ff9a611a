//! Actions of analysts on alerts: acknowledge, assign, note, close with a finding, reopen, silence. Each is audited.

use std::path::Path;

use rusqlite::{Transaction, params};

use super::act::Act;
use super::action::Action;
use super::connect::in_transaction;
use super::done_before::done_before;
use super::error::StoreError;
use super::ids::{Kind, whole};
use super::once::{Once, RequestKey, once};
use super::subject::Subject;
use super::trail::{Actor, audit};
use super::work_state::WorkState;
use atalaia_core::base::time::Time;

/// The alerts that a silence covers. An alert must match every field that is set.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Silence {
    /// With this vessel.
    pub mmsi: Option<u32>,
    /// In or near this zone.
    pub zone: Option<String>,
    /// Of this behaviour.
    pub behaviour: Option<String>,
}

/// What an action on an alert has done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ActReport {
    /// Full id of the alert.
    pub id: String,
    /// Why nothing was written: who had done the same before, and when. `None` if the action was done.
    pub unchanged: Option<String>,
}

/// Applies an action to an alert. The given id may be shortened if it is unambiguous. `why` is required for a
/// finding; `now` is the wall clock.
///
/// # Errors
/// `Refused` if the id is unknown or ambiguous, or the action does not fit the state of the alert.
pub fn act<'a>(
    path: &Path,
    id: &str,
    act: &Action,
    who: impl Into<Actor<'a>>,
    why: Option<&str>,
    now: Time,
) -> Result<ActReport, StoreError> {
    let who = who.into();
    in_transaction(path, |transaction| {
        let id = whole(transaction, Kind::Alert, id).map_err(StoreError::sqlite(path))??;
        match act_in(transaction, &id, act, who, why, now).map_err(StoreError::sqlite(path))? {
            Acted::Done => Ok(ActReport { id, unchanged: None }),
            Acted::Unchanged(text) => Ok(ActReport { id, unchanged: Some(text) }),
            Acted::Refused(text) => Err(StoreError::Refused(text)),
        }
    })
}

/// What became of an action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Acted {
    /// Done.
    Done,
    /// The same was done before, by whom and when. Nothing was written.
    Unchanged(String),
    /// It does not fit the state of the alert, for this reason. Nothing was written.
    Refused(String),
}

/// Applies an action to the alert with this full id, which is stored.
pub(super) fn act_in(
    transaction: &Transaction<'_>,
    id: &str,
    act: &Action,
    who: Actor<'_>,
    why: Option<&str>,
    now: Time,
) -> rusqlite::Result<Acted> {
    let mut query = transaction.prepare_cached("SELECT state, severity FROM alerts WHERE id = ?1")?;
    let (state, severity): (WorkState, i64) = query.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if let Some(text) = done_before(transaction, id, act, why, now)? {
        return Ok(Acted::Unchanged(text));
    }
    let done = do_it(transaction, id, state, severity, act, who, why, now)?;
    if done == Acted::Done {
        count(transaction, id)?;
    }
    Ok(done)
}

/// Counts one more act of a person on an alert. The count is part of the entity tag, so that a later act can ask for the state it was
/// decided on.
pub(super) fn count(transaction: &Transaction<'_>, id: &str) -> rusqlite::Result<()> {
    transaction.prepare_cached("UPDATE alerts SET acts = acts + 1 WHERE id = ?1")?.execute([id]).map(drop)
}

/// A silence to be made.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct NewSilence<'a> {
    /// The alerts that it covers.
    pub covers: &'a Silence,
    /// Its start. Event time.
    pub from: Time,
    /// Its end, not included. Event time.
    pub until: Time,
    /// The reason.
    pub why: &'a str,
}

/// Holds deliveries back from `from` to `until` (event time, exclusive). Returns the number of the silence. Changes that are already in the
/// outbox are not held back.
///
/// # Errors
/// `Refused` if the silence covers everything or has no length.
pub fn silence<'a>(
    path: &Path,
    covers: &Silence,
    from: Time,
    until: Time,
    who: impl Into<Actor<'a>>,
    why: &str,
    now: Time,
) -> Result<i64, StoreError> {
    let (new, who) = (NewSilence { covers, from, until, why }, who.into());
    in_transaction(path, |transaction| silence_in(transaction, path, &new, who, now))
}

/// The same once however often the request is sent. `answer` makes status and body of its answer from the number of the silence.
///
/// # Errors
/// As [`silence`].
pub fn silence_once(
    path: &Path,
    new: &NewSilence<'_>,
    who: Actor<'_>,
    key: Option<&RequestKey<'_>>,
    now: Time,
    answer: impl FnOnce(&i64) -> (u16, String),
) -> Result<Once<i64>, StoreError> {
    once(path, who.who, key, now, |transaction| silence_in(transaction, path, new, who, now), answer)
}

/// Makes a silence in a transaction.
fn silence_in(
    transaction: &Transaction<'_>,
    path: &Path,
    new: &NewSilence<'_>,
    who: Actor<'_>,
    now: Time,
) -> Result<i64, StoreError> {
    let NewSilence { covers, from, until, why } = *new;
    if covers == &Silence::default() {
        return Err(StoreError::Refused("a silence needs a vessel, a zone or a behaviour".to_owned()));
    }
    if until <= from {
        return Err(StoreError::Refused("a silence must end after it begins".to_owned()));
    }
    // Both rows or neither: a silence without its audit row would hold deliveries back with no author on record.
    let insert = || {
        transaction.execute(
            "INSERT INTO silences (made_at, who, why, mmsi, zone, behaviour, from_at, until_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                now.millis(),
                who.who,
                why,
                covers.mmsi,
                covers.zone,
                covers.behaviour,
                from.millis(),
                until.millis()
            ],
        )?;
        let number = transaction.last_insert_rowid();
        audit(transaction, now, who, Act::Silenced, &Subject::Silence(number), Some(why))?;
        Ok(number)
    };
    insert().map_err(StoreError::sqlite(path))
}

/// Lifts a silence. Deliveries that it held back stay held back.
///
/// # Errors
/// `Refused` if no silence in force has this number.
pub fn lift_silence<'a>(
    path: &Path,
    number: i64,
    who: impl Into<Actor<'a>>,
    why: Option<&str>,
    now: Time,
) -> Result<(), StoreError> {
    let who = who.into();
    in_transaction(path, |transaction| {
        let lift = || {
            let lifted = transaction.execute(
                "UPDATE silences SET lifted_at = ?2 WHERE seq = ?1 AND lifted_at IS NULL",
                params![number, now.millis()],
            )?;
            audit(transaction, now, who, Act::Lifted, &Subject::Silence(number), why)?;
            Ok(lifted)
        };
        match lift().map_err(StoreError::sqlite(path))? {
            0 => Err(StoreError::Refused(format!("no silence {number} in force"))),
            _ => Ok(()),
        }
    })
}

/// Applies an action to an alert in the given state, and writes the audit row. The inner error is the refusal, with the id in front.
#[allow(clippy::too_many_arguments)]
fn do_it(
    transaction: &Transaction<'_>,
    id: &str,
    state: WorkState,
    severity: i64,
    act: &Action,
    who: Actor<'_>,
    why: Option<&str>,
    now: Time,
) -> rusqlite::Result<Acted> {
    let refused = |text: &str| Ok(Acted::Refused(format!("{id}: {text}")));
    let done = match act {
        // A closed alert is no longer work to be done; a note may still be added.
        Action::Acknowledge { .. } | Action::Assign(_) if state == WorkState::Closed => {
            return refused("is closed; reopen it first");
        }
        Action::Acknowledge { until } => {
            if until.is_some_and(|until| until <= now) {
                return refused("an acknowledgement must end in the future");
            }
            transaction.execute(
                "UPDATE alerts SET state = 'acknowledged', acknowledged_until = ?2, acknowledged_severity = ?3
                 WHERE id = ?1",
                params![id, until.map(Time::millis), severity],
            )?;
            Act::Acknowledged
        }
        Action::Assign(to) => {
            transaction.execute("UPDATE alerts SET assignee = ?2 WHERE id = ?1", params![id, to])?;
            Act::Assigned
        }
        Action::Note(text) if text.trim().is_empty() => return refused("a note needs a text"),
        Action::Note(text) => {
            transaction.execute(
                "INSERT INTO notes (alert, at, who, text) VALUES (?1, ?2, ?3, ?4)",
                params![id, now.millis(), who.who, text],
            )?;
            Act::Noted
        }
        Action::Close(_) if why.is_none_or(|why| why.trim().is_empty()) => {
            return refused("a finding needs a reason");
        }
        Action::Close(finding) => {
            transaction.execute(
                "UPDATE alerts SET state = 'closed', finding = ?2, finding_reason = ?3, acknowledged_until = NULL
                 WHERE id = ?1",
                params![id, finding.name(), why],
            )?;
            Act::Closed
        }
        Action::Reopen if state == WorkState::New => return refused("is neither closed nor acknowledged"),
        Action::Reopen => {
            transaction.execute(
                "UPDATE alerts SET state = 'new', finding = NULL, finding_reason = NULL, acknowledged_until = NULL,
                     acknowledged_severity = NULL
                 WHERE id = ?1",
                [id],
            )?;
            Act::Reopened
        }
    };
    audit(transaction, now, who, done, &Subject::alert(id), act.reason(why).as_deref())?;
    Ok(Acted::Done)
}
