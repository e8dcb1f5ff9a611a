//! What the next watch needs to know: what is open, and what has happened since a given time.
//!
//! "Since" means the wall clock when a change was stored, not event time: a late feed may report today what happened yesterday, and the
//! last watch has not seen it.

use std::path::Path;

use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension, params};

use super::act::Act;
use super::columns::stored_severity;
use super::connect;
use super::error::StoreError;
use super::read::Entry;
use super::read::{COLUMNS, about_the_daemon, entry};
use super::trail::{AuditRow, is_same_name};
use super::work_state::WorkState;
use atalaia_core::alerts::Severity;
use atalaia_core::base::time::Time;

/// Alerts and actions for a handover. Closed alerts are not in the first four lists.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Handover {
    /// Ongoing alerts, worst first.
    pub open: Vec<Entry>,
    /// Alerts assigned to the person asking, ongoing or not, worst first. The case of the name does not matter.
    pub mine: Vec<Entry>,
    /// Alerts stored since, ongoing or not, worst first.
    pub new: Vec<Entry>,
    /// Older alerts whose severity has risen since, each with its former severity, worst first.
    pub worse: Vec<(Severity, Entry)>,
    /// Older alerts that ended or were retracted since, worst first. Closed ones are included.
    pub ended: Vec<Entry>,
    /// Number of alerts about vessels that are over but neither acknowledged nor closed.
    pub left: u64,
    /// Actions of people since, oldest first.
    pub actions: Vec<Done>,
}

/// An action of a person.
#[derive(Clone, PartialEq, Debug)]
pub struct Done {
    /// The audit row. For a note, its reason is the text of the note.
    pub row: AuditRow,
    /// Id of an alert or case, or the silence.
    pub subject: String,
    /// The alert it applies to; `None` for cases and silences.
    pub alert: Option<Entry>,
}

/// As `read::COLUMNS`, without the tracks.
const WITHOUT_TRACKS: &str = "SELECT id, state, acknowledged_until, assignee, finding, finding_reason,
     json_remove(body, '$.evidence.tracks'), mark, case_id FROM alerts";

/// How much of each alert is read. A list shows no tracks, and without them an alert is a small part of its size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Extent {
    /// Everything.
    Whole,
    /// Everything except the tracks in the evidence, which are most of the data.
    WithoutTracks,
}

impl Extent {
    /// The columns to select.
    fn columns(self) -> &'static str {
        match self {
            Extent::Whole => COLUMNS,
            Extent::WithoutTracks => WITHOUT_TRACKS,
        }
    }
}

/// What happened since `since`, by time of storage, and what is open at `now`. `name` selects the assignee for `mine`.
pub fn handover(
    path: &Path,
    since: Time,
    name: Option<&str>,
    extent: Extent,
    now: Time,
) -> Result<Handover, StoreError> {
    let connection = connect::beside(path)?;
    read(&Source { connection, columns: extent.columns() }, since, name, now).map_err(StoreError::sqlite(path))
}

/// Where alerts are read from, and how much of them.
struct Source {
    connection: Connection,
    /// Columns as `read::entry` expects them.
    columns: &'static str,
}

