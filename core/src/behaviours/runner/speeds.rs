//! The speeds of two ships over the minutes of a meeting, from which their medians are known at any time.

use serde::{Deserialize, Serialize};

/// Maximum number of bins for each ship. The last one takes every greater speed.
const MOST_BINS: usize = 200;
/// Number of bins per knot: as fine as alerts state a speed, so that a median is the speed that was sailed.
const PER_KNOT: f64 = 10.0;

/// How many instants each ship had a speed within each bin. A histogram has the same size for a meeting of minutes and of days: it grows
/// with the greatest speed, to 400 B for each ship. Boxed, and absent before the first instant, because a pair can be followed for long
/// without counting one.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Speeds(Option<Box<[Vec<u16>; 2]>>);

impl Speeds {
    /// Adds the speeds of both ships at one instant. Knots.
    pub(crate) fn count(&mut self, knots: [f64; 2]) {
        let speeds = self.0.get_or_insert_default();
        for (bins, knots) in speeds.iter_mut().zip(knots) {
            let bin = ((knots * PER_KNOT).round() as usize).min(MOST_BINS - 1);
            if bins.len() <= bin {
                bins.resize(bin + 1, 0);
            }
            bins[bin] = bins[bin].saturating_add(1);
        }
    }

    /// The speeds of both together.
    pub(crate) fn with(&self, more: &Speeds) -> Speeds {
        let (Some(ours), Some(theirs)) = (&self.0, &more.0) else {
            return if self.0.is_some() { self.clone() } else { more.clone() };
        };
        let mut all = ours.clone();
        for (bins, more) in all.iter_mut().zip(theirs.iter()) {
            bins.resize(bins.len().max(more.len()), 0);
            for (bin, more) in bins.iter_mut().zip(more) {
                *bin = bin.saturating_add(*more);
            }
        }
        Speeds(Some(all))
    }

    /// Median speed of each ship, exact to 0.05 kn below 20 kn; `None` before the first instant. Knots.
    pub(crate) fn medians(&self) -> Option<[f64; 2]> {
        self.0.as_ref().map(|speeds| [median(&speeds[0]), median(&speeds[1])])
    }
}

/// Middle of the bin that contains the median. Knots.
fn median(bins: &[u16]) -> f64 {
    let total: u32 = bins.iter().map(|count| u32::from(*count)).sum();
    let mut below = 0;
    for (bin, count) in bins.iter().enumerate() {
        below += u32::from(*count);
        if total < 2 * below {
            return bin as f64 / PER_KNOT;
        }
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_speed_that_was_sailed() {
        let mut speeds = Speeds::default();
        for _ in 0..10 {
            speeds.count([0.3, 12.0]);
        }
        speeds.count([90.0, 0.1]);
        let mut later = Speeds::default();
        later.count([0.3, 12.0]);
        for medians in [speeds.medians(), speeds.with(&later).medians(), later.with(&speeds).medians()] {
            assert_eq!(medians, Some([0.3, 12.0]));
        }
    }
}
