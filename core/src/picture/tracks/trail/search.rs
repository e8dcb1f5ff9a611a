//! What a trail answers: the fixes around a moment, and those since one.
//!
//! Places in a trail count all its fixes from the oldest, packed or plain. So a place stays right when fixes are packed. It is only a hint
//! after the trail was thinned, and every search checks it.

use crate::base::time::Time;
use crate::geo::LatLon;

use super::block::Block;
use super::point::{self, Record, TrailPoint};
use super::points::{Trail, blocks};

/// Number of newest records that are searched before the others, because most questions are about the last minutes.
const TAIL: usize = 8;

/// Where the last search of a series ended, each for a moment no later than the one before. It keeps the last block unpacked, so that a
/// walk back unpacks each block once. It has no meaning after the trail has changed.
pub(in crate::picture::tracks) struct Walk {
    /// Number of plain records that may be at or before the next moment.
    plain: usize,
    /// Number of words of the blocks that have not been unpacked; `usize::MAX` before the first.
    words: usize,
    /// The records of the last block unpacked.
    block: Vec<Record>,
    /// The oldest record of the block unpacked before that.
    later: Option<Record>,
}

impl Walk {
    /// Before the first search.
    pub(in crate::picture::tracks) fn new() -> Walk {
        Walk { plain: usize::MAX, words: usize::MAX, block: Vec::new(), later: None }
    }
}

impl Trail {
    /// The latest kept fix at or before `at`.
    pub(in crate::picture::tracks) fn at_or_before(&self, at: Time) -> Option<TrailPoint> {
        let [before, _] = self.search(at);
        before.map(|record| point::point(&record, self.epoch))
    }

    /// Like `at_or_before`, but for a caller that asks for ever later times. `place` holds the index of the last answer.
    pub(in crate::picture::tracks) fn at_or_before_from(&self, place: &mut u16, at: Time) -> Option<TrailPoint> {
        let offset = at.millis().saturating_sub(self.epoch);
        let is_before = |kept: &Record| i64::from(kept[0]) <= offset;
        let (plain, old) = (self.plain(), usize::from(self.old));
        let mut here = match usize::from(*place).checked_sub(old) {
            Some(here) if plain.get(here).is_some_and(is_before) => here,
            _ => match last_before(plain, offset) {
                Some(here) => here,
                None => return self.at_or_before(at),
            },
        };
        while plain.get(here + 1).is_some_and(is_before) {
            here += 1;
        }
        *place = (old + here).min(usize::from(u16::MAX)) as u16;
        Some(point::point(&plain[here], self.epoch))
    }

    /// The earliest kept fix after `at`.
    pub(in crate::picture::tracks) fn after(&self, at: Time) -> Option<TrailPoint> {
        let [_, after] = self.search(at);
        after.map(|record| point::point(&record, self.epoch))
    }

    /// The latest kept fix at or before `at` and the earliest one after it, each as time and position. The moments of one walk must
    /// not become later.
    pub(in crate::picture::tracks) fn around(&self, walk: &mut Walk, at: Time) -> [Option<(Time, LatLon)>; 2] {
        let offset = at.millis().saturating_sub(self.epoch);
        let plain = self.plain();
        let here = |record: &Record| point::place(record, self.epoch);
        match last_before(&plain[..plain.len().min(walk.plain)], offset) {
            Some(place) => {
                walk.plain = place + 1;
                [Some(here(&plain[place])), plain.get(place + 1).map(here)]
            }
            None => self.search_blocks(walk, offset).map(|found| found.as_ref().map(here)),
        }
    }

    /// Kept fixes from `from` on, oldest first. Packed ones among them are unpacked into a list when this is called.
    pub(in crate::picture::tracks) fn since(&self, from: Time) -> impl Iterator<Item = TrailPoint> + '_ {
        let (plain, epoch) = (self.plain(), self.epoch);
        let offset = from.millis().saturating_sub(epoch);
        let is_early = |kept: &Record| i64::from(kept[0]) < offset;
        let mut old = Vec::new();
        if !plain.first().is_some_and(is_early) {
            let blocks = blocks(self.blocks());
            let late = blocks.partition_point(|block| offset <= i64::from(block.newest_offset()));
            blocks[..late].iter().rev().for_each(|block| block.unpack(&mut old));
        }
        old.drain(..old.partition_point(is_early));
        let plain = &plain[plain.partition_point(is_early)..];
        old.into_iter().chain(plain.iter().copied()).map(move |record| point::point(&record, epoch))
    }

    /// A value that depends on the data that the next fix will read, to load it into the cache.
    pub(in crate::picture::tracks) fn touch(&self, place: u16) -> u32 {
        let plain = self.plain();
        let offset = |record: Option<&Record>| record.map_or(0, |record| record[0]);
        offset(plain.last()) ^ offset(plain.get(usize::from(place.saturating_sub(self.old))))
    }

    /// The latest record at or before `at`, and the earliest one after it.
    fn search(&self, at: Time) -> [Option<Record>; 2] {
        let offset = at.millis().saturating_sub(self.epoch);
        let plain = self.plain();
        match last_before(plain, offset) {
            Some(here) => [Some(plain[here]), plain.get(here + 1).copied()],
            None => self.search_blocks(&mut Walk::new(), offset),
        }
    }

    /// Like `search`, for a moment before the plain records. `offset` in milliseconds after the epoch.
    #[cold]
    fn search_blocks(&self, walk: &mut Walk, offset: i64) -> [Option<Record>; 2] {
        walk.plain = 0;
        let words = self.blocks();
        loop {
            let place = walk.block.partition_point(|kept| i64::from(kept[0]) <= offset);
            let after = walk.block.get(place).or(walk.later.as_ref()).or(self.plain().first()).copied();
            if 0 < place {
                return [Some(walk.block[place - 1]), after];
            }
            let Some(block) = Block::last(&words[..words.len().min(walk.words)]) else {
                return [None, after];
            };
            if i64::from(block.newest_offset()) <= offset {
                // The newest record of a block is not packed.
                return [Some(block.newest()), after];
            }
            walk.later = after;
            walk.words = block.start;
            walk.block.clear();
            block.unpack(&mut walk.block);
        }
    }
}

/// Index of the latest record at or before `offset`, in milliseconds after the epoch; `None` if all are later. `records`
/// are oldest first.
fn last_before(records: &[Record], offset: i64) -> Option<usize> {
    let is_before = |kept: &Record| i64::from(kept[0]) <= offset;
    let tail = records.len().saturating_sub(TAIL);
    let place = match records.get(tail).is_some_and(is_before) {
        true => tail + records[tail..].partition_point(is_before),
        false => records[..tail].partition_point(is_before),
    };
    place.checked_sub(1)
}
