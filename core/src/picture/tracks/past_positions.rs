//! Where a vessel was at several past moments.

use crate::base::time::{Span, Time};
use crate::geo::LatLon;

use super::track::Vessel;
use super::trail::Walk;

/// Positions of a vessel at a series of moments, each no later than the one before, from one walk back along its trail.
pub struct PastPositions<'a> {
    vessel: Vessel<'a>,
    bridge: Span,
    /// Where in the trail the last moment was.
    walk: Walk,
}

impl<'a> PastPositions<'a> {
    /// Positions of a vessel, interpolated between fixes at most `bridge` apart.
    pub(super) fn new(vessel: Vessel<'a>, bridge: Span) -> PastPositions<'a> {
        PastPositions { vessel, bridge, walk: Walk::new() }
    }

    /// Position at `at`; see [`Vessel::position_at`].
    pub fn at(&mut self, at: Time) -> Option<LatLon> {
        let last = self.vessel.last()?;
        if last.at == at {
            return Some(last.position);
        }
        if last.at < at {
            return None;
        }
        let [before, after] = self.vessel.cold.trail.around(&mut self.walk, at);
        let (before_at, before) = before?;
        if before_at == at {
            return Some(before);
        }
        let (after_at, after) = after.unwrap_or((last.at, last.position));
        let span = after_at - before_at;
        if self.bridge < span {
            return None;
        }
        let share = (at - before_at).millis() as f64 / span.millis() as f64;
        Some(before.between(after, share))
    }
}
