//! A filter of bits that shows which MMSIs may have a confirmed track. An MMSI that is heard for the first time may be a damaged form
//! of hundreds of others; the filter rules out most of them.

use crate::base::units::Mmsi;

/// A track with fewer fixes than this is unconfirmed.
pub(super) const CONFIRMED_FIXES: u16 = 3;
/// Minimum number of bits for each marked MMSI. About one in this many other MMSIs passes the filter.
const BITS_EACH: usize = 16;
/// Minimum size of the filter. Words of 64 bits.
const LEAST_WORDS: usize = 64;

/// A bit for each MMSI with a confirmed track, and for some that had one. Empty before the first.
#[derive(Default)]
pub(super) struct Confirmed {
    /// The number of words is a power of two, or 0.
    bits: Vec<u64>,
    /// Number of MMSIs marked since the filter was made.
    marked: usize,
}

impl Confirmed {
    /// A filter of these MMSIs, which are `count`, with room for as many more.
    pub(super) fn of(count: usize, numbers: impl Iterator<Item = Mmsi>) -> Confirmed {
        let words = (count * 2 * BITS_EACH / 64).next_power_of_two().max(LEAST_WORDS);
        let mut confirmed = Confirmed { bits: vec![0; words], marked: 0 };
        for mmsi in numbers {
            // Cannot fail: the new filter has room for twice as many.
            let _ = confirmed.mark(mmsi);
        }
        confirmed
    }

    /// Whether the MMSI may have a confirmed track. Always true if it has one, and seldom true if it has none.
    pub(super) fn may_have(&self, mmsi: Mmsi) -> bool {
        self.place(mmsi).is_some_and(|(word, bit)| self.bits[word] >> bit & 1 == 1)
    }

    /// Marks an MMSI. Returns false if the filter is full.
    #[must_use]
    pub(super) fn mark(&mut self, mmsi: Mmsi) -> bool {
        let Some((word, bit)) = self.place(mmsi).filter(|_| self.marked * BITS_EACH < self.bits.len() * 64) else {
            return false;
        };
        self.bits[word] |= 1 << bit;
        self.marked += 1;
        true
    }

    /// Word and bit of an MMSI; `None` in an empty filter. MMSIs are mixed first, because they are assigned in sequence.
    fn place(&self, mmsi: Mmsi) -> Option<(usize, u32)> {
        let mixed = u64::from(mmsi.0).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 24;
        let last = self.bits.len().checked_sub(1)?;
        Some(((mixed >> 6) as usize & last, (mixed & 63) as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_marked_number_passes_and_few_others() {
        let mut confirmed = Confirmed { bits: vec![0; 16_384], marked: 0 };
        assert!(!Confirmed::default().may_have(Mmsi(201_000_000)));
        let mmsi = |count: u32| Mmsi(201_000_000 + count % 200 * 1_000_000 + count / 200);
        let marked = (0..100_000).take_while(|count| confirmed.mark(mmsi(*count))).count() as u32;
        assert_eq!(marked as usize, 16_384 * 64 / BITS_EACH, "the table is full");
        assert!((0..marked).all(|count| confirmed.may_have(mmsi(count))));
        let passed = (0..100_000).filter(|count| confirmed.may_have(Mmsi(700_000_000 + count))).count();
        assert!(passed < 100_000 * 2 / BITS_EACH, "{passed}");
    }
}
