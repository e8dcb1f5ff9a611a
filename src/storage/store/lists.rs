//! Reads lists of alerts, their changes and people's actions, without the tracks in the evidence, which are most of the data. SQLite
//! removes them from the JSON before it is parsed.

use std::path::{Path, PathBuf};

use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;

use super::error::StoreError;
use super::read::{COLUMNS, Entry, Query, conditions, entry};
use super::trail::{AuditRow, OURSELVES};
use super::{connect, markings};
use atalaia_core::base::time::Time;

/// An alert in a list. Its evidence has no `tracks`.
#[derive(Clone, PartialEq, Debug)]
pub struct Listed {
    /// Its current state.
    pub entry: Entry,
    /// Event time of its last change.
    pub changed_at: Time,
    /// Wall clock when that change was stored.
    pub stored_at: Time,
}

/// A stored change of an alert.
#[derive(Clone, PartialEq, Debug)]
pub struct ChangeRow {
    /// Wall clock when it was stored.
    pub stored_at: Time,
    /// Event time of the change.
    pub at: Time,
    /// The change as delivered, but with the alert's current marking and without the tracks in the evidence.
    pub line: Value,
    /// The previous change; `None` for the first.
    pub before: Option<Before>,
}

/// The state of an alert before a change.
#[derive(Clone, PartialEq, Debug)]
pub struct Before {
    /// The previous change: `opened`, `updated`, `ended` or `retracted`.
    pub change: String,
    /// Score in points.
    pub score: i64,
    /// Name of the severity.
    pub severity: String,
}

/// An audit row together with what it is about.
#[derive(Clone, PartialEq, Debug)]
pub struct ActionRow {
    /// The audit row.
    pub row: AuditRow,
    /// Id of an alert or case, or for example `silence 3` or `purge 1`.
    pub subject: String,
    /// `behaviour`, `vessels` and `measured` of the alert; `None` if the row is about something else or the alert was purged.
    pub alert: Option<Value>,
    /// Whether the row is about a case.
    pub is_case: bool,
}

/// The columns for `read::entry`, followed by the times of the last change. The case is the one that currently contains the alert.
const LISTED: &str =
    "SELECT id, state, acknowledged_until, assignee, finding, finding_reason, json_remove(body, '$.evidence.tracks'), mark,
         case_id,
         coalesce((SELECT at FROM changes WHERE alert = alerts.id AND revision = alerts.revision), last_at),
         coalesce((SELECT stored_at FROM changes WHERE alert = alerts.id AND revision = alerts.revision), last_at)
     FROM alerts";

/// The alerts that match the query, most recently active first. The query's `state` and `limit` are ignored.
pub fn listed(path: &Path, query: &Query, now: Time) -> Result<Vec<Listed>, StoreError> {
    let connection = connect::beside(path)?;
    let wanted = conditions(query);
    let conditions: Vec<&str> = wanted.iter().map(|(condition, _)| *condition).collect();
    let text = format!("{LISTED} WHERE {} ORDER BY last_at DESC, id", conditions.join(" AND "));
    let values: Vec<&dyn ToSql> = wanted.iter().map(|(_, value)| value.as_ref()).collect();
    let read = || {
        let mut rows = connection.prepare(&text)?;
        let rows = rows.query_map(values.as_slice(), |row| {
            Ok(Listed { entry: entry(row, now)?, changed_at: time(row, 9)?, stored_at: time(row, 10)? })
        })?;
        rows.collect::<rusqlite::Result<Vec<Listed>>>()
    };
    read().map_err(StoreError::sqlite(path))
}

/// An alert as it was at some time.
#[derive(Clone, PartialEq, Debug)]
pub struct AsOf {
    /// The alert after its last change up to that time; after its first change if there was none yet.
    pub alert: Value,
    /// Its current status: `open`, `ended` or `retracted`.
    pub status: String,
    /// Its current end (event time); `None` while it is open.
    pub ended_at: Option<Time>,
}

