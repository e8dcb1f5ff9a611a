//! One leg of a script.

use super::transponder::Particulars;
use crate::base::units::METRES_PER_SECOND_PER_KNOT;
use crate::geo::LatLon;

/// One leg, straight along the geodesic from `start`. Times are seconds since the scenario's start.
#[derive(Clone, Debug)]
pub(super) struct Leg {
    /// Beginning.
    pub(super) from: f64,
    /// End, at least `from`.
    pub(super) to: f64,
    /// Where it is at `from`.
    pub(super) start: LatLon,
    /// Course over ground, degrees.
    pub(super) bearing: f64,
    /// Speed over ground.
    pub(super) knots: f64,
    /// Navigational status.
    pub(super) status: u8,
    /// True heading in degrees, if it is not that of the course.
    pub(super) heading: Option<f64>,
    /// What it says of itself.
    pub(super) particulars: Particulars,
}

impl Leg {
    /// Where the vessel is at a time; before the leg at its start, and after it at its end.
    pub(super) fn place_at(&self, at: f64) -> LatLon {
        let seconds = at.clamp(self.from, self.to) - self.from;
        match self.knots {
            0.0 => self.start,
            knots => self.start.destination(self.bearing, knots * METRES_PER_SECOND_PER_KNOT * seconds),
        }
    }
}
