//! The upper rate of a sink: what comes faster waits, and is counted; nothing is dropped.

use std::time::Duration;

use super::send::Pace;
use crate::clock::{Clock, Moment};

/// Deliveries that may go at once are those of so much time, one at least. Seconds.
const BURST: f64 = 0.1;

/// Deliveries that may go, filled up at an even rate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Throttle {
    per_second: f64,
    /// Deliveries that could go at `since`.
    left: f64,
    since: Moment,
}

impl Throttle {
    /// At most so many a second.
    pub(super) fn new(per_second: u32) -> Throttle {
        let mut throttle = Throttle { per_second: f64::from(per_second.max(1)), left: 0.0, since: Clock.moment() };
        throttle.left = throttle.most();
        throttle
    }

    /// The pace of the sink, no faster than the rate.
    pub(super) fn pace(&self, pace: Pace, now: Moment) -> Pace {
        // A bucket holds no more than fits a `usize`.
        Pace { together: pace.together.min((self.left(now) as usize).max(1)), wait: pace.wait.max(self.wait(now)) }
    }

    /// How long until the next may go.
    pub(super) fn wait(&self, now: Moment) -> Duration {
        Duration::from_secs_f64(((1.0 - self.left(now)) / self.per_second).max(0.0))
    }

    /// So many go.
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
