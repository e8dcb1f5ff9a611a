//! Rate limit of a sink. Deliveries above the rate wait and are counted; none is dropped.

use std::time::Duration;

use super::send::Pace;
use crate::clock::{Clock, Moment};

/// Size of the burst, as time at the full rate, but at least one delivery. Seconds.
const BURST: f64 = 0.1;

/// Token bucket of one sink.
#[derive(Clone, Copy, Debug)]
pub(super) struct Throttle {
    per_second: f64,
    /// Tokens available at `since`; one delivery costs one.
    left: f64,
    since: Moment,
}

impl Throttle {
    /// A full bucket for at most `per_second` deliveries per second.
    pub(super) fn new(per_second: u32) -> Throttle {
        let mut throttle = Throttle { per_second: f64::from(per_second.max(1)), left: 0.0, since: Clock.moment() };
        throttle.left = throttle.most();
        throttle
    }

    /// Limits the sink's own pace to the rate.
    pub(super) fn pace(&self, pace: Pace, now: Moment) -> Pace {
        // At least one, because `wait` already covers an empty bucket. The bucket's size fits a `usize`.
        Pace { together: pace.together.min((self.left(now) as usize).max(1)), wait: pace.wait.max(self.wait(now)) }
    }

    /// Time until the next delivery may go.
    pub(super) fn wait(&self, now: Moment) -> Duration {
        Duration::from_secs_f64(((1.0 - self.left(now)) / self.per_second).max(0.0))
    }

    /// Takes the tokens of `deliveries` that are sent now.
    pub(super) fn spend(&mut self, deliveries: usize, now: Moment) {
        (self.left, self.since) = (self.left(now) - deliveries as f64, now);
    }

    fn most(&self) -> f64 {
        (self.per_second * BURST).max(1.0)
    }

    fn left(&self, now: Moment) -> f64 {
        (self.left + now.since(self.since).as_secs_f64() * self.per_second).min(self.most())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_at_once_goes_at_the_rate() {
        let start = Clock.moment();
        let mut throttle = Throttle { since: start, ..Throttle::new(100) };
        let all = Pace { together: 64, wait: Duration::ZERO };
        assert_eq!(throttle.pace(all, start), Pace { together: 10, ..all });
        throttle.spend(10, start);
        assert_eq!(throttle.wait(start), Duration::from_millis(10));
        let slower = Pace { wait: Duration::from_secs(60), ..all };
        assert_eq!(throttle.pace(slower, start), Pace { together: 1, ..slower }, "the sink's own pace holds");
        let ago = Throttle { since: start.back(Duration::from_millis(45)), ..throttle };
        assert_eq!(ago.pace(all, start), Pace { together: 4, ..all });
        let long_ago = Throttle { since: start.back(Duration::from_secs(60)), ..throttle };
        assert_eq!(long_ago.pace(all, start).together, 10, "what was not used is not saved up");
        assert_eq!(Throttle::new(1).pace(all, Clock.moment()).together, 1);
    }
}
