//! Actions that would change nothing: the alert is acknowledged, assigned or closed in the same way already.
//!
//! A second row in the history would look like a second decision. A new reason is one, so it is recorded, and so is the first
//! acknowledgement at the present severity: it decides from which severity on the alert is new again.

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
    /// Whether the severity is that at which the alert was acknowledged.
    is_as_severe: bool,
    assignee: Option<String>,
    /// Name of the finding, and its reason.
    finding: (Option<String>, Option<String>),
}

/// The latest act of one sort on an alert.
struct Latest {
    by: String,
    at: Time,
    /// The reason as the audit trail has it.
    why: Option<String>,
}

impl Latest {
    /// `None` if there was none, or retention has deleted it.
    fn of(transaction: &Transaction<'_>, id: &str, act: Act) -> rusqlite::Result<Option<Latest>> {
        let mut query = transaction.prepare_cached(
            "SELECT who, at, why FROM audit WHERE subject = ?1 AND what = ?2 ORDER BY seq DESC LIMIT 1",
        )?;
        let row = query.query_row(params![id, act.name()], |row| {
            Ok(Latest { by: row.get(0)?, at: Time::from_millis(row.get(1)?), why: row.get(2)? })
        });
        row.optional()
    }
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
        "SELECT state, acknowledged_until, acknowledged_severity IS severity, assignee, finding, finding_reason
         FROM alerts WHERE id = ?1",
    )?;
    let present = query.query_row([id], |row| {
        Ok(Present {
            state: row.get(0)?,
            until: row.get::<_, Option<i64>>(1)?.map(Time::from_millis),
            is_as_severe: row.get(2)?,
            assignee: row.get(3)?,
            finding: (row.get(4)?, row.get(5)?),
        })
    })?;
    let (act, what) = match action {
        Action::Acknowledge { until } if present.state == WorkState::Acknowledged => {
            // An acknowledgement that is over has left the alert new.
            let holds = present.until.is_none_or(|until| now < until);
            match holds && present.until == *until && present.is_as_severe {
                true => (Act::Acknowledged, "acknowledged".to_owned()),
                false => return Ok(None),
            }
        }
        Action::Assign(Some(name)) if present.state != WorkState::Closed && present.assignee.as_ref() == Some(name) => {
            (Act::Assigned, format!("assigned to {name}"))
        }
        Action::Close(finding)
            if present.state == WorkState::Closed
                && present.finding.0.as_deref() == Some(finding.name())
                && present.finding.1.as_deref().map(str::trim) == why =>
        {
            (Act::Closed, format!("closed as {}", finding.name()))
        }
        _ => return Ok(None),
    };
    let latest = Latest::of(transaction, id, act)?;
    // The reason of a finding is stored with the alert, and has been compared; that of other acts is in the audit trail alone.
    let is_new_reason = act != Act::Closed
        && why.is_some()
        && latest.as_ref().and_then(|latest| latest.why.as_deref()).map(str::trim) != action.reason(why).as_deref();
    if is_new_reason {
        return Ok(None);
    }
    let reason = if why.is_some() { " with this reason" } else { "" };
    let by = latest.map_or(String::new(), |latest| format!(" by {} at {} UTC", latest.by, latest.at.minute()));
    Ok(Some(format!("already {what}{reason}{by}; nothing changed")))
}
