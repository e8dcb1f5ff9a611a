//! The speeds of two ships over the minutes of a meeting, from which their medians are known at any time.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Number of bins for each ship. The last one takes every speed from 19.75 kn on.
const BINS: usize = 80;
/// Number of bins per knot.
const PER_KNOT: f64 = 4.0;

/// How many instants each ship had a speed within each bin. A histogram has the same size for a meeting of minutes and of days: 320 B,
/// boxed, and absent before the first instant, because a pair can be followed for long without counting one.
#[derive(Clone, Default)]
pub(crate) struct Speeds(Option<Box<[[u16; BINS]; 2]>>);

impl Speeds {
    /// Adds the speeds of both ships at one instant. Knots.
    pub(crate) fn count(&mut self, knots: [f64; 2]) {
        let speeds = self.0.get_or_insert_with(|| Box::new([[0; BINS]; 2]));
        for (bins, knots) in speeds.iter_mut().zip(knots) {
            let bin = ((knots * PER_KNOT) as usize).min(BINS - 1);
            bins[bin] = bins[bin].saturating_add(1);
        }
    }

    /// The speeds of both together.
    pub(crate) fn with(&self, more: &Speeds) -> Speeds {
        let (Some(ours), Some(theirs)) = (&self.0, &more.0) else {
            return if self.0.is_some() { self.clone() } else { more.clone() };
        };
        let mut all = ours.clone();
        for (bin, more) in all.as_flattened_mut().iter_mut().zip(theirs.as_flattened()) {
            *bin = bin.saturating_add(*more);
        }
        Speeds(Some(all))
    }

    /// Median speed of each ship, exact to 0.125 kn below 20 kn; `None` before the first instant. Knots.
    pub(crate) fn medians(&self) -> Option<[f64; 2]> {
        self.0.as_ref().map(|speeds| [median(&speeds[0]), median(&speeds[1])])
    }
}

/// Middle of the bin that contains the median. Knots.
fn median(bins: &[u16; BINS]) -> f64 {
    let total: u32 = bins.iter().map(|count| u32::from(*count)).sum();
    let mut below = 0;
    for (bin, count) in bins.iter().enumerate() {
        below += u32::from(*count);
        if total < 2 * below {
            return (bin as f64 + 0.5) / PER_KNOT;
        }
    }
    0.0
}

/// One list of all bins, as serde does not support arrays of 80.
impl Serialize for Speeds {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.as_ref().map(|both| both.as_flattened()).serialize(to)
    }
}

impl<'de> Deserialize<'de> for Speeds {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Speeds, D::Error> {
        let Some(flat) = Option::<Vec<u16>>::deserialize(from)? else {
            return Ok(Speeds(None));
        };
        let mut both = Box::new([[0; BINS]; 2]);
        if flat.len() != 2 * BINS {
            return Err(D::Error::custom("speeds of another number of bins"));
        }
        both.as_flattened_mut().copy_from_slice(&flat);
        Ok(Speeds(Some(both)))
    }
}
