//! Counts over the alerts that match a filter.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::clears::divided;
use super::condition::{Conditions, SILENCED, STATE, bound};
use super::filter::AlertFilter;
use super::page::{narrowed, withheld};
use super::sight::last_for;
use crate::storage::store::stages::clear::Clearance;
use atalaia_core::alerts::Severity;
use atalaia_core::base::time::{Span, Time};

/// Hours that are counted one by one.
const HOURS: i64 = 24;
/// All severities, by their number in the store.
const SEVERITIES: [Severity; 5] = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
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

/// Names with the number of their alerts.
type Counts = BTreeMap<String, u32>;
/// The number of alerts by zone id, and the greatest id among them.
type Zones = BTreeMap<String, (u32, String)>;

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
    let markings = divided(&transaction, clearance)?;
    // Facts are counted in any case, so that a reader learns how many there are.
    let mut conditions =
        Conditions::of(&AlertFilter { facts: true, ..narrowed(&transaction, filter, clearance)?.into_owned() }, now);
    conditions.clear(&markings);
    let mut summary = AlertSummary { seq: last_for(&transaction, clearance)?, ..AlertSummary::default() };
    let hour = Span::from_hours(1).millis();
    let first = at.millis().div_euclid(hour) - HOURS + 1;
    let mut hours = BTreeMap::from_iter((first..first + HOURS).map(|hour| (hour, 0)));
    let zones = summary.count(&transaction, &conditions, filter.facts, hour, &mut hours)?;
    summary.withheld = withheld(&transaction, filter, &markings, now)?;
    let shown = |(number, count): (i64, u32)| HourCount { hour: Time::from_millis(number * hour).to_string(), count };
    summary.hours = hours.into_iter().map(shown).collect();
    summary.zone = named(&transaction, zones)?;
    Ok(summary)
}

impl AlertSummary {
    /// Reads the alerts that match the conditions, one after the other, and counts each. `facts` says whether facts count as alerts, `hour` is
    /// the length of an hour in milliseconds. Sorting them into groups first takes SQLite longer than all of this. Returns their zones.
    fn count(
        &mut self,
        connection: &Connection,
        conditions: &Conditions,
        facts: bool,
        hour: i64,
        hours: &mut BTreeMap<i64, u32>,
    ) -> rusqlite::Result<Zones> {
        // One row for each zone of an alert, or one without a zone; those of an alert follow one another.
        let counted = if facts { "" } else { "AND announced = 1" };
        let text = format!(
            "SELECT id, zone, severity, behaviour, {STATE}, assignee, started_at / {hour}, announced, id IN {SILENCED}
             FROM alert_items LEFT JOIN alert_zones ON alert = id {counted} WHERE {}",
            conditions.text()
        );
        let mut query = connection.prepare_cached(&text)?;
        let mut rows = query.query(bound(&text, &conditions.values).as_slice())?;
        let (mut severity, mut zones, mut last) = ([0; SEVERITIES.len()], Zones::new(), String::new());
        while let Some(row) = rows.next()? {
            let id = row.get_ref(0)?.as_str()?;
            let announced: bool = row.get(7)?;
            if id != last {
                id.clone_into(&mut last);
                self.facts += u32::from(!announced);
                if announced || facts {
                    self.total += 1;
                    self.silenced += row.get::<_, u32>(8)?;
                    let rank = row.get::<_, i64>(2)?.try_into().unwrap_or(0);
                    severity[SEVERITIES.len().saturating_sub(1).min(rank)] += 1;
                    add(&mut self.behaviour, row.get_ref(3)?.as_str()?);
                    add(&mut self.state, row.get_ref(4)?.as_str()?);
                    add(&mut self.owner, row.get_ref(5)?.as_str_or_null()?.unwrap_or("none"));
                    hours.entry(row.get(6)?).and_modify(|count| *count += 1);
                }
            }
            if let Some(zone) = row.get_ref(1)?.as_str_or_null()? {
                add_zone(&mut zones, zone, id);
            }
        }
        self.severity = SEVERITIES.into_iter().map(Severity::name).zip(severity).collect();
        let owners = std::mem::take(&mut self.owner);
        self.owner = most(owners, |count| *count).into_iter().collect();
        Ok(zones)
    }
}

/// Counts one more alert under a name. Most names are there already, and need no text of their own.
fn add(counts: &mut Counts, name: &str) {
    match counts.get_mut(name) {
        Some(count) => *count += 1,
        None => drop(counts.insert(name.to_owned(), 1)),
    }
}

/// Counts one more alert in a zone.
fn add_zone(zones: &mut Zones, zone: &str, alert: &str) {
    match zones.get_mut(zone) {
        Some((count, latest)) => {
            *count += 1;
            if latest.as_str() < alert {
                alert.clone_into(latest);
            }
        }
        None => drop(zones.insert(zone.to_owned(), (1, alert.to_owned()))),
    }
}

/// The [`NAMED`] with the highest counts. Of equal ones, those whose names come first.
fn most<T>(all: BTreeMap<String, T>, count: impl Fn(&T) -> u32) -> Vec<(String, T)> {
    let mut all: Vec<(String, T)> = all.into_iter().collect();
    if NAMED < all.len() {
        // Stable, so equal ones stay in the order of their names.
        all.sort_by_key(|(_, one)| std::cmp::Reverse(count(one)));
        all.truncate(NAMED);
    }
    all
}

/// The zones with most alerts, each with its name in the latest of them.
fn named(connection: &Connection, zones: Zones) -> rusqlite::Result<BTreeMap<String, ZoneCount>> {
    let mut query = connection.prepare_cached(
        "SELECT one.value ->> '$.name' FROM alert_texts, json_each(item, '$.zones') AS one
         WHERE alert_texts.id = ?1 AND one.value ->> '$.id' = ?2",
    )?;
    let name = |(zone, (count, latest)): (String, (u32, String))| {
        let name: Option<Option<String>> = query.query_row(params![latest, zone], |row| row.get(0)).optional()?;
        Ok((zone.clone(), ZoneCount { name: name.flatten().unwrap_or(zone), count }))
    };
    most(zones, |(count, _)| *count).into_iter().map(name).collect()
}
