//! The log of what happened, in the order of the audit trail: what windows and programs follow to stay up to date.
//!
//! An entry is a row of the trail that is more than a reading, with the alert as it stands now. Its number is that of the row.

use rusqlite::{Connection, OptionalExtension, Row, ToSql};

use super::act::Act;
use super::error::StoreError;
use super::items::{AlertItem, IN_SIGHT, allowed, item, last_for, markings_of, may_see, reason};
use super::readers::Readers;
use super::stages::clear::Clearance;
use super::subject::SubjectKind;
use super::trail::OURSELVES;
use atalaia_core::alerts::handling::Tlp;
use atalaia_core::base::time::Time;

/// What an entry is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Topic {
    /// A change of an alert by the engine.
    Alert,
    /// An act of a person on an alert.
    Act,
    /// A hold of a case, or a bundle of it.
    Case,
    /// A silence.
    Silence,
    /// A delivery that was given up, withheld or retried.
    Delivery,
    /// Settings, zones or lists.
    Settings,
    /// People, tokens and sessions.
    Person,
}

impl Topic {
    /// All topics.
    pub const ALL: [Topic; 7] =
        [Topic::Alert, Topic::Act, Topic::Case, Topic::Silence, Topic::Delivery, Topic::Settings, Topic::Person];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Topic::Alert => "alert",
            Topic::Act => "act",
            Topic::Case => "case",
            Topic::Silence => "silence",
            Topic::Delivery => "delivery",
            Topic::Settings => "settings",
            Topic::Person => "person",
        }
    }
}

/// An entry of the log.
#[derive(Clone, PartialEq, Debug)]
pub struct LogEntry {
    /// Its number; ascending, not without gaps.
    pub seq: i64,
    /// Wall clock.
    pub at: Time,
    /// What it is about.
    pub topic: Topic,
    /// What happened.
    pub what: String,
    /// Full id of an alert or case, or for example `silence 3`.
    pub subject: String,
    /// The author; `(atalaia)` for the program.
    pub who: String,
    /// The reason.
    pub why: Option<String>,
    /// The alert as it stands now; `None` if the entry is not about one, or takes it away.
    pub item: Option<AlertItem>,
}

/// The word of an entry that takes an alert away from a reader.
const WITHDRAWN: &str = "withdrawn";

/// A piece of the log.
#[derive(Clone, PartialEq, Debug)]
pub struct LogPage {
    /// The entries in order.
    pub entries: Vec<LogEntry>,
    /// Number up to which the log was read. The next piece begins after it.
    pub through: i64,
    /// Number of the last row.
    pub last: i64,
    /// Whether the log does not reach back to where the piece should begin, or is another one: what the client knows is out of date.
    pub reset: bool,
}

impl Readers {
    /// The entries after a number that the clearance allows, from at most `limit` rows. An alert whose marking was raised above it is taken
    /// away by an entry that says no more than that. `now` is the wall clock, by which acknowledgements expire.
    pub fn log(&self, after: i64, limit: u32, clearance: &Clearance, now: Time) -> Result<LogPage, StoreError> {
        self.read(|connection| {
            // One transaction, so that the end fits the entries.
            let transaction = connection.unchecked_transaction()?;
            page(&transaction, after, limit, clearance, now)
        })
    }

    /// Last entry of the log that the clearance allows; 0 before the first.
    pub fn seq_for(&self, clearance: &Clearance) -> Result<i64, StoreError> {
        self.read(|connection| last_for(connection, clearance))
    }
}

/// A row of the trail, and the marking that its alert had before, if it is another one since.
struct Line {
    entry: LogEntry,
    before: Option<String>,
}

