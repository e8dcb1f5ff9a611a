//! Reads from the store for lists, single alerts and exports. Readers never delay the writer.
//!
//! An alert is returned as JSON with the marking, case and state of this moment. These are columns beside the stored body, so that a later
//! change of the alert does not undo what an analyst decided.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::types::ToSql;
use rusqlite::{Connection, Row};
use serde_json::{Value, json};

use super::actions::Silence;
use super::columns::rank;
use super::delivery_state::DeliveryState;
use super::error::StoreError;
use super::ids::{Kind, whole};
use super::readers::Readers;
use super::trail::{self, AuditRow};
use super::work_state::WorkState;
use super::{connect, holds, markings};
use atalaia_core::alerts::{Class, Severity};
use atalaia_core::base::time::Time;
use atalaia_core::behaviours::Behaviour;

/// A query for alerts. They must match every field that is set. The results are sorted from newest to oldest.
#[derive(Clone, PartialEq, Debug)]
pub struct Query {
    /// Whether to include facts.
    pub facts: bool,
    /// Only alerts in this state.
    pub state: Option<WorkState>,
    /// Minimum severity.
    pub min_severity: Severity,
    /// Only alerts about vessels, or only those about the daemon.
    pub kind: Option<Class>,
    /// Only alerts of this behaviour.
    pub behaviour: Option<String>,
    /// Only alerts with this vessel.
    pub mmsi: Option<u32>,
    /// Only alerts in or near this zone.
    pub zone: Option<String>,
    /// Only alerts that still held at or after this time.
    pub since: Option<Time>,
    /// Only alerts that began before this time.
    pub until: Option<Time>,
    /// Maximum number of alerts.
    pub limit: u32,
}

impl Default for Query {
    fn default() -> Query {
        Query {
            facts: false,
            state: None,
            min_severity: Severity::Info,
            kind: None,
            behaviour: None,
            mmsi: None,
            zone: None,
            since: None,
            until: None,
            limit: u32::MAX,
        }
    }
}

/// The current state of an alert, including what analysts did with it.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// Id of the alert.
    pub id: String,
    /// How far people are with it. An expired acknowledgement counts as new.
    pub state: WorkState,
    /// Analyst it is assigned to, if any.
    pub assignee: Option<String>,
    /// The finding; `None` unless closed.
    pub finding: Option<String>,
    /// Reason of the finding.
    pub finding_reason: Option<String>,
    /// The alert, as in its last change.
    pub body: Value,
}

impl Entry {
    /// The alert and its handling by analysts as one JSON object.
    pub fn value(&self, notes: &[Note]) -> Value {
        let mut value = self.body.clone();
        value["state"] = self.state.name().into();
        value["assignee"] = self.assignee.clone().into();
        value["finding"] = self.finding.clone().into();
        value["finding_reason"] = self.finding_reason.clone().into();
        let note = |note: &Note| json!({ "at": note.at.to_string(), "who": note.who, "text": note.text });
        value["notes"] = notes.iter().map(note).collect();
        value
    }
}

/// A note that an analyst wrote about an alert.
#[derive(Clone, PartialEq, Debug)]
pub struct Note {
    /// Wall clock when it was written.
    pub at: Time,
    /// Its author.
    pub who: String,
    /// Its text.
    pub text: String,
}

/// An alert with its full history.
#[derive(Clone, PartialEq, Debug)]
pub struct Told {
    /// Its current state.
    pub entry: Entry,
    /// Notes, oldest first.
    pub notes: Vec<Note>,
    /// Audit rows, oldest first, including those of the program itself.
    pub audit: Vec<AuditRow>,
    /// All deliveries, in order.
    pub deliveries: Vec<Sent>,
}

/// The delivery of one change to one sink.
#[derive(Clone, PartialEq, Debug)]
pub struct Sent {
    /// Revision of the alert.
    pub revision: u32,
    /// Name of the sink.
    pub sink: String,
    /// State of the delivery.
    pub state: DeliveryState,
    /// When it was delivered; `None` if it was not.
    pub at: Option<Time>,
    /// Number of attempts.
    pub attempts: u32,
    /// The error of the last failed attempt, or why the delivery is withheld. It is kept when a later attempt succeeds.
    pub error: Option<String>,
}

