//! Everything the store knows about one case, for an evidence bundle, and the audit row for such a bundle. It is read by several queries: a
//! change that is stored meanwhile may be in one part and not in another.

use std::path::Path;

use rusqlite::{Connection, Row};
use serde_json::Value;

use super::act::Act;
use super::connect::in_transaction;
use super::error::StoreError;
use super::read::Told;
use super::subject::Subject;
use super::trail::{self, Actor, AuditRow, audit};
use super::{connect, read};
use atalaia_core::base::time::Time;

/// One case with all its alerts.
#[derive(Clone, PartialEq, Debug)]
pub struct CaseFile {
    /// The case, as returned by `case`.
    pub case: Value,
    /// Its audit rows, oldest first.
    pub audit: Vec<AuditRow>,
    /// Its alerts and facts, in the order of the case.
    pub alerts: Vec<AlertFile>,
}

/// An alert with all its stored changes.
#[derive(Clone, PartialEq, Debug)]
pub struct AlertFile {
    /// Its current state, with notes, audit rows and deliveries.
    pub told: Told,
    /// Its changes, in order.
    pub lines: Vec<Line>,
}

/// One change of an alert.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// When it was stored, by the wall clock.
    pub stored_at: Time,
    /// The change as it was delivered.
    pub line: Value,
}

/// One alert with all its stored changes. The id may be shortened.
///
/// # Errors
/// `Refused` if there is no such alert.
pub fn alert_file(path: &Path, id: &str, now: Time) -> Result<AlertFile, StoreError> {
    let told = read::alert(path, id, now)?;
    let connection = connect::beside(path)?;
    let lines = lines_of(&connection, &told.entry.id).map_err(StoreError::sqlite(path))?;
    Ok(AlertFile { told, lines })
}

/// The stored changes of one alert in order of revision; empty if the alert is not stored.
fn lines_of(connection: &Connection, id: &str) -> rusqlite::Result<Vec<Line>> {
    let mut query =
        connection.prepare_cached("SELECT stored_at, line FROM changes WHERE alert = ?1 ORDER BY revision")?;
    let line = |row: &Row<'_>| {
        let line: String = row.get(1)?;
        Ok(Line { stored_at: time(row)?, line: serde_json::from_str(&line).unwrap_or_default() })
    };
    query.query_map([id], line)?.collect()
}

/// One case with everything that belongs to it. The id may be shortened. Alerts that were purged are left out.
///
/// # Errors
/// `Refused` if there is no such case.
pub fn case_file(path: &Path, id: &str, now: Time) -> Result<CaseFile, StoreError> {
    let case = read::case(path, id)?;
    let connection = connect::beside(path)?;
    let failed = StoreError::sqlite(path);
    let audit = trail::of(&connection, case["id"].as_str().unwrap_or_default()).map_err(&failed)?;
    let mut alerts = Vec::new();
    for id in case["alerts"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let lines = lines_of(&connection, id).map_err(&failed)?;
        // The case still names alerts that were purged.
        if !lines.is_empty() {
            alerts.push(AlertFile { told: read::alert(path, id, now)?, lines });
        }
    }
    Ok(CaseFile { case, audit, alerts })
}

/// Records in the audit trail that a bundle of a case was made. `id` is the full id of the case; `why` describes the content.
pub fn bundled<'a>(path: &Path, id: &str, who: impl Into<Actor<'a>>, why: &str, now: Time) -> Result<(), StoreError> {
    in_transaction(path, |transaction| {
        audit(transaction, now, who, Act::Bundled, &Subject::case(id), Some(why)).map_err(StoreError::sqlite(path))
    })
}

/// Column 0 as a time.
fn time(row: &Row<'_>) -> rusqlite::Result<Time> {
    row.get(0).map(Time::from_millis)
}
