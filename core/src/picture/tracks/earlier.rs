//! The transmissions of one MMSI in the last hour, before the last three: 20 bits of the hash and 12 of the time for each.
//!
//! They are searched at every report, and most ships have a hundred. So sixteen at a time are packed into a block: the high 16 bits
//! of all hashes, which are compared side by side, then for each one byte with 4 bits of the hash and 4 of the time since the
//! transmission before. A block with a longer pause is kept as it is. With 512 transmissions, one report of a moving ship in two
//! thousand is mistaken for a copy.

use serde::{Deserialize, Serialize};

use crate::base::time::Span;

/// How long a transmission is remembered (SPEC "Time and lateness").
pub(super) const KEPT: Span = Span::from_minutes(60);
/// Maximum number of transmissions remembered: an hour of a ship that sends every 7 s; 2 KB.
pub(super) const MOST_KEPT: usize = 512;
/// Number of oldest transmissions dropped together at the limit.
const DROPPED: usize = 64;
/// Interval between removals of transmissions that are too old. Seconds.
const PRUNED_EVERY: i64 = 300;

/// Number of bits of a remembered transmission that hold its time. They wrap around after four and a half hours.
const TIME_BITS: u32 = 12;
/// Unit of that time. Seconds.
const TIME_UNIT: i64 = 4;
/// Largest number of those units between two transmissions of a packed block.
const LONGEST_STEP: u32 = 15;

/// Number of transmissions in a block.
const BLOCK: usize = 16;
/// Bytes of a transmission outside a packed block.
const LOOSE: usize = 4;
/// Bytes at the start of a block: `UNPACKED`, or the time of the first transmission.
const HEAD: usize = 2;
const UNPACKED: u16 = u16::MAX;
/// Bytes of the hashes of a packed block, and of a whole block after its head.
const MARKS: usize = 2 * BLOCK;
const PACKED: usize = MARKS + BLOCK;
const WHOLE: usize = LOOSE * BLOCK;

/// Bytes of the first allocation, and the least by which it grows while it is small and later. An allocation of the C library has 8 bytes
/// beyond a multiple of 16. A vessel that sends every five minutes stays below `SMALL`.
const FIRST_ROOM: usize = 24;
const SMALL_GROWTH: usize = 16;
const SMALL: usize = 88;
const GROWTH: usize = 64;

/// Bytes before the transmissions: when the newest was sent, when old ones were last removed, the number of bytes of the blocks, and the
/// number of transmissions. The times are the low 32 bits of the seconds since 1970.
const FRONT: usize = 12;

/// Transmissions of the last hour before the last three, oldest first: one allocation, none before the first of them.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(from = "Vec<u8>", into = "Vec<u8>")]
pub(super) struct Earlier {
    /// The front, blocks of sixteen transmissions, fewer than sixteen as they are, then unused bytes. Empty before the first.
    bytes: Box<[u8]>,
}

/// What is in the front; see `FRONT`.
#[derive(Clone, Copy, Default)]
struct Front {
    /// When the newest was sent, and when old ones were last removed. Low 32 bits of the seconds since 1970.
    newest: u32,
    pruned: u32,
    /// Number of bytes of the blocks.
    blocks: u16,
    /// Number of transmissions.
    count: u16,
}

impl Front {
    /// Number of bytes of the blocks and of the transmissions after them.
    fn length(self) -> usize {
        usize::from(self.blocks) + LOOSE * (usize::from(self.count) % BLOCK)
    }
}

/// Time from one moment to another, both as the low 32 bits of their seconds. Seconds.
fn since(earlier: u32, later: u32) -> i64 {
    i64::from(later.wrapping_sub(earlier) as i32)
}

/// Seconds as the time bits of a remembered transmission.
fn time_bits(seconds: i64) -> u32 {
    (seconds.div_euclid(TIME_UNIT) as u32) & ((1 << TIME_BITS) - 1)
}

