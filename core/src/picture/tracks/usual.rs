//! A vessel's usual speed: the median of its 10-minute median speeds of at least 3 kn over the last 24 hours.
//!
//! Medians of medians, so that neither a few wrong positions nor a minute of manoeuvring matters. Below 3 kn a vessel drifts, waits or
//! manoeuvres, which says nothing about how fast it sails. The record also shows when the vessel was heard at all, and how long it has
//! been under way.
//!
//! Medians are kept in quarter knots, a byte each. Sixteen at a time are packed into a block, in few bits each, because ships hold
//! their speed: a day takes 60 to 180 bytes, mostly about 100.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::base::time::{Span, Time};

use super::speeds::{BLOCK, packed, unpacked};

/// Length of a slot. Slots begin at whole tens of minutes of UTC.
const SLOT_MILLIS: i64 = 600_000;
/// Number of slots kept: 24 hours.
const SLOTS: usize = 144;
/// Resolution of a stored speed. A byte reaches to 63.75 kn; faster ones are stored as that.
const PER_KNOT: f64 = 4.0;
/// Number of slots needed before a vessel's own usual speed counts (SPEC "Usual speed").
const NEEDED: usize = 12;
/// Number of slots (half an hour) that give at least a rough speed.
pub(super) const FEW: usize = 3;
/// Speed from which a vessel is under way. Knots.
const UNDER_WAY_KNOTS: f64 = 3.0;
/// Maximum number of samples in a slot: one for each whole minute.
const SAMPLES: usize = 10;

/// How long a vessel was above a speed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Stretch {
    /// Start of the first slot.
    pub(super) from: Time,
    /// End of the last slot.
    pub(super) to: Time,
    /// Length of the slots that count.
    pub(super) counted: Span,
}

/// Length of a slot.
pub(super) const SLOT: Span = Span::from_millis(SLOT_MILLIS);
/// Shortest span of a speed made good: a vessel is heard for so long before its first sample.
pub(super) const FIRST_SPAN: Span = Span::from_minutes(5);

/// Places of the fixed part: the current slot (number of slots since 1970), the number of samples taken in it, the number of medians that
/// are not in a block yet, the samples, and those medians, oldest first. The blocks follow.
const TAKEN: usize = 4;
const LOOSE: usize = 5;
const SAMPLES_AT: usize = 6;
const LOOSE_AT: usize = SAMPLES_AT + SAMPLES;
const BLOCKS_AT: usize = LOOSE_AT + BLOCK;

/// Speeds of one vessel in quarter knots: the samples of the current slot, and the medians of the last 144 slots; 0 if not heard.
#[derive(Clone, Debug)]
pub(super) struct UsualSpeed {
    /// The fixed part; the blocks, oldest first, each after a byte with its length; then zeros.
    bytes: Box<[u8]>,
}

/// A record as it is written to a snapshot.
#[derive(Serialize, Deserialize)]
struct Saved {
    /// The current slot, and its samples.
    slot: i32,
    samples: Vec<u8>,
    /// Oldest first, the last for the slot before `slot`.
    medians: Vec<u8>,
}

/// The number of the slot that contains a moment.
fn slot_of(at: Time) -> i64 {
    at.millis().div_euclid(SLOT_MILLIS).clamp(i64::from(i32::MIN), i64::from(i32::MAX))
}

impl UsualSpeed {
    /// An empty record that begins with the slot of `at`.
    pub(super) fn new(at: Time) -> UsualSpeed {
        UsualSpeed::of(slot_of(at), &[])
    }

    /// A record whose current slot has no sample yet, after these medians, oldest first.
    fn of(slot: i64, medians: &[u8]) -> UsualSpeed {
        let mut new = UsualSpeed { bytes: vec![0; room_for(0)].into_boxed_slice() };
        medians.iter().skip_while(|median| **median == 0).for_each(|median| new.keep(*median));
        new.begin(slot);
        new
    }

    /// A value that depends on the data that the next sample will read, to load it into the cache.
    pub(super) fn touch(&self) -> u32 {
        u32::from(self.bytes[TAKEN])
    }

    /// Heap memory held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Takes in one speed made good, in knots. The caller passes the first of each UTC minute.
    pub(super) fn sample(&mut self, at: Time, knots: f64) {
        let slot = slot_of(at);
        // A slot is closed by the first sample after it, however late that comes.
        match slot - self.slot() {
            0 => {}
            1.. => self.close_slot(slot),
            // The fixes of a ship that reappears elsewhere may be older than the last of its track. What came after them counts no more.
            back @ ..0 => {
                let medians = self.medians();
                *self = UsualSpeed::of(slot, &medians[..SLOTS.saturating_sub(back.unsigned_abs() as usize)]);
            }
        }
        let taken = self.taken().len();
        if taken < SAMPLES {
            self.bytes[SAMPLES_AT + taken] = (knots * PER_KNOT).round().clamp(1.0, 255.0) as u8;
            self.bytes[TAKEN] += 1;
        }
    }

