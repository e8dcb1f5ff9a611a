//! Dropping tracks that have been silent for too long, are too many, or were merged with another.

use crate::base::time::{Span, Time};
use crate::base::units::Mmsi;

use super::confirmed::CONFIRMED_FIXES;
use super::grid;
use super::heard::Heard;
use super::key::{TrackIx, TrackKey};
use super::shard::Shard;
use super::track::{Cold, Flag, Hot, NO_NEXT};

impl Shard {
    /// Frees the index of a dropped track for another, and the memory of the track.
    pub(super) fn release(&mut self, ix: TrackIx) {
        self.cold[ix.0 as usize] = Cold::new();
        self.free.push(ix);
    }

    /// Drops tracks that have been silent for longer than `forget_after_hours`, unless a behaviour follows them. At engine time `now`.
    pub(super) fn sweep(&mut self, now: Time) {
        self.candidates.expire(now);
        self.sweep_places(now);
        self.names.sweep(now);
        let forget_before = now - Span::from_hours(i64::from(self.settings.forget_after_hours));
        for ix in 0..self.hot.len() as u32 {
            let hot = &self.hot[ix as usize];
            if hot.is(Flag::Alive) && self.heard_at(ix) < forget_before && !hot.is_watched() {
                self.forget(TrackIx(ix));
            }
        }
        // The filter only gains bits between two sweeps.
        self.mark_all_confirmed();
    }

    /// When a track was last heard: its last fix, or before its first fix its newest static message, which may come long before.
    fn heard_at(&self, ix: u32) -> Time {
        let hot = &self.hot[ix as usize];
        let said_at = || self.cold[ix as usize].told.identity().and_then(|identity| identity.said_at);
        if hot.fixes == 0 { hot.last_at.max(said_at().unwrap_or(Time::MIN)) } else { hot.last_at }
    }

    /// Drops a track. Its data can still be read until `release`, because behaviours have yet to end what they hold of it. If the MMSI has
    /// other tracks, the next one takes over the recent transmissions.
    pub(super) fn forget(&mut self, ix: TrackIx) {
        let Hot { mmsi, cell, next, .. } = self.hot[ix.0 as usize];
        if self.has_places(Mmsi(mmsi)) {
            self.note_last_place(ix);
        }
        self.grid.remove(cell, ix);
        // Takes the track out of the chain of its MMSI, at the head or behind the track before it.
        if self.by_mmsi.get(&mmsi) == Some(&ix.0) {
            match next {
                NO_NEXT => self.by_mmsi.remove(&mmsi),
                next => {
                    self.heard[next as usize] = std::mem::take(&mut self.heard[ix.0 as usize]);
                    self.by_mmsi.insert(mmsi, next)
                }
            };
        } else {
            let before = self.chain(Mmsi(mmsi)).find(|other| self.hot[other.0 as usize].next == ix.0);
            if let Some(before) = before {
                self.hot[before.0 as usize].next = next;
            }
        }
        self.heard[ix.0 as usize] = Heard::default();
        // With one track left, nothing shows any longer that two ships use the MMSI.
        if let Some(alone) = self.by_mmsi.get(&mmsi).filter(|first| self.hot[**first as usize].next == NO_NEXT) {
            let alone = &mut self.hot[*alone as usize];
            alone.mark(Flag::Beside, false);
            alone.mark(Flag::BesideTwice, false);
            alone.mark(Flag::Several, false);
        }
        let hot = &mut self.hot[ix.0 as usize];
        hot.mark(Flag::Alive, false);
        hot.cell = grid::NOWHERE;
        self.alive -= 1;
        self.forgotten.push(ix);
    }

    /// Drops the tracks of an MMSI that proved to be no vessel's. It no longer counts as seen.
    pub(super) fn forget_unproved(&mut self, mmsi: Mmsi) {
        let tracks: Vec<TrackIx> = self.chain(mmsi).collect();
        for ix in tracks {
            self.forget(ix);
        }
        self.numbers_seen.remove(&mmsi.0);
    }

    /// The tracks that may be evicted, with their sort key: unconfirmed ones first, then those without any behaviour's state,
    /// each group the longest silent first.
    pub(super) fn evictable(&self) -> impl Iterator<Item = (bool, bool, Time, TrackKey, TrackIx)> {
        let alive = (0..).zip(self.hot.iter()).filter(|(_, hot)| hot.is(Flag::Alive) && !hot.is(Flag::InAlert));
        alive.map(|(ix, hot)| {
            let confirmed = CONFIRMED_FIXES <= hot.fixes;
            (confirmed, hot.is_watched(), hot.last_at, hot.key(), self.outside(TrackIx(ix)))
        })
    }
}
