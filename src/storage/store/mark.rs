//! The action of an analyst that marks an alert.
//!
//! The mark is stored beside the alert and takes effect at once: pending deliveries are read with it (`outbox`), and a digest that waits
//! with the alert in it is formed again. What a sink has received already cannot be taken back.

use std::path::Path;

use rusqlite::{Transaction, params};
use serde_json::Value;

use super::act::Act;
use super::actions::count;
use super::columns::json;
use super::connect::in_transaction;
use super::error::StoreError;
use super::ids::{Kind, whole};
use super::items::markings_of;
use super::remark::remarked;
use super::trail::Actor;
use super::{digests, markings};
use atalaia_core::alerts::Handling;
use atalaia_core::alerts::handling::Mark;
use atalaia_core::base::time::Time;

/// Least length of the reason for lowering a marking. Characters.
const REASON: usize = 10;

/// Marks an alert. Fields that are `None` keep their value. The id may be shortened; returns the full id and the resulting marking.
///
/// # Errors
/// `Refused` if no field is set, no reason is given, or the result is not valid (for example H3 without a text).
pub fn mark<'a>(
    path: &Path,
    id: &str,
    said: &Mark,
    who: impl Into<Actor<'a>>,
    why: &str,
    now: Time,
) -> Result<(String, Handling), StoreError> {
    let who = who.into();
    if *said == Mark::default() {
        return Err(StoreError::Refused(
            "say what is to be marked otherwise: --tlp, --grade, --handling, ...".to_owned(),
        ));
    }
    if why.trim().is_empty() {
        return Err(StoreError::Refused(format!("{id}: a marking needs a reason")));
    }
    in_transaction(path, |transaction| {
        let id = whole(transaction, Kind::Alert, id).map_err(StoreError::sqlite(path))??;
        let marked = mark_in(transaction, &id, said, who, why, Lowering::Allowed, now);
        match marked.map_err(StoreError::sqlite(path))? {
            Marked::Done(handling) => Ok((id, *handling)),
            Marked::Refused(text) => Err(StoreError::Refused(text)),
            Marked::Lowers => Err(StoreError::Refused(format!("{id}: the marking would be lowered"))),
        }
    })
}

/// Whether a marking may be lowered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lowering {
    /// It may.
    Allowed,
    /// It may, with a reason of at least 10 characters.
    WithReason,
    /// It may only be raised.
    Forbidden,
}

/// What became of a marking. Nothing was written unless it was done.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Marked {
    /// Done; the resulting marking.
    Done(Box<Handling>),
    /// The result would not be valid, for this reason.
    Refused(String),
    /// It would be lowered, and that is forbidden.
    Lowers,
}

/// Marks the alert with this full id, which is stored. `said` has a field that is set, and `why` is not empty.
pub(super) fn mark_in(
    transaction: &Transaction<'_>,
    id: &str,
    said: &Mark,
    who: Actor<'_>,
    why: &str,
    lowering: Lowering,
    now: Time,
) -> rusqlite::Result<Marked> {
    let body: String = transaction.query_row("SELECT body FROM alerts WHERE id = ?1", [id], |row| row.get(0))?;
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    let earlier = markings::of(transaction, id)?.unwrap_or_default();
    // The analyst's marks lie over the marking of the engine; fields that no analyst has set keep following the engine.
    let before = markings::of_machine(&body).marked(&earlier);
    let by = Mark { marked_by: Some(who.who.to_owned()), marked_at: Some(now), ..said.clone() };
    let mark = by.over(earlier);
    let after = markings::of_machine(&body).marked(&mark);
    if let Some(fault) = after.problems().into_iter().next() {
        return Ok(Marked::Refused(format!("{id}: {fault}")));
    }
    match lowering {
        Lowering::Forbidden if is_lower(&before, &after) => return Ok(Marked::Lowers),
        Lowering::WithReason if why.trim().chars().count() < REASON && is_lower(&before, &after) => {
            let text = format!("{id}: write the reason for lowering the marking, at least {REASON} characters");
            return Ok(Marked::Refused(text));
        }
        _ => {}
    }
    let clears = markings_of(transaction, id)?;
    transaction.execute(
        "UPDATE alerts SET mark = ?2, retain_until = ?3 WHERE id = ?1",
        params![id, json(&mark), mark.retain_until.map(Time::millis)],
    )?;
    // A digest that waits for delivery was formed under the former marking.
    digests::marked(transaction, id)?;
    let why = format!("{why}; before: {}; now: {}", before.line(), after.line());
    count(transaction, id)?;
    remarked(transaction, now, who, Act::Marked, id, Some(&why), clears)?;
    Ok(Marked::Done(Box::new(after)))
}

/// Whether a marking lets a reader or sink see the alert that the one before kept it from. Another purpose or reality does: some may see
/// exercises only.
fn is_lower(before: &Handling, after: &Handling) -> bool {
    let wider = |name: &String| !before.releasable_to.contains(name);
    let is_wider =
        !before.releasable_to.is_empty() && (after.releasable_to.is_empty() || after.releasable_to.iter().any(wider));
    after.tlp < before.tlp
        || before.europol.iter().any(|code| !after.europol.contains(code))
        || (before.personal_data && !after.personal_data)
        || before.purpose != after.purpose
        || before.reality != after.reality
        || is_wider
}
