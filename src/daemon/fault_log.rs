//! When the log repeats a warning about a fault that lasts: after 10 min, and then after twice as long each time.

use std::time::Duration;

use crate::platform::clock::Moment;
use atalaia_core::ais::ClockFault;

/// First interval between two warnings about the same fault.
const AGAIN: Duration = Duration::from_secs(600);
/// Longest interval.
const LONGEST: Duration = Duration::from_secs(86_400);

/// The warnings about the times of one input.
#[derive(Default)]
pub(super) struct FaultLog {
    /// Whether the last one was about a recording, when it was written, and how long to wait for the next; `None` before the first.
    last: Option<(bool, Moment, Duration)>,
}

impl FaultLog {
    /// Whether a warning about a present fault is due. The caller then writes it.
    pub(super) fn is_due(&mut self, fault: &ClockFault, now: Moment) -> bool {
        // Several clocks on one input may be wrong in turn, so the numbers do not make a new fault.
        let sort = fault.is_recording;
        let wait = match self.last {
            Some((last, written, wait)) if last == sort && now.since(written) < wait => return false,
            Some((last, _, wait)) if last == sort => (wait * 2).min(LONGEST),
            _ => AGAIN,
        };
        self.last = Some((sort, now, wait));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::clock::Clock;
    use atalaia_core::base::time::Span;

    #[test]
    fn a_fault_that_lasts_a_day_is_logged_a_few_times_and_a_new_one_at_once() {
        let (mut log, start) = (FaultLog::default(), Clock.moment());
        let fault = ClockFault { ahead: Span::from_hours(2), is_partial: false, is_recording: false };
        let at = |second: u64| start.later(Duration::from_secs(second));
        let logged: Vec<u64> = (0..86_400).filter(|second| log.is_due(&fault, at(*second))).collect();
        assert_eq!(logged, [0, 600, 1_800, 4_200, 9_000, 18_600, 37_800, 76_200]);
        assert!(log.is_due(&ClockFault { is_recording: true, ..fault }, at(86_400)));
    }
}
