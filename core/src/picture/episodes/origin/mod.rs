//! Origins: the source region that each vessel was last seen in, so that an alert weeks later can state where the
//! vessel came from.
//!
//! The engine checks a vessel's first fix and then one fix every half hour, so times here are accurate to half an hour.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::picture::tracks::TrackKey;
use crate::zones::Zone;

/// How long an origin is kept after the vessel was last seen in the region.
const KEEP: Span = Span::from_hours(30 * 24);
/// Maximum number of vessels with an origin: about 5 MB.
const MOST: usize = 100_000;
/// Number of origins dropped when the table is full; those seen longest ago go first.
const MAKE_ROOM: usize = MOST / 100;

/// A source region, named as its zone was when a vessel was seen there. The zone may be gone since.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Region {
    /// The zone's id.
    pub id: Arc<str>,
    /// The zone's name.
    pub name: Arc<str>,
}

/// A vessel's stay in a source region.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Origin {
    /// The source region the vessel was last in.
    pub region: Arc<Region>,
    /// When the vessel was first seen there, with no other region in between.
    pub since: Time,
    /// When the vessel was last seen there.
    pub last_at: Time,
}

/// The last source region of each vessel.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Origins {
    /// Origin by vessel.
    last: FxHashMap<TrackKey, Origin>,
    /// Regions in use, so that each is stored once.
    regions: BTreeMap<Arc<str>, Arc<Region>>,
    /// Number of origins dropped because there were too many.
    evicted: u64,
}

impl Origins {
    /// Notes that a vessel is in a source region.
    pub fn seen(&mut self, key: TrackKey, zone: &Zone, at: Time) {
        if MOST <= self.last.len() && !self.last.contains_key(&key) {
            self.make_room();
        }
        let region = self.region(zone);
        let origin =
            self.last.entry(key).or_insert_with(|| Origin { region: Arc::clone(&region), since: at, last_at: at });
        if origin.region.id != region.id || KEEP < at - origin.last_at {
            origin.since = at;
        }
        (origin.region, origin.last_at) = (region, at);
    }

    /// The last source region of a vessel, if it is kept.
    pub fn of(&self, key: TrackKey) -> Option<&Origin> {
        self.last.get(&key)
    }

    /// Drops origins that are too old.
    pub fn sweep(&mut self, now: Time) {
        self.last.retain(|_, origin| now - origin.last_at <= KEEP);
        self.regions.retain(|_, region| 1 < Arc::strong_count(region));
    }

    /// Number of origins dropped because there were too many.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Approximate size on the heap. Bytes.
    pub fn bytes(&self) -> usize {
        self.last.capacity() * (size_of::<TrackKey>() + size_of::<Origin>() + 1)
    }

    /// The region of a zone; the same one for all vessels, until the zone is renamed.
    fn region(&mut self, zone: &Zone) -> Arc<Region> {
        if let Some(region) = self.regions.get(zone.id.as_str()).filter(|region| *region.name == *zone.name) {
            return Arc::clone(region);
        }
        let id: Arc<str> = zone.id.as_str().into();
        let region = Arc::new(Region { id: Arc::clone(&id), name: zone.name.as_str().into() });
        self.regions.insert(id, Arc::clone(&region));
        region
    }

    /// Drops the origins seen longest ago; of equally old ones, those with the smaller keys, so that every run drops the same.
    fn make_room(&mut self) {
        let mut ages: Vec<(Time, TrackKey)> = self.last.iter().map(|(key, origin)| (origin.last_at, *key)).collect();
        let (_, last_to_go, _) = ages.select_nth_unstable(MAKE_ROOM - 1);
        let last_to_go = *last_to_go;
        self.last.retain(|key, origin| last_to_go < (origin.last_at, *key));
        self.evicted += (ages.len() - self.last.len()) as u64;
    }
}

#[cfg(test)]
mod tests;
