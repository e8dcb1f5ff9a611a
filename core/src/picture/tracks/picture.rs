//! The picture as the rest of the engine sees it: the shards behind one interface.
//!
//! The shard of an MMSI is a hash of its number. Reports in different shards do not affect each other, so shards can take them in
//! parallel. A reader sees the tracks of all shards.

use crate::ais::{Report, SourceId};
use crate::base::account::Account;
use crate::base::time::{Span, Time};
use crate::base::units::Mmsi;
use crate::geo::LatLon;

use super::accept::Outcome;
use super::doubtful::DamagedNumbers;
use super::interest::{Activity, Interest};
use super::key::{TrackIx, TrackKey};
use super::names::HeardName;
use super::settings::Settings;
use super::shard::Shard;
use super::track::{Flag, Vessel};

/// All tracks.
pub struct Tracks {
    pub(super) settings: Settings,
    /// One for each lane. The number does not change while the program runs.
    pub(super) shards: Vec<Shard>,
    /// Number of low bits of a `TrackIx` that hold the number of its shard.
    pub(super) shift: u32,
    /// Of all shards, because a damaged MMSI is usually in another shard than the vessel that it resembles.
    pub(super) damaged: DamagedNumbers,
}

impl Tracks {
    /// An empty picture of `settings.lanes` shards. `satellite_sources` are the inputs with a lateness above 15 min.
    pub fn new(settings: Settings, satellite_sources: Vec<(SourceId, Span)>) -> Tracks {
        let count = settings.lanes.clamp(1, super::settings::MOST_LANES);
        let shift = count.next_power_of_two().trailing_zeros();
        let shard = |number| Shard::new(number, shift, settings.clone(), satellite_sources.clone());
        let shards = (0..count).map(shard).collect();
        Tracks { settings, shards, shift, damaged: DamagedNumbers::default() }
    }

    /// Replaces the inputs with a lateness above 15 min, each with its lateness.
    pub fn satellites(&mut self, sources: &[(SourceId, Span)]) {
        self.shards.iter_mut().for_each(|shard| shard.satellite_sources = sources.to_vec());
    }

    /// How long after their event time reports of a vessel may still arrive on the input that last heard it; zero for inputs that
    /// hold time back.
    pub fn lateness(&self, ix: TrackIx) -> Span {
        let last = self.vessel(ix).last();
        last.and_then(|fix| self.shards.first()?.lateness(fix.source)).unwrap_or(Span::ZERO)
    }

    /// When a vessel last heard at `last` counts as lost: after `lost_after` plus the lateness of its input.
    pub fn lost_at(&self, ix: TrackIx, last: Time) -> Time {
        last + self.settings.lost_after() + self.lateness(ix)
    }

    /// Number of shards, one for each lane.
    pub fn lanes(&self) -> usize {
        self.shards.len()
    }

    /// Index of the shard of an MMSI.
    pub fn shard_of(&self, mmsi: Mmsi) -> usize {
        // MMSIs are assigned by country and in sequence, so their low digits alone would fill shards unevenly.
        let mixed = u64::from(mmsi.0).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        ((mixed * self.shards.len() as u64) >> 32) as usize
    }

    /// The shard of an MMSI.
    pub(super) fn shard_with(&self, mmsi: Mmsi) -> &Shard {
        &self.shards[self.shard_of(mmsi)]
    }

    /// The shard of an MMSI, to change.
    pub(super) fn shard_with_mut(&mut self, mmsi: Mmsi) -> &mut Shard {
        let shard = self.shard_of(mmsi);
        &mut self.shards[shard]
    }

    /// Number of the shard of a vessel.
    pub fn shard(&self, ix: TrackIx) -> usize {
        self.inside(ix).0
    }

    /// The shards, to take in reports in parallel, and the damaged numbers, which do not change meanwhile. Call `make_room` afterwards.
    pub fn shards_mut(&mut self) -> (&mut [Shard], &DamagedNumbers) {
        (&mut self.shards, &self.damaged)
    }

    /// Takes in one report at its event time.
    pub fn accept(&mut self, report: Report) -> Outcome {
        let outcome = self.shard_with_mut(report.mmsi).accept(report);
        self.make_room();
        outcome
    }

    /// Reduces the tracks to nine tenths of the limit if they exceed it: unconfirmed ones first, then those without any
    /// behaviour's state, then the longest silent; never one in an open alert.
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