/// A silence: deliveries that match it are held back.
#[derive(Clone, PartialEq, Debug)]
pub struct SilenceRow {
    /// Its number.
    pub number: i64,
    /// When it was made, by the wall clock.
    pub made: Time,
    /// The analyst who created it.
    pub who: String,
    /// The reason given.
    pub why: String,
    /// Applies to this vessel; `None` for all.
    pub mmsi: Option<u32>,
    /// Applies in this zone; `None` for everywhere.
    pub zone: Option<String>,
    /// Applies to this behaviour; `None` for all.
    pub behaviour: Option<String>,
    /// Start, in event time.
    pub from: Time,
    /// End, in event time, exclusive.
    pub until: Time,
    /// When it was lifted by hand; `None` if it was not.
    pub lifted: Option<Time>,
}

impl SilenceRow {
    /// The alerts that the silence covers.
    pub fn subject(&self) -> Silence {
        Silence { mmsi: self.mmsi, zone: self.zone.clone(), behaviour: self.behaviour.clone() }
    }
}

/// The behaviours of alerts about the daemon itself, as a JSON array to bind to a query.
pub(super) fn about_the_daemon() -> String {
    let system = Behaviour::ALL.iter().filter(|behaviour| Class::of(**behaviour) == Class::System);
    json!(system.collect::<Vec<_>>()).to_string()
}

/// The conditions of a query on the table `alerts`, each with the value bound to it. The state is not included, because it depends on the
/// time.
pub(super) fn conditions(query: &Query) -> Vec<(&'static str, Box<dyn ToSql>)> {
    let mut wanted: Vec<(&str, Box<dyn ToSql>)> = vec![("severity >= ?", Box::new(rank(query.min_severity)))];
    if !query.facts {
        wanted.push(("announced = ?", Box::new(true)));
    }
    if let Some(kind) = query.kind {
        let condition = match kind {
            Class::System => "behaviour IN (SELECT value FROM json_each(?))",
            Class::Vessel => "behaviour NOT IN (SELECT value FROM json_each(?))",
        };
        wanted.push((condition, Box::new(about_the_daemon())));
    }
    if let Some(behaviour) = &query.behaviour {
        wanted.push(("behaviour = ?", Box::new(behaviour.clone())));
    }
    if let Some(mmsi) = query.mmsi {
        wanted.push(("id IN (SELECT alert FROM alert_vessels WHERE mmsi = ?)", Box::new(mmsi)));
    }
    if let Some(zone) = &query.zone {
        wanted.push(("id IN (SELECT alert FROM alert_zones WHERE zone = ?)", Box::new(zone.clone())));
    }
    if let Some(since) = query.since {
        wanted.push(("last_at >= ?", Box::new(since.millis())));
    }
    if let Some(until) = query.until {
        wanted.push(("started_at < ?", Box::new(until.millis())));
    }
    wanted
}

/// The alerts that match the query, newest first. `now` is the wall clock, by which acknowledgements expire.
pub fn alerts(path: &Path, query: &Query, now: Time) -> Result<Vec<Entry>, StoreError> {
    let connection = connect::beside(path)?;
    let wanted = conditions(query);
    let conditions: Vec<&str> = wanted.iter().map(|(condition, _)| *condition).collect();
    let text = format!("{COLUMNS} WHERE {} ORDER BY last_at DESC, id", conditions.join(" AND "));
    let values: Vec<&dyn ToSql> = wanted.iter().map(|(_, value)| value.as_ref()).collect();
    let read = || {
        let mut rows = connection.prepare(&text)?;
        let rows = rows.query_map(values.as_slice(), |row| entry(row, now))?;
        rows.collect::<rusqlite::Result<Vec<Entry>>>()
    };
    let mut found = read().map_err(StoreError::sqlite(path))?;
    // Not part of the SQL, nor is the limit after it: an acknowledgement may have expired by now.
    if let Some(state) = &query.state {
        found.retain(|entry| entry.state == *state);
    }
    found.truncate(query.limit as usize);
    Ok(found)
}

