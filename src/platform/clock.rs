//! The only place that reads the wall clock and the steady clock.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use atalaia_core::base::time::Time;

/// Source of time for the shell. The core never uses it: there, time is that of the lines, so that a replay gives the same alerts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock;

/// A moment of the steady clock, unaffected by corrections of the wall clock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Moment(Instant);

impl Clock {
    /// Current UTC time of the wall clock, used as the time of receipt of live lines. It may jump in either direction.
    #[allow(clippy::disallowed_methods)]
    pub fn now(self) -> Time {
        let millis = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX / 4),
            Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX / 4),
        };
        Time::from_millis(millis)
    }

    /// Current moment of the steady clock, used for silences and back-off. It never runs backwards.
    #[allow(clippy::disallowed_methods)]
    pub fn moment(self) -> Moment {
        Moment(Instant::now())
    }
}

impl Moment {
    /// Time since `earlier`; zero if `earlier` is in the future.
    pub fn since(self, earlier: Moment) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }

    /// The moment `by` later, or this moment if the clock does not reach that far.
    pub fn later(self, by: Duration) -> Moment {
        Moment(self.0.checked_add(by).unwrap_or(self.0))
    }

    /// The moment `by` earlier, or this moment if the clock does not reach back that far.
    pub fn back(self, by: Duration) -> Moment {
        Moment(self.0.checked_sub(by).unwrap_or(self.0))
    }
}
