//! Gaps: silences at sea of vessels that should have been heard, and what the vessels could have done meanwhile.
//!
//! A gap opens when the reception model finds a silence improbable, and closes when the vessel is heard again. A report that arrives late
//! may split it. Behaviours read gaps to find what a silent vessel could have met.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::base::units::{METRES_PER_NM, Mmsi};
use crate::geo::LatLon;
use crate::picture::tracks::TrackKey;
use crate::zones::Chart;

/// Distance from shore below which silences are not judged, as in calm water. Nautical miles.
pub const MIN_SHORE_NM: f64 = 1.0;
/// Shortest closed gap that is kept. A shorter one leaves no time for a meeting.
const SHORTEST: Span = Span::from_minutes(45);
/// How long gaps are kept after their end, or, while they are open, after their start.
const KEPT: Span = Span::from_hours(30 * 24);
/// Maximum number of gaps kept. Beyond it those that ended first are dropped and counted.
const MOST: usize = 50_000;

/// A position and a time.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Spot {
    /// Time.
    pub at: Time,
    /// Position.
    pub position: LatLon,
}

/// A silence of one vessel, open or closed.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Gap {
    /// The vessel.
    pub key: TrackKey,
    /// Where and when it was last heard.
    pub from: Spot,
    /// Where and when it was heard again; `None` while the gap is open.
    pub to: Option<Spot>,
    /// The vessel's usual speed before the gap. Knots.
    pub usual_knots: f64,
    /// Whether vessels often fall silent there, so that this silence means nothing.
    pub usual: bool,
    /// Whether the vessel was at anchor, or still for hours, when it was last heard.
    pub lay_still: bool,
}

impl Gap {
    /// Length of the gap; of an open one, until `now`.
    pub fn length(&self, now: Time) -> Span {
        self.to.map_or(now, |to| to.at) - self.from.at
    }

    /// Distance between its ends, in nautical miles; `None` while it is open.
    pub fn distance_nm(&self) -> Option<f64> {
        self.to.map(|to| self.from.position.nm_to(to.position))
    }

    /// Lowest speed that explains where the vessel was heard again, in knots; `None` while the gap is open.
    pub fn implied_knots(&self) -> Option<f64> {
        let to = self.to?;
        let hours = (to.at - self.from.at).hours();
        (0.0 < hours).then(|| self.from.position.nm_to(to.position) / hours)
    }

    /// Slack: the time that is left once the distance is sailed straight at the usual speed, and is unaccounted for. Zero if the
    /// vessel must have gone faster; `None` while the gap is open.
    pub fn slack(&self) -> Option<Span> {
        let to = self.to?;
        let sailing = hours(self.from.position.nm_to(to.position) / self.usual_knots.max(0.1));
        Some((to.at - self.from.at - sailing).max(Span::ZERO))
    }

    /// Slack if the vessel went through `place` at `knots`: the time left for a meeting there. For an open gap it is counted until
    /// `now`, without a way back. Negative if the vessel cannot have been there.
    pub fn slack_at(&self, place: LatLon, knots: f64, now: Time) -> Span {
        let out = self.from.position.metres_to(place);
        let back = self.to.map_or(0.0, |to| place.metres_to(to.position));
        self.length(now) - hours((out + back) / METRES_PER_NM / knots.max(0.1))
    }
}

/// Gaps of the last 30 days.
#[derive(Default, Serialize, Deserialize)]
pub struct Gaps {
    /// Gaps by vessel and start.
    gaps: BTreeMap<(TrackKey, Time), Gap>,
    /// Their keys by start and vessel.
    by_start: BTreeSet<(Time, TrackKey)>,
    /// Number of gaps dropped because there were too many.
    evicted: u64,
}

impl Gaps {
    /// Whether silences are judged at a place: at sea, and outside calm water.
    pub fn judged_at(place: LatLon, chart: &Chart, now: Time) -> bool {
        MIN_SHORE_NM <= chart.shore_nm(place) && !chart.calm(place, now).inside
    }

    /// Begins a gap, once a vessel's silence at sea has become improbable.
    pub fn open(&mut self, gap: Gap) {
        let now = gap.from.at;
        self.insert(Gap { to: None, ..gap });
        if MOST < self.gaps.len() {
            self.evict(now);
        }
    }

    /// Closes the vessel's open gap, if it has one and the fix is not older than its start.
    pub fn close(&mut self, key: TrackKey, to: Spot) {
        let Some(gap) = self.latest(key).filter(|gap| gap.to.is_none() && gap.from.at < to.at) else {
            return;
        };
        self.put(Gap { to: Some(to), ..gap });
    }

