//! Holes: hours between two fixes of a vessel, whatever the reason. The last of each vessel is kept.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::time::{Span, Time};
use crate::tracks::TrackKey;

/// Shorter silences are not kept.
const LEAST: Span = Span::from_hours(1);
/// Kept for this long.
const KEEP: Span = Span::from_hours(30 * 24);
/// At most so many vessels.
const MOST: usize = 200_000;

/// A silence between two fixes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Hole {
    /// The last fix before it.
    pub from: Time,
    /// The first fix after it.
    pub to: Time,
}

impl Hole {
    /// How long nobody heard the vessel.
    pub fn length(&self) -> Span {
        self.to - self.from
    }
}

/// The last hole of each vessel.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Holes {
    last: FxHashMap<TrackKey, Hole>,
    dropped: u64,
}

impl Holes {
    /// Takes in two fixes that follow each other.
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

    /// The last hole of a vessel.
    pub fn of(&self, key: TrackKey) -> Option<Hole> {
        self.last.get(&key).copied()
    }

    /// Forgets what is too old.
    pub fn sweep(&mut self, now: Time) {
        self.last.retain(|_, hole| now - hole.to <= KEEP);
    }

    /// How many were not kept for want of room.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Heap bytes held, about.
    pub fn bytes(&self) -> usize {
        self.last.capacity() * (size_of::<TrackKey>() + size_of::<Hole>() + 1)
    }
}
