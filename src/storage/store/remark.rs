//! Audit rows about what may change the marking of an alert.

use rusqlite::Transaction;

use super::act::Act;
use super::items::markings_of;
use super::subject::Subject;
use super::trail::{Actor, Record, write};
use atalaia_core::base::time::Time;

/// Writes one audit row about an action of the store that may have changed who may see an alert. `clears` is the part of the marking on which
/// that depended before. If it is another one now, the row keeps it, so that a reader who has the alert but may no longer see it learns that it
/// is to be taken away.
pub(super) fn remarked<'a>(
    transaction: &Transaction<'_>,
    now: Time,
    who: impl Into<Actor<'a>>,
    act: Act,
    id: &str,
    why: Option<&str>,
    clears: Option<String>,
) -> rusqlite::Result<()> {
    let is_same = clears.is_none() || clears == markings_of(transaction, id)?;
    let result = clears.as_deref().filter(|_| !is_same);
    write(transaction, now, &Record { by: who.into(), act, subject: &Subject::alert(id), why, result }).map(drop)
}