/// One alert with its history. The id may be shortened. Changes that a sink's filter did not select are not among its deliveries.
///
/// # Errors
/// `Refused` if the id is unknown or ambiguous.
pub fn alert(path: &Path, id: &str, now: Time) -> Result<Told, StoreError> {
    let connection = connect::beside(path)?;
    let read = || {
        let id = match whole(&connection, Kind::Alert, id)? {
            Ok(id) => id,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let entry = connection.query_row(&format!("{COLUMNS} WHERE id = ?1"), [&id], |row| entry(row, now))?;
        let notes = notes(&connection, &id)?;
        let audit = trail::of(&connection, &id)?;
        let deliveries = deliveries(&connection, &id)?;
        Ok(Ok(Told { entry, notes, audit, deliveries }))
    };
    read().map_err(StoreError::sqlite(path))?
}

/// The deliveries of one alert in order, without those that a sink's filter did not select.
pub(super) fn deliveries(connection: &Connection, id: &str) -> rusqlite::Result<Vec<Sent>> {
    let mut query = connection.prepare_cached(
        "SELECT revision, sink, state, told_at, error, attempts FROM outbox WHERE alert = ?1 AND state <> 'not_selected' ORDER BY seq",
    )?;
    let rows = query.query_map([id], |row| {
        let at = row.get::<_, Option<i64>>(3)?.map(Time::from_millis);
        let (revision, sink, state) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Sent { revision, sink, state, at, attempts: row.get(5)?, error: row.get(4)? })
    })?;
    rows.collect()
}

/// The notes of one alert, oldest first.
pub(super) fn notes(connection: &Connection, id: &str) -> rusqlite::Result<Vec<Note>> {
    let mut query = connection.prepare_cached("SELECT at, who, text FROM notes WHERE alert = ?1 ORDER BY seq")?;
    query.query_map([id], note)?.collect()
}

/// The notes of all alerts, by alert id, oldest first. Alerts without notes are left out.
pub fn all_notes(path: &Path) -> Result<BTreeMap<String, Vec<Note>>, StoreError> {
    let connection = connect::beside(path)?;
    let read = || -> rusqlite::Result<BTreeMap<String, Vec<Note>>> {
        let mut query = connection.prepare("SELECT at, who, text, alert FROM notes ORDER BY seq")?;
        let mut rows = query.query([])?;
        let mut all: BTreeMap<String, Vec<Note>> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            all.entry(row.get(3)?).or_default().push(note(row)?);
        }
        Ok(all)
    };
    read().map_err(StoreError::sqlite(path))
}

/// A note from a row with time, author and text in columns 0 to 2.
fn note(row: &Row<'_>) -> rusqlite::Result<Note> {
    Ok(Note { at: time(row, 0)?, who: row.get(1)?, text: row.get(2)? })
}

/// All silences, newest first.
pub fn silences(path: &Path) -> Result<Vec<SilenceRow>, StoreError> {
    let connection = connect::beside(path)?;
    silence_rows(&connection).map_err(StoreError::sqlite(path))
}

impl Readers {
    /// All silences, the latest first.
    pub fn silences(&self) -> Result<Vec<SilenceRow>, StoreError> {
        self.read(silence_rows)
    }
}

/// All silences, the latest first.
fn silence_rows(connection: &Connection) -> rusqlite::Result<Vec<SilenceRow>> {
    let mut query = connection.prepare(
        "SELECT seq, who, why, mmsi, zone, behaviour, from_at, until_at, lifted_at, made_at FROM silences ORDER BY seq DESC",
    )?;
    let rows = query.query_map([], |row| {
        let lifted: Option<i64> = row.get(8)?;
        Ok(SilenceRow {
            number: row.get(0)?,
            made: time(row, 9)?,
            who: row.get(1)?,
            why: row.get(2)?,
            mmsi: row.get(3)?,
            zone: row.get(4)?,
            behaviour: row.get(5)?,
            from: time(row, 6)?,
            until: time(row, 7)?,
            lifted: lifted.map(Time::from_millis),
        })
    })?;
    rows.collect()
}