/// Time from a remembered transmission to a moment; negative if that is earlier. Seconds.
fn apart(kept: u32, seconds: i64) -> i64 {
    let shift = 32 - TIME_BITS;
    let units = (time_bits(seconds) << shift).wrapping_sub(kept << shift) as i32 >> shift;
    i64::from(units) * TIME_UNIT
}

impl Earlier {
    /// Adds a transmission by its hash, of which the high 20 bits count.
    pub(super) fn push(&mut self, hash: u32, seconds: i64) {
        let now = seconds as u32;
        let mut front = self.front();
        if self.bytes.is_empty() {
            (front.newest, front.pruned) = (now, now);
        }
        if 0 < since(front.newest, now) {
            front.newest = now;
        }
        let unpruned = since(front.pruned, now);
        if PRUNED_EVERY < unpruned {
            front.pruned = now;
        }
        self.make_room(0);
        self.set_front(front);
        if PRUNED_EVERY < unpruned {
            let oldest = KEPT.millis() / 1000;
            match unpruned < oldest {
                true => self.keep_if(|_, kept| apart(kept, seconds).abs() <= oldest),
                // After an hour without a kept transmission every time is too old, or may have wrapped around.
                false => self.keep_if(|_, _| false),
            }
        }
        if MOST_KEPT <= usize::from(self.front().count) {
            self.keep_if(|place, _| DROPPED <= place);
        }
        self.add(hash >> TIME_BITS << TIME_BITS | time_bits(seconds));
    }

    /// Time to a moment from the nearest transmission with this hash, negative if that came later; `None` if there was none within an hour.
    pub(super) fn last(&self, hash: u32, seconds: i64) -> Option<Span> {
        if self.bytes.is_empty() || KEPT.millis() / 1000 < since(self.front().newest, seconds as u32) {
            return None;
        }
        if !self.may_have(hash) {
            return None;
        }
        let same = |kept: &u32| kept >> TIME_BITS == hash >> TIME_BITS;
        let nearest =
            self.all().into_iter().filter(same).map(|kept| apart(kept, seconds)).min_by_key(|apart| apart.abs())?;
        Some(Span::from_seconds(nearest))
    }

    /// Heap memory held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// A value that depends on all of the list, to load it into the cache before the next report needs it: one byte from each cache line.
    pub(super) fn touch(&self) -> u32 {
        self.bytes.iter().step_by(64).fold(0, |all, byte| all ^ u32::from(*byte))
    }

    /// What is in the front; zeros before the first transmission.
    fn front(&self) -> Front {
        let Some((front, _)) = self.bytes.split_first_chunk::<FRONT>() else {
            return Front::default();
        };
        let [a, b, c, d, e, f, g, h, i, j, k, l] = *front;
        Front {
            newest: word([a, b, c, d]),
            pruned: word([e, f, g, h]),
            blocks: u16::from_le_bytes([i, j]),
            count: u16::from_le_bytes([k, l]),
        }
    }

    /// Writes the front. There is room for it.
    fn set_front(&mut self, front: Front) {
        self.bytes[..4].copy_from_slice(&front.newest.to_le_bytes());
        self.bytes[4..8].copy_from_slice(&front.pruned.to_le_bytes());
        self.bytes[8..10].copy_from_slice(&front.blocks.to_le_bytes());
        self.bytes[10..FRONT].copy_from_slice(&front.count.to_le_bytes());
    }

    /// Whether the high 16 bits of the hash are those of some transmission. Without an early exit, so that the processor compares
    /// many at once: usually none is.
    fn may_have(&self, hash: u32) -> bool {
        let high = (hash >> 16) as u16;
        let loose = |bytes: &[u8]| {
            bytes.as_chunks::<LOOSE>().0.iter().fold(false, |any, kept| any | ((word(*kept) >> 16) as u16 == high))
        };
        let (mut rest, last) = self.parts();
        let mut any = loose(last);
        while let Some((head, body)) = rest.split_first_chunk::<HEAD>() {
            if u16::from_le_bytes(*head) == UNPACKED {
                let (block, more) = body.split_at(body.len().min(WHOLE));
                any |= loose(block);
                rest = more;
            } else {
                let (block, more) = body.split_at(body.len().min(PACKED));
                let marks = &block[..block.len().min(MARKS)];
                any |=
                    marks.as_chunks::<2>().0.iter().fold(false, |any, mark| any | (u16::from_le_bytes(*mark) == high));
                rest = more;
            }
        }
        any
    }

