//! The fixes of a trail in memory: the newest as plain records, older ones in packed blocks, both in one allocation.
//!
//! A trail is thinned whenever it has as many fixes as `room`. Which fixes it keeps thus depends on the reports alone, not on how they
//! are stored. Packed fixes that have been thinned at an age above `MIDDLE_AGE` are settled: thinning keeps them until they are too
//! old, so their blocks need not be unpacked for it.
//!
//! The costs are arranged by how often they occur. A report appends sixteen bytes. Every few reports the plain records are thinned in
//! place. Packing happens when the memory is full, and in thinning; a walk far back unpacks a block into a list of its own. Nothing is
//! allocated for a report except when the memory grows.

use crate::base::time::Span;

use super::block::{self, BLOCK, Block};
use super::point::{self, Record, TrailPoint, WORDS};

/// Least time between two kept fixes, by age. All in milliseconds.
const FINE_SPACING: i64 = 10_000;
const MIDDLE_SPACING: i64 = 150_000;
const COARSE_SPACING: i64 = 300_000;
/// Ages from which the middle and the coarse spacing apply. Milliseconds.
const FINE_AGE: i64 = 330_000;
const MIDDLE_AGE: i64 = 1_260_000;
/// Slack of a spacing, so that no fix of a vessel that reports every 30 s or 60 s is skipped. Milliseconds.
const SLACK: i64 = 1000;

/// Number of fixes at which a trail is thinned for the second time. The first is at two.
const SECOND_ROOM: usize = 24;
/// Age from which plain fixes are packed when the memory is full. Later reports and pairs seldom look further back. Milliseconds.
const PACKED_AGE: i64 = 660_000;
/// Least number of such fixes that are packed together. A block of fewer is hardly smaller than the records.
const FEWEST_PACKED: usize = 4;
/// Least mean time between them. Trails of vessels that send more often are thinned soon, which would unpack the
/// fixes again. Milliseconds.
const PACKED_SPACING: i64 = 200_000;
/// Least number of fixes older than `MIDDLE_AGE` that are packed while a trail is thinned. Vessels that send every minute or more often,
/// and whose trail reaches back half an hour, never have as many, so their trails stay plain.
const MANY: usize = 8;
/// Maximum number of records taken from a snapshot: more than half a day at the finest spacing.
const MOST: usize = 10_000;
/// Words of the packed part before its blocks.
const HEAD: u16 = 1;
/// Mean time between the reports of a vessel that sends often. Milliseconds.
const OFTEN: i64 = 120_000;
/// Words of the memory of other vessels once there are more than two fixes, and by which it then grows.
const FIRST: usize = 8 * WORDS;
const GROWTH: usize = 4 * WORDS;

/// The thinned fixes of one vessel, oldest first. Half a cache line.
#[derive(Clone, Debug)]
pub(in crate::picture::tracks) struct Trail {
    /// Time from which the times of the records count: that of the first fix, later of another kept one. Milliseconds.
    pub(super) epoch: i64,
    /// If anything is packed, the number of settled fixes and then the blocks. After them the plain records, then unused words.
    words: Box<[u32]>,
    /// Number of fixes at which the trail is thinned again.
    pub(super) room: u16,
    /// Number of words of the packed part.
    packed: u16,
    /// Number of fixes in the packed part.
    pub(super) old: u16,
    /// Number of plain records.
    plain: u16,
}

impl Trail {
    pub(in crate::picture::tracks) fn new() -> Trail {
        Trail { epoch: 0, words: Box::default(), room: 0, packed: 0, old: 0, plain: 0 }
    }

    /// A trail of these records, oldest first, as read from a snapshot. `room` is raised to their number if it is less.
    pub(super) fn with(epoch: i64, room: usize, records: &[Record]) -> Trail {
        let mut trail = Trail { epoch, ..Trail::new() };
        // More are not written by this program.
        let records = &records[records.len().saturating_sub(MOST)..];
        trail.refill(records);
        trail.room = narrow(room.max(records.len()));
        trail
    }

    /// Forgets all fixes. The memory and `room` stay as they are.
    pub(in crate::picture::tracks) fn clear(&mut self) {
        (self.packed, self.old, self.plain) = (0, 0, 0);
    }

    /// Adds a fix newer than all kept ones, unless it is within 10 s of the last. `keep` is how far back the trail reaches.
    pub(in crate::picture::tracks) fn push(&mut self, fix: &TrailPoint, keep: Span) {
        let at = fix.at.millis();
        match self.plain().last() {
            None => self.epoch = at,
            Some(last) => {
                if at - point::millis(last, self.epoch) < FINE_SPACING {
                    return;
                }
                if i64::from(u32::MAX) < at - self.epoch {
                    self.rebase(at, at - keep.millis().min(i64::from(u32::MAX) / 2));
                }
            }
        }
        if self.len() == usize::from(self.room) {
            self.thin(at, keep);
            self.grow_room();
        }
        self.add(point::record(fix, self.epoch));
    }

