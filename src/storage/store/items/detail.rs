//! One alert with its tracks, notes, history and deliveries.

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::page::item;
use super::redact::reason;
use super::row::AlertItem;
use crate::storage::store::read::{Note, Sent, deliveries, notes};
use crate::storage::store::stages::clear::Clearance;
use crate::storage::store::trail::OURSELVES;
use atalaia_core::base::time::Time;

/// What to read of an alert beside its item and tracks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Parts {
    /// Its notes.
    pub notes: bool,
    /// Its changes and acts.
    pub history: bool,
    /// Its deliveries.
    pub deliveries: bool,
}

/// An alert with everything that was asked for. A part that was not asked for is empty.
#[derive(Clone, PartialEq, Debug)]
pub struct AlertDetail {
    /// The alert as in a list.
    pub item: AlertItem,
    /// The tracks of its evidence, as JSON.
    pub tracks: String,
    /// Its notes, oldest first.
    pub notes: Vec<Note>,
    /// Its changes and acts, oldest first.
    pub history: Vec<HistoryRow>,
    /// Its deliveries in order, without those that the filter of a sink did not select.
    pub deliveries: Vec<Sent>,
}

/// A change of an alert, or an act on it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, utoipa::ToSchema)]
pub struct HistoryRow {
    /// Its entry of the log.
    pub seq: i64,
    /// Event time of a change, wall clock of an act.
    pub at: String,
    /// When the change was stored, by the wall clock; null for an act.
    pub stored_at: Option<String>,
    /// The person; `(atalaia)` for the program.
    pub who: String,
    /// What happened: `opened`, `updated`, `acknowledged`, ...
    pub what: String,
    /// The reason; null if none was given.
    pub why: Option<String>,
    /// Number of the change; null for an act.
    pub revision: Option<u32>,
    /// Score after the change; null for an act.
    pub score: Option<i64>,
    /// Severity after the change; null for an act.
    pub severity: Option<String>,
}

/// A stored change, for the history.
struct ChangeOf {
    revision: u32,
    at: i64,
    kind: String,
    stored_at: i64,
    score: Option<i64>,
    severity: Option<String>,
}

/// One alert by its full id; `None` if it is not stored or the clearance does not allow it.
pub(super) fn detail(
    connection: &Connection,
    id: &str,
    clearance: &Clearance,
    parts: Parts,
    now: Time,
) -> rusqlite::Result<Option<AlertDetail>> {
    let transaction = connection.unchecked_transaction()?;
    let Some(item) = item(&transaction, id, clearance, now)? else {
        return Ok(None);
    };
    let mut tracks = transaction.prepare_cached("SELECT body -> '$.evidence.tracks' FROM alerts WHERE id = ?1")?;
    let tracks: Option<String> = tracks.query_row([id], |row| row.get(0)).optional()?.flatten();
    Ok(Some(AlertDetail {
        item,
        tracks: tracks.unwrap_or_else(|| "[]".to_owned()),
        notes: if parts.notes { notes(&transaction, id)? } else { Vec::new() },
        history: if parts.history { history(&transaction, id, clearance)? } else { Vec::new() },
        deliveries: if parts.deliveries { deliveries(&transaction, id)? } else { Vec::new() },
    }))
}

/// Changes and acts of an alert in the order of the log. Consultations are left out.
fn history(connection: &Connection, id: &str, clearance: &Clearance) -> rusqlite::Result<Vec<HistoryRow>> {
    let mut changes = changes(connection, id)?;
    let mut query = connection.prepare_cached(
        "SELECT seq, at, who, what, CASE what WHEN 'noted' THEN coalesce(why, (SELECT text FROM notes
             WHERE notes.alert = subject AND notes.at = audit.at AND notes.who = audit.who)) ELSE why END
         FROM audit WHERE subject = ?1 AND verb IS NOT 'consultation' ORDER BY seq",
    )?;
    let rows = query.query_map([id], |row| {
        let (seq, at, who, what): (i64, i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        // The change and its row were stored at the same moment.
        let of_program = who == OURSELVES || who == "atalaia";
        let place = changes.iter().position(|change| of_program && change.kind == what && change.stored_at == at);
        let change = place.map(|place| changes.remove(place));
        Ok(HistoryRow {
            seq,
            at: Time::from_millis(change.as_ref().map_or(at, |change| change.at)).to_string(),
            stored_at: change.as_ref().map(|change| Time::from_millis(change.stored_at).to_string()),
            who,
            what,
            why: row.get(4)?,
            revision: change.as_ref().map(|change| change.revision),
            score: change.as_ref().and_then(|change| change.score),
            severity: change.and_then(|change| change.severity),
        })
    })?;
    let mut rows = rows.collect::<rusqlite::Result<Vec<HistoryRow>>>()?;
    for row in rows.iter_mut().filter(|row| row.who == OURSELVES) {
        row.why = reason(connection, id, row.why.take(), clearance)?;
    }
    Ok(rows)
}

/// The stored changes of an alert, in order.
fn changes(connection: &Connection, id: &str) -> rusqlite::Result<Vec<ChangeOf>> {
    let mut query = connection.prepare_cached(
        "SELECT revision, at, kind, stored_at, line ->> '$.alert.score', line ->> '$.alert.severity' FROM changes
         WHERE alert = ?1 ORDER BY revision",
    )?;
    let rows = query.query_map(params![id], |row| {
        let (revision, at, kind, stored_at) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        Ok(ChangeOf { revision, at, kind, stored_at, score: row.get(4)?, severity: row.get(5)? })
    })?;
    rows.collect()
}
