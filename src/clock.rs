//! The only reader of the wall clock, and of the steady clock beside it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::time::Time;

/// Tells the time to the shell; the core never sees it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock;

/// A moment of the steady clock: unmoved by corrections of the wall clock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Moment(Instant);

impl Clock {
    /// The wall clock, UTC; what a live line carries as its moment of receipt. May step either way.
    #[allow(clippy::disallowed_methods)]
    pub fn now(self) -> Time {
        let millis = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX / 4),
            Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX / 4),
        };
        Time::from_millis(millis)
    }

    /// The steady clock; what silence and back-off are measured with. Never runs backward.
    #[allow(clippy::disallowed_methods)]
    pub fn moment(self) -> Moment {
        Moment(Instant::now())
    }
}

impl Moment {
    /// How long ago `earlier` was; zero when it lies ahead.
    pub fn since(self, earlier: Moment) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }

    /// So long before; this moment where the clock does not reach back so far.
    pub fn back(self, by: Duration) -> Moment {
        Moment(self.0.checked_sub(by).unwrap_or(self.0))
    }
}
