//! Pace: which deliveries go now, by the sink's own pace and by its rate limit. The others wait where they are.
//!
//! The sink's own pace gathers deliveries (a mail with many changes) or spreads them (a limit per hour); the rate limit protects the
//! receiver from a flood.

use crate::delivery::in_flight::{Attempt, InFlight};
use crate::delivery::send::Pace;
use crate::platform::clock::Moment;

/// When deliveries may go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::delivery) enum Timing {
    /// As the pace allows.
    AsPaced,
    /// At once: what is not sent now is lost.
    LastChance,
}

/// Takes the deliveries that go now. If nothing new may go, a retry of a partially delivered message does; it does not count against the
/// sink's pace.
pub(in crate::delivery) fn take(in_flight: &mut InFlight, pace: Pace, timing: Timing, now: Moment) -> Vec<Attempt> {
    let mut taken = Vec::new();
    if pace.wait.is_zero() || timing == Timing::LastChance {
        taken = in_flight.take_ready(now, pace.together.max(1));
    }
    // A retry concerns recipients that the sink has already counted.
    if taken.is_empty() {
        taken = in_flight.take_partly(now);
    }
    taken
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::delivery::testing::attempt;
    use crate::platform::clock::Clock;

    #[test]
    fn a_pace_that_waits_holds_new_deliveries_but_no_retry_for_the_recipients_that_lack_one() {
        let now = Clock.moment();
        let slow = Pace { together: 5, wait: Duration::from_secs(60) };
        let in_flight = || {
            let mut in_flight = InFlight::default();
            in_flight.push(Attempt { partly: true, ..attempt(1, "a", None) });
            (2..6).for_each(|row| in_flight.push(attempt(row, &format!("{row}"), None)));
            in_flight
        };
        let rows = |pace, timing| -> Vec<i64> {
            take(&mut in_flight(), pace, timing, now).iter().filter_map(|attempt| attempt.delivery.row).collect()
        };
        assert_eq!(rows(slow, Timing::AsPaced), [1]);
        assert_eq!(rows(slow, Timing::LastChance), [2, 3, 4, 5]);
        assert_eq!(rows(Pace { together: 2, wait: Duration::ZERO }, Timing::AsPaced), [2, 3]);
    }
}