    /// The median over the slots that ended in the 24 h before `before`, in knots; `None` with fewer than 12 slots under way.
    pub(super) fn knots(&self, before: Time) -> Option<f64> {
        self.knots_of(before, NEEDED)
    }

    /// Like `knots`, but with at least `needed` slots under way.
    pub(super) fn knots_of(&self, before: Time, needed: usize) -> Option<f64> {
        let medians = self.medians();
        // How many of the newest are too new, and how many of the oldest too old.
        let ahead = (self.slot() - slot_of(before)).clamp(0, SLOTS as i64) as usize;
        let behind = (slot_of(before) - self.slot()).clamp(0, SLOTS as i64) as usize;
        let day = medians.get(behind..SLOTS - ahead).unwrap_or_default();
        let (mut slots_at, mut count) = ([0_u8; 256], 0);
        for median in day.iter().filter(|median| UNDER_WAY_KNOTS * PER_KNOT <= f64::from(**median)) {
            slots_at[usize::from(*median)] += 1;
            count += 1;
        }
        if count < needed.max(1) {
            return None;
        }
        let mut below = 0;
        let middle = slots_at.iter().position(|slots| {
            below += usize::from(*slots);
            count / 2 < below
        })?;
        Some(middle as f64 / PER_KNOT)
    }

    /// How long the vessel made more than `knots`, up to a time at most `within` before `before`. It counts slots of 10 minutes
    /// back from there to the first slower one. Slots without a sample count if at most `bridge` of them are consecutive; `lost`
    /// of them end the count. `None` if the vessel was slower then.
    pub(super) fn above(&self, knots: f64, before: Time, within: Span, bridge: Span, lost: Span) -> Option<Stretch> {
        let slots = |span: Span| (span.millis() + SLOT_MILLIS - 1) / SLOT_MILLIS;
        let medians = self.medians();
        let fast = |median: u8| knots * PER_KNOT < f64::from(median);
        let newest = slot_of(before);
        let oldest = self.slot() - SLOTS as i64 + 1;
        let reach = (newest - slots(within)).max(oldest);
        let last = (reach..=newest).rev().find(|slot| self.median(&medians, *slot).is_some_and(fast))?;
        let (mut first, mut counted, mut empty) = (last, 1, 0);
        for slot in (oldest..last).rev() {
            match self.median(&medians, slot) {
                None if slots(lost) <= empty => break,
                None => empty += 1,
                Some(median) if fast(median) => {
                    counted += 1 + if empty <= slots(bridge) { empty } else { 0 };
                    empty = 0;
                    first = slot;
                }
                Some(_) => break,
            }
        }
        Some(Stretch {
            from: Time::from_millis(first * SLOT_MILLIS),
            to: Time::from_millis((last + 1) * SLOT_MILLIS),
            counted: Span::from_millis(counted * SLOT_MILLIS),
        })
    }

    /// Share, 0-1, of the slots of the 24 h before `before` that have a speed made good. The slot of `before` itself does not
    /// count.
    pub(super) fn heard_share(&self, before: Time) -> f32 {
        let (before, medians) = (slot_of(before), self.medians());
        let is_heard = |slot: &i64| self.median(&medians, *slot).is_some();
        let heard = (before - SLOTS as i64 + 1..before).filter(is_heard).count();
        heard as f32 / (SLOTS - 1) as f32
    }

    /// The median of one slot in quarter knots, for the current slot as far as known; `None` without a sample. `medians` are those of the
    /// slots before.
    fn median(&self, medians: &[u8; SLOTS], slot: i64) -> Option<u8> {
        let age = self.slot() - slot;
        match age {
            0 => middle(self.taken()),
            1.. => medians[1..].iter().rev().nth(age as usize - 1).copied().filter(|median| 0 < *median),
            ..0 => None,
        }
    }

    /// The current slot: the number of slots since 1970.
    fn slot(&self) -> i64 {
        self.bytes.first_chunk().map_or(0, |slot| i64::from(i32::from_le_bytes(*slot)))
    }

    /// The samples of the current slot.
    fn taken(&self) -> &[u8] {
        &self.bytes[SAMPLES_AT..SAMPLES_AT + usize::from(self.bytes[TAKEN])]
    }

    /// Begins a slot.
    fn begin(&mut self, slot: i64) {
        self.bytes[..TAKEN].copy_from_slice(&(slot as i32).to_le_bytes());
        self.bytes[TAKEN] = 0;
    }

