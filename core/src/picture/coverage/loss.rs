//! Losses: vessels that were heard in the slot before and not in this one.

use crate::ais::SourceId;
use crate::base::time::{Span, Time};
use crate::geo::LatLon;
use crate::picture::tracks::{Fix, TrackIx, TrackKey, Vessel};

use super::cells::Cell;

/// Time before a vessel's last fix over which its habit is measured.
const HABIT_OVER: Span = Span::from_minutes(30);
/// Longest habitual pause of a vessel whose silence is evidence of an outage.
const HEARD_EVERY: Span = Span::from_minutes(20);

/// A vessel heard in the slot before and not in this one, although its input was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loss {
    /// The vessel.
    pub(super) key: TrackKey,
    /// Its place in the picture.
    pub(super) vessel: TrackIx,
    /// The input that heard it last.
    pub(super) source: SourceId,
    /// The position of its last fix.
    pub(super) position: LatLon,
    /// The cell of that position.
    pub(super) cell: Cell,
    /// Time of its last fix.
    pub(super) at: Time,
    /// Probability that it is heard there, 0-1; less for a vessel lying still.
    pub(super) weight: f64,
    /// Its longest pause in the last half hour; `None` if it was heard too seldom for its silence to say anything about the
    /// receiver.
    pub(super) habit: Option<Span>,
}

/// The longest pause of a vessel in the half hour before its last fix; `None` if it was heard for less than 20 min of it, or had
/// a pause of more than 20 min (SPEC `feed_silent`).
pub(super) fn habit(vessel: Vessel<'_>, last: &Fix) -> Option<Span> {
    let points = vessel.trail_since(last.at - HABIT_OVER).map(|point| point.at).chain([last.at]);
    let times: Vec<Time> = points.collect();
    let known = last.at - *times.first()?;
    let longest = times.windows(2).map(|pair| pair[1] - pair[0]).max()?;
    (HEARD_EVERY <= known && longest <= HEARD_EVERY).then_some(longest)
}
