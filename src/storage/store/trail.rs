//! The audit trail: who did what, when and why, and the actual caller if another name was given.
//!
//! A row is written in the transaction of the action itself. Only retention deletes rows, or the text of the program's own.

use std::path::Path;

use rusqlite::{Connection, Transaction, params};
use serde_json::{Value, json};

use super::connect;
use super::error::StoreError;
use atalaia_core::base::time::Time;

/// Author of audit rows that the program writes itself. No person can have this name.
pub const OURSELVES: &str = "(atalaia)";

/// Name of the program in stores written before schema 5.
const FORMERLY: &str = "atalaia";
/// Actions that only the program takes. In stores from before schema 5 they tell its rows from those of a person called `atalaia`.
const OWN_ACTS: [&str; 7] = ["opened", "updated", "ended", "retracted", "withheld", "undelivered", "unacknowledged"];

/// The author of an action.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Actor<'a> {
    /// Name under which the action is recorded.
    pub who: &'a str,
    /// The actual caller, if it has another name; `None` for the program itself.
    pub caller: Option<&'a str>,
}

impl<'a> From<&'a str> for Actor<'a> {
    fn from(who: &'a str) -> Actor<'a> {
        Actor { who, caller: None }
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
        self.who == OURSELVES || (self.who == FORMERLY && OWN_ACTS.contains(&self.what.as_str()))
    }

    /// The row as a JSON object.
    pub fn value(&self) -> Value {
        let AuditRow { at, who, caller, what, why } = self;
        json!({ "at": at.to_string(), "who": who, "caller": caller, "what": what, "why": why })
    }
}

/// The trail of one alert, case, silence or purge, oldest first. Needs the full id.
pub fn trail(path: &Path, subject: &str) -> Result<Vec<AuditRow>, StoreError> {
    let connection = connect::beside(path)?;
    of(&connection, subject).map_err(StoreError::sqlite(path))
}

/// The same, on an open connection.
pub(super) fn of(connection: &Connection, subject: &str) -> rusqlite::Result<Vec<AuditRow>> {
    let mut query =
        connection.prepare_cached("SELECT at, who, caller, what, why FROM audit WHERE subject = ?1 ORDER BY seq")?;
    let rows = query.query_map([subject], |row| {
        let at = row.get(0).map(Time::from_millis)?;
        Ok(AuditRow { at, who: row.get(1)?, caller: row.get(2)?, what: row.get(3)?, why: row.get(4)? })
    })?;
    rows.collect()
}

/// Writes one audit row. `subject` is the full id of an alert or case, or a silence; `now` is the wall clock.
pub(super) fn audit<'a>(
    transaction: &Transaction<'_>,
    now: Time,
    who: impl Into<Actor<'a>>,
    what: &str,
    subject: &str,
    why: Option<&str>,
) -> rusqlite::Result<()> {
    let Actor { who, caller } = who.into();
    let mut insert = transaction
        .prepare_cached("INSERT INTO audit (at, who, caller, what, subject, why) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    insert.execute(params![now.millis(), who, caller, what, subject, why]).map(drop)
}

/// Whether two names belong to the same person. Case does not matter.
pub fn is_same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
