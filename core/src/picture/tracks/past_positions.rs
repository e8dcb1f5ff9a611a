//! Where a vessel was at several past moments.

use crate::base::time::{Span, Time};
use crate::base::units::knots;
use crate::geo::LatLon;

use super::track::{Fix, Vessel};
use super::trail::Walk;

/// Time before a fix over which [`Vessel::moves_off`] measures the speed: so short that a ship which gets under way is noticed, and so long
/// that the scatter of positions does not matter.
const LATELY: Span = Span::from_minutes(1);
/// Positions between fixes further apart than this are not known.
const BRIDGE: Span = Span::from_minutes(20);

impl<'a> Vessel<'a> {
    /// Whether the vessel made good at least `least_knots` in the minute before a fix. The speed made good of the vessel is measured over five
    /// minutes or more, so it stays low for a while after the vessel got under way; this shows that it has.
    pub fn moves_off(&self, fix: &Fix, least_knots: f64) -> bool {
        self.position_at(fix.at - LATELY, BRIDGE).is_some_and(|before| {
            let metres = before.metres_to(fix.position) - fix.said.resolution_metres();
            least_knots <= knots(metres.max(0.0), LATELY.seconds())
        })
    }

    /// Position at `at`, interpolated between two fixes at most `bridge` apart; `None` outside the trail or across a longer hole.
    pub fn position_at(&self, at: Time, bridge: Span) -> Option<LatLon> {
        self.past_positions(bridge).at(at)
    }

    /// Like `position_at`, but for a series of moments, each no later than the one before.
    pub fn past_positions(&self, bridge: Span) -> PastPositions<'a> {
        PastPositions { vessel: *self, bridge, walk: Walk::new() }
    }
}

/// Positions of a vessel at a series of moments, each no later than the one before, from one walk back along its trail.
pub struct PastPositions<'a> {
    vessel: Vessel<'a>,
    bridge: Span,
    /// Where in the trail the last moment was.
    walk: Walk,
}

impl PastPositions<'_> {
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
