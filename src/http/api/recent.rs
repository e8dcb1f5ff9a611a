//! What was recorded a moment ago, so that a window that asks every second does not write a row each time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::platform::clock::Moment;

/// Most readings that are remembered. Beyond that they are recorded again.
const MOST: usize = 10_000;
/// A reading is forgotten after this, which matches the 15-minute window in which audit rows are merged.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Readings by reader and subject, with the moment when they were recorded.
#[derive(Debug, Default)]
pub(in crate::http) struct Recent(Mutex<HashMap<String, Moment>>);

impl Recent {
    /// Whether this reading was recorded within the last `span`.
    pub(in crate::http) fn has(&self, reading: &str, span: Duration, now: Moment) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(reading).is_some_and(|recorded| now.since(*recorded) < span.min(LONGEST))
    }

    /// Notes that this reading has been recorded.
    pub(in crate::http) fn put(&self, reading: String, now: Moment) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if MOST <= all.len() {
            all.retain(|_, recorded| now.since(*recorded) < LONGEST);
        }
        if all.len() < MOST {
            all.insert(reading, now);
        }
    }
}