/// The alerts and facts of a vessel as they were at `at` (event time), whenever they opened. Their evidence has no tracks.
pub fn as_of(path: &Path, mmsi: u32, at: Time) -> Result<Vec<AsOf>, StoreError> {
    let connection = connect::beside(path)?;
    let read = || {
        let mut query = connection.prepare(
            "SELECT json_remove(coalesce(json_extract(changes.line, '$.alert'), body), '$.evidence.tracks'), status, ended_at
             FROM alerts LEFT JOIN changes ON changes.alert = alerts.id AND changes.revision = coalesce(
                 (SELECT max(revision) FROM changes WHERE alert = alerts.id AND at <= ?2),
                 (SELECT min(revision) FROM changes WHERE alert = alerts.id))
             WHERE alerts.id IN (SELECT alert FROM alert_vessels WHERE mmsi = ?1) ORDER BY alerts.id",
        )?;
        let rows = query.query_map(params![mmsi, at.millis()], |row| {
            let alert: String = row.get(0)?;
            let ended_at: Option<i64> = row.get(2)?;
            Ok(AsOf {
                alert: serde_json::from_str(&alert).unwrap_or_default(),
                status: row.get(1)?,
                ended_at: ended_at.map(Time::from_millis),
            })
        })?;
        rows.collect::<rusqlite::Result<Vec<AsOf>>>()
    };
    read().map_err(StoreError::sqlite(path))
}

/// Reads complete alerts one at a time, so that not all of them are in memory at once.
pub struct Bodies {
    connection: Connection,
    path: PathBuf,
}

impl Bodies {
    /// Opens the store at this path.
    pub fn open(path: &Path) -> Result<Bodies, StoreError> {
        Ok(Bodies { connection: connect::beside(path)?, path: path.to_owned() })
    }

    /// The alert with this full id; `None` if it was purged.
    pub fn alert(&self, id: &str, now: Time) -> Result<Option<Entry>, StoreError> {
        let read = || {
            let mut query = self.connection.prepare_cached(&format!("{COLUMNS} WHERE id = ?1"))?;
            query.query_row([id], |row| entry(row, now)).optional()
        };
        read().map_err(StoreError::sqlite(&self.path))
    }
}

/// Calls `take` for every vessel of every alert and fact, as stored in the alert, starting with the latest alerts. A vessel comes once for
/// each alert that names it.
pub fn vessels(path: &Path, take: &mut dyn FnMut(&Value)) -> Result<(), StoreError> {
    let connection = connect::beside(path)?;
    let mut read = || -> rusqlite::Result<()> {
        let mut query = connection.prepare("SELECT body -> '$.vessels' FROM alerts ORDER BY last_at DESC, id")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let vessels: Option<String> = row.get(0)?;
            let vessels: Vec<Value> =
                vessels.and_then(|vessels| serde_json::from_str(&vessels).ok()).unwrap_or_default();
            vessels.iter().for_each(&mut *take);
        }
        Ok(())
    };
    read().map_err(StoreError::sqlite(path))
}

/// The columns of a [`ChangeRow`]: a change, the marking of its alert, and what a list shows of the change before it.
const CHANGES: &str =
    "SELECT now.stored_at, now.at, json_remove(now.line, '$.alert.evidence.tracks'), alerts.mark, before.kind,
         json_extract(before.line, '$.alert.score'), json_extract(before.line, '$.alert.severity')
     FROM changes AS now JOIN alerts ON alerts.id = now.alert
     LEFT JOIN changes AS before ON before.alert = now.alert AND before.revision =
         (SELECT max(revision) FROM changes WHERE alert = now.alert AND revision < now.revision)";

/// The changes stored from `since` on and before `until` (wall clock), in that order. Changes of facts are included.
pub fn changes(path: &Path, since: Time, until: Time) -> Result<Vec<ChangeRow>, StoreError> {
    let connection = connect::beside(path)?;
    let rows = format!(
        "{CHANGES} WHERE now.stored_at >= ?1 AND now.stored_at < ?2 ORDER BY now.stored_at, now.at, now.alert, now.revision"
    );
    read_changes(&connection, &rows, params![since.millis(), until.millis()]).map_err(StoreError::sqlite(path))
}