    /// Inserts a late fix at its place. Returns false if it is older than the trail or within 10 s of a kept fix.
    pub(in crate::picture::tracks) fn insert_late(&mut self, fix: &TrailPoint) -> bool {
        let (at, epoch) = (fix.at.millis(), self.epoch);
        let millis = |record: &Record| point::millis(record, epoch);
        let mut records = match self.plain().first() {
            Some(first) if millis(first) < at => self.plain().to_vec(),
            _ => self.records(),
        };
        if records.first().is_none_or(|first| at <= millis(first)) {
            return false;
        }
        let place = records.partition_point(|kept| millis(kept) < at);
        let near = |kept: Option<&Record>| kept.is_some_and(|kept| (millis(kept) - at).abs() < FINE_SPACING);
        if near(records.get(place)) || near(records.get(place.wrapping_sub(1))) {
            return false;
        }
        if self.len() == usize::from(self.room) {
            // A late fix thins nothing.
            self.room = narrow((2 * self.len()).max(4));
        }
        // In most cases the fix belongs among the plain records, and the packed part stays as it is.
        let is_plain = records.len() == usize::from(self.plain);
        records.insert(place, point::record(fix, epoch));
        match is_plain {
            true => {
                let packed = self.words[..usize::from(self.packed)].to_vec();
                self.store(&packed, self.old, &records);
            }
            false => self.refill(&records),
        }
        true
    }

    /// Number of kept fixes.
    pub(super) fn len(&self) -> usize {
        usize::from(self.old) + usize::from(self.plain)
    }

    /// The newest records, oldest first. Empty only if the trail is.
    pub(super) fn plain(&self) -> &[Record] {
        let start = usize::from(self.packed);
        self.words[start..start + WORDS * usize::from(self.plain)].as_chunks::<WORDS>().0
    }

    /// The packed part after its first word: the blocks, oldest first.
    pub(super) fn blocks(&self) -> &[u32] {
        self.words[..usize::from(self.packed)].get(1..).unwrap_or_default()
    }

    /// All records, oldest first, unpacked into a new list.
    pub(super) fn records(&self) -> Vec<Record> {
        let mut records = Vec::with_capacity(self.len());
        for block in blocks(self.blocks()).iter().rev() {
            block.unpack(&mut records);
        }
        records.extend_from_slice(self.plain());
        records
    }

    /// Heap memory held, in bytes.
    pub(in crate::picture::tracks) fn bytes(&self) -> usize {
        size_of_val(&*self.words)
    }

    /// Raises the number of fixes at which the trail is thinned next, if thinning left little room. The steps decide which fixes a trail
    /// keeps, and thus what alerts say; they are not a matter of memory.
    fn grow_room(&mut self) {
        let len = self.len();
        if len + 1 + len / 16 <= usize::from(self.room) {
            return;
        }
        let more = match len {
            0 => 2,
            few if few < SECOND_ROOM => SECOND_ROOM - few,
            many => many / 4,
        };
        self.room = self.room.max(narrow(len + more));
    }

    /// Adds a record at the end, and packs old ones or allocates more memory if there is no space.
    fn add(&mut self, record: Record) {
        if self.words.len() < self.used() + WORDS {
            self.pack(record[0]);
        }
        if self.words.len() < self.used() + WORDS {
            self.resize(self.next_size(record[0]));
        }
        let end = self.used();
        self.words[end..end + WORDS].copy_from_slice(&record);
        self.plain += 1;
    }

    /// Number of words to allocate for another record, at `now` (milliseconds after the epoch). Vessels that send often get at once what
    /// the trail may hold before it is thinned, as every further allocation costs time and leaves a hole. Others grow in steps, because
    /// packing will make space.
    fn next_size(&self, now: u32) -> usize {
        let most = usize::from(self.packed) + WORDS * usize::from(self.room.saturating_sub(self.old));
        let span = self.plain().first().map_or(0, |first| i64::from(now) - i64::from(first[0]));
        let wanted = match self.words.len() {
            0 => 2 * WORDS,
            _ if span < OFTEN * i64::from(self.plain) => most,
            few if few < FIRST => FIRST,
            size => size + GROWTH.max(size / 8),
        };
        whole(wanted.min(most).max(self.used() + WORDS))
    }

    /// Number of words in use.
    fn used(&self) -> usize {
        usize::from(self.packed) + WORDS * usize::from(self.plain)
    }

