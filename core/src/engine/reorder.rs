//! The reorder buffer. Reports wait here until engine time reaches them, and leave in an order that does not depend on the order in
//! which they arrived.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::{Deserialize, Serialize};

use crate::ais::{Body, Report};
use crate::base::parallel::in_parallel;
use crate::base::time::Time;

/// Number of reports in a second from which sorting them on several threads pays.
const WORTH_SORTING_APART: usize = 4096;

/// Sort key of a report: its time, kind and MMSI in one number; its source; its payload. Reports with the same key are copies from
/// several stations, and follow one another by the name of the station.
type Order = (u128, u16, u64);

/// Names of the stations, by number.
pub(super) type StationNames = [Box<str>];

/// Reports by whole second; the earliest second is kept sorted in `current`, latest report first.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Reorder {
    /// Reports of later seconds, not sorted.
    later: BTreeMap<i64, Vec<Report>>,
    current: Vec<Report>,
    /// Reports of the current second that arrived after `current` was sorted: most of them under load, if the lateness is small.
    /// Copies of one report are sorted like `current`.
    more: BTreeMap<Order, Vec<Report>>,
    current_second: i64,
    /// Emptied buffers, for reuse.
    spare: Vec<Vec<Report>>,
}

impl Reorder {
    pub(super) fn new() -> Reorder {
        Reorder::default()
    }

    /// Adds a report.
    pub(super) fn push(&mut self, report: Report, names: &StationNames) {
        let second = report.at.seconds();
        if self.current_is_empty() || self.current_second < second {
            let spare = &mut self.spare;
            let reports = self.later.entry(second).or_insert_with(|| spare.pop().unwrap_or_default());
            if reports.len() == reports.capacity() {
                // Grow by an eighth instead of doubling, because each second brings about as many reports as the next.
                reports.reserve_exact((reports.len() / 8).max(16));
            }
            reports.push(report);
            return;
        }
        if second < self.current_second {
            let mut current = std::mem::take(&mut self.current);
            current.extend(std::mem::take(&mut self.more).into_values().flatten());
            self.later.insert(self.current_second, current);
            self.later.entry(second).or_default().push(report);
            return;
        }
        match self.more.entry(order(&report)) {
            // Room for one report: copies in one second are rare.
            Entry::Vacant(none) => drop(none.insert(vec![report])),
            Entry::Occupied(mut copies) => {
                copies.get_mut().push(report);
                copies.get_mut().sort_by(|a, b| latest_first(a, b, names));
            }
        }
    }

    fn current_is_empty(&self) -> bool {
        self.current.is_empty() && self.more.is_empty()
    }

    /// The time of the earliest report; `None` if the buffer is empty. Sorts on up to `threads` threads.
    pub(super) fn next_at(&mut self, names: &StationNames, threads: usize) -> Option<Time> {
        if self.current_is_empty() {
            let (second, mut reports) = self.later.pop_first()?;
            // Stable, so that the result does not depend on the number of threads.
            if 1 < threads && WORTH_SORTING_APART <= reports.len() {
                let share = reports.len().div_ceil(threads);
                in_parallel(reports.chunks_mut(share), false, |share| share.sort_by(|a, b| latest_first(a, b, names)));
            }
            // Merges the shares, if they are sorted already.
            reports.sort_by(|a, b| latest_first(a, b, names));
            let emptied = std::mem::replace(&mut self.current, reports);
            if self.spare.len() < 256 {
                self.spare.push(emptied);
            }
            self.current_second = second;
        }
        let current = self.current.last().map(|report| report.at);
        let more = self.more.first_key_value().and_then(|(_, copies)| copies.last()).map(|report| report.at);
        current.into_iter().chain(more).min()
    }

    /// Takes out the next report if it is at exactly this time.
    pub(super) fn pop_at(&mut self, at: Time, names: &StationNames) -> Option<Report> {
        let current = self.current.last().filter(|next| next.at == at);
        let Some(mut more) = self.more.first_entry() else {
            return if current.is_some() { self.current.pop() } else { None };
        };
        let Some(next) = more.get().last().filter(|next| next.at == at) else {
            return if current.is_some() { self.current.pop() } else { None };
        };
        if current.is_some_and(|current| latest_first(current, next, names).is_ge()) {
            return self.current.pop();
        }
        let next = more.get_mut().pop();
        if more.get().is_empty() {
            more.remove();
        }
        next
    }

    /// The time of the latest report; `None` if the buffer is empty.
    pub(super) fn last(&self) -> Option<Time> {
        let later = self.later.last_key_value();
        let later = later.and_then(|(_, reports)| reports.iter().map(|report| report.at).max());
        let more = self.more.values().next_back().and_then(|copies| copies.last());
        later.or(self.current.first().into_iter().chain(more).map(|report| report.at).max())
    }
}

