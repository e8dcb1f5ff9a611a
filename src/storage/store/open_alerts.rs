//! The open alerts as a map shows them: which vessels, how grave, and under which marking.
//!
//! A map asks once a second, and most seconds nothing has changed. SQLite counts the commits of other connections, so that is found out
//! without reading a row.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Row};
use serde::Deserialize;

use super::connect;
use super::error::StoreError;
use super::items::marking;
use atalaia_core::alerts::{Handling, Severity};
use atalaia_core::base::time::Time;
use atalaia_core::base::units::Mmsi;
use atalaia_core::picture::tracks::TrackKey;

/// An announced alert that is open and that nobody has closed.
#[derive(Clone, PartialEq, Debug)]
pub struct OpenAlert {
    /// How grave it is.
    pub severity: Severity,
    /// Whether somebody has acknowledged it and the acknowledgement still holds.
    pub is_acknowledged: bool,
    /// Whether it belongs to a case.
    pub is_in_case: bool,
    /// The marking in force, by which a reader may see it or not.
    pub handling: Handling,
    /// The tracks of its vessels.
    pub vessels: Vec<TrackKey>,
}

/// Reads the open alerts whenever the store has changed. Keeps a connection open.
#[derive(Debug)]
pub struct OpenAlerts {
    /// For errors.
    path: PathBuf,
    /// Reads only.
    connection: Connection,
    /// Count of the commits of other connections at the last reading; `None` before the first.
    commits: Option<i64>,
    /// When the next acknowledgement expires by the wall clock; `None` if none does.
    expires_at: Option<Time>,
}

/// What is read of a vessel.
#[derive(Deserialize)]
struct VesselOfAlert {
    /// As in the alert.
    mmsi: u32,
    /// Ordinal of the track under that MMSI, from 1.
    track: u16,
}

impl OpenAlerts {
    /// Opens the store at this path.
    pub fn open(path: &Path) -> Result<OpenAlerts, StoreError> {
        let connection = connect::beside(path)?;
        Ok(OpenAlerts { path: path.to_owned(), connection, commits: None, expires_at: None })
    }

    /// The open alerts; `None` if nothing has changed since the last call. `now` is the wall clock, by which acknowledgements expire.
    pub fn changed(&mut self, now: Time) -> Result<Option<Vec<OpenAlert>>, StoreError> {
        let failed = StoreError::sqlite(&self.path);
        let count = || self.connection.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0));
        let commits = count().map_err(&failed)?;
        if self.commits == Some(commits) && self.expires_at.is_none_or(|at| now < at) {
            return Ok(None);
        }
        let (alerts, expires_at) = read(&self.connection, now).map_err(&failed)?;
        (self.commits, self.expires_at) = (Some(commits), expires_at);
        Ok(Some(alerts))
    }
}

/// All open alerts, and when the next acknowledgement expires.
fn read(connection: &Connection, now: Time) -> rusqlite::Result<(Vec<OpenAlert>, Option<Time>)> {
    // Nothing of `alerts` but the index: its rows are long.
    let mut query = connection.prepare_cached(
        "SELECT alert_items.severity, alert_items.state, alert_items.acknowledged_until, alert_items.case_id IS NOT NULL, clears,
             item -> '$.vessels'
         FROM alerts JOIN alert_items USING (id) JOIN alert_texts USING (id)
         WHERE alerts.status = 'open' AND alert_items.announced = 1 AND alert_items.state <> 'closed'",
    )?;
    let mut expires_at: Option<Time> = None;
    let alerts = query.query_map([], |row| {
        let (alert, until) = alert(row, now)?;
        expires_at = expires_at.into_iter().chain(until).min();
        Ok(alert)
    })?;
    let alerts: Vec<Option<OpenAlert>> = alerts.collect::<rusqlite::Result<_>>()?;
    Ok((alerts.into_iter().flatten().collect(), expires_at))
}

/// An alert, `None` if its marking cannot be read, and when its acknowledgement expires; `None` if it has none that will.
fn alert(row: &Row<'_>, now: Time) -> rusqlite::Result<(Option<OpenAlert>, Option<Time>)> {
    let (state, until): (String, Option<i64>) = (row.get(1)?, row.get(2)?);
    let until = until.map(Time::from_millis).filter(|_| state == "acknowledged");
    let text = |column: usize| row.get::<_, Option<String>>(column);
    let handling = text(4)?.and_then(|clears| marking(&clears));
    let vessels: Vec<VesselOfAlert> =
        text(5)?.and_then(|vessels| serde_json::from_str(&vessels).ok()).unwrap_or_default();
    let (severity, is_in_case) = (severity(row.get(0)?), row.get(3)?);
    let is_acknowledged = state == "acknowledged" && until.is_none_or(|until| now < until);
    let vessels = vessels.iter().map(|one| TrackKey { mmsi: Mmsi(one.mmsi), ordinal: one.track }).collect();
    let alert = handling.map(|handling| OpenAlert { severity, is_acknowledged, is_in_case, handling, vessels });
    Ok((alert, until.filter(|until| now < *until)))
}

/// The severity of column `severity`; `Info` for a number that this version does not write.
fn severity(rank: i64) -> Severity {
    let all = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
    all.into_iter().find(|severity| super::columns::rank(*severity) == rank).unwrap_or(Severity::Info)
}
