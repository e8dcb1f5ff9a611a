//! The picture as everybody else sees it: the shards as one.
//!
//! The shard of an MMSI is a hash of its number. Reports of different shards change nothing in each other's, so that they can be taken
//! in side by side; whoever reads asks all shards.

use crate::ais::{Report, SourceId};
use crate::geo::LatLon;
use crate::state::{Damaged, pack, unpack};
use crate::time::{Span, Time};
use crate::units::Mmsi;

use super::accept::Outcome;
use super::damaged::Damaged as DamagedNumbers;
use super::store::{Activity, Interest, Shard};
use super::track::{Flag, Vessel};
use super::{Settings, TrackIx, TrackKey};

/// Every track there is.
pub struct Tracks {
    settings: Settings,
    shards: Vec<Shard>,
    /// Low bits of a `TrackIx` that name its shard.
    shift: u32,
    pub(super) damaged: DamagedNumbers,
}

impl Tracks {
    /// An empty picture of `settings.shards` shards. `satellite_sources` are the inputs whose lateness is above 15 min.
    pub fn new(settings: Settings, satellite_sources: Vec<(SourceId, Span)>) -> Tracks {
        let count = settings.shards.clamp(1, super::MOST_SHARDS);
        let shift = count.next_power_of_two().trailing_zeros();
        let shard = |number| Shard::new(number, shift, settings.clone(), satellite_sources.clone());
        let shards = (0..count).map(shard).collect();
        Tracks { settings, shards, shift, damaged: DamagedNumbers::default() }
    }

    /// Adds the picture to a snapshot.
    pub(crate) fn save(&self, into: &mut Vec<u8>) {
        let Tracks { settings: _, shards, shift: _, damaged } = self;
        pack(&shards.len(), into);
        pack(damaged, into);
        shards.iter().for_each(|shard| shard.save(into));
    }

    /// Takes the picture from a snapshot made with as many shards.
    pub(crate) fn restore(&mut self, from: &mut &[u8]) -> Result<(), Damaged> {
        let shards: usize = unpack(from)?;
        if shards != self.shards.len() {
            return Err(Damaged(format!("{shards} shards in place of {}", self.shards.len())));
        }
        self.damaged = unpack(from)?;
        self.shards.iter_mut().try_for_each(|shard| shard.restore(from))
    }

    /// These are the inputs whose lateness is above 15 min, and how late their reports come.
    pub fn satellites(&mut self, sources: &[(SourceId, Span)]) {
        self.shards.iter_mut().for_each(|shard| shard.satellite_sources = sources.to_vec());
    }

    /// How long after their event time reports of a vessel may still come because the input that heard it last is late: zero for inputs
    /// that hold time back.
    pub fn lateness(&self, ix: TrackIx) -> Span {
        let last = self.vessel(ix).last();
        last.and_then(|fix| self.shards.first()?.lateness(fix.source)).unwrap_or(Span::ZERO)
    }

    /// When a vessel last heard at `last` is lost: `lost_after`, in the time of the input that hears it.
    pub fn lost_at(&self, ix: TrackIx, last: Time) -> Time {
        last + self.settings.lost_after() + self.lateness(ix)
    }

    /// How many shards there are.
    pub fn shards(&self) -> usize {
        self.shards.len()
    }

    /// Which shard an MMSI falls to.
    pub fn shard_of(&self, mmsi: Mmsi) -> usize {
        // Numbers are given out by country and in rows: their low digits alone would fill shards unevenly.
        let mixed = u64::from(mmsi.0).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        ((mixed * self.shards.len() as u64) >> 32) as usize
    }

    /// The shards, for taking in reports side by side; `make_room` afterwards.
    pub fn shards_mut(&mut self) -> &mut [Shard] {
        &mut self.shards
    }

    /// Takes in one report at its place in event time.
    pub fn accept(&mut self, report: Report) -> Outcome {
        let shard = self.shard_of(report.mmsi);
        let outcome = self.shards[shard].accept(report);
        self.make_room();
        outcome
    }

    /// Brings the number of tracks to nine tenths of the limit, if it is above: the unconfirmed first, then those about whom no behaviour
    /// keeps anything, then the longest silent; never one in an open alert.
    pub fn make_room(&mut self) {
        let limit = self.settings.max_tracks as usize;
        let alive = self.len();
        if alive <= limit {
            return;
        }
        let mut order: Vec<_> = self.shards.iter().flat_map(Shard::evictable).collect();
        order.sort_unstable();
        for (.., ix) in order.into_iter().take(alive - limit * 9 / 10) {
            let (shard, inside) = self.shard_mut(ix);
            shard.forget(inside);
            shard.evicted += 1;
        }
    }

