//! What a worker passes to a sink, and how the sink answers.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::platform::clock::Moment;
use crate::platform::net::RateLimit;
use atalaia_core::alerts::Change;

/// One line of the alert stream addressed to one sink.
/// Cheap to clone: the texts are shared. Several sinks get the same line.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Delivery {
    /// Row of the store's outbox, or a running number without a store. `None` for a test alert.
    /// Rows are in the order in which the store queued them.
    pub(super) row: Option<i64>,
    /// `<alert id>-<revision>`. The same for every repeat, so that receivers can recognise duplicates.
    pub(super) key: String,
    /// Id of the alert.
    pub(super) alert: Arc<str>,
    /// The line as stored: JSON without a line end.
    /// Sinks that pass on JSON send it unchanged, byte for byte.
    pub(super) line: Arc<str>,
    /// The parsed line.
    /// All other formats are made from it.
    pub(super) change: Arc<Change>,
}

impl Delivery {
    /// Parses a stored line. `None` if it is not a line of the alert stream.
    pub(super) fn new(row: Option<i64>, line: Arc<str>) -> Option<Delivery> {
        let change: Change = serde_json::from_str(&line).ok()?;
        let alert: Arc<str> = change.alert.id.as_str().into();
        let key = format!("{alert}-{}", change.revision);
        Some(Delivery { row, key, alert, line, change: Arc::new(change) })
    }

    /// The line as JSON, for formats that pass it on as it was stored, with fields that this version does not know.
    pub(super) fn json(&self) -> Value {
        // It was parsed once already, so it cannot fail.
        serde_json::from_str(&self.line).unwrap_or_default()
    }
}

/// Why a sink did not take the deliveries of one `send`.
/// Reasons are logged, stored and shown to operators, so they must not contain a secret.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub(super) enum SendError {
    /// Temporary failure: try again, not before `wait` if the receiver asked for a delay.
    #[error("{reason}")]
    Later {
        /// Delay requested by the receiver (`Retry-After`); `None` if it named none.
        wait: Option<Duration>,
        /// What happened, without any secret.
        reason: String,
    },
    /// Only some recipients have it. The others are tried again; this does not count as a failure of the sink.
    #[error("{reason}")]
    Partly {
        /// Whether any recipient accepted it in this attempt.
        taken: bool,
        /// What happened, without any secret.
        reason: String,
    },
    /// Permanent refusal: the receiver will not accept the same bytes later either.
    #[error("{reason}")]
    Refused {
        /// The receiver's answer, without any secret.
        reason: String,
    },
    /// The receiver answered 410 Gone. Nothing more is sent to it until the settings are changed or reloaded, or an operator retries a
    /// delivery.
    #[error("nothing more is sent until atalaia deliveries retry or a reload: {reason}")]
    Gone {
        /// The receiver's answer, without any secret.
        reason: String,
    },
}

/// Maximum number of partially delivered messages a sink keeps; beyond it the oldest are given up.
/// A recipient that never accepts would otherwise fill the memory, as these do not count against the room for new deliveries.
pub(super) const MOST_PARTLY: usize = 1000;

/// How many deliveries a sink takes in one `send`, and when the next may start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Pace {
    /// Maximum number of deliveries in one `send`.
    pub(super) together: usize,
    /// Minimum wait before the next `send`, for a digest that is still being gathered or an hourly limit that has been reached.
    pub(super) wait: Duration,
}

impl Pace {
    /// One delivery at a time, without a wait.
    pub(super) const ONE: Pace = Pace { together: 1, wait: Duration::ZERO };

    /// The same pace, limited to a rate.
    pub(super) fn within(self, rate: &RateLimit, now: Moment) -> Pace {
        // At least one, because `wait` already covers the case that none is free.
        Pace { together: self.together.min(rate.free(now).max(1)), wait: self.wait.max(rate.wait(now)) }
    }
}

/// Identity of this daemon, for formats that name their sender.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct SenderIdentity {
    /// `[delivery] site`: up to 40 letters, digits and `-`.
    pub(super) site: String,
}
