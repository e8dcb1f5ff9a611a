//! Estimates how late an input delivers. It learns the lag from lines with both times, for lines that only have the time of delivery.
//!
//! Satellite feeds deliver minutes to hours after reception. Some of their lines carry both times, others only the time
//! of delivery. If the latter were taken for the time of reception, a vessel would seem to be where it was half an hour
//! ago (SPEC, definitions revised after trials: such lines carry the uncertainty as resolution in time).

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};

/// Number of recent lines the lag is estimated from.
const RECENT: usize = 16;
/// Lags up to this are ignored: clocks differ, and so do the moments at which a line is stamped. SPEC counts positions by the minute.
const NONE: Span = Span::from_seconds(60);
/// Tolerance between a time of reception and the UTC second in the message. Seconds.
const SAME_SECOND: i64 = 3;
/// Net number of messages with an agreeing second from which a line's only time is taken for the time of reception after all.
const AGREEING: u8 = 4;
/// Upper limit of that number, so that a changed feed is noticed after a few messages.
const MOST_AGREEING: u8 = 8;

/// The lag of one input.
#[derive(Serialize, Deserialize)]
pub(super) struct Lag {
    /// Lag of the last lines with both times: a ring of which `count` places are in use.
    recent: [Span; RECENT],
    /// Number of lags in `recent`, 0-16.
    count: u8,
    /// Place in `recent` that is overwritten next.
    next: u8,
    /// Messages whose second agreed with the line's only time, minus two for each that did not; at most `MOST_AGREEING`.
    agreeing: u8,
}

/// Shortest and longest recent lag between reception and delivery.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Delivered {
    /// Shortest recent lag, not negative: a message was received at least this long before delivery.
    shortest: Span,
    /// Longest recent lag.
    longest: Span,
}

impl Lag {
    /// State before the first line: nothing is known of the lag.
    pub(super) fn new() -> Lag {
        Lag { recent: [Span::ZERO; RECENT], count: 0, next: 0, agreeing: 0 }
    }

    /// Records a line that has both its time of reception and its time of delivery.
    pub(super) fn learn(&mut self, received: Time, delivered: Time) {
        self.recent[usize::from(self.next)] = delivered - received;
        self.next = (self.next + 1) % RECENT as u8;
        self.count = (self.count + 1).min(RECENT as u8);
    }

    /// The current lag of the input; `None` if nothing shows that its times are not times of reception.
    pub(super) fn now(&self) -> Option<Delivered> {
        let recent = &self.recent[..usize::from(self.count)];
        let (shortest, longest) = (*recent.iter().min()?, *recent.iter().max()?);
        (NONE < longest).then(|| Delivered { shortest: shortest.max(Span::ZERO), longest })
    }

    /// Time of reception of a message whose only time is `at`, and how much earlier it may have been received.
    /// `second` is the UTC second in the message, if it has one.
    pub(super) fn resolve(&mut self, at: Time, delivered: Delivered, second: Option<u32>) -> (Time, Span) {
        // Seconds from the transmission to the claimed time, modulo a minute: near 0 (or 60) if `at` is when the
        // message was received.
        let off = second.map(|second| (at.seconds() - i64::from(second)).rem_euclid(60));
        let agrees = off.map(|off| off <= SAME_SECOND || 60 - SAME_SECOND <= off);
        match agrees {
            Some(true) => self.agreeing = (self.agreeing + 1).min(MOST_AGREEING),
            Some(false) => self.agreeing = self.agreeing.saturating_sub(2),
            None => {}
        }
        if AGREEING <= self.agreeing && agrees != Some(false) {
            return (at, Span::ZERO);
        }
        (at - delivered.shortest, (delivered.longest - delivered.shortest).max(NONE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Time = Time::from_seconds(1_328_184_000);

    fn lagging(seconds: &[i64]) -> Lag {
        let mut lag = Lag::new();
        seconds.iter().for_each(|late| lag.learn(NOON - Span::from_seconds(*late), NOON));
        lag
    }

    #[test]
    fn a_lag_of_up_to_a_minute_is_ignored() {
        assert_eq!(lagging(&[]).now(), None);
        assert_eq!(lagging(&[2, 60]).now(), None);
        assert!(lagging(&[2, 61]).now().is_some());
    }

    #[test]
    fn a_time_of_delivery_is_moved_back_by_the_shortest_lag_and_is_uncertain_by_the_rest() {
        let mut lag = lagging(&[1961, 2222, 2215]);
        let delivered = lag.now().expect("it lags");
        let expected = (NOON - Span::from_seconds(1961), Span::from_seconds(261));
        assert_eq!(lag.resolve(NOON, delivered, Some(40)), expected);
        assert_eq!(lag.resolve(NOON, delivered, None), expected);
        // With equal lags the uncertainty is still one minute.
        let mut lag = lagging(&[900; 20]);
        let delivered = lag.now().expect("it lags");
        assert_eq!(lag.resolve(NOON, delivered, Some(40)).1, NONE);
        // Only the most recent lines count.
        (0..16).for_each(|_| lag.learn(NOON, NOON));
        assert_eq!(lag.now(), None);
    }

    #[test]
    fn lines_with_agreeing_seconds_come_from_a_shore_station_on_the_same_input() {
        let mut lag = lagging(&[1961]);
        let delivered = lag.now().expect("it lags");
        let mut at = |second| lag.resolve(NOON, delivered, Some(second));
        assert_ne!(at(58), (NOON, Span::ZERO), "once is chance");
        for _ in 0..3 {
            at(59);
        }
        assert_eq!(at(0), (NOON, Span::ZERO));
        assert_ne!(at(30), (NOON, Span::ZERO));
    }
}
