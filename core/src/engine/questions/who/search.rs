//! The place and period that a question is about.

use serde::Serialize;

use crate::base::time::Time;
use crate::geo::LatLon;

/// Where and when is asked about.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Search {
    /// The place.
    pub near: LatLon,
    /// Radius around it in nautical miles.
    pub radius_nm: f64,
    /// Beginning of the period.
    pub from: Time,
    /// End of the period.
    pub to: Time,
}
