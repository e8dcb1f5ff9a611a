//! A vessel's usual speed: the median of its 10-minute median speeds of at least 3 kn over the last 24 hours.
//!
//! Medians of medians, so that neither a few wrong positions nor a minute of manoeuvring matters. Below 3 kn a vessel drifts, waits or
//! manoeuvres, which says nothing about how fast it sails. The record also shows when the vessel was heard at all, and how long it has
//! been under way.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};

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

/// Speeds of one vessel in quarter knots: the samples of the current slot, and the medians of the last 144 slots; 0 if not heard.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct UsualSpeed {
    /// The current slot: the number of slots since 1970.
    slot: i64,
    /// Number of samples taken in it.
    taken: u8,
    samples: [u8; SAMPLES],
    /// By the number of the slot modulo `SLOTS`. The place of the current slot holds a median of the day before.
    #[serde(with = "crate::base::state::array")]
    medians: [u8; SLOTS],
}

impl UsualSpeed {
    /// An empty record that begins with the slot of `at`.
    pub(super) fn new(at: Time) -> UsualSpeed {
        UsualSpeed { slot: at.millis().div_euclid(SLOT_MILLIS), taken: 0, samples: [0; SAMPLES], medians: [0; SLOTS] }
    }

    /// A value that depends on the data that the next sample will read, to load it into the cache.
    pub(super) fn touch(&self) -> u32 {
        self.slot as u32
    }

    /// Takes in one speed made good, in knots. The caller passes the first of each UTC minute.
    pub(super) fn sample(&mut self, at: Time, knots: f64) {
        let millis = at.millis();
        let slot = millis.div_euclid(SLOT_MILLIS);
        // A slot is closed by the first sample after it, however late that comes.
        if slot != self.slot {
            self.close_slot(slot);
        }
        if let Some(place) = self.samples.get_mut(usize::from(self.taken)) {
            *place = (knots * PER_KNOT).round().clamp(1.0, 255.0) as u8;
            self.taken += 1;
        }
    }

    /// The median over the slots that ended in the 24 h before `before`, in knots; `None` with fewer than 12 slots under way.
    pub(super) fn knots(&self, before: Time) -> Option<f64> {
        self.knots_of(before, NEEDED)
    }

    /// Like `knots`, but with at least `needed` slots under way.
    pub(super) fn knots_of(&self, before: Time, needed: usize) -> Option<f64> {
        let before = before.millis().div_euclid(SLOT_MILLIS);
        let oldest = before - SLOTS as i64;
        let mut medians: Vec<u8> = (oldest.max(self.slot - SLOTS as i64)..before.min(self.slot))
            .map(|slot| self.medians[slot.rem_euclid(SLOTS as i64) as usize])
            .filter(|median| UNDER_WAY_KNOTS * PER_KNOT <= f64::from(*median))
            .collect();
        if medians.len() < needed {
            return None;
        }
        medians.sort_unstable();
        Some(f64::from(medians[medians.len() / 2]) / PER_KNOT)
    }

    /// How long the vessel made more than `knots`, up to a time at most `within` before `before`. It counts slots of 10 minutes
    /// back from there to the first slower one. Slots without a sample count if at most `bridge` of them are consecutive; `lost`
    /// of them end the count. `None` if the vessel was slower then.
    pub(super) fn above(&self, knots: f64, before: Time, within: Span, bridge: Span, lost: Span) -> Option<Stretch> {
        let slots = |span: Span| (span.millis() + SLOT_MILLIS - 1) / SLOT_MILLIS;
        let fast = |median: u8| knots * PER_KNOT < f64::from(median);
        let newest = before.millis().div_euclid(SLOT_MILLIS);
        let oldest = self.slot - SLOTS as i64 + 1;
        let reach = (newest - slots(within)).max(oldest);
        let last = (reach..=newest).rev().find(|slot| self.median(*slot).is_some_and(fast))?;
        let (mut first, mut counted, mut empty) = (last, 1, 0);
        for slot in (oldest..last).rev() {
            match self.median(slot) {
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
        let before = before.millis().div_euclid(SLOT_MILLIS);
        let heard = (before - SLOTS as i64 + 1..before).filter(|slot| self.median(*slot).is_some()).count();
        heard as f32 / (SLOTS - 1) as f32
    }

    /// The median of one slot in quarter knots, for the current slot as far as known; `None` without a sample.
    fn median(&self, slot: i64) -> Option<u8> {
        if slot == self.slot {
            let mut samples = self.samples;
            let taken = &mut samples[..usize::from(self.taken)];
            taken.sort_unstable();
            return taken.get(taken.len() / 2).copied();
        }
        let kept = slot < self.slot && self.slot - (SLOTS as i64) < slot;
        kept.then(|| self.medians[slot.rem_euclid(SLOTS as i64) as usize]).filter(|median| 0 < *median)
    }

    /// Stores the median of the current slot and goes on to `next`. Slots between the two were not heard.
    fn close_slot(&mut self, next: i64) {
        let taken = usize::from(self.taken);
        self.samples[..taken].sort_unstable();
        let median = match taken {
            0 => 0,
            _ => self.samples[taken / 2],
        };
        self.medians[self.slot.rem_euclid(SLOTS as i64) as usize] = median;
        for skipped in (self.slot + 1..next).take(SLOTS) {
            self.medians[skipped.rem_euclid(SLOTS as i64) as usize] = 0;
        }
        self.slot = next;
        self.taken = 0;
    }
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