/// The order of release, reversed: the report to be released first is the last one.
fn latest_first(a: &Report, b: &Report, names: &StationNames) -> Ordering {
    let name = |report: &Report| names.get(usize::from(report.station.0)).map_or("", Box::as_ref);
    let rank = rank(b).cmp(&rank(a));
    let copies = || (b.source.0, b.payload).cmp(&(a.source.0, a.payload));
    rank.then_with(copies).then_with(|| name(b).cmp(name(a)))
}

/// The sort key of a report: by time; at equal times static data before positions, then by MMSI, source and payload.
fn order(report: &Report) -> Order {
    (rank(report), report.source.0, report.payload)
}

/// Time, kind and MMSI in one number.
fn rank(report: &Report) -> u128 {
    let kind = match report.body {
        Body::Static(_) | Body::SafetyText(_) => 0,
        Body::Position(_) => 1,
        Body::Base(_) | Body::Aid(_) | Body::Other => 2,
    };
    // The sign bit is inverted so that times before 1970 sort first.
    let time = (report.at.millis() as u64) ^ (1 << 63);
    u128::from(time) << 64 | u128::from(kind << 32 | u64::from(report.mmsi.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ais::{SourceId, StationId, TimeBasis};
    use crate::base::time::Span;
    use crate::base::units::Mmsi;

    fn report(millis: i64, mmsi: u32) -> Report {
        Report {
            at: Time::from_millis(millis),
            basis: TimeBasis::Tag,
            uncertainty: Span::ZERO,
            source: SourceId(0),
            station: StationId((millis % 3) as u16),
            mmsi: Mmsi(mmsi),
            payload: 0,
            body: Body::Other,
        }
    }

    #[test]
    fn the_order_of_release_does_not_depend_on_the_order_of_arrival() {
        let mut all: Vec<Report> = (0..500).map(|n| report((n * 7919) % 60_000, (n % 17) as u32)).collect();
        let mut sorted = all.clone();
        let names = ["".into(), "Lisboa".into(), "Aveiro".into()];
        sorted.sort_by(|a, b| latest_first(b, a, &names));
        fastrand::seed(7);
        for _ in 0..20 {
            fastrand::shuffle(&mut all);
            let mut buffer = Reorder::new();
            let mut released = Vec::new();
            let (first, second) = all.split_at(fastrand::usize(..all.len()));
            first.iter().for_each(|report| buffer.push(report.clone(), &names));
            // Looking at the earliest report must not prevent earlier ones from being added.
            buffer.next_at(&names, 1);
            second.iter().for_each(|report| buffer.push(report.clone(), &names));
            assert_eq!(buffer.last(), sorted.last().map(|report| report.at));
            while let Some(at) = buffer.next_at(&names, 1) {
                released.extend(buffer.pop_at(at, &names));
            }
            assert!(released == sorted);
        }
    }

    #[test]
    fn copies_are_released_by_the_names_of_their_stations_not_by_the_order_in_which_they_were_first_heard() {
        let copies =
            |stations: [u16; 3]| stations.map(|station| Report { station: StationId(station), ..report(0, 1) });
        let released = |names: &[Box<str>], copies: [Report; 3]| {
            let mut buffer = Reorder::new();
            let [first, second, third] = copies;
            buffer.push(first, names);
            // Sorts the first one, so that the others have to be put beside it.
            let at = buffer.next_at(names, 1).expect("a report waits");
            buffer.push(second, names);
            buffer.push(third, names);
            std::iter::from_fn(|| buffer.pop_at(at, names))
                .map(|report| names[usize::from(report.station.0)].clone())
                .collect::<Vec<Box<str>>>()
        };
        let names = ["".into(), "Faro".into(), "Aveiro".into(), "Lisboa".into()];
        let other_names = ["".into(), "Lisboa".into(), "Faro".into(), "Aveiro".into()];
        assert_eq!(released(&names, copies([1, 2, 3])), ["Aveiro".into(), "Faro".into(), "Lisboa".into()]);
        assert_eq!(released(&other_names, copies([1, 2, 3])), ["Aveiro".into(), "Faro".into(), "Lisboa".into()]);
    }

    #[test]
    fn a_second_sorted_on_several_threads_is_released_in_the_same_order() {
        let mut all: Vec<Report> = (0..20_000).map(|n| report((n * 7919) % 1000, (n % 4001) as u32)).collect();
        fastrand::seed(7);
        fastrand::shuffle(&mut all);
        let released = |threads: usize| {
            let mut buffer = Reorder::new();
            all.iter().for_each(|report| buffer.push(report.clone(), &[]));
            let mut released = Vec::new();
            while let Some(at) = buffer.next_at(&[], threads) {
                released.extend(buffer.pop_at(at, &[]));
            }
            released
        };
        assert!(released(1) == released(2));
    }
}
