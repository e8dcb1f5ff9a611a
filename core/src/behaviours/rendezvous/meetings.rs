//! Meetings of each pair over the last two weeks, which show whether two ships meet regularly (part of `rendezvous`).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::picture::tracks::TrackKey;

/// How long a meeting counts as an earlier one. The name of the measured value `earlier_meetings_14_days` states it too.
const REMEMBERED: Span = Span::from_hours(14 * 24);
/// Maximum number of pairs remembered in each of the 64 parts of the pairs. Beyond it those that met longest ago are
/// forgotten and counted.
const MOST_PAIRS: usize = 512;
/// Maximum number of meetings remembered for one pair; the latest are kept.
const MOST_MEETINGS: usize = 32;

/// The keys of two ships, smaller first.
pub(super) type Both = (TrackKey, TrackKey);

/// When each pair began to meet.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Meetings {
    /// Starts of the meetings of each pair, oldest first.
    pairs: BTreeMap<Both, Vec<Time>>,
    /// Pairs, by the start of their latest meeting.
    by_latest: BTreeSet<(Time, Both)>,
    /// Number of pairs forgotten for lack of room. Those forgotten after 14 days do not count.
    evicted: u64,
}

impl Meetings {
    /// Adds a meeting that began at `since`. Returns the number of earlier ones of the same pair.
    pub(super) fn meet(&mut self, both: Both, since: Time) -> usize {
        let earlier = self.earlier(both, since);
        let meetings = self.pairs.entry(both).or_default();
        // The pair moves to its place by the new meeting.
        if let Some(latest) = meetings.last() {
            self.by_latest.remove(&(*latest, both));
        }
        meetings.push(since);
        meetings.sort_unstable();
        let excess = meetings.len().saturating_sub(MOST_MEETINGS);
        meetings.drain(..excess);
        let latest = meetings.last().copied().unwrap_or(since);
        self.by_latest.insert((latest, both));
        self.forget(latest);
        earlier
    }

    /// Number of meetings of the pair that began within the 14 days before `at`.
    pub(super) fn earlier(&self, both: Both, at: Time) -> usize {
        let meetings = self.pairs.get(&both).into_iter().flatten();
        meetings.filter(|since| at - REMEMBERED <= **since && **since < at).count()
    }

    /// Forgets pairs that have not met for 14 days, and the oldest beyond `MOST_PAIRS`.
    fn forget(&mut self, now: Time) {
        while let Some((latest, both)) = self.by_latest.first().copied() {
            let old = latest < now - REMEMBERED;
            if !old && self.by_latest.len() <= MOST_PAIRS {
                break;
            }
            self.evicted += u64::from(!old);
            self.by_latest.pop_first();
            self.pairs.remove(&both);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::units::Mmsi;

    fn both(number: u32) -> Both {
        let track = |mmsi| TrackKey { mmsi: Mmsi(mmsi), ordinal: 1 };
        (track(number), track(1_000_000 + number))
    }

    #[test]
    fn a_meeting_counts_for_fourteen_days_and_for_its_own_pair() {
        let mut meetings = Meetings::default();
        let at = |hours: i64| Time::from_seconds(1_700_000_000) + Span::from_hours(hours);
        assert_eq!(meetings.meet(both(1), at(0)), 0);
        assert_eq!(meetings.meet(both(1), at(24)), 1);
        assert_eq!(meetings.meet(both(2), at(24)), 0);
        assert_eq!(meetings.earlier(both(1), at(14 * 24)), 2);
        assert_eq!(meetings.earlier(both(1), at(14 * 24 + 1)), 1);
        assert_eq!(meetings.meet(both(1), at(16 * 24)), 0);
        // The second pair has not met for longer than that and is forgotten.
        assert_eq!((meetings.pairs.len(), meetings.by_latest.len(), meetings.evicted), (1, 1, 0));
    }

    #[test]
    fn memory_is_bounded_and_what_is_forgotten_early_is_counted() {
        let mut meetings = Meetings::default();
        for second in 0..MOST_PAIRS as u32 + 10 {
            meetings.meet(both(second), Time::from_seconds(i64::from(second)));
        }
        assert_eq!((meetings.pairs.len(), meetings.by_latest.len(), meetings.evicted), (MOST_PAIRS, MOST_PAIRS, 10));
        for second in 0..100 {
            meetings.meet(both(7_000_000), Time::from_seconds(100_000 + second));
        }
        assert_eq!(meetings.pairs[&both(7_000_000)].len(), MOST_MEETINGS);
    }
}
