//! Legal holds: everything that belongs to a held case is kept, whatever its age.
//!
//! A hold is on a case, but cases merge: one that shares an alert with a held case is held with it, and so on from case to case ([`HELD`]).
//! The answer is computed at each purge and never stored.

use std::path::Path;

use rusqlite::{OptionalExtension, Transaction, params};

use super::act::Act;
use super::connect;
use super::connect::in_transaction;
use super::error::StoreError;
use super::ids::{Kind, whole};
use super::subject::Subject;
use super::trail::{Actor, audit};
use atalaia_core::base::time::{Span, Time};

/// Received lines are kept from this long before the first alert of a held case until this long after its last: a replay needs what led up
/// to an alert, and a feed may report late.
const AROUND: Span = Span::from_hours(24);

/// Defines `held`: the cases under a hold and all that share an alert with one, so that a hold survives when cases merge.
pub(super) const HELD: &str = "
    held (case_id) AS (
        SELECT id FROM cases WHERE held_at IS NOT NULL
        UNION
        SELECT other.case_id FROM held
        JOIN case_alerts AS one ON one.case_id = held.case_id
        JOIN case_alerts AS other ON other.alert = one.alert
    )";

/// Puts a case under a hold and returns its full id. The given id may be shortened. Nothing of a held case is purged: its alerts with their
/// notes and audit rows, and the received lines around them.
///
/// # Errors
/// `Refused` without a reason, or if the case is held already or unknown.
pub fn hold<'a>(path: &Path, id: &str, who: impl Into<Actor<'a>>, why: &str, now: Time) -> Result<String, StoreError> {
    let who = who.into();
    change(path, id, Some((who.who, why)), who, why, now)
}

/// Lifts the hold of a case and returns its full id. The given id may be shortened. The next purge deletes what is old enough.
///
/// # Errors
/// `Refused` without a reason, or if the case is not held or unknown.
pub fn release<'a>(
    path: &Path,
    id: &str,
    who: impl Into<Actor<'a>>,
    why: &str,
    now: Time,
) -> Result<String, StoreError> {
    change(path, id, None, who.into(), why, now)
}

/// Sets the hold of a case, with its author and reason, or lifts it with `None`. Both leave an audit row.
fn change(
    path: &Path,
    id: &str,
    held: Option<(&str, &str)>,
    who: Actor<'_>,
    why: &str,
    now: Time,
) -> Result<String, StoreError> {
    if why.trim().is_empty() {
        return Err(StoreError::Refused(format!("{id}: a hold, and the end of one, needs a reason")));
    }
    in_transaction(path, |transaction| {
        let (id, is_held) = find(transaction, id).map_err(StoreError::sqlite(path))??;
        // Holding twice would replace the author and reason of the first hold.
        match (is_held, held) {
            (true, Some(_)) => return Err(StoreError::Refused(format!("{id}: is held already"))),
            (false, None) => return Err(StoreError::Refused(format!("{id}: is not held"))),
            _ => {}
        }
        let write = || {
            let (at, by) = (held.map(|_| now.millis()), held.map(|(who, _)| who));
            transaction.execute(
                "UPDATE cases SET held_at = ?2, held_by = ?3, held_why = ?4 WHERE id = ?1",
                params![id, at, by, held.map(|(_, why)| why)],
            )?;
            audit(
                transaction,
                now,
                who,
                if held.is_some() { Act::Held } else { Act::Released },
                &Subject::case(&id),
                Some(why),
            )
        };
        write().map_err(StoreError::sqlite(path))?;
        Ok(id)
    })
}

/// The full id of a case, and whether it is held. The given id may be shortened.
fn find(transaction: &Transaction<'_>, id: &str) -> rusqlite::Result<Result<(String, bool), StoreError>> {
    let id = match whole(transaction, Kind::Case, id)? {
        Ok(id) => id,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut query = transaction.prepare_cached("SELECT held_at IS NOT NULL FROM cases WHERE id = ?1")?;
    let is_held = query.query_row([&id], |row| row.get(0))?;
    Ok(Ok((id, is_held)))
}

/// The spans of event time whose received lines must be kept, in order. Overlapping spans are merged. A case of which no alert is left
/// has no span.
pub fn held_spans(path: &Path) -> Result<Vec<(Time, Time)>, StoreError> {
    let connection = connect::beside(path)?;
    let read = || -> rusqlite::Result<Vec<(Time, Time)>> {
        let mut query = connection.prepare(&format!(
            "WITH RECURSIVE {HELD}
             SELECT min(started_at), max(coalesce(ended_at, last_at)) FROM held
             JOIN case_alerts ON case_alerts.case_id = held.case_id JOIN alerts ON alerts.id = case_alerts.alert
             GROUP BY held.case_id ORDER BY 1",
        ))?;
        let spans = query.query_map([], |row| {
            let (first, last): (i64, i64) = (row.get(0)?, row.get(1)?);
            Ok((Time::from_millis(first) - AROUND, Time::from_millis(last) + AROUND))
        })?;
        let mut joined: Vec<(Time, Time)> = Vec::new();
        for span in spans {
            let (from, to) = span?;
            match joined.last_mut().filter(|(_, end)| from <= *end) {
                Some((_, end)) => *end = to.max(*end),
                None => joined.push((from, to)),
            }
        }
        Ok(joined)
    };
    read().map_err(StoreError::sqlite(path))
}

/// The hold of a case: since when, by whom and why; `None` if it is not held.
pub(super) fn of(connection: &rusqlite::Connection, id: &str) -> rusqlite::Result<Option<(Time, String, String)>> {
    let mut query = connection
        .prepare_cached("SELECT held_at, held_by, held_why FROM cases WHERE id = ?1 AND held_at IS NOT NULL")?;
    query.query_row([id], |row| Ok((Time::from_millis(row.get(0)?), row.get(1)?, row.get(2)?))).optional()
}