    /// Moves the records to an allocation of this many words.
    fn resize(&mut self, words: usize) {
        let mut roomy = vec![0; words].into_boxed_slice();
        roomy[..self.used()].copy_from_slice(&self.words[..self.used()]);
        self.words = roomy;
    }

    /// Packs plain records older than `PACKED_AGE` at `now` (milliseconds after the epoch), if there are enough of them, and they are far
    /// enough apart. A last block with space takes them in.
    fn pack(&mut self, now: u32) {
        let plain = self.plain();
        let old = plain.partition_point(|kept| i64::from(kept[0]) <= i64::from(now) - PACKED_AGE);
        // The newest record stays plain, for the next report.
        let old = old.min(plain.len().saturating_sub(1));
        if old < FEWEST_PACKED {
            return;
        }
        let span = i64::from(plain[old - 1][0]) - i64::from(plain[0][0]);
        if span < PACKED_SPACING * (old as i64 - 1) {
            return;
        }
        // Few long blocks take less memory than many short ones.
        let last = Block::last(self.blocks()).filter(|last| last.len() + FEWEST_PACKED <= BLOCK);
        let mut records = Vec::with_capacity(BLOCK);
        if let Some(last) = &last {
            last.unpack(&mut records);
        }
        let count = old.min(BLOCK - records.len());
        records.extend_from_slice(&plain[..count]);
        let start = last.map_or(self.packed.max(HEAD), |last| HEAD + last.start as u16);
        let mut block = Vec::with_capacity(BLOCK * WORDS);
        if !block::append(&records, &mut block) {
            return;
        }
        let end = usize::from(start) + block.len();
        let rest = usize::from(self.packed) + WORDS * count..self.used();
        if self.words.len() < end + rest.len() || usize::from(u16::MAX) < end {
            return;
        }
        if self.packed == 0 {
            block.insert(0, 0);
        }
        self.words.copy_within(rest, end);
        self.words[end - block.len()..end].copy_from_slice(&block);
        self.packed = end as u16;
        self.old += count as u16;
        self.plain -= count as u16;
    }

    /// Drops fixes older than `keep`, and those that are closer together than their age allows. `now` in milliseconds.
    fn thin(&mut self, now: i64, keep: Span) {
        let now = now - self.epoch;
        let mut spaced = Spaced { now, oldest: now - keep.millis(), last: i64::MIN };
        if self.packed != 0 {
            self.thin_packed(spaced);
            return;
        }
        let used = self.used();
        let records = self.words[..used].as_chunks_mut::<WORDS>().0;
        let mut stay = 0;
        for place in 0..records.len() {
            let record = records[place];
            if spaced.keeps(record[0]) {
                records[stay] = record;
                stay += 1;
            }
        }
        self.plain = stay as u16;
        if MANY <= self.plain().partition_point(|kept| i64::from(kept[0]) <= now - MIDDLE_AGE) {
            let records = self.plain().to_vec();
            self.settle(vec![0], &records, now);
        }
    }

    /// Like `thin`, for a trail with a packed part. Blocks that have settled are copied as they are, except the one that is partly too old.
    fn thin_packed(&mut self, mut spaced: Spaced) {
        let words = self.blocks();
        let blocks = blocks(words);
        let (mut count, mut unsettled) = (u32::from(self.old), 0);
        while self.words[0] < count {
            count -= blocks[unsettled].len() as u32;
            unsettled += 1;
        }
        let (unsettled, firm) = blocks.split_at(unsettled);
        let firm_end = unsettled.last().map_or(words.len(), |block| block.start);
        let mut records = Vec::with_capacity(self.len() - count as usize);
        unsettled.iter().rev().for_each(|block| block.unpack(&mut records));
        records.extend_from_slice(self.plain());
        let firm = &firm[..firm.partition_point(|block| spaced.oldest <= i64::from(block.newest_offset()))];
        let mut kept = vec![0];
        if let Some((first, later)) = firm.split_last() {
            spaced.last = i64::from(firm[0].newest_offset());
            let mut front = Vec::with_capacity(BLOCK);
            first.unpack(&mut front);
            front.retain(|record| spaced.oldest <= i64::from(record[0]));
            kept[0] = later.iter().map(Block::len).sum::<usize>() as u32 + front.len() as u32;
            match front.len() == first.len() {
                true => kept.extend_from_slice(&words[first.start..firm_end]),
                false => {
                    // Cannot fail: the records come from a block.
                    let _ = block::append(&front, &mut kept);
                    kept.extend_from_slice(&words[later.last().map_or(firm_end, |block| block.start)..firm_end]);
                }
            }
        }
        records.retain(|record| spaced.keeps(record[0]));
        self.settle(kept, &records, spaced.now);
    }

