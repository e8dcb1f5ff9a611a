//! How late an input hands on what was received, learned from its lines that say both, for its lines that say only the latter.

use serde::{Deserialize, Serialize};

use crate::time::{Span, Time};

/// Lines from which the lag is known.
const RECENT: usize = 16;
/// A lag up to this is none: clocks differ, and so do the moments at which a line is stamped. SPEC counts positions by the minute.
const NONE: Span = Span::from_seconds(60);
/// A time of reception shows about the second that the message was sent in. Seconds.
const SAME_SECOND: i64 = 3;
/// So many messages in balance whose second agrees show that a line's only time is the time of its reception after all.
const AGREEING: u8 = 4;
const MOST_AGREEING: u8 = 8;

/// The lag of one input.
#[derive(Serialize, Deserialize)]
pub(super) struct Lag {
    recent: [Span; RECENT],
    count: u8,
    next: u8,
    /// Messages whose second agreed with the line's only time, less those whose did not.
    agreeing: u8,
}

/// When a message was received, estimated from its time of delivery.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Delivered {
    shortest: Span,
    longest: Span,
}

impl Lag {
    pub(super) fn new() -> Lag {
        Lag { recent: [Span::ZERO; RECENT], count: 0, next: 0, agreeing: 0 }
    }

    /// A line said when it was received and when it was handed on.
    pub(super) fn learn(&mut self, received: Time, delivered: Time) {
        self.recent[usize::from(self.next)] = delivered - received;
        self.next = (self.next + 1) % RECENT as u8;
        self.count = (self.count + 1).min(RECENT as u8);
    }

    /// What a time of delivery means on this input; `None` where nothing shows that it is not the time of reception.
    pub(super) fn now(&self) -> Option<Delivered> {
        let recent = &self.recent[..usize::from(self.count)];
        let (shortest, longest) = (*recent.iter().min()?, *recent.iter().max()?);
        (NONE < longest).then(|| Delivered { shortest: shortest.max(Span::ZERO), longest })
    }

    /// The time of a message that has nothing but `at`, and how much earlier it may have been received. `second`: the UTC second in
    /// which it was sent, where it says.
    pub(super) fn resolve(&mut self, at: Time, delivered: Delivered, second: Option<u32>) -> (Time, Span) {
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
    fn a_minute_is_no_lag_and_more_is() {
        assert_eq!(lagging(&[]).now(), None);
        assert_eq!(lagging(&[2, 60]).now(), None);
        assert!(lagging(&[2, 61]).now().is_some());
    }

    #[test]
    fn a_time_of_delivery_is_put_back_by_the_shortest_lag_and_uncertain_by_the_rest() {
        let mut lag = lagging(&[1961, 2222, 2215]);
        let delivered = lag.now().expect("it lags");
        let expected = (NOON - Span::from_seconds(1961), Span::from_seconds(261));
        assert_eq!(lag.resolve(NOON, delivered, Some(40)), expected);
        assert_eq!(lag.resolve(NOON, delivered, None), expected);
        // Lags all alike: still a minute.
        let mut lag = lagging(&[900; 20]);
        let delivered = lag.now().expect("it lags");
        assert_eq!(lag.resolve(NOON, delivered, Some(40)).1, NONE);
        // Only the last lines count.
        (0..16).for_each(|_| lag.learn(NOON, NOON));
        assert_eq!(lag.now(), None);
    }

    #[test]
    fn lines_whose_seconds_agree_are_of_a_shore_station_on_the_same_input() {
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