    /// The transmissions, oldest first: hash above time.
    fn all(&self) -> Vec<u32> {
        let (mut rest, last) = self.parts();
        let mut all = Vec::with_capacity(usize::from(self.front().count).min(MOST_KEPT));
        let loose =
            |bytes: &[u8], all: &mut Vec<u32>| all.extend(bytes.as_chunks::<LOOSE>().0.iter().map(|kept| word(*kept)));
        while let Some((head, body)) = rest.split_first_chunk::<HEAD>() {
            let head = u16::from_le_bytes(*head);
            if head == UNPACKED {
                let (block, more) = body.split_at(body.len().min(WHOLE));
                loose(block, &mut all);
                rest = more;
            } else {
                let (block, more) = body.split_at(body.len().min(PACKED));
                let (marks, lows) = block.split_at(block.len().min(MARKS));
                let mut time = u32::from(head);
                for (mark, low) in marks.as_chunks::<2>().0.iter().zip(lows) {
                    time = (time + u32::from(low >> 4)) & ((1 << TIME_BITS) - 1);
                    all.push(u32::from(u16::from_le_bytes(*mark)) << 16 | u32::from(low & 15) << TIME_BITS | time);
                }
                rest = more;
            }
        }
        loose(last, &mut all);
        all
    }

    /// The blocks, and the transmissions after them.
    fn parts(&self) -> (&[u8], &[u8]) {
        let front = self.front();
        let used = self.bytes.get(FRONT..FRONT + front.length()).unwrap_or_default();
        used.split_at(usize::from(front.blocks).min(used.len()))
    }

    /// Drops transmissions, by place and value.
    fn keep_if(&mut self, mut keep: impl FnMut(usize, u32) -> bool) {
        let (mut all, mut place, front) = (self.all(), 0.., self.front());
        all.retain(|kept| place.next().is_some_and(|place| keep(place, *kept)));
        if all.len() == usize::from(front.count) {
            return;
        }
        self.set_front(Front { blocks: 0, count: 0, ..front });
        all.into_iter().for_each(|kept| self.add(kept));
    }

    /// Adds a transmission at the end, and packs the last sixteen when there are as many outside blocks.
    fn add(&mut self, kept: u32) {
        self.make_room(LOOSE);
        let front = self.front();
        let end = FRONT + front.length();
        self.bytes[end..end + LOOSE].copy_from_slice(&kept.to_le_bytes());
        let count = front.count.saturating_add(1);
        let loose = usize::from(front.count) % BLOCK + 1;
        let blocks = if loose == BLOCK { self.close_block(usize::from(front.blocks)) } else { front.blocks };
        self.set_front(Front { blocks, count, ..front });
    }

    /// Makes room for this many bytes more.
    fn make_room(&mut self, more: usize) {
        let (wanted, room) = (FRONT + self.front().length() + more, self.bytes.len());
        if wanted <= room {
            return;
        }
        let roomy = match room {
            0 => FIRST_ROOM,
            1..SMALL => room + SMALL_GROWTH,
            SMALL.. => room + (room / 8).next_multiple_of(16).max(GROWTH),
        };
        let mut bytes = std::mem::take(&mut self.bytes).into_vec();
        bytes.reserve_exact(roomy.max(wanted) - room);
        bytes.resize(roomy.max(wanted), 0);
        self.bytes = bytes.into_boxed_slice();
    }

