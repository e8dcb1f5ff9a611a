//! The deliveries a worker holds: in row order, an alert's revisions in sequence, failed ones delayed.
//!
//! The order is that of the rows. A delivery that waits blocks the later revisions of its alert and nothing else, so receivers see each
//! alert change in order while one bad message cannot stop the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::send::Delivery;
use crate::platform::clock::{Clock, Moment};
use atalaia_core::base::time::Time;

/// Maximum number of undelivered entries in flight; the rest stay in the store.
pub(super) const ROOM: usize = 256;

/// One delivery in flight, with the state of its retries.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    /// As last read from the queue, with the marking of that moment.
    pub(super) delivery: Delivery,
    /// When it was queued, by the wall clock.
    /// Decides when it is given up.
    pub(super) since: Time,
    /// When it was last read from the store, by the steady clock.
    pub(super) read: Moment,
    /// Number of attempts so far.
    /// From the store at first, so it survives a restart.
    pub(super) tries: u32,
    /// Start and length of the wait before the next attempt; `None` if it may be tried at once.
    pub(super) wait: Option<(Moment, Duration)>,
    /// Sent by itself, because an earlier batch with it was refused or partially delivered.
    pub(super) alone: bool,
    /// Partially delivered: some recipients have it. Newer revisions of its alert do not wait for the others.
    pub(super) partly: bool,
    /// Already counted in `delayed`, so that waiting for the sink's rate limit counts once.
    pub(super) delayed: bool,
    /// When the pace of the sink allows it, as last reported to the store; `None` if it has not waited for that.
    pub(super) paced: Option<Moment>,
    /// An operator has queued it again: even a receiver that answered 410 Gone gets another chance.
    pub(super) by_hand: bool,
}

impl Attempt {
    /// A delivery that has just been read and may be tried at once.
    pub(super) fn new(delivery: Delivery, since: Time, tries: u32) -> Attempt {
        Attempt {
            delivery,
            since,
            read: Clock.moment(),
            tries,
            wait: None,
            alone: false,
            partly: false,
            delayed: false,
            paced: None,
            by_hand: false,
        }
    }

    /// Whether its own wait is over. Older deliveries of its alert may still block it.
    fn is_ready(&self, now: Moment) -> bool {
        self.wait.is_none_or(|(from, wait)| wait <= now.since(from))
    }
}

/// The deliveries in flight, sorted by row.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    /// At most a few hundred new ones and [`MOST_PARTLY`](super::send::MOST_PARTLY) partially delivered, so a list is enough.
    attempts: Vec<Attempt>,
}

impl InFlight {
    /// Whether nothing is in flight, partially delivered messages included.
    pub(super) fn is_empty(&self) -> bool {
        self.attempts.is_empty()
    }

    /// Number in flight, including partially delivered ones.
    pub(super) fn len(&self) -> usize {
        self.attempts.len()
    }

    /// Number of deliveries that no recipient has yet.
    pub(super) fn fresh(&self) -> usize {
        self.attempts.iter().filter(|attempt| !attempt.partly).count()
    }

    /// Inserts a delivery in row order.
    pub(super) fn push(&mut self, attempt: Attempt) {
        let place = self.attempts.partition_point(|other| other.delivery.row < attempt.delivery.row);
        self.attempts.insert(place, attempt);
    }

    /// Whether this row is in flight. Relies on the order of the rows.
    pub(super) fn holds(&self, row: i64) -> bool {
        self.attempts.binary_search_by_key(&Some(row), |attempt| attempt.delivery.row).is_ok()
    }

    /// Takes the next ready deliveries, at most `together`. Partially delivered ones are left out, and so is every delivery behind an older
    /// one of the same alert that is still waiting.
    pub(super) fn take_ready(&mut self, now: Moment, together: usize) -> Vec<Attempt> {
        let mut blocked: BTreeSet<&str> = BTreeSet::new();
        let mut places: Vec<usize> = Vec::new();
        for (place, attempt) in self.attempts.iter().enumerate() {
            if attempt.partly {
                continue;
            }
            let alert = &*attempt.delivery.alert;
            if blocked.contains(alert) || !attempt.is_ready(now) {
                blocked.insert(alert);
                continue;
            }
            // It goes in the next call, first.
            if attempt.alone && !places.is_empty() {
                break;
            }
            places.push(place);
            if attempt.alone || together <= places.len() {
                break;
            }
        }
        let mut taken: Vec<Attempt> = places.iter().rev().map(|place| self.attempts.remove(*place)).collect();
        taken.reverse();
        taken
    }