    /// Reads one vessel.
    pub fn vessel(&self, ix: TrackIx) -> Vessel<'_> {
        let (shard, inside) = self.inside(ix);
        self.shards[shard].inside(inside)
    }

    /// Finds a track by its key.
    pub fn find(&self, key: TrackKey) -> Option<Vessel<'_>> {
        self.under(key.mmsi).find(|vessel| vessel.key() == key)
    }

    /// Every track, in an order that depends on the shards (and must not show outside).
    pub fn iter(&self) -> impl Iterator<Item = Vessel<'_>> {
        self.shards.iter().flat_map(Shard::iter)
    }

    /// The tracks under one MMSI, the youngest first.
    pub fn under(&self, mmsi: Mmsi) -> impl Iterator<Item = Vessel<'_>> {
        self.shards[self.shard_of(mmsi)].under(mmsi)
    }

    /// Fixes under one MMSI, waiting for `CONFIRMING_FIXES`, that none of its tracks could have made.
    pub fn fixes_elsewhere(&self, mmsi: Mmsi) -> usize {
        self.shards[self.shard_of(mmsi)].fixes_elsewhere(mmsi)
    }

    /// Places from which a number was heard within the last 24 h, at least the tracks it has; 0 for an unknown number.
    pub fn places_within_a_day(&self, mmsi: Mmsi) -> usize {
        self.shards[self.shard_of(mmsi)].places_within_a_day(mmsi)
    }

    /// Calls `found(vessel, metres)` for every vessel whose latest fix lies within `metres` of `at`, in no set order.
    pub fn near(&self, at: LatLon, metres: f64, mut found: impl FnMut(Vessel<'_>, f64)) {
        self.shards.iter().for_each(|shard| shard.near(at, metres, &mut found));
    }

    /// How many tracks are held.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.alive).sum()
    }

    /// Whether no track is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Different numbers (MMSIs) seen so far, forgotten ones included; at most two million a shard.
    pub fn vessels_seen(&self) -> u64 {
        self.shards.iter().map(|shard| shard.numbers_seen.len() as u64).sum()
    }

    /// Tracks evicted because there were too many.
    pub fn evicted(&self) -> u64 {
        self.shards.iter().map(|shard| shard.evicted).sum()
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Puts new settings in force; nothing is forgotten, and the shards stay as many.
    pub fn configure(&mut self, settings: Settings) {
        self.shards.iter_mut().for_each(|shard| shard.settings = settings.clone());
        self.settings = settings;
    }

    /// Sets or clears a behaviour's bit: whether it keeps state about the vessel.
    pub fn mark_active(&mut self, ix: TrackIx, bit: u32, active: Activity) {
        let (shard, inside) = self.shard_mut(ix);
        let marks = &mut shard.hot[inside.0 as usize].active;
        match active {
            Activity::Keeps => *marks |= 1 << bit,
            Activity::Done => *marks &= !(1 << bit),
        }
    }

    /// Whether the trail of this vessel should reach back 13 h instead of 30 min.
    pub fn mark_interest(&mut self, ix: TrackIx, interest: Interest) {
        self.mark(ix, Flag::KeepLong, interest == Interest::Watch);
    }

    /// Whether the vessel is in a stay in calm water.
    pub fn mark_in_port(&mut self, ix: TrackIx, stays: bool) {
        self.mark(ix, Flag::InPort, stays);
    }

    /// Whether the vessel is in an open alert: then it is not evicted.
    pub fn mark_in_alert(&mut self, ix: TrackIx, is: bool) {
        self.mark(ix, Flag::InAlert, is);
    }

    /// The vessel's track began in an area of interference: it is a phantom until its number has been alone again.
    pub fn mark_in_interference(&mut self, ix: TrackIx) {
        self.mark(ix, Flag::Interfered, true);
    }

    /// Tracks that ceased to exist since the last call, by key; they can still be read until `release`.
    pub fn take_forgotten(&mut self) -> Vec<TrackIx> {
        let mut forgotten = Vec::new();
        for shard in &mut self.shards {
            let gone = std::mem::take(&mut shard.forgotten);
            forgotten.extend(gone.into_iter().map(|ix| (shard.inside(ix).key(), shard.outside(ix))));
        }
        forgotten.sort_unstable();
        forgotten.into_iter().map(|(_, ix)| ix).collect()
    }

    /// Forgets a track, if it is still there: its positions were false, and its vessel is heard elsewhere.
    pub fn drop_false(&mut self, key: TrackKey, ix: TrackIx) {
        if self.find(key).is_some_and(|vessel| vessel.ix() == ix) {
            let (shard, inside) = self.shard_mut(ix);
            shard.forget(inside);
        }
    }

    /// Frees the place of a forgotten track for another.
    pub fn release(&mut self, ix: TrackIx) {
        let (shard, inside) = self.shard_mut(ix);
        shard.release(inside);
    }

    /// Whether any track waits in `take_forgotten`.
    pub fn has_forgotten(&self) -> bool {
        self.shards.iter().any(|shard| !shard.forgotten.is_empty())
    }

    /// Hourly house-keeping at engine time `now`: forgets the long silent.
    pub fn sweep(&mut self, now: Time) {
        self.damaged.sweep(now);
        self.shards.iter_mut().for_each(|shard| shard.sweep(now));
    }

    /// Heap and slab bytes of the tracks, without the maps' own.
    pub fn bytes(&self) -> usize {
        self.shards.iter().map(Shard::bytes).sum()
    }

    fn mark(&mut self, ix: TrackIx, flag: Flag, holds: bool) {
        let (shard, inside) = self.shard_mut(ix);
        shard.hot[inside.0 as usize].mark(flag, holds);
    }

    fn inside(&self, ix: TrackIx) -> (usize, TrackIx) {
        ((ix.0 & ((1 << self.shift) - 1)) as usize, TrackIx(ix.0 >> self.shift))
    }

    fn shard_mut(&mut self, ix: TrackIx) -> (&mut Shard, TrackIx) {
        let (shard, inside) = self.inside(ix);
        (&mut self.shards[shard], inside)
    }
}
