//! Holes: an hour or more between two fixes of a vessel, for any reason. Only the last hole of each vessel is kept. Unlike a gap, a hole
//! says nothing about whether the vessel should have been heard.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::picture::tracks::TrackKey;

/// Minimum length of a hole.
const LEAST: Span = Span::from_hours(1);
/// How long a hole is kept after its end.
const KEEP: Span = Span::from_hours(30 * 24);
/// Maximum number of vessels with a hole.
const MOST: usize = 200_000;

/// A silence between two fixes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Hole {
    /// Time of the last fix before it.
    pub from: Time,
    /// Time of the first fix after it.
    pub to: Time,
}

impl Hole {
    /// Length of the silence.
    pub fn length(&self) -> Span {
        self.to - self.from
    }
}

/// The last hole of each vessel.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Holes {
    /// The last hole by vessel.
    last: FxHashMap<TrackKey, Hole>,
    /// Number of holes not kept because there were too many.
    dropped: u64,
}

impl Holes {
    /// Handles two successive fixes of a vessel.
    pub fn take(&mut self, key: TrackKey, from: Time, to: Time) {
        if to - from < LEAST {
            return;
        }
        if MOST <= self.last.len() && !self.last.contains_key(&key) {
            self.dropped += 1;
            return;
        }
        self.last.insert(key, Hole { from, to });
    }

    /// The last hole of a vessel, if it is kept.
    pub fn of(&self, key: TrackKey) -> Option<Hole> {
        self.last.get(&key).copied()
    }

    /// Drops holes that are too old.
    pub fn sweep(&mut self, now: Time) {
        self.last.retain(|_, hole| now - hole.to <= KEEP);
    }

    /// Number of holes not kept because there were too many.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Approximate size on the heap. Bytes.
    pub fn bytes(&self) -> usize {
        self.last.capacity() * (size_of::<TrackKey>() + size_of::<Hole>() + 1)
    }
}