    /// Marks ready deliveries as delayed by the sink's rate limit. Returns how many were not marked before.
    pub(super) fn note_delayed(&mut self, now: Moment) -> usize {
        let waits = |attempt: &&mut Attempt| !attempt.partly && !attempt.delayed && attempt.is_ready(now);
        self.attempts.iter_mut().filter(waits).map(|attempt| attempt.delayed = true).count()
    }

    /// Notes that ready deliveries wait for the pace of the sink until `until`. Returns those that wait longer than was noted before.
    pub(super) fn note_paced(&mut self, now: Moment, until: Moment) -> Vec<&Attempt> {
        let is_new = |attempt: &&mut Attempt| {
            let noted = attempt.paced.is_some_and(|noted| now < noted);
            !attempt.partly && !noted && attempt.is_ready(now)
        };
        let waits = self.attempts.iter_mut().filter(is_new);
        waits
            .map(|attempt| {
                attempt.paced = Some(until);
                &*attempt
            })
            .collect()
    }

    /// Takes the first partially delivered message that is ready.
    pub(super) fn take_partly(&mut self, now: Moment) -> Vec<Attempt> {
        let place = self.attempts.iter().position(|attempt| attempt.partly && attempt.is_ready(now));
        place.map(|place| self.attempts.remove(place)).into_iter().collect()
    }

    /// Takes the oldest partially delivered messages in excess of `most`.
    pub(super) fn take_partly_beyond(&mut self, most: usize) -> Vec<Attempt> {
        let mut beyond = (self.len() - self.fresh()).saturating_sub(most);
        let mut is_beyond = |attempt: &mut Attempt| {
            let taken = attempt.partly && 0 < beyond;
            beyond -= usize::from(taken);
            taken
        };
        self.attempts.extract_if(.., |attempt| is_beyond(attempt)).collect()
    }

    /// Puts taken deliveries back in row order.
    pub(super) fn put_back(&mut self, attempts: Vec<Attempt>) {
        attempts.into_iter().for_each(|attempt| self.push(attempt));
    }

    /// Ends every wait, because the sink works again.
    pub(super) fn wake(&mut self) {
        self.attempts.iter_mut().for_each(|attempt| attempt.wait = None);
    }

    /// Time until the next delivery is ready, counting the wait of older ones of the same alert. `None` if nothing is in flight.
    pub(super) fn next_in(&self, now: Moment) -> Option<Duration> {
        let left = |attempt: &Attempt| {
            attempt.wait.map_or(Duration::ZERO, |(from, wait)| wait.saturating_sub(now.since(from)))
        };
        // A delivery is ready only when all earlier ones of its alert are.
        let mut of_alert: BTreeMap<&str, Duration> = BTreeMap::new();
        let waits = self.attempts.iter().map(|attempt| {
            if attempt.partly {
                return left(attempt);
            }
            let longest = of_alert.entry(&*attempt.delivery.alert).or_default();
            *longest = (*longest).max(left(attempt));
            *longest
        });
        waits.min()
    }

    /// Takes partially delivered messages that `newer`, a later revision of the same alert, supersedes.
    pub(super) fn take_outdated(&mut self, newer: &Delivery) -> Vec<Attempt> {
        let is_older = |attempt: &mut Attempt| {
            attempt.partly && attempt.delivery.row < newer.row && attempt.delivery.alert == newer.alert
        };
        self.attempts.extract_if(.., is_older).collect()
    }

    /// Takes the deliveries queued at or before `than`.
    pub(super) fn take_older(&mut self, than: Time) -> Vec<Attempt> {
        self.attempts.extract_if(.., |attempt| attempt.since <= than).collect()
    }

    /// Takes all deliveries.
    pub(super) fn drain(&mut self) -> Vec<Attempt> {
        std::mem::take(&mut self.attempts)
    }
}

#[cfg(test)]
mod tests;
