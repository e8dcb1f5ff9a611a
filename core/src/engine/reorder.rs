//! The reorder buffer. Reports wait here until engine time reaches them, and leave in an order that does not depend on the order in
//! which they arrived.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::{Deserialize, Serialize};

use crate::ais::{Body, Report};
use crate::base::time::Time;

/// Sort key of a report: its time, kind and MMSI in one number; its source; its payload; its station.
type Order = (u128, u16, u64, u16);

/// Reports by whole second; the earliest second is kept sorted in `current`, latest report first.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Reorder {
    /// Reports of later seconds, not sorted.
    later: BTreeMap<i64, Vec<Report>>,
    current: Vec<Report>,
    /// Reports of the current second that arrived after `current` was sorted: most of them under load, if the lateness is small.
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
    pub(super) fn push(&mut self, report: Report) {
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
            // Room for one report: exact repeats are rare.
            Entry::Vacant(none) => drop(none.insert(vec![report])),
            Entry::Occupied(mut same) => same.get_mut().push(report),
        }
    }

    fn current_is_empty(&self) -> bool {
        self.current.is_empty() && self.more.is_empty()
    }

    /// The time of the earliest report; `None` if the buffer is empty.
    pub(super) fn next_at(&mut self) -> Option<Time> {
        if self.current_is_empty() {
            let (second, mut reports) = self.later.pop_first()?;
            reports.sort_unstable_by(|a, b| {
                let rank = rank(b).cmp(&rank(a));
                rank.then_with(|| (b.source.0, b.payload, b.station.0).cmp(&(a.source.0, a.payload, a.station.0)))
            });
            let emptied = std::mem::replace(&mut self.current, reports);
            if self.spare.len() < 256 {
                self.spare.push(emptied);
            }
            self.current_second = second;
        }
        let current = self.current.last().map(|report| report.at);
        let more = self.more.first_key_value().and_then(|(_, same)| same.last()).map(|report| report.at);
        current.into_iter().chain(more).min()
    }

    /// Takes out the next report if it is at exactly this time.
    pub(super) fn pop_at(&mut self, at: Time) -> Option<Report> {
        let current = self.current.last().filter(|next| next.at == at);
        let Some(more) = self.more.first_entry() else {
            return if current.is_some() { self.current.pop() } else { None };
        };
        if current.is_some_and(|current| order(current) <= *more.key()) {
            return self.current.pop();
        }
        if more.get().last().is_none_or(|next| next.at != at) {
            return None;
        }
        let mut more = more;
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
        let more = self.more.values().next_back().and_then(|same| same.last());
        later.or(self.current.first().into_iter().chain(more).map(|report| report.at).max())
    }
}

/// The sort key of a report: by time; at equal times static data before positions, then by MMSI, source, payload and station.
fn order(report: &Report) -> Order {
    (rank(report), report.source.0, report.payload, report.station.0)
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
            station: StationId(0),
            mmsi: Mmsi(mmsi),
            payload: 0,
            body: Body::Other,
        }
    }

    #[test]
    fn the_order_of_release_does_not_depend_on_the_order_of_arrival() {
        let mut all: Vec<Report> = (0..500).map(|n| report((n * 7919) % 60_000, (n % 17) as u32)).collect();
        let mut sorted = all.clone();
        sorted.sort_by_key(order);
        fastrand::seed(7);
        for _ in 0..20 {
            fastrand::shuffle(&mut all);
            let mut buffer = Reorder::new();
            let mut released = Vec::new();
            let (first, second) = all.split_at(fastrand::usize(..all.len()));
            first.iter().for_each(|report| buffer.push(report.clone()));
            // Looking at the earliest report must not prevent earlier ones from being added.
            buffer.next_at();
            second.iter().for_each(|report| buffer.push(report.clone()));
            assert_eq!(buffer.last(), sorted.last().map(|report| report.at));
            while let Some(at) = buffer.next_at() {
                released.extend(buffer.pop_at(at));
            }
            assert!(released == sorted);
        }
    }
}
