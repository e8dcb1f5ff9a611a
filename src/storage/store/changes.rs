//! Takes a change of the engine into the store: its rows, its audit row, and its offer to each sink.
//!
//! All of it happens in the transaction of the writer, so an announced change that is stored has been offered to every sink of the
//! settings, and an offered one is stored.

use rusqlite::Transaction;

use super::items::markings_of;
use super::remark::remarked;
use super::resumed::{self, Novelty};
use super::rows::{insert, upsert};
use super::stages::filter::Filter;
use super::stages::silence;
use super::trail::OURSELVES;
use super::{markings, offer};
use atalaia_core::alerts::Change;
use atalaia_core::base::time::Time;

/// Stores one change and offers it to the sinks. Returns whether a delivery is now due. A change that was stored before a crash is not
/// stored again, and a fact (`announced` false) is stored but offered to no sink. `now` is the wall clock.
pub(super) fn store(
    transaction: &Transaction<'_>,
    change: &Change,
    filter: &[Filter],
    now: Time,
) -> rusqlite::Result<bool> {
    let news = match resumed::weigh(transaction, change, filter, now)? {
        Novelty::New(news) => news,
        Novelty::Repeated { due } => return Ok(due),
    };
    let change = &*news;
    let clears = markings_of(transaction, &change.alert.id)?;
    upsert(transaction, change, now)?;
    // The line of the change carries the marking of this moment: sinks get what the analyst has allowed.
    let change = &*markings::marked(transaction, change)?;
    let alert = &change.alert;
    if !insert(transaction, change, now)? {
        return Ok(false);
    }
    remarked(transaction, now, OURSELVES, change.change.into(), &alert.id, Some(&change.reason), clears)?;
    if !alert.announced {
        return Ok(false);
    }
    // Looked up once: it depends on the alert alone, the other stages on the sink as well.
    let silence = silence::covering(transaction, alert)?;
    let mut due = false;
    for filter in filter {
        due |= offer::offer(transaction, filter, change, silence.as_deref(), now)?;
    }
    Ok(due)
}