/// All changes of one alert in order; empty if it is not stored. Needs the full id.
pub fn history(path: &Path, id: &str) -> Result<Vec<ChangeRow>, StoreError> {
    let connection = connect::beside(path)?;
    let rows = format!("{CHANGES} WHERE now.alert = ?1 ORDER BY now.revision");
    read_changes(&connection, &rows, params![id]).map_err(StoreError::sqlite(path))
}

/// Runs a query that begins with `CHANGES`.
fn read_changes(
    connection: &Connection,
    rows: &str,
    params: impl rusqlite::Params,
) -> rusqlite::Result<Vec<ChangeRow>> {
    let mut query = connection.prepare(rows)?;
    let rows = query.query_map(params, |row| {
        let (line, mark): (String, Option<String>) = (row.get(2)?, row.get(3)?);
        let mut line: Value = serde_json::from_str(&line).unwrap_or_default();
        // Without a mark, the line has the marking of the engine already.
        if mark.is_some() {
            markings::apply(&mut line["alert"], mark.as_deref());
        }
        let before = match row.get::<_, Option<String>>(4)? {
            Some(change) => Some(Before { change, score: row.get(5)?, severity: row.get(6)? }),
            None => None,
        };
        Ok(ChangeRow { stored_at: time(row, 0)?, at: time(row, 1)?, line, before })
    })?;
    rows.collect()
}

/// The audit trail from `since` on and before `until` (wall clock), in order, without those who only read. `machine` selects whether rows of the program are included.
pub fn actions(path: &Path, since: Time, until: Time, machine: Machine) -> Result<Vec<ActionRow>, StoreError> {
    let connection = connect::beside(path)?;
    let read = || -> rusqlite::Result<Vec<ActionRow>> {
        let mut query = connection.prepare(
            "SELECT at, who, caller, what,
                 CASE what WHEN 'noted' THEN coalesce(why, (SELECT text FROM notes
                     WHERE notes.alert = subject AND notes.at = audit.at AND notes.who = audit.who)) ELSE why END, subject,
                 CASE WHEN alerts.id IS NOT NULL THEN json_object('behaviour', behaviour, 'vessels', json(body -> '$.vessels'),
                     'evidence', json_object('measured', json(body -> '$.evidence.measured'))) END,
                 EXISTS (SELECT 1 FROM cases WHERE cases.id = subject)
             FROM audit LEFT JOIN alerts ON alerts.id = audit.subject
             WHERE at >= ?1 AND at < ?2 AND (?3 OR who <> ?4) AND who <> '' AND verb IS NOT 'consultation' ORDER BY seq",
        )?;
        let values = params![since.millis(), until.millis(), machine == Machine::Included, OURSELVES];
        let rows = query.query_map(values, |row| {
            let alert: Option<String> = row.get(6)?;
            let (who, caller, what, why) = (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
            Ok(ActionRow {
                row: AuditRow { at: time(row, 0)?, who, caller, what, why },
                subject: row.get(5)?,
                alert: alert.and_then(|alert| serde_json::from_str(&alert).ok()),
                is_case: row.get(7)?,
            })
        })?;
        let mut actions = rows.collect::<rusqlite::Result<Vec<ActionRow>>>()?;
        // The SQL does not know the rows that earlier versions wrote under a name that a person can have.
        actions.retain(|act| machine == Machine::Included || !act.row.is_machine());
        Ok(actions)
    };
    read().map_err(StoreError::sqlite(path))
}

/// Whether the program's own actions are included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Machine {
    /// Actions of people and of the program.
    Included,
    /// Only actions of people.
    Excluded,
}

/// A column with milliseconds as a time.
fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Time> {
    row.get(column).map(Time::from_millis)
}