    /// A vessel by its index.
    pub fn vessel(&self, ix: TrackIx) -> Vessel<'_> {
        let (shard, inside) = self.inside(ix);
        self.shards[shard].inside(inside)
    }

    /// A track by its key; `None` if there is no such track.
    pub fn find(&self, key: TrackKey) -> Option<Vessel<'_>> {
        self.under(key.mmsi).find(|vessel| vessel.key() == key)
    }

    /// Every track, in an order that depends on the shards and must not affect results.
    pub fn iter(&self) -> impl Iterator<Item = Vessel<'_>> {
        self.shards.iter().flat_map(Shard::iter)
    }

    /// The tracks under one MMSI, the youngest first.
    pub fn under(&self, mmsi: Mmsi) -> impl Iterator<Item = Vessel<'_>> {
        self.shard_with(mmsi).under(mmsi)
    }

    /// Whether an MMSI may have a confirmed track. Quick, and false for most MMSIs without one.
    pub(super) fn may_have_confirmed(&self, mmsi: Mmsi) -> bool {
        self.shard_with(mmsi).confirmed.may_have(mmsi)
    }

    /// Number of agreeing fixes of one MMSI that none of its tracks could have made, of the candidate with the most. Below
    /// `CONFIRMING_FIXES`.
    pub fn fixes_elsewhere(&self, mmsi: Mmsi) -> usize {
        self.shard_with(mmsi).fixes_elsewhere(mmsi)
    }

    /// Number of places where an MMSI was heard within the last 24 h; never less than the number of its tracks. 0 for an unknown MMSI.
    pub fn places_within_a_day(&self, mmsi: Mmsi) -> usize {
        self.shard_with(mmsi).places_within_a_day(mmsi)
    }

    /// The names heard under an MMSI since it was first heard in a second place, in the order in which they were first heard.
    pub fn names_of(&self, mmsi: Mmsi) -> &[HeardName] {
        self.shard_with(mmsi).names_of(mmsi)
    }

    /// Calls `found(vessel, metres)` for every vessel whose latest fix is within `metres` of `at`, in no fixed order.
    pub fn near(&self, at: LatLon, metres: f64, mut found: impl FnMut(Vessel<'_>, f64)) {
        self.shards.iter().for_each(|shard| shard.near(at, metres, &mut found));
    }

    /// Number of tracks held.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.alive).sum()
    }

    /// Whether there are no tracks.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Distinct MMSIs seen so far, including forgotten ones; at most two million per shard.
    pub fn vessels_seen(&self) -> u64 {
        self.shards.iter().map(|shard| shard.numbers_seen.len() as u64).sum()
    }

    /// Number of tracks dropped because there were too many.
    pub fn evicted(&self) -> u64 {
        self.shards.iter().map(|shard| shard.evicted).sum()
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Applies new settings; tracks and the number of shards stay.
    pub fn configure(&mut self, settings: Settings) {
        self.shards.iter_mut().for_each(|shard| shard.settings = settings.clone());
        self.settings = settings;
    }

    /// Sets or clears a behaviour's activity bit, which means that the behaviour follows the vessel.
    pub fn mark_active(&mut self, ix: TrackIx, bit: u32, active: Activity) {
        let (shard, inside) = self.shard_mut(ix);
        let marks = &mut shard.hot[inside.0 as usize].active;
        match active {
            Activity::Keeps => *marks |= 1 << bit,
            Activity::Done => *marks &= !(1 << bit),
        }
    }

    /// Sets whether the trail of this vessel reaches back 13 h instead of 30 min.
    pub fn mark_interest(&mut self, ix: TrackIx, interest: Interest) {
        self.mark(ix, Flag::KeepLong, interest == Interest::Watch);
    }

    /// Sets whether the vessel is staying in calm water.
    pub fn mark_in_port(&mut self, ix: TrackIx, stays: bool) {
        self.mark(ix, Flag::InPort, stays);
    }

    /// Sets whether several ships are known to send an MMSI.
    pub fn mark_several(&mut self, mmsi: Mmsi, are: bool) {
        let shard = self.shard_with_mut(mmsi);
        let tracks: Vec<TrackIx> = shard.chain(mmsi).collect();
        tracks.into_iter().for_each(|ix| shard.hot[ix.0 as usize].mark(Flag::Several, are));
    }

    /// Sets whether the vessel is in an open alert, which keeps it from being evicted.
    pub fn mark_in_alert(&mut self, ix: TrackIx, is: bool) {
        self.mark(ix, Flag::InAlert, is);
    }

    /// Marks a track as begun in an area of interference. If it is a further track of its MMSI, it is then a phantom.
    pub fn mark_in_interference(&mut self, ix: TrackIx) {
        self.mark(ix, Flag::Interfered, true);
    }

    /// Tracks dropped since the last call, ordered by key; they can still be read until `release`.
    pub fn take_forgotten(&mut self) -> Vec<TrackIx> {
        let mut forgotten = Vec::new();
        for shard in &mut self.shards {
            let gone = std::mem::take(&mut shard.forgotten);
            forgotten.extend(gone.into_iter().map(|ix| (shard.inside(ix).key(), shard.outside(ix))));
        }
        forgotten.sort_unstable();
        forgotten.into_iter().map(|(_, ix)| ix).collect()
    }

    /// Drops a track whose positions were false, if it still exists. The vessel is heard elsewhere.
    pub fn drop_false(&mut self, key: TrackKey, ix: TrackIx) {
        if self.find(key).is_some_and(|vessel| vessel.ix() == ix) {
            let (shard, inside) = self.shard_mut(ix);
            shard.forget(inside);
        }
    }

    /// Frees the index of a dropped track for another.
    pub fn release(&mut self, ix: TrackIx) {
        let (shard, inside) = self.shard_mut(ix);
        shard.release(inside);
    }

    /// Whether `take_forgotten` would return any track.
    pub fn has_forgotten(&self) -> bool {
        self.shards.iter().any(|shard| !shard.forgotten.is_empty())
    }

    /// Hourly housekeeping at engine time `now`: drops vessels that have been silent for too long.
    pub fn sweep(&mut self, now: Time) {
        self.damaged.sweep(now);
        self.shards.iter_mut().for_each(|shard| shard.sweep(now));
    }

    /// Adds what is kept of the tracks.
    pub fn account(&self, account: &mut Account) {
        self.shards.iter().for_each(|shard| shard.account(account));
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
