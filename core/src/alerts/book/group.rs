//! Groups: three or more announced open pairs, linked through shared vessels, are shown as one (SPEC "Alerts"). Otherwise a fleet of ten
//! boats side by side would fill a screen with rows.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::alerts::id::Key;
use crate::picture::tracks::TrackKey;

/// Minimum number of pairs in a group (SPEC).
const FEWEST: usize = 3;

/// The announced open pairs, by vessel. Each pair is listed under both of its vessels.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Groups {
    /// Keys of the alerts, by vessel; never an empty set.
    pairs: BTreeMap<TrackKey, BTreeSet<Key>>,
}

impl Groups {
    /// Adds a pair that is open and announced.
    pub(super) fn add(&mut self, key: &Key) {
        for track in &key.tracks {
            self.pairs.entry(*track).or_default().insert(key.clone());
        }
    }

    /// Removes a pair that ended.
    pub(super) fn remove(&mut self, key: &Key) {
        for track in &key.tracks {
            if let Some(pairs) = self.pairs.get_mut(track) {
                pairs.remove(key);
                if pairs.is_empty() {
                    self.pairs.remove(track);
                }
            }
        }
    }

    /// The other pairs that share a vessel with this one.
    pub(super) fn linked<'a>(&'a self, key: &'a Key) -> impl Iterator<Item = &'a Key> {
        let pairs = key.tracks.iter().filter_map(|track| self.pairs.get(track));
        pairs.flatten().filter(move |other| *other != key)
    }

    /// This pair and all pairs linked with it, directly or through others, in order of key. Empty if they are too few for a group.
    pub(super) fn around(&self, key: &Key) -> BTreeSet<Key> {
        let mut found = BTreeSet::new();
        let mut asked: BTreeSet<TrackKey> = BTreeSet::new();
        let mut open = key.tracks.clone();
        while let Some(track) = open.pop() {
            if !asked.insert(track) {
                continue;
            }
            for pair in self.pairs.get(&track).into_iter().flatten() {
                open.extend(&pair.tracks);
                found.insert(pair.clone());
            }
        }
        match FEWEST <= found.len() {
            true => found,
            false => BTreeSet::new(),
        }
    }
}

/// Whether alerts of this key can form groups: pairs of vessels that meet.
pub(super) fn can_group(key: &Key) -> bool {
    key.behaviour.character().is_grouped && key.tracks.len() == 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::units::Mmsi;
    use crate::behaviours::Behaviour;

    fn pair(a: u32, b: u32) -> Key {
        let track = |mmsi| TrackKey { mmsi: Mmsi(mmsi), ordinal: 1 };
        Key { behaviour: Behaviour::Rendezvous, tracks: vec![track(a), track(b)], place: String::new() }
    }

    #[test]
    fn three_linked_pairs_form_a_group_and_two_or_unlinked_pairs_do_not() {
        let mut groups = Groups::default();
        for key in [pair(1, 2), pair(3, 4), pair(8, 9)] {
            groups.add(&key);
            assert!(groups.around(&key).is_empty());
        }
        groups.add(&pair(2, 3));
        assert_eq!(groups.around(&pair(3, 4)).len(), 3);
        assert!(groups.around(&pair(8, 9)).is_empty());
        groups.remove(&pair(2, 3));
        assert!(groups.around(&pair(3, 4)).is_empty());
        for key in [pair(1, 2), pair(3, 4), pair(8, 9)] {
            groups.remove(&key);
        }
        assert!(groups.pairs.is_empty());
    }
}