    /// Makes a block of the sixteen transmissions that follow `blocks` bytes of blocks. Returns the number of bytes of all blocks then.
    fn close_block(&mut self, blocks: usize) -> u16 {
        let start = FRONT + blocks;
        let mut last = [0; BLOCK];
        let loose = self.bytes[start..start + WHOLE].as_chunks::<LOOSE>().0;
        last.iter_mut().zip(loose).for_each(|(last, kept)| *last = word(*kept));
        let time = |kept: u32| kept & ((1 << TIME_BITS) - 1);
        let step = |pair: &[u32]| time(pair[1]).wrapping_sub(time(pair[0])) & ((1 << TIME_BITS) - 1);
        let mut block = Vec::with_capacity(HEAD + WHOLE);
        match last.windows(2).all(|pair| step(pair) <= LONGEST_STEP) {
            true => {
                block.extend_from_slice(&(time(last[0]) as u16).to_le_bytes());
                last.iter().for_each(|kept| block.extend_from_slice(&((kept >> 16) as u16).to_le_bytes()));
                let steps = std::iter::once(0).chain(last.windows(2).map(step));
                block.extend(last.iter().zip(steps).map(|(kept, step)| (kept >> TIME_BITS & 15 | step << 4) as u8));
            }
            false => {
                block.extend_from_slice(&UNPACKED.to_le_bytes());
                last.iter().for_each(|kept| block.extend_from_slice(&kept.to_le_bytes()));
            }
        }
        // The last of the sixteen is not counted yet.
        self.make_room(block.len() - WHOLE.min(block.len()) + LOOSE);
        self.bytes[start..start + block.len()].copy_from_slice(&block);
        (blocks + block.len()) as u16
    }
}

/// The bytes in use, for a snapshot.
impl From<Earlier> for Vec<u8> {
    fn from(earlier: Earlier) -> Vec<u8> {
        let used = earlier.bytes.len().min(FRONT + earlier.front().length());
        let mut bytes = earlier.bytes.into_vec();
        bytes.truncate(used);
        bytes
    }
}

/// The transmissions of a snapshot; none if the bytes of a damaged one do not fit together.
impl From<Vec<u8>> for Earlier {
    fn from(bytes: Vec<u8>) -> Earlier {
        let read = Earlier { bytes: bytes.into_boxed_slice() };
        let front = read.front();
        let count = usize::from(front.count);
        let fits = read.bytes.len() == FRONT + front.length() && read.all().len() == count && count <= MOST_KEPT;
        if fits { read } else { Earlier::default() }
    }
}

/// A transmission outside a packed block, from its bytes.
fn word(bytes: [u8; LOOSE]) -> u32 {
    u32::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transmissions_come_back_as_they_were_from_packed_and_unpacked_blocks() {
        let mut random = fastrand::Rng::with_seed(5);
        for round in 0..200 {
            let mut earlier = Earlier::default();
            earlier.make_room(0);
            let mut told = Vec::new();
            let (mut seconds, longest) = (1_700_000_000_i64, random.i64(1..200));
            for _ in 0..random.usize(1..300) {
                // Now and then one arrives late.
                seconds += if random.u8(..40) == 0 { -30 } else { random.i64(0..=longest) };
                let hash = random.u32(..);
                told.push(hash >> TIME_BITS << TIME_BITS | time_bits(seconds));
                earlier.add(hash >> TIME_BITS << TIME_BITS | time_bits(seconds));
                assert!(earlier.may_have(hash), "{round}");
            }
            assert_eq!(earlier.all(), told, "{round}");
            let bytes: Vec<u8> = earlier.into();
            assert_eq!(Earlier::from(bytes).all(), told, "{round}: from a snapshot");
        }
    }

    #[test]
    fn an_hour_of_a_ship_that_sends_every_half_minute_takes_less_than_half_a_kilobyte() {
        let mut earlier = Earlier::default();
        let mut random = fastrand::Rng::with_seed(5);
        for number in 0..600 {
            earlier.push(random.u32(..), 1_700_000_000 + number * 30);
        }
        let count = earlier.front().count;
        assert!((120..=131).contains(&count), "{count}");
        assert!(earlier.bytes() <= 520, "{}", earlier.bytes());
    }
}
