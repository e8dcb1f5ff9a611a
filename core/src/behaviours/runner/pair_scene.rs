//! What a rule about two vessels may read.

use crate::base::time::{Span, Time};
use crate::behaviours::Scene;
use crate::behaviours::runner::instant::{Bridges, CommonInstant, instant_of};
use crate::behaviours::shared::one_hull::{OneHull, one_hull};
use crate::picture::tracks::{TrackIx, TrackKey, Vessel};
use crate::zones::Chart;

/// What a rule about two vessels may read: the two, and the chart.
pub(crate) struct PairScene<'a> {
    /// Engine time.
    pub(crate) now: Time,
    /// Zones, coast and ports.
    pub(crate) chart: &'a Chart,
    /// How long after its end a condition may resume as the same alert.
    pub(crate) merge: Span,
    /// The first vessel, by the order that the rule gave the two.
    pub(crate) a: Vessel<'a>,
    /// The second vessel.
    pub(crate) b: Vessel<'a>,
    /// Everything else, for the questions below only. A rule must not see other vessels.
    whole: &'a Scene<'a>,
}

impl<'a> PairScene<'a> {
    pub(super) fn new(whole: &'a Scene<'a>, (a, b): (TrackIx, TrackIx)) -> PairScene<'a> {
        let Scene { now, chart, merge, tracks, .. } = *whole;
        PairScene { now, chart, merge, a: tracks.vessel(a), b: tracks.vessel(b), whole }
    }

    /// The keys of both, in the same order.
    pub(crate) fn keys(&self) -> (TrackKey, TrackKey) {
        (self.a.key(), self.b.key())
    }

    /// Both vessels at a whole minute; `None` if the position of one of them is not known then.
    pub(crate) fn instant(&self, bridges: Bridges, at: Time) -> Option<CommonInstant> {
        instant_of(self.whole, bridges, &self.a, &self.b, at)
    }

    /// Why the two numbers are one hull; `None` if they are two.
    pub(crate) fn one_hull(&self) -> Option<OneHull> {
        one_hull(self.whole, self.a.key(), self.b.key())
    }

    /// When the one that has been silent for longer was last heard.
    pub(crate) fn silent_since(&self) -> Time {
        let last = |vessel: &Vessel<'_>| vessel.last().map_or(Time::MIN, |fix| fix.at);
        last(&self.a).min(last(&self.b))
    }

    /// How late reports of either may still arrive.
    pub(crate) fn lateness(&self) -> Span {
        let tracks = self.whole.tracks;
        tracks.lateness(self.a.ix()).max(tracks.lateness(self.b.ix()))
    }

    /// When the pair counts as lost, if one of the two was last heard at `last`.
    pub(crate) fn lost_at(&self, last: Time) -> Time {
        let tracks = self.whole.tracks;
        tracks.lost_at(self.a.ix(), last).max(tracks.lost_at(self.b.ix(), last))
    }

    /// Whether each has four fixes since `since`, or two if it is heard only by satellite.
    pub(crate) fn have_enough_fixes(&self, since: Time) -> bool {
        [self.a, self.b].into_iter().all(|vessel| {
            let needed = if vessel.satellite_only() { 2 } else { 4 };
            let kept = vessel.trail_since(since).count();
            let last_kept = vessel.trail_since(since).last().map(|point| point.at);
            let last = vessel.last().filter(|fix| last_kept.is_none_or(|kept| kept < fix.at));
            needed <= kept + usize::from(last.is_some())
        })
    }
}
