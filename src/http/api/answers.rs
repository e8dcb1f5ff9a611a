//! Answers that are kept for a moment, because many windows ask for the same list.
//!
//! An answer holds as long as nothing has been added to the log, and not longer than half a second: what changes without an entry of the
//! log, such as the count of deliveries or an acknowledgement that expires, is late by that at most.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::http::access::Reader;
use crate::http::tagged::Tagged;
use crate::platform::clock::Moment;
use crate::storage::store::AlertFilter;

/// Maximum age of an answer.
const FRESH: Duration = Duration::from_millis(500);
/// Most answers that are kept.
const MOST: usize = 64;
/// Longest answer that is kept. Bytes.
const LONGEST: usize = 512 * 1024;

/// The kept answers, by what was asked and what the reader may see.
#[derive(Debug, Default)]
pub(in crate::http) struct Answers(Mutex<HashMap<String, Kept>>);

/// One answer.
#[derive(Debug)]
struct Kept {
    /// Last entry of the log when it was made.
    seq: i64,
    /// When it was made.
    made: Moment,
    /// Its bytes are shared by the responses that send it.
    answer: Tagged,
}

/// What an answer depends on beside the log: the route, the query, the clearance, and the filter as it was understood, in which `me` has
/// become the name of the reader.
pub(in crate::http) fn key(route: &str, query: &str, filter: &AlertFilter, reader: &Reader) -> String {
    format!("{route}\n{query}\n{filter:?}\n{:?}", reader.clearance)
}

impl Answers {
    /// The answer for this key, if it still holds.
    pub(in crate::http) fn get(&self, key: &str, seq: i64, now: Moment) -> Option<Tagged> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all.get(key).filter(|kept| kept.seq == seq && now.since(kept.made) < FRESH);
        kept.map(|kept| kept.answer.clone())
    }

    /// Keeps an answer, unless it is long.
    pub(in crate::http) fn put(&self, key: String, seq: i64, made: Moment, answer: &Tagged) {
        if LONGEST < answer.body.len() {
            return;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if MOST <= all.len() {
            all.retain(|_, kept| made.since(kept.made) < FRESH);
        }
        if all.len() < MOST {
            all.insert(key, Kept { seq, made, answer: answer.clone() });
        }
    }
}
