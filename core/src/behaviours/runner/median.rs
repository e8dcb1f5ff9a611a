//! The median of a measured value over the time that counted, so that an alert states what held and not what the latest fix showed.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};

/// Maximum number of steps. The last one takes every greater value.
const MOST_STEPS: usize = 1_000;

/// For how long a value had each size, in steps of 1 / `PER_UNIT`. It grows with the greatest value, not with time, and is empty before
/// the first one.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Median<const PER_UNIT: u32> {
    /// Start of the condition that the values belong to.
    since: Time,
    /// Milliseconds at each step, from 0.
    millis: Vec<u32>,
}

impl<const PER_UNIT: u32> Median<PER_UNIT> {
    /// No value yet.
    pub(crate) const fn new() -> Median<PER_UNIT> {
        Median { since: Time::MIN, millis: Vec::new() }
    }

    /// Adds a value, not below 0, that lasted for `span` in the condition that began at `since`. Values of an earlier condition are
    /// dropped.
    pub(crate) fn add(&mut self, since: Time, value: f64, span: Span) {
        if self.since != since {
            *self = Median { since, millis: Vec::new() };
        }
        let step = ((value * f64::from(PER_UNIT)).round() as usize).min(MOST_STEPS - 1);
        if self.millis.len() <= step {
            self.millis.resize(step + 1, 0);
        }
        let lasted = u32::try_from(span.millis().max(0)).unwrap_or(u32::MAX);
        self.millis[step] = self.millis[step].saturating_add(lasted);
    }

    /// The value below which it was for half of the time, exact to one step; `None` before any time was added.
    pub(crate) fn value(&self) -> Option<f64> {
        let total: u64 = self.millis.iter().map(|millis| u64::from(*millis)).sum();
        let mut below = 0;
        let step = self.millis.iter().position(|millis| {
            below += u64::from(*millis);
            total < 2 * below
        });
        step.map(|step| step as f64 / f64::from(PER_UNIT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_weighs_and_an_earlier_condition_does_not() {
        let (first, second) = (Time::from_seconds(0), Time::from_seconds(1));
        let mut speed = Median::<10>::new();
        assert_eq!(speed.value(), None);
        speed.add(first, 9.0, Span::from_hours(9));
        speed.add(second, 3.04, Span::from_minutes(3));
        speed.add(second, 1.0, Span::from_minutes(1));
        speed.add(second, 1.2, Span::from_minutes(1));
        assert_eq!(speed.value(), Some(3.0));
        speed.add(second, 1.0, Span::from_minutes(9));
        assert_eq!(speed.value(), Some(1.0));
        speed.add(second, 1e9, Span::ZERO);
        assert_eq!(speed.value(), Some(1.0));
    }
}
