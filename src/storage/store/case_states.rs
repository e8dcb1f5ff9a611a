//! The state of cases: whether any alert is ongoing, since when, and to whom alerts are assigned.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::params;

use super::connect;
use super::error::StoreError;
use atalaia_core::base::time::Time;

/// The state of one case, derived from its stored alerts and facts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CaseState {
    /// Number of alerts that are ongoing and not closed.
    pub open: u64,
    /// Number of alerts, ongoing or not, without facts.
    pub alerts: u64,
    /// When the first alert or fact began; `None` if none is stored.
    pub began: Option<Time>,
    /// Latest time at which any of them was known to hold; `None` if none is stored.
    pub last: Option<Time>,
    /// Analysts to whom its alerts are assigned, sorted and without duplicates.
    pub assignees: Vec<String>,
}

/// The state of every case, by case id. A case whose alerts were all purged is left out.
pub fn case_states(path: &Path) -> Result<BTreeMap<String, CaseState>, StoreError> {
    let connection = connect::beside(path)?;
    let read = || -> rusqlite::Result<BTreeMap<String, CaseState>> {
        let mut query = connection.prepare(
            "SELECT cases.id, alerts.announced, alerts.status = 'open' AND alerts.state <> 'closed', alerts.started_at, alerts.last_at,
                 alerts.assignee
             FROM cases, json_each(cases.body, '$.alerts') AS one JOIN alerts ON alerts.id = one.value
             ORDER BY cases.id, alerts.assignee",
        )?;
        // By the alerts that the case has now, not by every alert that it ever had (`case_alerts`).
        let mut rows = query.query(params![])?;
        let mut states: BTreeMap<String, CaseState> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let state = states.entry(row.get(0)?).or_default();
            let announced: bool = row.get(1)?;
            state.alerts += u64::from(announced);
            state.open += u64::from(announced && row.get(2)?);
            let (began, last) = (Time::from_millis(row.get(3)?), Time::from_millis(row.get(4)?));
            state.began = Some(state.began.map_or(began, |before| before.min(began)));
            state.last = Some(state.last.map_or(last, |before| before.max(last)));
            if let Some(name) = row.get::<_, Option<String>>(5)?
                && !state.assignees.contains(&name)
            {
                state.assignees.push(name);
            }
        }
        Ok(states)
    };
    read().map_err(StoreError::sqlite(path))
}
