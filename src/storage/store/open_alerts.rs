//! The open alerts as a map shows them: which vessels, how grave, and under which marking.
//!
//! A map asks once a second, and most seconds nothing has changed. SQLite counts the commits of other connections, so that is found out
//! without reading a row.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Row};
use serde::Deserialize;

use super::connect;
use super::error::StoreError;
use super::items::{marking, may_see};
use super::readers::Readers;
use super::stages::clear::Clearance;
use super::work_state::WorkState;
use atalaia_core::alerts::{Handling, Severity};
use atalaia_core::base::time::Time;
use atalaia_core::base::units::Mmsi;
use atalaia_core::behaviours::LISTING;
use atalaia_core::picture::tracks::TrackKey;

/// An alert that is open.
#[derive(Clone, PartialEq, Debug)]
pub struct OpenAlert {
    /// How grave it is.
    pub severity: Severity,
    /// Whether somebody has acknowledged it and the acknowledgement still holds.
    pub is_acknowledged: bool,
    /// The markings of the alerts of its case, as column `clears` has them; empty if it belongs to none. A reader who may not see all of them
    /// may not see the case.
    case: Vec<String>,
    /// Whether it was announced, and nobody has closed it: it counts for the severity of its vessels.
    pub counts: bool,
    /// Whether it says that its vessels are on a watchlist.
    pub lists: bool,
    /// The marking in force, by which a reader may see it or not.
    pub handling: Handling,
    /// The tracks of its vessels.
    pub vessels: Vec<TrackKey>,
}

impl OpenAlert {
    /// Whether the clearance allows it.
    pub fn is_cleared(&self, clearance: &Clearance) -> bool {
        clearance.refusal(&self.handling).is_none()
    }

    /// Whether it belongs to a case that the clearance allows.
    pub fn is_in_case(&self, clearance: &Clearance) -> bool {
        !self.case.is_empty() && self.case.iter().all(|marking| may_see(clearance, marking))
    }
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

impl Readers {
    /// The vessels that an open alert which the clearance allows says are on a watchlist. `now` is the wall clock.
    pub fn listed(&self, clearance: &Clearance, now: Time) -> Result<BTreeSet<TrackKey>, StoreError> {
        let (alerts, _) = self.read(|connection| read(connection, now))?;
        let listing = alerts.into_iter().filter(|alert| alert.lists && alert.is_cleared(clearance));
        Ok(listing.flat_map(|alert| alert.vessels).collect())
    }
}

/// The open alerts that count or say that a vessel is listed, and when the next acknowledgement expires.
fn read(connection: &Connection, now: Time) -> rusqlite::Result<(Vec<OpenAlert>, Option<Time>)> {
    // Nothing of `alerts` but the index: its rows are long.
    let mut query = connection.prepare_cached(
        "SELECT alert_items.severity, alert_items.state, alert_items.acknowledged_until,
             (SELECT json_group_array(DISTINCT other.clears) FROM case_alerts JOIN alert_items AS other ON other.id = case_alerts.alert
                 WHERE case_alerts.case_id = alert_items.case_id),
             alert_items.clears, item -> '$.vessels', alert_items.announced = 1 AND alert_items.state <> 'closed', alert_items.behaviour
         FROM alerts JOIN alert_items USING (id) JOIN alert_texts USING (id)
         WHERE alerts.status = 'open'
             AND ((alert_items.announced = 1 AND alert_items.state <> 'closed') OR alert_items.behaviour = ?1)",
    )?;
    let mut expires_at: Option<Time> = None;
    let alerts = query.query_map([LISTING.name()], |row| {
        let (alert, until) = alert(row, now)?;
        expires_at = expires_at.into_iter().chain(until).min();
        Ok(alert)
    })?;
    let alerts: Vec<Option<OpenAlert>> = alerts.collect::<rusqlite::Result<_>>()?;
    Ok((alerts.into_iter().flatten().collect(), expires_at))
}

/// An alert, `None` if its marking cannot be read, and when its acknowledgement expires; `None` if it has none that will.
fn alert(row: &Row<'_>, now: Time) -> rusqlite::Result<(Option<OpenAlert>, Option<Time>)> {
    let (state, until): (WorkState, Option<i64>) = (row.get(1)?, row.get(2)?);
    let until = until.map(Time::from_millis);
    let is_acknowledged = state.in_force(until, now) == WorkState::Acknowledged;
    let expires_at = until.filter(|_| is_acknowledged);
    let text = |column: usize| row.get::<_, Option<String>>(column);
    let vessels: Vec<VesselOfAlert> =
        text(5)?.and_then(|vessels| serde_json::from_str(&vessels).ok()).unwrap_or_default();
    let Some(handling) = text(4)?.and_then(|clears| marking(&clears)) else {
        return Ok((None, expires_at));
    };
    let alert = OpenAlert {
        severity: severity(row.get(0)?),
        is_acknowledged,
        case: text(3)?.and_then(|case| serde_json::from_str(&case).ok()).unwrap_or_default(),
        counts: row.get(6)?,
        lists: row.get::<_, String>(7)? == LISTING.name(),
        handling,
        vessels: vessels.iter().map(|one| TrackKey { mmsi: Mmsi(one.mmsi), ordinal: one.track }).collect(),
    };
    Ok((Some(alert), expires_at))
}

/// The severity of column `severity`; `Info` for a number that this version does not write.
fn severity(rank: i64) -> Severity {
    let all = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
    all.into_iter().find(|severity| super::columns::rank(*severity) == rank).unwrap_or(Severity::Info)
}
