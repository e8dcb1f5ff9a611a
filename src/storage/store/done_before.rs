//! Actions that would change nothing: the alert is acknowledged, assigned or closed in the same way already.
//!
//! A second row in the history would look like a second decision. A new reason is one, so it is recorded.

use rusqlite::{OptionalExtension, Transaction, params};

use super::act::Act;
use super::action::Action;
use super::work_state::WorkState;
use atalaia_core::base::time::Time;

/// What an action would find.
struct Present {
    state: WorkState,
    /// When the acknowledgement ends; `None` if it does not.
    until: Option<Time>,
    assignee: Option<String>,
    /// Name of the finding, and its reason.
    finding: (Option<String>, Option<String>),
}

/// Who has done the same before and when, as a sentence; `None` if the action changes something or says something new.
pub(super) fn done_before(
    transaction: &Transaction<'_>,
    id: &str,
    action: &Action,
    why: Option<&str>,
    now: Time,
) -> rusqlite::Result<Option<String>> {
    let why = why.map(str::trim).filter(|why| !why.is_empty());
    let mut query = transaction.prepare_cached(
        "SELECT state, acknowledged_until, assignee, finding, finding_reason FROM alerts WHERE id = ?1",
    )?;
    let present = query.query_row([id], |row| {
        Ok(Present {
            state: row.get(0)?,
            until: row.get::<_, Option<i64>>(1)?.map(Time::from_millis),
            assignee: row.get(2)?,
            finding: (row.get(3)?, row.get(4)?),
        })
    })?;
    let (act, what) = match action {
        Action::Acknowledge { until } => {
            let is_same = present.state == WorkState::Acknowledged && present.until == *until && why.is_none();
            // An acknowledgement that is over has left the alert new.
            let holds = present.until.is_none_or(|until| now < until);
            match is_same && holds {
                true => (Act::Acknowledged, "acknowledged".to_owned()),
                false => return Ok(None),
            }
        }
        Action::Assign(Some(name))
            if present.state != WorkState::Closed && present.assignee.as_ref() == Some(name) && why.is_none() =>
        {
            (Act::Assigned, format!("assigned to {name}"))
        }
        Action::Close(finding)
            if present.state == WorkState::Closed
                && present.finding.0.as_deref() == Some(finding.name())
                && present.finding.1.as_deref().map(str::trim) == why =>
        {
            (Act::Closed, format!("closed as {} with this reason", finding.name()))
        }
        Action::Assign(_) | Action::Close(_) | Action::Note(_) | Action::Reopen => return Ok(None),
    };
    let mut query = transaction
        .prepare_cached("SELECT who, at FROM audit WHERE subject = ?1 AND what = ?2 ORDER BY seq DESC LIMIT 1")?;
    let by =
        query.query_row(params![id, act.name()], |row| Ok((row.get::<_, String>(0)?, Time::from_millis(row.get(1)?))));
    // Retention may have deleted the row.
    let by = by.optional()?.map_or(String::new(), |(who, at)| format!(" by {who} at {} UTC", at.minute()));
    Ok(Some(format!("already {what}{by}; nothing changed")))
}
