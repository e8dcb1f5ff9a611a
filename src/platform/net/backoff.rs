//! Delays between attempts: they grow with the failures in a row, and vary at random so that many clients do not return at the same moment.

use std::time::Duration;

/// The delays before the attempts that follow failures.
#[derive(Clone, PartialEq, Debug)]
pub struct Backoff {
    /// The delays without the random part.
    delays: Delays,
    /// Factor for the random numbers 0 and 1; in between it is linear.
    factor: (f64, f64),
}

/// How the delays grow.
#[derive(Clone, PartialEq, Debug)]
enum Delays {
    /// From `first`, twice as long each time, up to `longest`.
    Doubling { first: Duration, longest: Duration },
    /// One after the other; the last repeats.
    Listed(Vec<Duration>),
}

impl Backoff {
    /// Delays that double from `first` to `longest`. Up to half of each is left out at random.
    pub const fn doubling(first: Duration, longest: Duration) -> Backoff {
        Backoff { delays: Delays::Doubling { first, longest }, factor: (1.0, 0.5) }
    }

    /// These delays in turn, of which the last repeats. Each varies at random by up to 10 %. Without any, there is no delay.
    pub fn listed(delays: impl IntoIterator<Item = Duration>) -> Backoff {
        Backoff { delays: Delays::Listed(delays.into_iter().collect()), factor: (0.9, 1.1) }
    }

    /// The delay after this number of failures in a row, from 1. `chance` is a random number in 0..1; the caller draws it, so that tests
    /// need no luck.
    pub fn delay(&self, failures: u32, chance: f64) -> Duration {
        let before = failures.saturating_sub(1);
        let delay = match &self.delays {
            Delays::Doubling { first, longest } => first.saturating_mul(2_u32.saturating_pow(before)).min(*longest),
            Delays::Listed(delays) => {
                let place = (before as usize).min(delays.len().saturating_sub(1));
                delays.get(place).copied().unwrap_or_default()
            }
        };
        let (from, to) = self.factor;
        delay.mul_f64(from + (to - from) * chance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubled_delays_end_at_the_longest_and_lose_up_to_half() {
        let backoff = Backoff::doubling(Duration::from_secs(1), Duration::from_secs(60));
        let waits: Vec<u64> = (1..=8).map(|failures| backoff.delay(failures, 0.0).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(backoff.delay(7, 1.0), Duration::from_secs(30));
        assert_eq!(backoff.delay(u32::MAX, 0.0), Duration::from_secs(60));
    }

    #[test]
    fn listed_delays_are_used_in_turn_and_the_last_repeats() {
        let backoff = Backoff::listed([5, 30, 120].map(Duration::from_secs));
        let waits: Vec<u64> = (1..=5).map(|failures| backoff.delay(failures, 0.5).as_secs()).collect();
        assert_eq!(waits, [5, 30, 120, 120, 120]);
        assert_eq!(backoff.delay(1, 0.0), Duration::from_millis(4500));
        assert!(backoff.delay(1, 0.999) < Duration::from_millis(5500));
        assert_eq!(Backoff::listed([]).delay(3, 0.5), Duration::ZERO);
    }
}
