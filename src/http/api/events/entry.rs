//! An entry of the log as it is sent.

use serde::Serialize;

use super::topics::Topics;
use crate::http::access::{Reader, Right};
use crate::http::api::item::Item;
use crate::storage::store::{LogEntry, Topic};

/// Something that happened.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ChangeEntry {
    /// Its number; ascending, not without gaps.
    seq: i64,
    /// When it was recorded, by the wall clock.
    at: String,
    /// alert, act, case, silence, delivery, settings or person.
    topic: &'static str,
    /// What happened, such as opened, ended, acknowledged, noted, silenced; `withdrawn` if its marking was raised so that you may no
    /// longer see the alert: take it out of lists.
    what: String,
    /// Full id of an alert or case, or for example `silence 3`.
    subject: String,
    /// The author; `(atalaia)` for the program.
    who: String,
    /// The reason.
    why: Option<String>,
    /// The alert as it stands now; null if the entry is not about one, or if it is withdrawn.
    item: Option<Item>,
}

impl From<&LogEntry> for ChangeEntry {
    fn from(entry: &LogEntry) -> ChangeEntry {
        ChangeEntry {
            seq: entry.seq,
            at: entry.at.to_string(),
            topic: entry.topic.name(),
            what: entry.what.clone(),
            subject: entry.subject.clone(),
            who: entry.who.clone(),
            why: entry.why.clone(),
            item: entry.item.as_ref().map(Item::from),
        }
    }
}

/// Whether the reader asked for an entry and has the right to it. That its clearance allows it is up to the store.
pub(super) fn is_for(entry: &LogEntry, reader: &Reader, topics: Topics) -> bool {
    let may = entry.topic != Topic::Person || reader.rights.allow(Right::People);
    may && topics.contains(entry.topic)
}
