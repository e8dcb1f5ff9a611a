//! The state of a sink: whether deliveries are sent to it, and what its failures so far mean for the next attempt.
//!
//! One failure may be the fault of the delivery or of the receiver. It counts against the receiver only when another delivery fails
//! too, when the receiver asks for a delay, or when it fails without a delivery at hand. While it is down, one delivery after each
//! back-off tests it.

use std::time::Duration;

use crate::platform::clock::Moment;
use crate::platform::net::Backoff;

/// Number of failed deliveries in a row after which the sink counts as down and no other delivery is tried.
/// Two, because one may be a message that this receiver cannot digest.
const DOWN_AFTER: u32 = 2;

/// Whether deliveries are sent.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) enum SinkState {
    /// Deliveries are sent as they become ready.
    #[default]
    Up,
    /// The sink is down, and nothing is sent before `until`.
    BackingOff { until: Moment },
    /// The sink was down after the last attempt, at `since`. The next delivery that is ready is tried.
    Down { since: Moment },
    /// The receiver answered 410 Gone, for this reason. Nothing is sent until a reload, or until an operator retries a
    /// delivery.
    Gone { reason: String },
    /// The daemon stops: what is ready is sent once more.
    Draining,
}

/// A sink's state and the failures behind it.
#[derive(Default)]
pub(super) struct Health {
    /// Changed here and by the decision after a failure.
    pub(super) state: SinkState,
    /// Number of failed deliveries in a row.
    /// A delivery that fails several times counts once.
    failures: u32,
    /// Row of the delivery that failed last.
    failed: Option<i64>,
    /// Number of attempts in a row after which the sink was down.
    /// Chooses the wait from the back-off; zero while the sink is up.
    rounds: u32,
    /// Reason of the latest failure; empty before the first.
    pub(super) last_reason: String,
    /// Whether the log has reported that the sink is down.
    pub(super) logged: bool,
}

/// A failed attempt that may succeed later.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failure {
    /// Row of the first delivery; `None` if the sink failed without one.
    pub(super) row: Option<i64>,
    /// Whether there was a delivery.
    pub(super) of_delivery: bool,
    /// Number of attempts of the first delivery, including this one.
    pub(super) tries: u32,
    /// Minimum delay that the receiver asked for; zero if it asked for none.
    pub(super) asked: Duration,
}

/// The wait after a failed attempt.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Wait {
    /// Its length, with the random part, and bounded.
    pub(super) time: Duration,
    /// Whether it holds for all deliveries, because the sink is down, or only for those that failed.
    pub(super) is_down: bool,
}

impl Health {
    /// Whether the sink was down after the last attempt.
    pub(super) fn is_down(&self) -> bool {
        0 < self.rounds
    }

    /// Records a delivery. What was known of failures no longer counts, but a stop goes on.
    pub(super) fn works(&mut self) {
        let state = match self.state {
            SinkState::Draining => SinkState::Draining,
            _ => SinkState::Up,
        };
        *self = Health { state, ..Health::default() };
    }

    /// Records a refusal of one delivery. A receiver that answers is not down.
    pub(super) fn refused(&mut self) {
        self.failures = 0;
    }

    /// Records a failure. `chance`, a random number in 0..1, varies the wait, which is at most `longest`.
    pub(super) fn failed(
        &mut self,
        failure: &Failure,
        now: Moment,
        backoff: &Backoff,
        chance: f64,
        longest: Duration,
    ) -> Wait {
        // The same delivery failing again says nothing about the sink. New deliveries are still tried as they arrive.
        self.failures += u32::from(self.failures == 0 || failure.row != self.failed);
        self.failed = failure.row;
        let is_down = !failure.asked.is_zero() || !failure.of_delivery || DOWN_AFTER <= self.failures;
        let tries = if is_down { self.rounds + 1 } else { failure.tries };
        let time = backoff.delay(tries, chance).max(failure.asked).min(longest);
        if is_down {
            self.rounds += 1;
            self.state = SinkState::BackingOff { until: now.later(time) };
        }
        Wait { time, is_down }
    }

    /// Ends a back-off before its time, because something about the sink has changed, or because its time is over.
    pub(super) fn end_backoff(&mut self, now: Moment) {
        if matches!(self.state, SinkState::BackingOff { .. }) {
            self.state = SinkState::Down { since: now };
        }
    }

    /// Begins to drain. A receiver that is gone stays gone.
    pub(super) fn drain(&mut self) {
        if !matches!(self.state, SinkState::Gone { .. }) {
            self.state = SinkState::Draining;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::clock::Clock;

    const LONGEST: Duration = Duration::from_secs(3600);

    fn fails(health: &mut Health, row: i64, tries: u32) -> (u64, bool) {
        let failure = Failure { row: Some(row), of_delivery: true, tries, asked: Duration::ZERO };
        let backoff = Backoff::listed([5, 30, 120].map(Duration::from_secs));
        let Wait { time, is_down } = health.failed(&failure, Clock.moment(), &backoff, 0.5, LONGEST);
        (time.as_secs(), is_down)
    }

    #[test]
    fn the_same_delivery_may_fail_again_and_again_while_the_sink_is_up() {
        let mut health = Health::default();
        let waits = [1, 2, 3, 4].map(|tries| fails(&mut health, 7, tries));
        assert_eq!(waits, [(5, false), (30, false), (120, false), (120, false)]);
        assert_eq!(health.state, SinkState::Up);
    }

    #[test]
    fn two_deliveries_that_fail_in_a_row_take_the_sink_down_until_one_is_taken() {
        let mut health = Health::default();
        assert_eq!(fails(&mut health, 1, 1), (5, false));
        assert_eq!(fails(&mut health, 2, 1), (5, true));
        assert!(matches!(health.state, SinkState::BackingOff { .. }) && health.is_down());
        health.end_backoff(Clock.moment());
        assert!(matches!(health.state, SinkState::Down { .. }));
        assert_eq!(fails(&mut health, 1, 2), (30, true), "the waits are those of the sink");
        health.works();
        assert_eq!((&health.state, health.is_down()), (&SinkState::Up, false));
        assert_eq!(fails(&mut health, 3, 1), (5, false), "and begin from the start");
    }

    #[test]
    fn a_receiver_that_asks_for_time_gets_it_at_once() {
        let mut health = Health::default();
        let failure = Failure { row: Some(1), of_delivery: true, tries: 1, asked: Duration::from_secs(900) };
        let backoff = Backoff::listed([Duration::from_secs(5)]);
        let now = Clock.moment();
        let wait = health.failed(&failure, now, &backoff, 0.5, LONGEST);
        assert_eq!(wait, Wait { time: Duration::from_secs(900), is_down: true });
        assert_eq!(health.state, SinkState::BackingOff { until: now.later(Duration::from_secs(900)) });
        let capped = health.failed(&failure, now, &backoff, 0.5, Duration::from_secs(60));
        assert_eq!(capped.time, Duration::from_secs(60), "but not beyond the time of giving up");
    }

    #[test]
    fn a_stop_goes_on_when_a_delivery_is_taken_and_does_not_bring_back_a_receiver_that_is_gone() {
        let mut health = Health::default();
        health.drain();
        health.works();
        assert_eq!(health.state, SinkState::Draining);
        health.state = SinkState::Gone { reason: "410".to_owned() };
        health.drain();
        assert!(matches!(health.state, SinkState::Gone { .. }));
    }
}
