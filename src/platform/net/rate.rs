//! Limits of a rate: a burst, then one per interval.

use std::time::Duration;

use crate::platform::clock::{Clock, Moment};

/// A rate limit that forgets unused time beyond its burst.
#[derive(Clone, Copy, Debug)]
pub struct RateLimit {
    /// Time that one use takes up.
    every: Duration,
    /// Time that may be taken up at once.
    burst: Duration,
    /// When all time that has been taken up is over.
    free_at: Moment,
}

impl RateLimit {
    /// One use per `every`, after a burst of as many uses as fit into `burst`, at least one. Nothing is used yet.
    pub fn new(every: Duration, burst: Duration) -> RateLimit {
        RateLimit { every, burst: burst.max(every), free_at: Clock.moment() }
    }

    /// At most `per_second` uses per second, at least one, with a burst of 0.1 s at that rate.
    pub fn per_second(per_second: u32) -> RateLimit {
        RateLimit::new(Duration::from_secs(1) / per_second.max(1), Duration::from_millis(100))
    }

    /// Time until the next use; zero if one is free now.
    pub fn wait(&self, now: Moment) -> Duration {
        (self.free_at.since(now) + self.every).saturating_sub(self.burst)
    }

    /// Number of uses that are free now.
    pub fn free(&self, now: Moment) -> usize {
        let left = self.burst.saturating_sub(self.free_at.since(now));
        // The number fits because a burst is short.
        left.as_nanos().checked_div(self.every.as_nanos()).map_or(usize::MAX, |uses| uses as usize)
    }

    /// Takes up this many uses, also more than are free: the next ones then wait longer.
    pub fn spend(&mut self, uses: usize, now: Moment) {
        let uses = u32::try_from(uses).unwrap_or(u32::MAX);
        self.free_at = self.free_at.max(now).later(self.every.saturating_mul(uses));
    }
}

/// Rate limit for log lines of one kind, which counts the lines left out.
#[derive(Debug)]
pub struct LogLimit {
    /// When the next line may be written.
    limit: RateLimit,
    /// Lines left out since the last one.
    left_out: u64,
}

/// Interval of [`LogLimit::default`]: a failure that lasts a night leaves some thousand lines, not a full disk.
const USUAL_INTERVAL: Duration = Duration::from_secs(30);
/// Burst of [`LogLimit::default`]: as many attempts as it takes for the back-off of an input to reach its maximum.
const USUAL_BURST: u32 = 6;

impl Default for LogLimit {
    /// The limit for repeated failures: a burst of six lines, then one per 30 s.
    fn default() -> LogLimit {
        LogLimit { limit: RateLimit::new(USUAL_INTERVAL, USUAL_INTERVAL * USUAL_BURST), left_out: 0 }
    }
}

impl LogLimit {
    /// One line per interval.
    pub fn every(interval: Duration) -> LogLimit {
        LogLimit { limit: RateLimit::new(interval, interval), left_out: 0 }
    }

    /// If a line may be written now, the number of lines left out since the last one, else `None`.
    pub fn next(&mut self, now: Moment) -> Option<u64> {
        if !self.limit.wait(now).is_zero() {
            self.left_out += 1;
            return None;
        }
        self.limit.spend(1, now);
        Some(std::mem::take(&mut self.left_out))
    }
}

/// What a line has about those left out before it: their number, or nothing if there are none.
pub fn earlier(left_out: u64) -> Option<u64> {
    (0 < left_out).then_some(left_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_at_once_goes_at_the_rate() {
        let mut limit = RateLimit::per_second(100);
        let start = Clock.moment();
        let after = |millis| start.later(Duration::from_millis(millis));
        assert_eq!((limit.free(start), limit.wait(start)), (10, Duration::ZERO));
        limit.spend(10, start);
        assert_eq!((limit.free(start), limit.wait(start)), (0, Duration::from_millis(10)));
        assert_eq!((limit.free(after(45)), limit.wait(after(45))), (4, Duration::ZERO));
        assert_eq!(limit.free(after(60_000)), 10, "what was not used is not saved up");
        limit.spend(12, after(60_000));
        assert_eq!(limit.wait(after(60_000)), Duration::from_millis(30), "what was spent too early counts");
        assert_eq!(RateLimit::per_second(1).free(Clock.moment()), 1);
    }

    #[test]
    fn a_repeated_failure_is_logged_in_a_burst_and_then_at_intervals() {
        let mut limit = LogLimit::default();
        let start = Clock.moment();
        let mut at = |seconds| limit.next(start.later(Duration::from_secs(seconds)));
        let lines: Vec<(u64, u64)> = (0..120).filter_map(|second| Some((second, at(second)?))).collect();
        assert_eq!(lines[..6], [0, 1, 2, 3, 4, 5].map(|second| (second, 0)));
        assert_eq!(lines[6..], [(30, 24), (60, 29), (90, 29)], "those between are counted");
        assert_eq!(at(3600), Some(29));
        assert_eq!((1..9).filter(|_| at(3600).is_some()).count(), 5);
    }

    #[test]
    fn a_limit_of_one_line_per_interval_counts_the_others() {
        let mut limit = LogLimit::every(Duration::from_secs(60));
        let start = Clock.moment();
        let lines = [0, 1, 59, 60, 61, 300].map(|seconds| limit.next(start.later(Duration::from_secs(seconds))));
        assert_eq!(lines, [Some(0), None, None, Some(2), None, Some(1)]);
    }
}
