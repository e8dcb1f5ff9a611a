//! The letters a sink has in hand: in order, each alert's revisions behind one another, what failed again later.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::letter::Letter;
use crate::clock::{Clock, Moment};
use crate::time::Time;

/// Letters in hand at most; more stay in the store.
pub(super) const ROOM: usize = 256;

/// One letter in hand.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) letter: Letter,
    /// Since when it waits, wall clock.
    pub(super) since: Time,
    /// When it was read from where it waits.
    pub(super) read: Moment,
    /// How often it was tried.
    pub(super) attempts: u32,
    /// Tried again so long after this moment.
    pub(super) wait: Option<(Moment, Duration)>,
    /// Not together with others: among them was one that the sink refused.
    pub(super) alone: bool,
    /// Some of those it is for have it: a newer one of its alert need not wait for the rest.
    pub(super) partly: bool,
    /// It was counted as one that waits for the rate of the sink.
    pub(super) delayed: bool,
}

impl Held {
    /// Just read, to be tried at once.
    pub(super) fn new(letter: Letter, since: Time, attempts: u32) -> Held {
        Held { letter, since, read: Clock.moment(), attempts, wait: None, alone: false, partly: false, delayed: false }
    }

    fn is_ready(&self, now: Moment) -> bool {
        self.wait.is_none_or(|(from, wait)| wait <= now.since(from))
    }
}

/// What is in hand, in the order it goes out.
#[derive(Debug, Default)]
pub(super) struct Window {
    held: Vec<Held>,
}

impl Window {
    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    /// How many nobody has yet.
    pub(super) fn fresh(&self) -> usize {
        self.held.iter().filter(|held| !held.partly).count()
    }

    /// Puts one where it belongs, in the order of rows.
    pub(super) fn push(&mut self, held: Held) {
        let place = self.held.partition_point(|other| other.letter.row < held.letter.row);
        self.held.insert(place, held);
    }

    pub(super) fn holds(&self, row: i64) -> bool {
        self.held.binary_search_by_key(&Some(row), |held| held.letter.row).is_ok()
    }

    /// Takes out what goes next, at most so many together, of what nobody has yet: the first that is ready and no older letter of whose alert still waits.
    pub(super) fn take_ready(&mut self, now: Moment, together: usize) -> Vec<Held> {
        let mut blocked: BTreeSet<&str> = BTreeSet::new();
        let mut places: Vec<usize> = Vec::new();
        for (place, held) in self.held.iter().enumerate() {
            if held.partly {
                continue;
            }
            let alert = &*held.letter.alert;
            if blocked.contains(alert) || !held.is_ready(now) {
                blocked.insert(alert);
                continue;
            }
            if held.alone && !places.is_empty() {
                break;
            }
            places.push(place);
            if held.alone || together <= places.len() {
                break;
            }
        }
        let mut taken: Vec<Held> = places.iter().rev().map(|place| self.held.remove(*place)).collect();
        taken.reverse();
        taken
    }

    /// Notes that what is ready waits for the rate of the sink; how much of it had not waited for that before.
    pub(super) fn note_delayed(&mut self, now: Moment) -> usize {
        let waits = |held: &&mut Held| !held.partly && !held.delayed && held.is_ready(now);
        self.held.iter_mut().filter(waits).map(|held| held.delayed = true).count()
    }

    /// Takes out the first that is ready of those that some have.
    pub(super) fn take_partly(&mut self, now: Moment) -> Vec<Held> {
        let place = self.held.iter().position(|held| held.partly && held.is_ready(now));
        place.map(|place| self.held.remove(place)).into_iter().collect()
    }

    /// Takes out the oldest of those that some have, beyond so many.
    pub(super) fn take_partly_beyond(&mut self, most: usize) -> Vec<Held> {
        let mut beyond = (self.len() - self.fresh()).saturating_sub(most);
        let mut is_beyond = |held: &mut Held| {
            let taken = held.partly && 0 < beyond;
            beyond -= usize::from(taken);
            taken
        };
        self.held.extract_if(.., |held| is_beyond(held)).collect()
    }

    /// Puts back what was taken, in its place.
    pub(super) fn put_back(&mut self, held: Vec<Held>) {
        held.into_iter().for_each(|held| self.push(held));
    }

    /// Everything may be tried at once: the sink works again.
    pub(super) fn wake(&mut self) {
        self.held.iter_mut().for_each(|held| held.wait = None);
    }

    /// How long until the next one is ready, behind those of its alert; `None` when nothing waits.
    pub(super) fn next_in(&self, now: Moment) -> Option<Duration> {
        let left = |held: &Held| held.wait.map_or(Duration::ZERO, |(from, wait)| wait.saturating_sub(now.since(from)));
        let mut of_alert: BTreeMap<&str, Duration> = BTreeMap::new();
        let waits = self.held.iter().map(|held| {
            if held.partly {
                return left(held);
            }
            let longest = of_alert.entry(&*held.letter.alert).or_default();
            *longest = (*longest).max(left(held));
            *longest
        });
        waits.min()
    }

