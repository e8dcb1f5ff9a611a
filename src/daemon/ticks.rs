//! The second in which the main loop does its regular work.

use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior, interval};

/// Interval between two ticks of the main loop.
pub(super) const TICK: Duration = Duration::from_secs(1);

/// The ticks; the first is due at once. After a long turn the ticks it missed are not made up for: the next comes a full [`TICK`] later.
pub(super) fn ticks() -> Interval {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
