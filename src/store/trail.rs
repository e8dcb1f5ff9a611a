//! The audit trail: who did what, when and why, and who really called where a name was claimed.

use std::path::Path;

use rusqlite::Connection;
use serde_json::{Value, json};

use super::{OURSELVES, StoreError, schema};
use crate::time::Time;

/// The program's name in stores from before schema 5.
const FORMERLY: &str = "atalaia";
/// What nobody does by hand.
const OWN_ACTS: [&str; 7] = ["opened", "updated", "ended", "retracted", "withheld", "undelivered", "unacknowledged"];

/// Who acts, as the trail names them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Actor<'a> {
    /// The name under which it is done.
    pub who: &'a str,
    /// Who really called, where that is another name; absent for the program itself.
    pub caller: Option<&'a str>,
}

impl<'a> From<&'a str> for Actor<'a> {
    fn from(who: &'a str) -> Actor<'a> {
        Actor { who, caller: None }
    }
}

/// One row of the trail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditRow {
    /// When, by the wall clock.
    pub at: Time,
    /// Who; [`OURSELVES`](super::OURSELVES) for the program. Stores from before schema 5 say `atalaia` for it.
    pub who: String,
    /// Who really called, where another name was claimed.
    pub caller: Option<String>,
    /// What was done.
    pub what: String,
    /// Why, if it was said.
    pub why: Option<String>,
}

impl AuditRow {
    /// Who, with the caller behind a name that was claimed. Not made safe to show.
    pub fn by(&self) -> String {
        match &self.caller {
            Some(caller) => format!("{} (called by {caller})", self.who),
            None => self.who.clone(),
        }
    }

    /// Whether the program did it by itself. Stores from before schema 5 are told apart by what was done.
    pub fn is_machine(&self) -> bool {
        self.who == OURSELVES || (self.who == FORMERLY && OWN_ACTS.contains(&self.what.as_str()))
    }

    /// As one JSON object.
    pub fn value(&self) -> Value {
        let AuditRow { at, who, caller, what, why } = self;
        json!({ "at": at.to_string(), "who": who, "caller": caller, "what": what, "why": why })
    }
}

/// The trail of one alert, case, silence or purge, oldest first, by its whole id.
pub fn trail(path: &Path, subject: &str) -> Result<Vec<AuditRow>, StoreError> {
    let connection = schema::beside(path)?;
    of(&connection, subject).map_err(StoreError::sqlite(path))
}

/// The same on a connection.
pub(super) fn of(connection: &Connection, subject: &str) -> rusqlite::Result<Vec<AuditRow>> {
    let mut query =
        connection.prepare_cached("SELECT at, who, caller, what, why FROM audit WHERE subject = ?1 ORDER BY seq")?;
    let rows = query.query_map([subject], |row| {
        let at = row.get(0).map(Time::from_millis)?;
        Ok(AuditRow { at, who: row.get(1)?, caller: row.get(2)?, what: row.get(3)?, why: row.get(4)? })
    })?;
    rows.collect()
}

/// Whether two names are of one person: capitals make no difference.
pub fn is_same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