    /// Splits the closed gap that contains a late fix. Returns that gap as it was; `None` if there is none.
    pub fn split(&mut self, key: TrackKey, heard: Spot) -> Option<Gap> {
        let before = (key, Time::MIN)..(key, heard.at);
        let gap = *self.gaps.range(before).next_back()?.1;
        let to = gap.to.filter(|to| heard.at < to.at)?;
        self.remove((key, gap.from.at));
        self.put(Gap { to: Some(heard), ..gap });
        self.put(Gap { from: heard, to: Some(to), ..gap });
        Some(gap)
    }

    /// The latest gap of a vessel, open or closed.
    pub fn latest(&self, key: TrackKey) -> Option<Gap> {
        self.gaps.range((key, Time::MIN)..=(key, Time::MAX)).next_back().map(|(_, gap)| *gap)
    }

    /// Gaps of a vessel that overlap a period, by start.
    pub fn of(&self, key: TrackKey, from: Time, to: Time) -> impl Iterator<Item = &Gap> {
        self.gaps.range((key, Time::MIN)..=(key, to)).map(|(_, gap)| gap).filter(move |gap| from <= end_of(gap))
    }

    /// All gaps that overlap a period and began at most `before` ahead of it, by start and vessel, except where silence
    /// is usual. For use when an episode changes, not at every report.
    pub fn during(&self, from: Time, to: Time, before: Span) -> impl Iterator<Item = &Gap> {
        let first = TrackKey { mmsi: Mmsi(0), ordinal: 0 };
        let last = TrackKey { mmsi: Mmsi(u32::MAX), ordinal: u16::MAX };
        let begun = self.by_start.range((from - before, first)..=(to, last));
        let gaps = begun.filter_map(|(at, key)| self.gaps.get(&(*key, *at)));
        gaps.filter(move |gap| !gap.usual && from <= end_of(gap))
    }

    /// Hourly maintenance: drops gaps that ended, or have been open, more than 30 days ago.
    pub fn sweep(&mut self, now: Time) {
        self.gaps.retain(|_, gap| now - KEPT <= gap.to.map_or(gap.from.at, |to| to.at));
        let gaps = &self.gaps;
        self.by_start.retain(|(at, key)| gaps.contains_key(&(*key, *at)));
    }

    /// Number of gaps kept.
    pub fn len(&self) -> usize {
        self.gaps.len()
    }

    /// Whether no gap is kept.
    pub fn is_empty(&self) -> bool {
        self.gaps.is_empty()
    }

    /// Number of gaps dropped because there were too many.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Approximate size on the heap. Bytes.
    pub fn bytes(&self) -> usize {
        self.gaps.len() * (size_of::<((TrackKey, Time), Gap)>() + size_of::<(Time, TrackKey)>() + 16)
    }

    /// Keeps a gap in place of the one with the same start. One that is closed and too short is dropped instead.
    fn put(&mut self, gap: Gap) {
        match gap.to {
            Some(to) if to.at - gap.from.at < SHORTEST => self.remove((gap.key, gap.from.at)),
            Some(_) | None => self.insert(gap),
        }
    }

    /// Adds a gap to both tables.
    fn insert(&mut self, gap: Gap) {
        self.by_start.insert((gap.from.at, gap.key));
        self.gaps.insert((gap.key, gap.from.at), gap);
    }

    fn remove(&mut self, (key, at): (TrackKey, Time)) {
        self.by_start.remove(&(at, key));
        self.gaps.remove(&(key, at));
    }

    /// Drops a tenth of all gaps: closed ones before open ones, the earliest end first.
    fn evict(&mut self, now: Time) {
        let mut order: Vec<_> = self
            .gaps
            .iter()
            .map(|(place, gap)| (gap.to.is_none(), gap.to.map_or(gap.from.at.min(now), |to| to.at), *place))
            .collect();
        order.sort_unstable();
        for (_, _, place) in order.into_iter().take(MOST / 10) {
            self.remove(place);
            self.evicted += 1;
        }
    }
}

/// The end of a gap; an open one has no end, so it overlaps every later period.
fn end_of(gap: &Gap) -> Time {
    gap.to.map_or(Time::MAX, |to| to.at)
}

/// A span of this many hours.
fn hours(hours: f64) -> Span {
    Span::from_millis((hours * 3_600_000.0) as i64)
}

#[cfg(test)]
mod tests;
