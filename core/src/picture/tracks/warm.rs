//! Loads what the next reports need into the processor cache, so that many waits for memory overlap.
//!
//! With many vessels, every report meets data that left the cache long ago. One report after another would wait for memory several
//! times each: for the track, then for what its pointers lead to. Here a batch is read in two rounds. Within a round no load depends
//! on another, so the processor has many under way at once.

use std::hint::black_box;

use crate::base::units::Mmsi;

use super::key::TrackIx;
use super::shard::Shard;
use super::usual::UsualSpeed;

impl Shard {
    /// Loads the data of the next reports into the processor cache, and fills `known` with their tracks.
    pub fn warm(&self, coming: impl Iterator<Item = Mmsi>, known: &mut Vec<TrackIx>) {
        known.clear();
        known.extend(coming.filter_map(|mmsi| self.by_mmsi.get(&mmsi.0)).map(|ix| TrackIx(*ix)));
        // First round: what the map leads to. The results are combined and handed to `black_box`, so that no load is left out.
        let heads = known.iter().map(|ix| {
            let place = ix.0 as usize;
            u32::from(self.hot[place].fixes) ^ self.heard[place].touch() ^ self.cold[place].first_at.millis() as u32
        });
        black_box(heads.fold(0, |all, head| all ^ head));
        // Second round: what the pointers of the first lead to.
        let trails = known.iter().map(|ix| {
            let cold = &self.cold[ix.0 as usize];
            let usual = cold.usual.as_ref().map_or(0, UsualSpeed::touch);
            cold.trail.touch(self.hot[ix.0 as usize].smg_place) ^ usual ^ self.heard[ix.0 as usize].touch_earlier()
        });
        black_box(trails.fold(0, |all, trail| all ^ trail));
        known.iter_mut().for_each(|ix| *ix = self.outside(*ix));
    }
}
