//! How far each change of an alert has got on its way to each sink.

use std::path::Path;

use rusqlite::params;

use super::delivery_state::DeliveryState;
use super::error::StoreError;
use super::{connect, digests};
use atalaia_core::base::time::Time;

/// A stage on the way of a change to a sink.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stage {
    /// Whether the sink's filter asks for the alert.
    Select,
    /// Whether a silence holds it back.
    Silence,
    /// Whether the sink may receive its marking.
    Clear,
    /// When it may go: by itself or in a digest, as the sink's rate allows.
    Pace,
    /// Whether the sink has accepted it.
    Send,
    /// When it is tried again after a failure, or that it is given up.
    Retry,
}

impl Stage {
    /// All stages, in their order.
    pub const ALL: [Stage; 6] = [Stage::Select, Stage::Silence, Stage::Clear, Stage::Pace, Stage::Send, Stage::Retry];

    /// Name for users and other programs.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Select => "select",
            Stage::Silence => "silence",
            Stage::Clear => "clear",
            Stage::Pace => "pace",
            Stage::Send => "send",
            Stage::Retry => "retry",
        }
    }
}

/// How far one change has got on its way to one sink.
#[derive(Clone, PartialEq, Debug)]
pub struct StageOutcome {
    /// Revision of the alert.
    pub revision: u32,
    /// Name of the sink.
    pub sink: String,
    /// State of the delivery.
    pub state: DeliveryState,
    /// Number of attempts so far.
    pub attempts: u32,
    /// Earliest time of the next attempt, or of the digest that it waits for; `None` if it is not scheduled.
    pub due_at: Option<Time>,
    /// Why it went no further, or the last error; `None` if there is nothing to say.
    pub reason: Option<String>,
}

impl StageOutcome {
    /// The stage that the change has reached. Those before it have let it through.
    pub fn stage(&self) -> Stage {
        match self.state {
            DeliveryState::NotSelected => Stage::Select,
            DeliveryState::Silenced => Stage::Silence,
            DeliveryState::Withheld => Stage::Clear,
            DeliveryState::Pending if self.attempts == 0 => Stage::Pace,
            DeliveryState::Delivered => Stage::Send,
            DeliveryState::Pending | DeliveryState::Failed => Stage::Retry,
        }
    }
}

/// The outcomes of all changes of one alert, by its whole id, in order of revision and sink. Changes that a sink's filter did not select
/// are included: `atalaia deliveries why` shows the reason.
pub fn outcomes(path: &Path, alert: &str) -> Result<Vec<StageOutcome>, StoreError> {
    let connection = connect::beside(path)?;
    let read = || -> rusqlite::Result<Vec<StageOutcome>> {
        let digests = digests::next(&connection)?;
        let mut query = connection.prepare(
            "SELECT outbox.revision, outbox.sink, outbox.state, outbox.attempts, outbox.due_at, outbox.error, alerts.behaviour,
                 outbox.state = 'pending' AND outbox.gathered = 1 AND outbox.digest IS NULL
             FROM outbox JOIN alerts ON alerts.id = outbox.alert WHERE outbox.alert = ?1 ORDER BY outbox.revision, outbox.sink",
        )?;
        let rows = query.query_map(params![alert], |row| {
            let sink: String = row.get(1)?;
            let due_at = match row.get(7)? {
                true => digests.get(&(sink.clone(), row.get(6)?)).copied(),
                false => row.get::<_, Option<i64>>(4)?.map(Time::from_millis),
            };
            Ok(StageOutcome {
                revision: row.get(0)?,
                sink,
                state: row.get(2)?,
                attempts: row.get(3)?,
                due_at,
                reason: row.get(5)?,
            })
        })?;
        rows.collect()
    };
    read().map_err(StoreError::sqlite(path))
}