/// Reads the handover on an open connection.
fn read(source: &Source, since: Time, name: Option<&str>, now: Time) -> rusqlite::Result<Handover> {
    let connection = &source.connection;
    let open = entries(source, "announced AND status = 'open' AND state <> 'closed'", &[], now)?;
    let mine = match name {
        Some(name) => {
            let is_mine = |entry: &Entry| entry.assignee.as_deref().is_some_and(|whose| is_same_name(whose, name));
            let mut mine = entries(source, "announced AND assignee IS NOT NULL AND state <> 'closed'", &[], now)?;
            mine.retain(is_mine);
            mine
        }
        None => Vec::new(),
    };
    let mut handover = Handover { open, mine, ..Handover::default() };
    let changed = "announced AND id IN (SELECT alert FROM changes WHERE stored_at >= ?1)";
    for alert in entries(source, changed, &[&since.millis()], now)? {
        let before = before(connection, &alert.id, since)?;
        let is_over = alert.body["status"] != "open";
        match before {
            None if alert.state != WorkState::Closed => handover.new.push(alert),
            Some(before) if !is_over && before < stored_severity(&alert.body) => handover.worse.push((before, alert)),
            Some(_) if is_over && ended_since(connection, &alert.id, since)? => handover.ended.push(alert),
            None | Some(_) => {}
        }
    }
    handover.left = connection.query_row(
        "SELECT count(*) FROM alerts WHERE announced AND status <> 'open'
         AND behaviour NOT IN (SELECT value FROM json_each(?2))
         AND (state = 'new' OR (state = 'acknowledged' AND acknowledged_until <= ?1))",
        params![now.millis(), about_the_daemon()],
        |row| row.get::<_, i64>(0).map(|count| u64::try_from(count).unwrap_or_default()),
    )?;
    handover.actions = actions(source, since, now)?;
    Ok(handover)
}

/// Alerts that meet a condition on the table `alerts`, worst first. The condition is our own text; `values` are bound to it.
fn entries(source: &Source, condition: &str, values: &[&dyn ToSql], now: Time) -> rusqlite::Result<Vec<Entry>> {
    let columns = source.columns;
    let text = format!("{columns} WHERE {condition} ORDER BY severity DESC, score DESC, last_at DESC, id");
    let mut query = source.connection.prepare(&text)?;
    query.query_map(values, |row| entry(row, now))?.collect()
}

/// Severity of an alert before `since`; `None` if it was not announced yet.
fn before(connection: &Connection, id: &str, since: Time) -> rusqlite::Result<Option<Severity>> {
    let mut query = connection.prepare_cached(
        "SELECT line FROM changes WHERE alert = ?1 AND stored_at < ?2 ORDER BY revision DESC LIMIT 1",
    )?;
    let line: Option<String> = query.query_row(params![id, since.millis()], |row| row.get(0)).optional()?;
    let line = line.and_then(|line| serde_json::from_str::<serde_json::Value>(&line).ok());
    Ok(line.filter(|line| line["alert"]["announced"] == true).map(|line| stored_severity(&line["alert"])))
}

/// Whether the alert ended, or was taken back, in a change stored at or after `since`.
fn ended_since(connection: &Connection, id: &str, since: Time) -> rusqlite::Result<bool> {
    let mut query = connection.prepare_cached(
        "SELECT 1 FROM changes WHERE alert = ?1 AND stored_at >= ?2 AND kind IN ('ended', 'retracted')",
    )?;
    query.exists(params![id, since.millis()])
}

/// The audit rows of people at or after `since`, oldest first, each with its alert and the text of a note.
fn actions(source: &Source, since: Time, now: Time) -> rusqlite::Result<Vec<Done>> {
    let Source { connection, columns } = source;
    let mut query =
        connection.prepare("SELECT at, who, caller, what, why, subject FROM audit WHERE at >= ?1 ORDER BY at, seq")?;
    let rows = query.query_map([since.millis()], |row| {
        let at = Time::from_millis(row.get(0)?);
        let row_of = AuditRow { at, who: row.get(1)?, caller: row.get(2)?, what: row.get(3)?, why: row.get(4)? };
        Ok((row_of, row.get::<_, String>(5)?))
    })?;
    let mut of_alert = connection.prepare(&format!("{columns} WHERE id = ?1"))?;
    let mut note = connection.prepare("SELECT text FROM notes WHERE alert = ?1 AND at = ?2 AND who = ?3")?;
    let mut actions = Vec::new();
    for row in rows {
        let (mut row, subject) = row?;
        if row.is_machine() {
            continue;
        }
        // The audit row of a note has no reason. Author and time find the text.
        if row.says(Act::Noted) {
            let text = note.query_row(params![subject, row.at.millis(), row.who], |row| row.get(0)).optional()?;
            row.why = text.or(row.why);
        }
        let alert = of_alert.query_row([&subject], |row| entry(row, now)).optional()?;
        actions.push(Done { row, subject, alert });
    }
    Ok(actions)
}
