//! Places by bearing and distance from another.

use crate::base::units::METRES_PER_NM;
use crate::geo::LatLon;

/// The latitude and longitude a number of metres from a place, for vessels alongside each other. The bearing is in degrees.
pub fn beside(lat: f64, lon: f64, bearing: f64, metres: f64) -> (f64, f64) {
    let place = LatLon::new(lat, lon).destination(bearing, metres);
    (place.lat, place.lon)
}

/// The latitude and longitude a number of nautical miles from a place. The bearing is in degrees.
pub fn away(lat: f64, lon: f64, bearing: f64, nm: f64) -> (f64, f64) {
    beside(lat, lon, bearing, nm * METRES_PER_NM)
}
