//! The log of what happened, in the order of the audit trail: what windows and programs follow to stay up to date.
//!
//! An entry is a row of the trail that is more than a reading, with the alert as it stands now. Its number is that of the row.

use rusqlite::{Connection, OptionalExtension, Row};

use super::error::StoreError;
use super::items::{AlertItem, item, may_see};
use super::readers::Readers;
use super::stages::clear::Clearance;
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
    /// The alert as it stands now; `None` if the entry is not about one.
    pub item: Option<AlertItem>,
    /// The markings of the alerts of the case, if it is about one.
    markings: Vec<String>,
}

impl LogEntry {
    /// Whether a reader with this clearance may see it: everything that it is about. A case without any stored alert has the strictest
    /// marking.
    pub fn is_cleared(&self, clearance: &Clearance) -> bool {
        // As in the list of cases.
        let may = self.topic != Topic::Case || !self.markings.is_empty() || clearance.max_tlp == Tlp::Red;
        may && self.item.as_ref().is_none_or(|item| item.is_cleared(clearance))
            && self.markings.iter().all(|marking| may_see(clearance, marking))
    }
}

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
    /// The entries after a number, from at most `limit` rows. `now` is the wall clock, by which acknowledgements expire.
    pub fn log(&self, after: i64, limit: u32, now: Time) -> Result<LogPage, StoreError> {
        self.read(|connection| {
            // One transaction, so that the end fits the entries.
            let transaction = connection.unchecked_transaction()?;
            page(&transaction, after, limit, now)
        })
    }
}

/// A piece of the log.
fn page(connection: &Connection, after: i64, limit: u32, now: Time) -> rusqlite::Result<LogPage> {
    // Not the first row: records of purges are never deleted, so they may be far before what is left.
    let (start, last): (i64, i64) = connection
        .prepare_cached("SELECT coalesce((SELECT seq FROM chain_start), 0), coalesce((SELECT max(seq) FROM audit), 0)")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut rows = connection.prepare_cached(
        "SELECT seq, at, what, subject, who, why FROM audit WHERE seq > ?1 AND who <> '' AND verb IS NOT 'consultation'
             AND verb IS NOT 'collection' ORDER BY seq LIMIT ?2",
    )?;
    let rows = rows.query_map([after, i64::from(limit)], plain)?.collect::<rusqlite::Result<Vec<LogEntry>>>()?;
    let through = if rows.len() < limit as usize { last } else { rows.last().map_or(last, |row| row.seq) };
    let mut entries = Vec::with_capacity(rows.len());
    for entry in rows {
        entries.extend(completed(connection, entry, now)?);
    }
    Ok(LogPage {
        entries,
        // Before the start there are only records of purges, which are no entries.
        through: through.max(after).max(start.min(last)),
        last,
        reset: (0 < after && after < start) || last < after,
    })
}

/// A row as an entry, without what it is about.
fn plain(row: &Row<'_>) -> rusqlite::Result<LogEntry> {
    Ok(LogEntry {
        seq: row.get(0)?,
        at: row.get(1).map(Time::from_millis)?,
        topic: Topic::Settings,
        what: row.get(2)?,
        subject: row.get(3)?,
        who: row.get(4)?,
        why: row.get(5)?,
        item: None,
        markings: Vec::new(),
    })
}

/// The entry with its topic and what it is about. `None` if its alert or case is gone, so that nobody can say who may see it, and for rows
/// that are no news to a window.
fn completed(connection: &Connection, mut entry: LogEntry, now: Time) -> rusqlite::Result<Option<LogEntry>> {
    let kind = entry.subject.split(' ').next().unwrap_or_default();
    let topic = match kind {
        "silence" => Some(Topic::Silence),
        "person" | "token" | "session" => Some(Topic::Person),
        "settings" | "zones" | "lists" => Some(Topic::Settings),
        "purge" | "export" => return Ok(None),
        _ => None,
    };
    if let Some(topic) = topic {
        entry.topic = topic;
        return Ok(Some(entry));
    }
    entry.item = item(connection, &entry.subject, &Clearance::everything(), now)?;
    if entry.item.is_some() {
        entry.topic = match (entry.what.as_str(), entry.who == OURSELVES) {
            ("withheld" | "undelivered" | "retried", _) => Topic::Delivery,
            (_, true) => Topic::Alert,
            (_, false) => Topic::Act,
        };
        return Ok(Some(entry));
    }
    let mut known = connection.prepare_cached("SELECT 1 FROM cases WHERE id = ?1")?;
    if known.query_row([&entry.subject], |_| Ok(())).optional()?.is_none() {
        return Ok(None);
    }
    let mut markings = connection.prepare_cached(
        "SELECT DISTINCT clears FROM alert_items JOIN case_alerts ON case_alerts.alert = alert_items.id WHERE case_alerts.case_id = ?1",
    )?;
    entry.markings = markings.query_map([&entry.subject], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    entry.topic = Topic::Case;
    Ok(Some(entry))
}