/// The condition of a case that lists show: it is held, has an alert that was not retracted, or none of its alerts is in any case.
pub(super) const SHOWN_CASES: &str = "held_at IS NOT NULL
     OR EXISTS (SELECT 1 FROM alerts WHERE case_id = cases.id AND announced AND status <> 'retracted')
     OR NOT EXISTS (SELECT 1 FROM case_alerts JOIN alerts ON alerts.id = alert
         WHERE case_alerts.case_id = cases.id AND alerts.case_id IS NOT NULL)";

/// All cases, highest score first, as the engine last stored them. Each begins with its marking: the highest TLP and every code of its
/// alerts. `held` gives the hold: by whom, since when and why. A case that was merged into another, or whose alerts were all retracted, is left out unless it is held.
pub fn cases(path: &Path) -> Result<Vec<Value>, StoreError> {
    let connection = connect::beside(path)?;
    let read = || -> rusqlite::Result<Vec<Value>> {
        let mut query =
            connection.prepare(&format!("SELECT id, body FROM cases WHERE {SHOWN_CASES} ORDER BY score DESC, id"))?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows: Vec<(String, String)> = rows.collect::<rusqlite::Result<_>>()?;
        rows.iter().map(|(id, body)| case_of(&connection, id, body)).collect()
    };
    read().map_err(StoreError::sqlite(path))
}

/// One case, as in [`cases`]. The id may be shortened.
///
/// # Errors
/// `Refused` if the id is unknown or ambiguous.
pub fn case(path: &Path, id: &str) -> Result<Value, StoreError> {
    let connection = connect::beside(path)?;
    let read = || -> rusqlite::Result<Result<Value, StoreError>> {
        let id = match whole(&connection, Kind::Case, id)? {
            Ok(id) => id,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let body: String = connection.query_row("SELECT body FROM cases WHERE id = ?1", [&id], |row| row.get(0))?;
        case_of(&connection, &id, &body).map(Ok)
    };
    read().map_err(StoreError::sqlite(path))?
}

/// A stored case with its marking before and its hold after the other fields.
pub(super) fn case_of(connection: &Connection, id: &str, body: &str) -> rusqlite::Result<Value> {
    let (tlp, codes) = markings::of_case(connection, id)?;
    let mut case = json!({ "handling": { "tlp": tlp, "europol": codes } });
    if let (Some(case), Value::Object(fields)) = (case.as_object_mut(), parsed(body)) {
        case.extend(fields);
    }
    let held = holds::of(connection, id)?;
    case["held"] = held.map_or(Value::Null, |(at, who, why)| json!({ "at": at.to_string(), "who": who, "why": why }));
    Ok(case)
}

/// The last column is the case that currently contains the alert. Cases form and merge after a change has been delivered.
pub(super) const COLUMNS: &str =
    "SELECT id, state, acknowledged_until, assignee, finding, finding_reason, body, mark, case_id FROM alerts";

/// An alert from a row with the columns of [`COLUMNS`]: with the marking, case and state of this moment.
pub(super) fn entry(row: &Row<'_>, now: Time) -> rusqlite::Result<Entry> {
    let state: WorkState = row.get(1)?;
    let until: Option<i64> = row.get(2)?;
    let body: String = row.get(6)?;
    let mark: Option<String> = row.get(7)?;
    let mut body = parsed(&body);
    markings::apply(&mut body, mark.as_deref());
    if body.get("kind").is_none() {
        // Stored by an earlier version.
        body["kind"] =
            body["behaviour"].as_str().and_then(Behaviour::named).map_or(Class::Vessel, Class::of).name().into();
    }
    body["case_id"] = row.get::<_, Option<String>>(8)?.into();
    Ok(Entry {
        id: row.get(0)?,
        state: state.in_force(until.map(Time::from_millis), now),
        assignee: row.get(3)?,
        finding: row.get(4)?,
        finding_reason: row.get(5)?,
        body,
    })
}

/// A column with milliseconds as a time.
fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Time> {
    row.get(column).map(Time::from_millis)
}

/// Stored JSON; null if it does not parse, which only a damaged file can cause.
fn parsed(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or(Value::Null)
}
