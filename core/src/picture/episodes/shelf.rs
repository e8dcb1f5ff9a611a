//! Shelf: episodes of one kind, by age, place and vessel, up to a maximum number.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::geo::{Cells, LatLon};
use crate::picture::tracks::TrackKey;

/// Cells of 15' (0.25°). The widest search is 60 nm, except for silent vessels that may have sailed for hours.
const CELLS: Cells = Cells::new(4);

/// An episode that can be kept on a shelf.
pub trait Episode {
    /// The vessel.
    fn key(&self) -> TrackKey;
    /// Position where it began, by which it is found.
    fn position(&self) -> LatLon;
    /// When it was last known to continue, or ended. Its age counts from here.
    fn last_at(&self) -> Time;
}

/// Episodes of one kind. Ids are never reused, and grow with time, so that the order of ids is the order of beginning.
#[derive(Debug, Serialize, Deserialize)]
pub struct Shelf<E> {
    /// Episodes by id.
    items: BTreeMap<u64, E>,
    /// Ids by cell of the position, oldest first; never an empty list.
    by_cell: FxHashMap<u32, Vec<u64>>,
    /// Ids by vessel, oldest first; never an empty list.
    by_vessel: FxHashMap<TrackKey, Vec<u64>>,
    /// Id of the next episode.
    next: u64,
    /// How long an episode is kept after it was last known to continue.
    keep: Span,
    /// Maximum number of episodes.
    most: usize,
    /// Number of episodes dropped because there were too many.
    evicted: u64,
}

impl<E: Episode> Shelf<E> {
    /// Creates a shelf for at most `most` episodes younger than `keep`. Beyond that the oldest are dropped and counted.
    pub fn new(keep: Span, most: usize) -> Shelf<E> {
        Shelf {
            items: BTreeMap::new(),
            by_cell: FxHashMap::default(),
            by_vessel: FxHashMap::default(),
            next: 0,
            keep,
            most,
            evicted: 0,
        }
    }

    /// Adds an episode. Returns its id.
    pub fn add(&mut self, episode: E) -> u64 {
        if self.items.len() == self.most
            && let Some(oldest) = self.items.keys().next().copied()
        {
            self.remove(oldest);
            self.evicted += 1;
        }
        let id = self.next;
        self.next += 1;
        self.by_cell.entry(CELLS.of(episode.position())).or_default().push(id);
        self.by_vessel.entry(episode.key()).or_default().push(id);
        self.items.insert(id, episode);
        id
    }

    /// The episode with this id, if it is still kept.
    pub fn get(&self, id: u64) -> Option<&E> {
        self.items.get(&id)
    }

    /// Updates an episode, if it is still kept. Its vessel and position must not change, because it is found by them.
    pub fn update(&mut self, id: u64, change: impl FnOnce(&mut E)) {
        if let Some(episode) = self.items.get_mut(&id) {
            change(episode);
        }
    }

    /// Removes an episode.
    pub fn remove(&mut self, id: u64) -> Option<E> {
        let episode = self.items.remove(&id)?;
        drop_id(&mut self.by_cell, &CELLS.of(episode.position()), id);
        drop_id(&mut self.by_vessel, &episode.key(), id);
        Some(episode)
    }

    /// Removes the episodes of a vessel that lasted until `since` or later.
    pub fn take_back(&mut self, key: TrackKey, since: Time) {
        let ids = self.of(key).filter(|(_, episode)| since <= episode.last_at()).map(|(id, _)| id);
        for id in ids.collect::<Vec<u64>>() {
            self.remove(id);
        }
    }

    /// Episodes of one vessel, oldest first.
    pub fn of(&self, key: TrackKey) -> impl DoubleEndedIterator<Item = (u64, &E)> {
        let ids = self.by_vessel.get(&key).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| Some((*id, self.items.get(id)?)))
    }

    /// Episodes that began within `metres` of `at`, with their distance in metres; by id, so the oldest first.
    pub fn near(&self, at: LatLon, metres: f64) -> Vec<(u64, &E, f64)> {
        self.near_if(at, metres, |_| true)
    }

    /// Like `near`, but for the episodes that `wanted` selects. It is called before the distance is computed, which is slow.
    pub fn near_if(&self, at: LatLon, metres: f64, wanted: impl Fn(&E) -> bool) -> Vec<(u64, &E, f64)> {
        let mut found: Vec<(u64, &E, f64)> = CELLS
            .around(at, metres)
            .filter_map(|cell| self.by_cell.get(&cell))
            .flatten()
            .filter_map(|id| {
                let episode = self.items.get(id).filter(|episode| wanted(episode))?;
                let distance = episode.position().metres_to(at);
                (distance <= metres).then_some((*id, episode, distance))
            })
            .collect();
        found.sort_unstable_by_key(|(id, _, _)| *id);
        found
    }

    /// All episodes, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &E)> {
        self.items.iter().map(|(id, episode)| (*id, episode))
    }

    /// Drops what is too old.
    pub fn sweep(&mut self, now: Time) {
        let keep_from = now - self.keep;
        let old: Vec<u64> =
            self.items.iter().filter(|(_, episode)| episode.last_at() < keep_from).map(|(id, _)| *id).collect();
        for id in old {
            self.remove(id);
        }
    }

    /// Number of episodes.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether the shelf is empty.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Number of episodes dropped because there were too many.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }
}

/// Removes an id from the list of a key, and the list with its last id.
fn drop_id<K: std::hash::Hash + Eq>(lists: &mut FxHashMap<K, Vec<u64>>, key: &K, id: u64) {
    let Some(ids) = lists.get_mut(key) else {
        return;
    };
    ids.retain(|other| *other != id);
    if ids.is_empty() {
        lists.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::units::Mmsi;

    struct Spot(u32, LatLon, i64);

    impl Episode for Spot {
        fn key(&self) -> TrackKey {
            TrackKey { mmsi: Mmsi(self.0), ordinal: 1 }
        }
        fn position(&self) -> LatLon {
            self.1
        }
        fn last_at(&self) -> Time {
            Time::from_seconds(self.2)
        }
    }

    #[test]
    fn found_by_place_and_vessel_until_too_old_or_too_many() {
        let mut shelf = Shelf::new(Span::from_hours(1), 3);
        let here = LatLon::new(10.0, 179.99);
        let beside = LatLon::new(10.0, -179.99);
        shelf.add(Spot(1, here, 0));
        let second = shelf.add(Spot(2, beside, 5000));
        shelf.add(Spot(1, LatLon::new(20.0, 0.0), 5000));
        assert_eq!(shelf.near(here, 3000.0).iter().map(|(_, spot, _)| spot.0).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(shelf.of(TrackKey { mmsi: Mmsi(1), ordinal: 1 }).count(), 2);
        shelf.sweep(Time::from_seconds(5000));
        assert_eq!(shelf.near(here, 3000.0).iter().map(|(id, _, _)| *id).collect::<Vec<_>>(), [second]);
        for mmsi in 3..8 {
            shelf.add(Spot(mmsi, here, 5000));
        }
        assert_eq!((shelf.len(), shelf.evicted()), (3, 4));
        assert_eq!(shelf.near(here, 3000.0).len(), 3);
        assert_eq!(shelf.by_vessel.len(), 3);
    }
}
