//! Counts over the alerts that match a filter.

use std::collections::BTreeMap;

use rusqlite::Connection;
use rusqlite::types::Value as Bound;
use serde::Serialize;

use super::clears::allowed;
use super::condition::{CLEARED, Conditions, SILENCED, STATE, bound};
use super::filter::AlertFilter;
use super::page::{narrowed, withheld};
use super::sight::last_for;
use crate::storage::store::stages::clear::Clearance;
use atalaia_core::alerts::Severity;
use atalaia_core::base::time::{Span, Time};

/// Hours that are counted one by one.
const HOURS: i64 = 24;
/// Most zones and owners that are counted by name, those with most alerts first.
const NAMED: usize = 200;

/// Counts over the alerts that match a filter and that the reader may see.
#[derive(Clone, PartialEq, Debug, Default, Serialize, utoipa::ToSchema)]
pub struct AlertSummary {
    /// Number of alerts.
    pub total: u32,
    /// By severity; all five are there.
    pub severity: BTreeMap<&'static str, u32>,
    /// By behaviour.
    pub behaviour: BTreeMap<String, u32>,
    /// By zone id.
    pub zone: BTreeMap<String, ZoneCount>,
    /// By state.
    pub state: BTreeMap<String, u32>,
    /// By owner; `none` stands for alerts that are assigned to nobody.
    pub owner: BTreeMap<String, u32>,
    /// By the hour in which they began, for the last 24 hours, oldest first.
    pub hours: Vec<HourCount>,
    /// Alerts that a silence in force covers.
    pub silenced: u32,
    /// Facts that match as well; counted in the other members only if the filter includes facts.
    pub facts: u32,
    /// Alerts that the reader may not see, of the kinds and states of the filter whatever else it asks for.
    pub withheld: u32,
    /// Last entry of the log.
    pub seq: i64,
}

/// The alerts in or near one zone.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, utoipa::ToSchema)]
pub struct ZoneCount {
    /// Name of the zone, as in the latest alert; the id if it has none.
    pub name: String,
    /// Number of alerts.
    pub count: u32,
}

/// The alerts that began in one hour.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, utoipa::ToSchema)]
pub struct HourCount {
    /// Beginning of the hour.
    pub hour: String,
    /// Number of alerts.
    pub count: u32,
}

/// One group of equal alerts.
struct Group {
    severity: usize,
    behaviour: String,
    state: String,
    owner: Option<String>,
    /// Hours since 1970 in which they began.
    hour: i64,
    announced: bool,
    allowed: bool,
    silenced: u32,
    count: u32,
}

/// Counts the alerts that match the filter and that the clearance allows. `now` is the wall clock; `at` is the time at which the last hour
/// ends, usually engine time.
pub(super) fn summary_of(
    connection: &Connection,
    filter: &AlertFilter,
    clearance: &Clearance,
    now: Time,
    at: Time,
) -> rusqlite::Result<AlertSummary> {
    let transaction = connection.unchecked_transaction()?;
    // Facts are counted in any case, so that a reader learns how many there are.
    let mut conditions =
        Conditions::of(&AlertFilter { facts: true, ..narrowed(&transaction, filter, clearance)?.into_owned() }, now);
    conditions.bind("clears", Bound::Text(allowed(&transaction, clearance)?));
    let mut summary = AlertSummary { seq: last_for(&transaction, clearance)?, ..AlertSummary::default() };
    let severities = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
    summary.severity = severities.into_iter().map(|severity| (severity.name(), 0)).collect();
    let hour = Span::from_hours(1).millis();
    let first = at.millis().div_euclid(hour) - HOURS + 1;
    let mut hours = BTreeMap::from_iter((first..first + HOURS).map(|hour| (hour, 0)));
    for group in groups(&transaction, &conditions, hour)? {
        if !group.allowed {
            continue;
        }
        if !group.announced {
            summary.facts += group.count;
        }
        if group.announced || filter.facts {
            summary.add(&group, severities[group.severity.min(severities.len() - 1)]);
            hours.entry(group.hour).and_modify(|count| *count += group.count);
        }
    }
    summary.withheld = withheld(&transaction, filter, clearance, now)?;
    let shown = |(number, count): (i64, u32)| HourCount { hour: Time::from_millis(number * hour).to_string(), count };
    summary.hours = hours.into_iter().map(shown).collect();
    if !filter.facts {
        conditions.add("announced = 1");
    }
    conditions.add(CLEARED);
    summary.zone = zones(&transaction, &conditions)?;
    Ok(summary)
}

impl AlertSummary {
    /// Adds a group to all counts but those by zone and hour.
    fn add(&mut self, group: &Group, severity: Severity) {
        self.total += group.count;
        self.silenced += group.silenced;
        *self.severity.entry(severity.name()).or_default() += group.count;
        *self.behaviour.entry(group.behaviour.clone()).or_default() += group.count;
        *self.state.entry(group.state.clone()).or_default() += group.count;
        let owner = group.owner.clone().unwrap_or_else(|| "none".to_owned());
        if self.owner.len() < NAMED || self.owner.contains_key(&owner) {
            *self.owner.entry(owner).or_default() += group.count;
        }
    }
}

/// The alerts that match the conditions, in groups. `hour` is the length of an hour in milliseconds.
fn groups(connection: &Connection, conditions: &Conditions, hour: i64) -> rusqlite::Result<Vec<Group>> {
    let text = format!(
        "SELECT severity, behaviour, {STATE}, assignee, started_at / {hour}, announced,
             {CLEARED}, sum(id IN {SILENCED}), count(*)
         FROM alert_items WHERE {} GROUP BY 1, 2, 3, 4, 5, 6, 7",
        conditions.text()
    );
    let mut query = connection.prepare_cached(&text)?;
    let rows = query.query_map(bound(&text, &conditions.values).as_slice(), |row| {
        Ok(Group {
            severity: row.get::<_, i64>(0)?.try_into().unwrap_or(0),
            behaviour: row.get(1)?,
            state: row.get(2)?,
            owner: row.get(3)?,
            hour: row.get(4)?,
            announced: row.get(5)?,
            allowed: row.get(6)?,
            silenced: row.get(7)?,
            count: row.get(8)?,
        })
    })?;
    rows.collect()
}

/// The zones of the alerts that match the conditions. The sign makes SQLite count along the index by zone, without sorting.
fn zones(connection: &Connection, conditions: &Conditions) -> rusqlite::Result<BTreeMap<String, ZoneCount>> {
    let text = format!(
        "SELECT zone, alerts, (SELECT one.value ->> '$.name' FROM alert_texts, json_each(item, '$.zones') AS one
             WHERE alert_texts.id = latest AND one.value ->> '$.id' = zone)
         FROM (SELECT zone, count(*) AS alerts, max(alert) AS latest FROM alert_zones
             WHERE +alert IN (SELECT id FROM alert_items WHERE {}) GROUP BY zone ORDER BY alerts DESC, zone LIMIT {NAMED})",
        conditions.text()
    );
    let mut query = connection.prepare_cached(&text)?;
    let rows = query.query_map(bound(&text, &conditions.values).as_slice(), |row| {
        let (zone, count): (String, u32) = (row.get(0)?, row.get(1)?);
        let name: Option<String> = row.get(2)?;
        Ok((zone.clone(), ZoneCount { name: name.unwrap_or(zone), count }))
    })?;
    rows.collect()
}
