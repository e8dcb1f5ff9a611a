//! How far people are with an alert.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::Serialize;

use atalaia_core::base::time::Time;

/// How far people are with an alert, whether or not it is still ongoing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkState {
    /// Nobody has acknowledged or closed it, or the acknowledgement has expired.
    New,
    /// Somebody has acknowledged it.
    Acknowledged,
    /// Somebody has closed it, with a finding.
    Closed,
}

impl WorkState {
    /// All states.
    pub const ALL: [WorkState; 3] = [WorkState::New, WorkState::Acknowledged, WorkState::Closed];

    /// Its name, as stored and as written for users.
    pub const fn name(self) -> &'static str {
        match self {
            WorkState::New => "new",
            WorkState::Acknowledged => "acknowledged",
            WorkState::Closed => "closed",
        }
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<WorkState> {
        WorkState::ALL.into_iter().find(|state| state.name() == name)
    }

    /// The state in force at `now` (wall clock) of an alert stored in this state: an acknowledgement counts as new from `until` on. `until`
    /// is `None` for one that does not expire.
    pub(super) fn in_force(self, until: Option<Time>, now: Time) -> WorkState {
        match self {
            WorkState::Acknowledged if until.is_some_and(|until| until <= now) => WorkState::New,
            state => state,
        }
    }
}

impl FromSql for WorkState {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<WorkState> {
        let stored = value.as_str()?;
        WorkState::named(stored)
            .ok_or_else(|| FromSqlError::Other(format!("`{stored}` is not a state of an alert").into()))
    }
}

impl ToSql for WorkState {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}