/// A piece of the log.
fn page(
    connection: &Connection,
    after: i64,
    limit: u32,
    clearance: &Clearance,
    now: Time,
) -> rusqlite::Result<LogPage> {
    // Not the first row: records of purges are never deleted, so they may be far before what is left.
    let (start, last): (i64, i64) = connection
        .prepare_cached("SELECT coalesce((SELECT seq FROM chain_start), 0), coalesce((SELECT max(seq) FROM audit), 0)")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let reset = (0 < after && after < start) || last < after;
    // Rows above the clearance are not counted either: their number would tell that something happened.
    let is_limited = *clearance != Clearance::everything();
    let sight = if is_limited { format!("AND (result LIKE '[%' OR {IN_SIGHT})") } else { String::new() };
    let last = if is_limited { last_for(connection, clearance)?.max(after) } else { last };
    let text = format!(
        "SELECT seq, at, what, subject, who, why, result FROM audit WHERE seq > :after AND who <> ''
             AND verb IS NOT 'consultation' AND verb IS NOT 'collection' {sight} ORDER BY seq LIMIT :limit"
    );
    let mut rows = connection.prepare_cached(&text)?;
    let clears = if is_limited { allowed(connection, clearance)? } else { String::new() };
    let mut values: Vec<(&str, &dyn ToSql)> = vec![(":after", &after), (":limit", &limit)];
    if is_limited {
        values.push((":clears", &clears));
    }
    let rows = rows.query_map(values.as_slice(), plain)?.collect::<rusqlite::Result<Vec<Line>>>()?;
    let rows_read = rows.len();
    let through = if rows_read < limit as usize { last } else { rows.last().map_or(last, |row| row.entry.seq) };
    let mut entries = Vec::with_capacity(rows.len());
    for line in rows {
        entries.extend(completed(connection, line, clearance, now)?);
    }
    // Before the start there are only records of purges, which are no entries.
    let through = entries.last().map_or(through, |entry| entry.seq.max(through)).max(after).max(start.min(last));
    // After a full piece there may be more, which the next one finds out.
    let least = if rows_read == limit as usize && is_limited { through + 1 } else { through };
    Ok(LogPage { entries, through, last: last.max(least), reset })
}

/// A row without what it is about.
fn plain(row: &Row<'_>) -> rusqlite::Result<Line> {
    let result: Option<String> = row.get(6)?;
    let entry = LogEntry {
        seq: row.get(0)?,
        at: row.get(1).map(Time::from_millis)?,
        topic: Topic::Settings,
        what: row.get(2)?,
        subject: row.get(3)?,
        who: row.get(4)?,
        why: row.get(5)?,
        item: None,
    };
    // Only a marking is a list.
    Ok(Line { entry, before: result.filter(|result| result.starts_with('[')) })
}

/// The entry with its topic and what it is about. `None` if the clearance does not allow it, if its alert or case is gone, so that nobody can
/// say who may see it, and for rows that are no news to a window.
fn completed(
    connection: &Connection,
    line: Line,
    clearance: &Clearance,
    now: Time,
) -> rusqlite::Result<Option<LogEntry>> {
    let Line { mut entry, before } = line;
    let topic = match SubjectKind::of(&entry.subject) {
        SubjectKind::Silence => Some(Topic::Silence),
        SubjectKind::Person => Some(Topic::Person),
        SubjectKind::Settings => Some(Topic::Settings),
        SubjectKind::Files => return Ok(None),
        SubjectKind::Other => None,
    };
    if let Some(topic) = topic {
        entry.topic = topic;
        return Ok(Some(entry));
    }
    entry.item = item(connection, &entry.subject, clearance, now)?;
    if entry.item.is_some() {
        let of_delivery = [Act::Withheld, Act::Undelivered, Act::Retried];
        entry.topic = match entry.who == OURSELVES {
            _ if of_delivery.into_iter().any(|act| entry.what == act.name()) => Topic::Delivery,
            true => Topic::Alert,
            false => Topic::Act,
        };
        entry.why = reason(connection, &entry.subject, entry.why, clearance)?;
        return Ok(Some(entry));
    }
    if markings_of(connection, &entry.subject)?.is_some() {
        // Who has never seen the alert learns nothing of it.
        let was_seen = before.is_some_and(|before| may_see(clearance, &before));
        return Ok(was_seen.then(|| entry.withdrawn()));
    }
    let mut known = connection.prepare_cached("SELECT 1 FROM cases WHERE id = ?1")?;
    if known.query_row([&entry.subject], |_| Ok(())).optional()?.is_none() {
        return Ok(None);
    }
    let mut markings = connection.prepare_cached(
        "SELECT DISTINCT clears FROM alert_items JOIN case_alerts ON case_alerts.alert = alert_items.id WHERE case_alerts.case_id = ?1",
    )?;
    let markings: Vec<String> =
        markings.query_map([&entry.subject], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    entry.topic = Topic::Case;
    // As in the list of cases: one without any stored alert has the strictest marking.
    let may = if markings.is_empty() { clearance.max_tlp == Tlp::Red } else { true };
    Ok((may && markings.iter().all(|marking| may_see(clearance, marking))).then_some(entry))
}

impl LogEntry {
    /// The same for a reader who may no longer see its alert: that it is to be taken away, and nothing else.
    fn withdrawn(self) -> LogEntry {
        LogEntry {
            topic: Topic::Alert,
            what: WITHDRAWN.to_owned(),
            who: OURSELVES.to_owned(),
            why: None,
            item: None,
            ..self
        }
    }
}