    /// The medians of the 144 slots before the current one, oldest first; 0 for those before the record began.
    fn medians(&self) -> [u8; SLOTS] {
        // One block more than a day has, because the oldest may be half too old.
        let mut all = [0; SLOTS + BLOCK];
        let loose = &self.bytes[LOOSE_AT..LOOSE_AT + usize::from(self.bytes[LOOSE])];
        let (packed, newest) = all.split_at_mut(SLOTS + BLOCK - loose.len());
        newest.copy_from_slice(loose);
        let start = packed.len().saturating_sub(self.blocks().count() * BLOCK);
        for (into, block) in packed[start..].as_chunks_mut().0.iter_mut().zip(self.blocks()) {
            *into = unpacked(block);
        }
        let mut medians = [0; SLOTS];
        medians.copy_from_slice(&all[BLOCK..]);
        medians
    }

    /// The packed blocks, oldest first, without their lengths.
    fn blocks(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = &self.bytes[BLOCKS_AT..];
        std::iter::from_fn(move || {
            let (length, after) = rest.split_first().filter(|(length, _)| 0 < **length)?;
            let (block, after) = after.split_at_checked(usize::from(*length))?;
            rest = after;
            Some(block)
        })
    }

    /// Stores the median of the current slot and goes on to `next`. Slots between the two were not heard.
    fn close_slot(&mut self, next: i64) {
        let slot = self.slot();
        self.keep(middle(self.taken()).unwrap_or(0));
        (slot + 1..next).take(SLOTS).for_each(|_| self.keep(0));
        self.begin(next);
    }

    /// Adds a median after all others. The sixteenth that is in no block makes one of them.
    fn keep(&mut self, median: u8) {
        let loose = usize::from(self.bytes[LOOSE]);
        self.bytes[LOOSE_AT + loose] = median;
        if loose + 1 < BLOCK {
            self.bytes[LOOSE] += 1;
            return;
        }
        self.bytes[LOOSE] = 0;
        let Some((new, width)) = self.bytes[LOOSE_AT..].first_chunk().map(packed) else {
            return;
        };
        // A day and up to fifteen medians are enough.
        let gone = (self.blocks().count() + 1).saturating_sub(SLOTS / BLOCK);
        let length = |blocks: usize| self.blocks().take(blocks).map(|block| block.len() + 1).sum::<usize>();
        let old = BLOCKS_AT + length(gone)..BLOCKS_AT + length(usize::MAX);
        let room = room_for(old.len() + 1 + width);
        let mut bytes = Vec::with_capacity(room);
        bytes.extend_from_slice(&self.bytes[..BLOCKS_AT]);
        bytes.extend_from_slice(&self.bytes[old]);
        bytes.push(width as u8);
        bytes.extend_from_slice(&new[..width]);
        bytes.resize(room, 0);
        self.bytes = bytes.into_boxed_slice();
    }
}

impl Serialize for UsualSpeed {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let slot = self.slot() as i32;
        Saved { slot, samples: self.taken().to_vec(), medians: self.medians().to_vec() }.serialize(to)
    }
}

impl<'de> Deserialize<'de> for UsualSpeed {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<UsualSpeed, D::Error> {
        let Saved { slot, samples, medians } = Saved::deserialize(from)?;
        let mut read = UsualSpeed::of(i64::from(slot), &medians);
        for sample in samples.iter().take(SAMPLES) {
            read.bytes[SAMPLES_AT + usize::from(read.bytes[TAKEN])] = *sample;
            read.bytes[TAKEN] += 1;
        }
        Ok(read)
    }
}

/// Bytes to allocate for this many in blocks. An allocation of the C library has 8 bytes beyond a multiple of 16.
fn room_for(blocks: usize) -> usize {
    (BLOCKS_AT + blocks + 8).next_multiple_of(16) - 8
}

/// The median of the samples of a slot; of two in the middle the larger. `None` without any.
fn middle(samples: &[u8]) -> Option<u8> {
    let mut sorted = [0; SAMPLES];
    let sorted = sorted.get_mut(..samples.len())?;
    sorted.copy_from_slice(samples);
    sorted.sort_unstable();
    sorted.get(samples.len() / 2).copied()
}