    /// Takes out what only some have and a newer letter of the same alert has made needless.
    pub(super) fn take_outdated(&mut self, newer: &Letter) -> Vec<Held> {
        let is_older = |held: &mut Held| held.partly && held.letter.row < newer.row && held.letter.alert == newer.alert;
        self.held.extract_if(.., is_older).collect()
    }

    /// Takes out what has waited since before a moment.
    pub(super) fn take_older(&mut self, than: Time) -> Vec<Held> {
        self.held.extract_if(.., |held| held.since <= than).collect()
    }

    /// Takes all of it.
    pub(super) fn drain(&mut self) -> Vec<Held> {
        std::mem::take(&mut self.held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(row: i64, alert: &str, wait: Option<u64>) -> Held {
        let line = format!("{{\"revision\":{row},\"alert\":{{\"id\":\"{alert}\"}}}}");
        let letter = Letter::new(Some(row), line.into()).expect("a line");
        let wait = wait.map(|seconds| (Clock.moment(), Duration::from_secs(seconds)));
        Held { wait, ..Held::new(letter, Time::from_millis(0), 0) }
    }

    fn rows(window: &mut Window, together: usize) -> Vec<i64> {
        window.take_ready(Clock.moment(), together).iter().filter_map(|held| held.letter.row).collect()
    }

    #[test]
    fn a_later_word_of_an_alert_never_overtakes_an_earlier_one() {
        let mut window = Window::default();
        window.push(held(1, "a", Some(3600)));
        window.push(held(2, "a", None));
        window.push(held(3, "b", None));
        assert_eq!(rows(&mut window, 10), [3]);
        assert_eq!(rows(&mut window, 10), [0; 0]);
        window.wake();
        assert_eq!(rows(&mut window, 10), [1, 2]);
    }

    #[test]
    fn nothing_is_ready_behind_what_waits() {
        let mut window = Window::default();
        window.push(held(1, "a", Some(3600)));
        window.push(held(2, "a", None));
        assert!(Duration::from_secs(3000) < window.next_in(Clock.moment()).expect("two wait"));
        window.push(held(3, "b", None));
        assert_eq!(window.next_in(Clock.moment()), Some(Duration::ZERO));
    }

    #[test]
    fn what_is_too_old_is_taken_out_whether_it_is_ready_or_not() {
        let mut window = Window::default();
        let old = |row, since, wait| Held { since: Time::from_millis(since), ..held(row, "a", wait) };
        window.push(old(1, 0, Some(3600)));
        window.push(old(2, 1000, None));
        window.push(old(3, 1001, None));
        let late: Vec<Option<i64>> =
            window.take_older(Time::from_millis(1000)).iter().map(|held| held.letter.row).collect();
        assert_eq!((late, window.len()), (vec![Some(1), Some(2)], 1));
    }

    #[test]
    fn a_newer_letter_does_not_wait_for_those_who_lack_an_older_one() {
        let (mut window, now) = (Window::default(), Clock.moment());
        window.push(Held { partly: true, alone: true, ..held(1, "a", Some(3600)) });
        window.push(held(2, "a", None));
        assert_eq!(window.next_in(now), Some(Duration::ZERO));
        let taken = window.take_ready(now, 10);
        assert_eq!(taken.iter().map(|held| held.letter.row).collect::<Vec<_>>(), [Some(2)]);
        assert!(window.take_partly(now).is_empty(), "not yet");
        assert_eq!((window.len(), window.fresh()), (1, 0));
        assert!(window.take_outdated(&held(3, "b", None).letter).is_empty(), "of another alert");
        assert_eq!((window.take_outdated(&taken[0].letter).len(), window.len()), (1, 0));
        for row in 4..7 {
            window.push(Held { partly: true, ..held(row, "c", None) });
        }
        let rows = |held: Vec<Held>| held.iter().map(|held| held.letter.row).collect::<Vec<_>>();
        assert_eq!(rows(window.take_partly_beyond(2)), [Some(4)]);
        assert_eq!(rows(window.take_partly(now)), [Some(5)]);
        assert!(window.take_ready(now, 10).is_empty(), "those are not for everybody");
    }

    #[test]
    fn what_is_put_back_goes_first_again() {
        let mut window = Window::default();
        (1..=4).for_each(|row| window.push(held(row, &format!("{row}"), None)));
        let taken = window.take_ready(Clock.moment(), 2);
        window.put_back(taken);
        assert_eq!(rows(&mut window, 3), [1, 2, 3]);
    }

    #[test]
    fn after_a_refusal_of_several_each_goes_alone() {
        let mut window = Window::default();
        let mut two = vec![held(1, "a", None), held(2, "b", None)];
        two.iter_mut().for_each(|held| held.alone = true);
        window.push(held(3, "c", None));
        window.put_back(two);
        assert_eq!(rows(&mut window, 10), [1]);
        assert_eq!(rows(&mut window, 10), [2]);
        assert_eq!(rows(&mut window, 10), [3]);
    }
}
