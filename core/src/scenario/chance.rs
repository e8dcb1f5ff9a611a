//! Chance that is the same in every run.
//!
//! Scenarios are compared with stored results, so their numbers must not change with a dependency.

/// A generator of numbers: one seed gives one sequence, in every version of the program. The method is wyrand by Wang Yi.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The sequence of this seed.
    pub const fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    /// The next number of the sequence.
    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x2d35_8dcc_aa6c_78a5);
        let product = u128::from(self.0) * u128::from(self.0 ^ 0x8bb8_4b93_962e_acc9);
        (product as u64) ^ (product >> 64) as u64
    }

    /// A share, 0..1.
    pub fn share(&mut self) -> f64 {
        loop {
            // Rounding may give 1.0, which is outside the range.
            let share = (self.number() >> 1) as f64 / (1_u64 << 63) as f64;
            if share < 1.0 {
                return share;
            }
        }
    }

    /// A number in `0..limit`; 0 if the limit is 0.
    pub fn below(&mut self, limit: u32) -> u32 {
        // Lemire's method: the high half of the product, without those low halves that would favour some numbers.
        let unfair = if limit == 0 { 0 } else { limit.wrapping_neg() % limit };
        loop {
            let product = u64::from(self.number() as u32) * u64::from(limit);
            if unfair <= product as u32 {
                return (product >> 32) as u32;
            }
        }
    }

    /// An index into something of this length; 0 if it is empty.
    pub fn index(&mut self, length: usize) -> usize {
        let length = length as u64;
        let unfair = if length == 0 { 0 } else { length.wrapping_neg() % length };
        loop {
            let product = u128::from(self.number()) * u128::from(length);
            if unfair <= product as u64 {
                return (product >> 64) as usize;
            }
        }
    }

    /// Scatter around 0: mostly within `size`, never beyond three times that.
    pub(super) fn scatter(&mut self, size: f64) -> f64 {
        (self.share() + self.share() + self.share() - 1.5) * 2.0 * size
    }

    /// Puts the items in another order.
    /// Every order is equally likely (Fisher-Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for index in 1..items.len() {
            items.swap(index, self.index(index + 1));
        }
    }
}
