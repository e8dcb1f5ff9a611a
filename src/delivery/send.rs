//! What a sink is handed, and what it answers.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

/// One line of the alert stream on its way to one sink.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Delivery {
    /// The row of the store it stands in, if there is a store.
    pub(super) row: Option<i64>,
    /// `<id>-<revision>`: the same for every repeat.
    pub(super) key: String,
    /// The id of its alert.
    pub(super) alert: Arc<str>,
    /// The line as it was stored: JSON without a line end.
    pub(super) line: Arc<str>,
    /// The same, read.
    pub(super) change: Arc<Value>,
}

impl Delivery {
    /// From a stored line; `None` if it is no line of an alert.
    pub(super) fn new(row: Option<i64>, line: Arc<str>) -> Option<Delivery> {
        let change: Value = serde_json::from_str(&line).ok()?;
        let alert: Arc<str> = change["alert"]["id"].as_str()?.into();
        let key = format!("{alert}-{}", change["revision"].as_u64()?);
        Some(Delivery { row, key, alert, line, change: Arc::new(change) })
    }
}

/// Why a sink did not take what it was handed.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub(super) enum SendError {
    /// Worth another try, not before `wait` if the receiver asked for it.
    #[error("{reason}")]
    Later {
        /// As the receiver asked (`Retry-After`).
        wait: Option<Duration>,
        /// What happened, without a secret in it.
        reason: String,
    },
    /// Some of those it goes to have it; worth another try for the others, which says nothing of the sink.
    #[error("{reason}")]
    Partly {
        /// Whether anybody took it this time.
        taken: bool,
        /// What happened, without a secret in it.
        reason: String,
    },
    /// The receiver said no; the same bytes will not be welcome later.
    #[error("{reason}")]
    Refused {
        /// What it said, without a secret in it.
        reason: String,
    },
    /// The receiver wants nothing ever again (HTTP 410): nothing more goes there until somebody changes or reloads the settings.
    #[error("{reason}")]
    Gone {
        /// What it said, without a secret in it.
        reason: String,
    },
}

/// Deliveries that only some of those they are for have, at most; beyond, the oldest are given up.
pub(super) const MOST_PARTLY: usize = 1000;

/// How many deliveries a sink takes at once, and from when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Pace {
    /// At most so many in one `send`.
    pub(super) together: usize,
    /// Not before so much time has passed: a digest that gathers, a cap that has been reached.
    pub(super) wait: Duration,
}

impl Pace {
    /// One by one, at once.
    pub(super) const ONE: Pace = Pace { together: 1, wait: Duration::ZERO };
}

/// Where the daemon stands, for formats that name their sender.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct SenderIdentity {
    /// `[delivery] site`: deliveries, digits and `-`.
    pub(super) site: String,
}