/// The usual speed of a ship type, for vessels without enough data of their own (SPEC "Usual speed"). Knots.
pub(super) fn of_type(ship_type: Option<u8>) -> f64 {
    match ship_type {
        Some(70..=89) => 12.0,
        Some(60..=69) => 16.0,
        Some(40..=49) => 25.0,
        Some(30 | 31 | 32 | 52) => 8.0,
        Some(36) => 5.5,
        _ => 10.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_hours_under_way_give_a_usual_speed() {
        let mut usual = UsualSpeed::new(Time::from_seconds(0));
        for minute in 0..119 {
            usual.sample(Time::from_seconds(minute * 60), 9.0);
        }
        assert_eq!(usual.knots(Time::from_seconds(119 * 60)), None);
        usual.sample(Time::from_seconds(120 * 60), 1.0);
        assert_eq!(usual.knots(Time::from_seconds(120 * 60)), Some(9.0));
    }

    #[test]
    fn time_under_way_is_counted_back_over_short_holes_and_stops_at_a_slow_slot() {
        let at = |minute: i64| Time::from_seconds(minute * 60);
        let minutes = Span::from_minutes;
        let above = |usual: &UsualSpeed, before| {
            let above = usual.above(6.0, at(before), minutes(30), minutes(20), minutes(360));
            above.map_or(0.0, |above| above.counted.minutes().round())
        };
        let mut usual = UsualSpeed::new(at(0));
        // Slow for half an hour, then two hours at 9 kn with a hole of 20 min, then slow.
        for minute in (0..90).chain(110..185) {
            usual.sample(at(minute), if (30..150).contains(&minute) { 9.0 } else { 2.0 });
        }
        assert_eq!(above(&usual, 150), 120.0);
        assert_eq!(above(&usual, 175), 120.0);
        assert_eq!(above(&usual, 190), 0.0);
        assert_eq!(above(&usual, 25), 0.0);
        // A longer hole does not count, but the time on both sides does.
        let mut usual = UsualSpeed::new(at(0));
        for minute in (0..60).chain(120..180) {
            usual.sample(at(minute), 9.0);
        }
        assert_eq!(above(&usual, 180), 120.0);
    }

    #[test]
    fn medians_come_back_as_they_were_for_a_day_also_from_a_snapshot() {
        let mut random = fastrand::Rng::with_seed(9);
        for round in 0..200_i64 {
            let start = 2_000_000 + round;
            let mut usual = UsualSpeed::new(Time::from_millis(start * SLOT_MILLIS));
            let (mut told, mut slot, mut speed, steady) = (Vec::new(), 0, 40_u8, random.u8(1..40));
            for _ in 0..random.usize(1..400) {
                let pause = if random.u8(..30) == 0 { random.i64(2..30) } else { 1 };
                speed = match random.u8(..steady) {
                    0 => random.u8(1..),
                    1 => speed.saturating_add(2),
                    2 => speed.saturating_sub(1).max(1),
                    _ => speed,
                };
                usual.sample(Time::from_millis((start + slot) * SLOT_MILLIS), f64::from(speed) / PER_KNOT);
                told.push(speed);
                (1..pause).for_each(|_| told.push(0));
                slot += pause;
            }
            // The last slot is still open.
            let open = told.iter().rposition(|speed| 0 < *speed).expect("a sample");
            let mut day = vec![0; SLOTS];
            day.extend_from_slice(&told[..open]);
            let day = &day[open..];
            assert_eq!(usual.medians(), day, "{round}");
            let mut saved = Vec::new();
            crate::base::state::put(&usual, &mut saved);
            let restored: UsualSpeed = crate::base::state::take(&mut &saved[..]).expect("a record");
            assert_eq!((restored.medians(), restored.taken()), (usual.medians(), usual.taken()), "{round}");
        }
    }

    #[test]
    fn a_day_takes_less_memory_the_steadier_the_speed_was() {
        let bytes_at = |quarter_knots: &[u8]| {
            let mut usual = UsualSpeed::new(Time::from_seconds(0));
            for (slot, speed) in (0..300).zip(quarter_knots.iter().cycle()) {
                usual.sample(Time::from_millis(slot * SLOT_MILLIS), f64::from(*speed) / PER_KNOT);
            }
            usual.bytes()
        };
        let (steady, changing, wild) =
            (bytes_at(&[50]), bytes_at(&[50, 51, 51, 52, 52, 51, 51, 50]), bytes_at(&[50, 4]));
        assert!(steady <= 56 && changing <= 88 && wild <= 168, "{steady} {changing} {wild}");
    }

    #[test]
    fn slow_hours_and_old_days_do_not_count() {
        let mut usual = UsualSpeed::new(Time::from_seconds(0));
        for minute in 0..300 {
            usual.sample(Time::from_seconds(minute * 60), if minute < 200 { 8.0 } else { 1.0 });
        }
        assert_eq!(usual.knots(Time::from_seconds(300 * 60)), Some(8.0));
        let next_day = Time::from_seconds(300 * 60 + 86_400);
        usual.sample(next_day, 1.0);
        assert_eq!(usual.knots(next_day), None);
    }
}
