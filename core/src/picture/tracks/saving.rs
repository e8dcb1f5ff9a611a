//! The picture in a snapshot. First everything but the slabs of the tracks; the items of the slabs follow, a few at a time.
//!
//! The slabs are by far the largest part. They are handed out between the turns of the engine, so that no turn waits for all of them. An
//! item that changes meanwhile is saved first, by its slab. The number of a slab is that of its shard times `SLABS`, plus 0 for `hot`, 1
//! for `cold` and 2 for `heard`. Maps and lists are saved at once, as they are when the save begins.

use crate::base::state::{Damaged, pack, take, unpack};

use super::picture::Tracks;
use super::shard::Shard;

/// Number of slabs of a shard: `hot`, `cold` and `heard`.
const SLABS: u32 = 3;

impl Tracks {
    /// Appends the picture to a snapshot, without the items of the slabs.
    pub(crate) fn save(&self, into: &mut Vec<u8>) {
        let Tracks { settings: _, shards, shift: _, damaged } = self;
        pack(&shards.len(), into);
        pack(damaged, into);
        for shard in shards {
            shard.save(into);
            pack(&(shard.hot.len() as u32), into);
        }
    }

    /// Appends all items of the slabs to a snapshot.
    pub(crate) fn save_items(&self, into: &mut Vec<u8>) {
        for (number, shard) in (0..).step_by(SLABS as usize).zip(&self.shards) {
            shard.hot.save_items(number, into);
            shard.cold.save_items(number + 1, into);
            shard.heard.save_items(number + 2, into);
        }
    }

    /// Begins to save the items of the slabs as they are. `save_some` hands them out. A save that was not finished is given up.
    pub(crate) fn begin_save(&mut self) {
        for (number, shard) in (0..).step_by(SLABS as usize).zip(&mut self.shards) {
            shard.hot.begin_save(number);
            shard.cold.begin_save(number + 1);
            shard.heard.begin_save(number + 2);
        }
    }

    /// Appends items until `into` is as long as this. Returns whether more are to come.
    pub(crate) fn save_some(&mut self, length: usize, into: &mut Vec<u8>) -> bool {
        let mut more = false;
        for shard in &mut self.shards {
            more |= shard.hot.save_some(length, into);
            more |= shard.cold.save_some(length, into);
            more |= shard.heard.save_some(length, into);
        }
        more
    }

    /// Ends the save in progress, if any; what was not handed out is dropped.
    pub(crate) fn end_save(&mut self) {
        for shard in &mut self.shards {
            shard.hot.end_save();
            shard.cold.end_save();
            shard.heard.end_save();
        }
    }

    /// Restores the picture from a snapshot made with the same number of shards, without the items of the slabs.
    pub(crate) fn restore(&mut self, from: &mut &[u8]) -> Result<(), Damaged> {
        let shards: usize = unpack(from)?;
        if shards != self.shards.len() {
            return Err(Damaged(format!("{shards} shards instead of {}", self.shards.len())));
        }
        self.damaged = unpack(from)?;
        for shard in &mut self.shards {
            let before = from.len();
            shard.restore(from)?;
            let tracks: u32 = unpack(from)?;
            // Each is in the map, the grid or the list of free places, so it has taken bytes already.
            if before - from.len() < tracks as usize {
                return Err(Damaged(format!("{tracks} tracks, and no room for them")));
            }
            shard.hot.begin_restore(tracks as usize);
            shard.cold.begin_restore(tracks as usize);
            shard.heard.begin_restore(tracks as usize);
        }
        Ok(())
    }

    /// Restores the items of a part of the snapshot after its frame. Parts may come in any order.
    pub(crate) fn restore_items(&mut self, part: &[u8]) -> Result<(), Damaged> {
        self.records(part, |shard, slab, index, from| match slab {
            0 => shard.hot.restore_item(index, from),
            1 => shard.cold.restore_item(index, from),
            _ => shard.heard.restore_item(index, from),
        })
    }

    /// Checks that the items of such a part could be restored, and drops them. Proves a snapshot without a second picture in memory.
    pub(crate) fn check_items(&mut self, part: &[u8]) -> Result<(), Damaged> {
        self.records(part, |shard, slab, index, from| match slab {
            0 => shard.hot.check_item(index, from),
            1 => shard.cold.check_item(index, from),
            _ => shard.heard.check_item(index, from),
        })
    }

    /// Checks that all items have come. Call it after the last part.
    pub(crate) fn restored(&mut self) -> Result<(), Damaged> {
        self.shards.iter_mut().try_for_each(|shard| {
            shard.hot.restored()?;
            shard.cold.restored()?;
            shard.heard.restored()?;
            // Not in the snapshot, because it follows from the tracks.
            shard.mark_all_confirmed();
            Ok(())
        })
    }

    /// Calls `item` at every item of a part, with its shard, the number of the slab in the shard, and its index.
    fn records(
        &mut self,
        part: &[u8],
        mut item: impl FnMut(&mut Shard, u32, u32, &mut &[u8]) -> Result<(), Damaged>,
    ) -> Result<(), Damaged> {
        let mut rest = part;
        while !rest.is_empty() {
            let (number, first, count): (u32, u32, u32) = take(&mut rest)?;
            let shard = self.shards.get_mut((number / SLABS) as usize);
            let shard = shard.ok_or_else(|| Damaged(format!("items of slab {number}")))?;
            for place in 0..count {
                item(shard, number % SLABS, first.saturating_add(place), &mut rest)?;
            }
        }
        Ok(())
    }
}
