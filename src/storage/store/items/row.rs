//! One alert as lists show it.

use rusqlite::Row;
use serde::Serialize;
use serde_json::Value;

use super::clears::may_see;
use super::condition::{SILENCED_BY, STATE};
use super::order::{Cursor, Order, Sorted};
use crate::storage::store::stages::clear::Clearance;
use crate::storage::store::work_state::WorkState;
use atalaia_core::base::time::Time;

/// An alert with its marking, case and state of this moment, without the tracks of its evidence.
#[derive(Clone, PartialEq, Debug)]
pub struct AlertItem {
    /// Full id.
    pub id: String,
    /// Number of its last change.
    pub revision: u32,
    /// Number of acts on it.
    pub acts: u32,
    /// Last entry of the log about it.
    pub seq: i64,
    /// The alert as one JSON object. A text, because a list of a hundred would otherwise be parsed only to be written again.
    pub text: String,
    /// Column `clears`.
    pub(super) clears: String,
    /// Score, last time, time of the last change and time of the beginning, as columns.
    keys: [i64; 4],
}

/// The members of an item that are not in the stored text, in their order.
#[derive(Serialize)]
struct Added {
    case_id: Option<String>,
    revision: u32,
    acts: u32,
    etag: String,
    state: WorkState,
    owner: Option<String>,
    acknowledged_until: Option<String>,
    finding: Option<String>,
    finding_reason: Option<String>,
    silenced_by: Option<i64>,
    notes: i64,
    deliveries: Deliveries,
    changed_at: String,
    seq: i64,
    exercise: bool,
}

/// Number of deliveries by state.
#[derive(Serialize)]
struct Deliveries {
    delivered: i64,
    pending: i64,
    failed: i64,
    withheld: i64,
}

/// The columns for [`AlertItem::of`].
pub(super) fn columns() -> String {
    format!(
        "SELECT id, item, handling, kind, case_id, revision, acts, {STATE}, assignee, acknowledged_until, finding, finding_reason,
             {SILENCED_BY}, (SELECT count(*) FROM notes WHERE alert = id), touched_at, touched_seq, clears,
             score, last_at, started_at,
             (SELECT count(*) FROM outbox WHERE alert = id AND outbox.state = 'told'),
             (SELECT count(*) FROM outbox WHERE alert = id AND outbox.state = 'pending'),
             (SELECT count(*) FROM outbox WHERE alert = id AND outbox.state = 'failed'),
             (SELECT count(*) FROM outbox WHERE alert = id AND outbox.state = 'withheld')
         FROM alert_items JOIN alert_texts USING (id)"
    )
}

impl AlertItem {
    /// The item of a row with the columns of [`columns`].
    pub(super) fn of(row: &Row<'_>) -> rusqlite::Result<AlertItem> {
        let text = |column: usize| row.get::<_, Option<String>>(column);
        let number = |column: usize| row.get::<_, i64>(column);
        let (revision, acts): (u32, u32) = (row.get(5)?, row.get(6)?);
        let (touched, seq) = (number(14)?, number(15)?);
        let until = row.get::<_, Option<i64>>(9)?.map(Time::from_millis);
        let state: WorkState = row.get(7)?;
        let handling = row.get_ref(2)?.as_str()?;
        let clears: String = row.get(16)?;
        let until = until.filter(|_| state == WorkState::Acknowledged).map(|until| until.to_string());
        let added = Added {
            case_id: text(4)?,
            revision,
            acts,
            etag: format!("\"{revision}.{acts}\""),
            state,
            owner: text(8)?,
            acknowledged_until: until,
            finding: text(10)?,
            finding_reason: text(11)?,
            silenced_by: row.get(12)?,
            notes: number(13)?,
            deliveries: Deliveries {
                delivered: number(20)?,
                pending: number(21)?,
                failed: number(22)?,
                withheld: number(23)?,
            },
            changed_at: Time::from_millis(touched).to_string(),
            seq,
            // The reality is the last member, in a word of our own.
            exercise: clears.ends_with("\"exercise\"]"),
        };
        let (item, kind) = (row.get_ref(1)?.as_str()?, row.get_ref(3)?.as_str()?);
        Ok(AlertItem {
            id: row.get(0)?,
            revision,
            acts,
            seq,
            text: joined(item, kind, handling, &added),
            clears,
            keys: [number(17)?, number(18)?, touched, number(19)?],
        })
    }

    /// The place of the item in an order.
    pub(super) fn cursor(&self, order: Order) -> Cursor {
        let [score, last_at, changed_at, started_at] = self.keys;
        let key = match order.by {
            Sorted::Score => score,
            Sorted::LastAt => last_at,
            Sorted::ChangedAt => changed_at,
            Sorted::StartedAt => started_at,
        };
        Cursor { order, key, last_at, id: self.id.clone() }
    }

    /// Whether a reader with this clearance may see the alert.
    pub fn is_cleared(&self, clearance: &Clearance) -> bool {
        may_see(clearance, &self.clears)
    }

    /// The entity tag of the alert, in quotation marks.
    pub fn etag(&self) -> String {
        format!("\"{}.{}\"", self.revision, self.acts)
    }

    /// The item as a value.
    pub fn value(&self) -> Value {
        // Joined from objects that SQLite and serde wrote.
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

/// One object of the members of the stored item, `kind`, `handling` and the members of `added`.
fn joined(item: &str, kind: &str, handling: &str, added: &Added) -> String {
    // Plain data always serialises.
    let added = serde_json::to_string(added).unwrap_or_default();
    let members = inner(item).filter(|members| !members.is_empty());
    let comma = if members.is_some() { "," } else { "" };
    let (members, added) = (members.unwrap_or_default(), inner(&added).unwrap_or_default());
    format!("{{{members}{comma}\"kind\":\"{kind}\",\"handling\":{handling},{added}}}")
}

/// The members of an object without its braces; `None` if it is not one, as in a damaged file.
fn inner(object: &str) -> Option<&str> {
    object.trim().strip_prefix('{')?.strip_suffix('}')
}
