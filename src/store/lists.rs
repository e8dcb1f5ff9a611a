//! What lists show of alerts, their changes and what people did: without the tracks of the evidence, which are most of the bytes.

use std::path::{Path, PathBuf};

use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;

use super::read::{COLUMNS, Entry, Query, conditions, entry};
use super::trail::AuditRow;
use super::{OURSELVES, StoreError, markings, schema};
use crate::time::Time;

/// An alert of a list; its evidence has no `tracks`.
#[derive(Clone, PartialEq, Debug)]
pub struct Listed {
    /// How it stands.
    pub entry: Entry,
    /// When its last change was decided, event time.
    pub changed_at: Time,
    /// When that was stored, wall clock.
    pub stored_at: Time,
}

/// A stored change of an alert.
#[derive(Clone, PartialEq, Debug)]
pub struct ChangeRow {
    /// When it was stored, wall clock.
    pub stored_at: Time,
    /// When it was decided, event time.
    pub at: Time,
    /// The line as it went out, marked as the alert is marked now, without the tracks of the evidence.
    pub line: Value,
    /// The change before it; absent for the first.
    pub before: Option<Before>,
}

/// How an alert stood before a change.
#[derive(Clone, PartialEq, Debug)]
pub struct Before {
    /// `opened`, `updated`, `ended` or `retracted`.
    pub change: String,
    /// Points.
    pub score: i64,
    /// The word of its severity.
    pub severity: String,
}

/// A row of the audit trail with what it is about.
#[derive(Clone, PartialEq, Debug)]
pub struct ActionRow {
    /// Who did what, when and why.
    pub row: AuditRow,
    /// The id of an alert or case, `silence 3`, `purge 1`.
    pub subject: String,
    /// `behaviour`, `vessels` and what was `measured` of the alert it is about; absent where it is about something else, or the alert
    /// was purged.
    pub alert: Option<Value>,
    /// Whether it is about a case.
    pub is_case: bool,
}

/// As `read::entry` reads them, and the times of the last change. The case is the one that lists the alert by now.
const LISTED: &str =
    "SELECT id, state, acknowledged_until, assignee, finding, finding_reason, json_remove(body, '$.evidence.tracks'), mark,
         case_id,
         coalesce((SELECT at FROM changes WHERE alert = alerts.id AND revision = alerts.revision), last_at),
         coalesce((SELECT stored_at FROM changes WHERE alert = alerts.id AND revision = alerts.revision), last_at)
     FROM alerts";

/// The alerts that fit, whatever their state, the last heard of first; neither `state` nor `limit` of the query counts.
pub fn listed(path: &Path, query: &Query, now: Time) -> Result<Vec<Listed>, StoreError> {
    let connection = schema::beside(path)?;
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

/// Reads whole alerts one at a time, so that not all of them are in memory at once.
pub struct Bodies {
    connection: Connection,
    path: PathBuf,
}

impl Bodies {
    /// Of the store of this file.
    pub fn open(path: &Path) -> Result<Bodies, StoreError> {
        Ok(Bodies { connection: schema::beside(path)?, path: path.to_owned() })
    }

    /// The alert of a whole id; absent where it was purged.
    pub fn alert(&self, id: &str, now: Time) -> Result<Option<Entry>, StoreError> {
        let read = || {
            let mut query = self.connection.prepare_cached(&format!("{COLUMNS} WHERE id = ?1"))?;
            query.query_row([id], |row| entry(row, now)).optional()
        };
        read().map_err(StoreError::sqlite(&self.path))
    }
}

/// Shows every vessel of every alert and fact, as the alert names it; those of the latest alerts first.
pub fn vessels(path: &Path, take: &mut dyn FnMut(&Value)) -> Result<(), StoreError> {
    let connection = schema::beside(path)?;
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

const CHANGES: &str =
    "SELECT now.stored_at, now.at, json_remove(now.line, '$.alert.evidence.tracks'), alerts.mark, before.kind,
         json_extract(before.line, '$.alert.score'), json_extract(before.line, '$.alert.severity')
     FROM changes AS now JOIN alerts ON alerts.id = now.alert
     LEFT JOIN changes AS before ON before.alert = now.alert AND before.revision =
         (SELECT max(revision) FROM changes WHERE alert = now.alert AND revision < now.revision)";

/// What was stored from `since` to before `until`, wall clock, in that order; changes of facts too.
pub fn changes(path: &Path, since: Time, until: Time) -> Result<Vec<ChangeRow>, StoreError> {
    let connection = schema::beside(path)?;
    let rows = format!(
        "{CHANGES} WHERE now.stored_at >= ?1 AND now.stored_at < ?2 ORDER BY now.stored_at, now.at, now.alert, now.revision"
    );
    read_changes(&connection, &rows, params![since.millis(), until.millis()]).map_err(StoreError::sqlite(path))
}

/// Every change of one alert, by its whole id, in order.
pub fn history(path: &Path, id: &str) -> Result<Vec<ChangeRow>, StoreError> {
    let connection = schema::beside(path)?;
    let rows = format!("{CHANGES} WHERE now.alert = ?1 ORDER BY now.revision");
    read_changes(&connection, &rows, params![id]).map_err(StoreError::sqlite(path))
}

fn read_changes(
    connection: &Connection,
    rows: &str,
    params: impl rusqlite::Params,
) -> rusqlite::Result<Vec<ChangeRow>> {
    let mut query = connection.prepare(rows)?;
    let rows = query.query_map(params, |row| {
        let (line, mark): (String, Option<String>) = (row.get(2)?, row.get(3)?);
        let mut line: Value = serde_json::from_str(&line).unwrap_or_default();
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

/// The audit trail from `since` to before `until`, wall clock, in order; what nobody did by hand only where `machine` asks for it.
pub fn actions(path: &Path, since: Time, until: Time, machine: Machine) -> Result<Vec<ActionRow>, StoreError> {
    let connection = schema::beside(path)?;
    let read = || -> rusqlite::Result<Vec<ActionRow>> {
        let mut query = connection.prepare(
            "SELECT at, who, caller, what, why, subject,
                 CASE WHEN alerts.id IS NOT NULL THEN json_object('behaviour', behaviour, 'vessels', json(body -> '$.vessels'),
                     'evidence', json_object('measured', json(body -> '$.evidence.measured'))) END,
                 EXISTS (SELECT 1 FROM cases WHERE cases.id = subject)
             FROM audit LEFT JOIN alerts ON alerts.id = audit.subject
             WHERE at >= ?1 AND at < ?2 AND (?3 OR who <> ?4) ORDER BY seq",
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
        actions.retain(|act| machine == Machine::Included || !act.row.is_machine());
        Ok(actions)
    };
    read().map_err(StoreError::sqlite(path))
}

/// Whether what the program did by itself is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Machine {
    /// It is.
    Included,
    /// Only what people did.
    Excluded,
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Time> {
    row.get(column).map(Time::from_millis)
}
