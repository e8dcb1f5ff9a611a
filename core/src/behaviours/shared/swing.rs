//! How far a slow vessel has swung: the bounding box of its positions. Shared by behaviours that rest on a stop.

use serde::{Deserialize, Serialize};

use crate::base::units::METRES_PER_NM;
use crate::geo::LatLon;

/// Bounding box of a vessel's positions while it is slow, relative to the first of them, and its highest speed.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Swing {
    /// The first position; `None` while there is none.
    origin: Option<LatLon>,
    /// Farthest positions west and east of it. Metres, the first 0 or less.
    east: (f64, f64),
    /// Farthest positions south and north of it. Metres, the first 0 or less.
    north: (f64, f64),
    /// Highest speed made good in the time that counted. Knots.
    pub(crate) fastest_knots: f64,
}

impl Swing {
    /// Adds a position.
    pub(crate) fn extend(&mut self, position: LatLon) {
        let origin = *self.origin.get_or_insert(position);
        let (east, north) = origin.plane(position);
        self.east = (self.east.0.min(east), self.east.1.max(east));
        self.north = (self.north.0.min(north), self.north.1.max(north));
    }

    /// Adds a speed at which the vessel counts as slow.
    pub(crate) fn at_speed(&mut self, knots: f64) {
        self.fastest_knots = self.fastest_knots.max(knots);
    }

    /// Half the diagonal of the box. Nautical miles.
    pub(crate) fn radius_nm(&self) -> f64 {
        let wide = self.east.1 - self.east.0;
        let high = self.north.1 - self.north.0;
        wide.hypot(high) / 2.0 / METRES_PER_NM
    }
}