    /// Stores a packed part that has settled, and the records after it that have just been thinned, of which old ones are packed too.
    fn settle(&mut self, mut packed: Vec<u32>, records: &[Record], now: i64) {
        let mut all = Vec::new();
        if let Some(last) = Block::last(&packed[1..]).filter(|last| last.len() + MANY <= BLOCK) {
            last.unpack(&mut all);
            let start = last.start;
            packed[0] -= all.len() as u32;
            packed.truncate(1 + start);
        }
        all.extend_from_slice(records);
        let plain = pack_old(&mut packed, &all, now);
        packed[0] += (all.len() - plain.len()) as u32;
        let old = packed[0] as u16;
        self.store(if old == 0 { &[] } else { &packed }, old, plain);
    }

    /// Replaces all records. None of them has settled.
    fn refill(&mut self, records: &[Record]) {
        let now = records.last().map_or(0, |last| i64::from(last[0]));
        let mut packed = vec![0];
        let plain = pack_old(&mut packed, records, now);
        let old = (records.len() - plain.len()) as u16;
        self.store(if old == 0 { &[] } else { &packed }, old, plain);
    }

    /// Stores a packed part with `old` fixes, and plain records. Takes another allocation if the present one is too small or
    /// much too large.
    fn store(&mut self, packed: &[u32], old: u16, plain: &[Record]) {
        let needed = packed.len() + WORDS * plain.len();
        if !(needed..needed + 2 * GROWTH).contains(&self.words.len()) {
            self.words = vec![0; whole(needed + WORDS)].into_boxed_slice();
        }
        self.words[..packed.len()].copy_from_slice(packed);
        self.words[packed.len()..needed].copy_from_slice(plain.as_flattened());
        (self.packed, self.old, self.plain) = (packed.len() as u16, old, plain.len() as u16);
    }

    /// Moves the epoch to the oldest fix since `oldest`, and drops those before; to `now` if none is left. Milliseconds.
    fn rebase(&mut self, now: i64, oldest: i64) {
        let mut records = self.records();
        records.retain(|record| oldest <= point::millis(record, self.epoch));
        let epoch = records.first().map_or(now, |first| point::millis(first, self.epoch));
        let moved = epoch - self.epoch;
        for record in &mut records {
            record[0] = (i64::from(record[0]) - moved).clamp(0, i64::from(u32::MAX)) as u32;
        }
        self.epoch = epoch;
        self.refill(&records);
    }
}

/// Which fixes stay when a trail is thinned, asked from the oldest on. All in milliseconds after the epoch.
struct Spaced {
    now: i64,
    /// Time before which no fix stays.
    oldest: i64,
    /// Time of the last fix that stays.
    last: i64,
}

impl Spaced {
    /// Whether the next fix stays.
    fn keeps(&mut self, offset: u32) -> bool {
        let at = i64::from(offset);
        let spacing = match self.now - at {
            ..FINE_AGE => FINE_SPACING,
            FINE_AGE..MIDDLE_AGE => MIDDLE_SPACING,
            MIDDLE_AGE.. => COARSE_SPACING,
        };
        let stays = self.oldest <= at && self.last.saturating_add(spacing - SLACK) <= at;
        if stays {
            self.last = at;
        }
        stays
    }
}

/// The blocks of a packed part, newest first, from the words after its first.
pub(super) fn blocks(words: &[u32]) -> Vec<Block<'_>> {
    let mut end = words.len();
    std::iter::from_fn(|| {
        let block = Block::last(&words[..end])?;
        end = block.start;
        Some(block)
    })
    .collect()
}

/// Packs the oldest records, as long as enough of them are older than `MIDDLE_AGE` at `now`. Returns the others.
fn pack_old<'a>(packed: &mut Vec<u32>, records: &'a [Record], now: i64) -> &'a [Record] {
    let old = records.partition_point(|record| i64::from(record[0]) <= now - MIDDLE_AGE);
    // The newest record stays plain, for the next report.
    let (mut old, _) = records.split_at(old.min(records.len().saturating_sub(1)));
    let mut done = 0;
    while MANY <= old.len() {
        let (some, more) = old.split_at(old.len().min(BLOCK));
        if !block::append(some, packed) {
            break;
        }
        old = more;
        done += some.len();
    }
    &records[done..]
}

/// Number of words to allocate for this many. An allocation of the C library has 8 bytes beyond a multiple of 16.
fn whole(words: usize) -> usize {
    (words + 2).next_multiple_of(4) - 2
}

/// A number of fixes. No trail has more than a few thousand.
fn narrow(count: usize) -> u16 {
    count.min(usize::from(u16::MAX)) as u16
}
