//! The accuracy of a fix, and when a finer one is available.
//!
//! A long-range report (type 27) gives its position to 0.1 minute of arc, and a table only to the digits that it has. A time of
//! delivery is only an upper bound of the time of sending. Next to finer fixes, such a report would imply impossible speeds. Where
//! there is nothing finer it is used, and speeds are measured over a longer span.

use crate::base::time::Span;
use crate::base::units::METRES_PER_SECOND_PER_KNOT;

use super::key::TrackIx;
use super::shard::Shard;
use super::track::Fix;

/// Two fixes whose accuracy differs by less than this count as equally accurate. Metres.
const COARSER_BY_METRES: f64 = 100.0;
/// How far in time a finer fix may be to count as available.
const AT_HAND: Span = Span::from_minutes(10);
/// Assumed speed of a vessel that reports none.
const ASSUMED_KNOTS: f64 = 12.0;
/// Tolerated error of a speed made good from coarse positions.
const SPEED_ERROR_KNOTS: f64 = 1.0;
/// Longest span over which coarse positions require a speed made good to be measured.
const LONGEST_FOR_PLACE: Span = Span::from_minutes(15);
/// A speed made good is measured over at least this many times the uncertainty in time.
const UNCERTAINTIES: f64 = 4.0;

/// How far from its reported position the vessel may have been at the time of the fix. Metres.
fn blur_metres(fix: &Fix) -> f64 {
    let knots = fix.said.sog_knots().unwrap_or(ASSUMED_KNOTS);
    fix.said.resolution_metres() + fix.said.uncertainty().seconds() * knots * METRES_PER_SECOND_PER_KNOT
}

/// The shortest span of a speed made good between two fixes; `shortest` if both are fine.
pub(super) fn shortest_span(from: &Fix, to: &Fix, shortest: Span) -> Span {
    let metres = from.said.resolution_metres() + to.said.resolution_metres();
    let uncertain = from.said.uncertainty().seconds() + to.said.uncertainty().seconds();
    if metres == 0.0 && uncertain == 0.0 {
        return shortest;
    }
    let for_place = Span::from_seconds((metres / (SPEED_ERROR_KNOTS * METRES_PER_SECOND_PER_KNOT)) as i64);
    let for_time = Span::from_seconds((uncertain * UNCERTAINTIES) as i64);
    shortest.max(for_place.min(LONGEST_FOR_PLACE)).max(for_time)
}

impl Shard {
    /// Whether the track has a finer fix near the time of this one.
    pub(super) fn knows_better(&self, ix: TrackIx, fix: &Fix) -> bool {
        let blur = blur_metres(fix);
        if blur < COARSER_BY_METRES {
            return false;
        }
        let Some(last) = self.hot[ix.0 as usize].last() else {
            return false;
        };
        if blur < blur_metres(&last) + COARSER_BY_METRES {
            return false;
        }
        let at_hand = AT_HAND.max(fix.said.uncertainty());
        if (fix.at - last.at).abs() <= at_hand {
            return true;
        }
        let trail = &self.cold[ix.0 as usize].trail;
        let near = [trail.at_or_before(fix.at), trail.after(fix.at)].into_iter().flatten();
        fix.at < last.at && near.into_iter().any(|point| (point.at - fix.at).abs() <= at_hand)
    }
}
