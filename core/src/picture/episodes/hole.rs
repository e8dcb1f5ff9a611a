//! Holes: an hour or more between two fixes of a vessel, for any reason. The latest holes of each vessel are kept. Unlike a gap, a hole
//! says nothing about whether the vessel should have been heard.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::geo::LatLon;
use crate::picture::tracks::TrackKey;

/// Minimum length of a hole.
const LEAST: Span = Span::from_hours(1);
/// How long a hole is kept after its end.
const KEEP: Span = Span::from_hours(30 * 24);
/// Maximum number of holes of one vessel. Beyond it the earliest is forgotten.
const MOST_OF_ONE: usize = 8;
/// Maximum number of vessels with a hole.
const MOST: usize = 200_000;

/// A silence between two fixes.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Hole {
    /// Time of the last fix before it.
    pub from: Time,
    /// Time of the first fix after it.
    pub to: Time,
    /// Position before it.
    pub left: LatLon,
    /// Position after it.
    pub back: LatLon,
}

impl Hole {
    /// Length of the silence.
    pub fn length(&self) -> Span {
        self.to - self.from
    }
}

/// The latest holes of each vessel.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Holes {
    /// Holes by vessel, in order of time. No list is empty.
    by_vessel: FxHashMap<TrackKey, Vec<Hole>>,
    /// Number of holes not kept because there were too many vessels with one.
    dropped: u64,
}

impl Holes {
    /// Handles two successive fixes of a vessel: time and position of each.
    pub fn take(&mut self, key: TrackKey, (from, left): (Time, LatLon), (to, back): (Time, LatLon)) {
        if to - from < LEAST {
            return;
        }
        if MOST <= self.by_vessel.len() && !self.by_vessel.contains_key(&key) {
            self.dropped += 1;
            return;
        }
        let holes = self.by_vessel.entry(key).or_default();
        if MOST_OF_ONE <= holes.len() {
            holes.remove(0);
        }
        holes.push(Hole { from, to, left, back });
    }

    /// Handles a fix that came late: a hole that contains it was none, or was two shorter ones.
    pub fn heard_late(&mut self, key: TrackKey, at: Time, position: LatLon) {
        let Some(holes) = self.by_vessel.get_mut(&key) else {
            return;
        };
        if let Some(place) = holes.iter().position(|hole| hole.from < at && at < hole.to) {
            let hole = holes[place];
            let parts = [Hole { to: at, back: position, ..hole }, Hole { from: at, left: position, ..hole }];
            holes.splice(place..=place, parts.into_iter().filter(|part| LEAST <= part.length()));
            holes.drain(..holes.len().saturating_sub(MOST_OF_ONE));
        }
        if holes.is_empty() {
            self.by_vessel.remove(&key);
        }
    }

    /// The last hole of a vessel, if it is kept.
    pub fn of(&self, key: TrackKey) -> Option<Hole> {
        self.all_of(key).last().copied()
    }

    /// The latest holes of a vessel, in order of time.
    pub fn all_of(&self, key: TrackKey) -> &[Hole] {
        self.by_vessel.get(&key).map_or(&[], Vec::as_slice)
    }

    /// Drops holes that are too old.
    pub fn sweep(&mut self, now: Time) {
        self.by_vessel.retain(|_, holes| {
            holes.retain(|hole| now - hole.to <= KEEP);
            !holes.is_empty()
        });
    }

    /// Number of holes not kept because there were too many.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Approximate size on the heap. Bytes.
    pub fn bytes(&self) -> usize {
        let holes: usize = self.by_vessel.values().map(|holes| holes.capacity() * size_of::<Hole>()).sum();
        self.by_vessel.capacity() * (size_of::<TrackKey>() + size_of::<Vec<Hole>>() + 1) + holes
    }
}
