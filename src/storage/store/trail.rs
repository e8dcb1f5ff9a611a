//! The audit trail: who did what, when and why, and the actual caller if another name was given.
//!
//! A row is written in the transaction of the action itself and continues the [`chain`]. Only retention deletes rows, or the text of the
//! program's own.

use std::fmt::Display;
use std::net::IpAddr;
use std::path::Path;

use rusqlite::{Connection, Transaction, params};
use serde_json::{Value, json};

use super::act::Act;
use super::chain::{self, Content};
use super::connect;
use super::error::StoreError;
use super::sign_in::SignIn;
use super::subject::Subject;
use super::verb::Verb;
use atalaia_core::base::time::Time;

/// Author of audit rows that the program writes itself. No person can have this name.
pub const OURSELVES: &str = "(atalaia)";

/// Name of the program in stores written before schema 5.
const FORMERLY: &str = "atalaia";
/// Actions that only the program takes. In stores from before schema 5 they tell its rows from those of a person called `atalaia`.
const OWN_ACTS: [Act; 7] =
    [Act::Opened, Act::Updated, Act::Ended, Act::Retracted, Act::Withheld, Act::Undelivered, Act::Unacknowledged];

/// The author of an action, and how the author was identified.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Actor<'a> {
    /// Name under which the action is recorded.
    pub who: &'a str,
    /// The actual caller, if it has another name; `None` for the program itself.
    pub caller: Option<&'a str>,
    /// How the author was identified; `None` for the program itself.
    pub way: Option<SignIn>,
    /// Public id of the session; `None` without one.
    pub session: Option<&'a str>,
    /// Address of the client; `None` for commands and for the program itself.
    pub address: Option<IpAddr>,
    /// What the author uses the data for; `None` if that was not asked.
    pub purpose: Option<&'a str>,
}

impl<'a> From<&'a str> for Actor<'a> {
    fn from(who: &'a str) -> Actor<'a> {
        Actor { who, ..Actor::default() }
    }
}

/// A row to be written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Record<'a> {
    /// The author.
    pub by: Actor<'a>,
    /// What was done.
    pub act: Act,
    /// What it is about.
    pub subject: &'a Subject,
    /// The reason, if one was given.
    pub why: Option<&'a str>,
    /// The result or the recipient, if there is something to say.
    pub result: Option<&'a str>,
}

/// A row about something that the program did by itself, for the writer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnRecord {
    /// What was done.
    pub act: Act,
    /// What it is about.
    pub subject: Subject,
    /// What is known about it.
    pub why: Option<String>,
}

impl OwnRecord {
    /// The row as it is written.
    pub(super) fn record(&self) -> Record<'_> {
        let OwnRecord { act, subject, why } = self;
        Record { by: Actor::from(OURSELVES), act: *act, subject, why: why.as_deref(), result: None }
    }
}

/// One row of the audit trail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditRow {
    /// Time by the wall clock.
    pub at: Time,
    /// The author; [`OURSELVES`] for the program. Stores from before schema 5 use `atalaia` for it.
    pub who: String,
    /// The actual caller, if another name was given.
    pub caller: Option<String>,
    /// The action.
    pub what: String,
    /// The reason, if one was given.
    pub why: Option<String>,
}

impl AuditRow {
    /// The author, followed by the actual caller if there is one. Not sanitised for display.
    pub fn by(&self) -> String {
        match &self.caller {
            Some(caller) => format!("{} (called by {caller})", self.who),
            None => self.who.clone(),
        }
    }

    /// Whether the program acted by itself. In stores from before schema 5 this follows from the kind of action.
    pub fn is_machine(&self) -> bool {
        self.who == OURSELVES || (self.who == FORMERLY && OWN_ACTS.into_iter().any(|act| self.says(act)))
    }

    /// Whether it is a row about this act.
    pub fn says(&self, act: Act) -> bool {
        self.what == act.name()
    }

    /// The row as a JSON object.
    pub fn value(&self) -> Value {
        let AuditRow { at, who, caller, what, why } = self;
        json!({ "at": at.to_string(), "who": who, "caller": caller, "what": what, "why": why })
    }
}

/// The trail of one alert, case, silence or purge, oldest first, without those who only read it. Needs the full id.
pub fn trail(path: &Path, subject: &str) -> Result<Vec<AuditRow>, StoreError> {
    let connection = connect::beside(path)?;
    of(&connection, subject).map_err(StoreError::sqlite(path))
}

/// The same, on an open connection.
pub(super) fn of(connection: &Connection, subject: &str) -> rusqlite::Result<Vec<AuditRow>> {
    let mut query = connection.prepare_cached(
        "SELECT at, who, caller, what, why FROM audit WHERE subject = ?1 AND verb IS NOT 'consultation' ORDER BY seq",
    )?;
    let rows = query.query_map([subject], |row| {
        let at = row.get(0).map(Time::from_millis)?;
        Ok(AuditRow { at, who: row.get(1)?, caller: row.get(2)?, what: row.get(3)?, why: row.get(4)? })
    })?;
    rows.collect()
}

/// Writes one audit row about an action of the store. `now` is the wall clock.
pub(super) fn audit<'a>(
    transaction: &Transaction<'_>,
    now: Time,
    who: impl Into<Actor<'a>>,
    act: Act,
    subject: &Subject,
    why: Option<&str>,
) -> rusqlite::Result<()> {
    let record = Record { by: who.into(), act, subject, why, result: None };
    write(transaction, now, &record).map(drop)
}

/// Records that an alert was withheld from a sink, and why.
pub(super) fn audit_withheld(
    transaction: &Transaction<'_>,
    now: Time,
    alert: &str,
    sink: &str,
    why: impl Display,
) -> rusqlite::Result<()> {
    let why = format!("sink {sink}: {why}");
    audit(transaction, now, OURSELVES, Act::Withheld, &Subject::alert(alert), Some(&why))
}

/// Writes one row and returns its number. The row becomes the last one about its alert, unless somebody only read it.
pub(super) fn write(transaction: &Transaction<'_>, now: Time, record: &Record<'_>) -> rusqlite::Result<i64> {
    let Record { by, act, subject, why, result } = *record;
    let Actor { who, caller, way, session, address, purpose } = by;
    let address = address.map(|address| address.to_string());
    let subject = subject.to_string();
    let content = Content {
        seq: 0,
        at: now.millis(),
        who,
        caller,
        way: way.map(SignIn::name),
        session,
        address: address.as_deref(),
        verb: act.verb().name(),
        what: act.name(),
        subject: &subject,
        purpose,
        why,
        result,
    };
    let seq = chain::append(transaction, &content)?;
    if act.verb() != Verb::Consultation {
        let mut touch =
            transaction.prepare_cached("UPDATE alerts SET touched_seq = ?2, touched_at = ?3 WHERE id = ?1")?;
        touch.execute(params![subject, seq, now.millis()])?;
    }
    Ok(seq)
}

/// Writes one row beside the daemon, in a transaction of its own. For what leaves no other trace in the store, such as an export.
pub fn record(path: &Path, record: &Record<'_>, now: Time) -> Result<(), StoreError> {
    connect::in_transaction(path, |transaction| {
        write(transaction, now, record).map(drop).map_err(StoreError::sqlite(path))
    })
}

/// Whether two names belong to the same person. Case does not matter.
pub fn is_same_name(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}

/// A name in the form in which names are compared. SQLite folds the case of ASCII only, so no comparison is left to it.
pub fn folded(name: &str) -> String {
    name.to_lowercase()
}
