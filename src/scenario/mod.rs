//! Simulated ships: what they do, what their transponders send, and what stations receive of it. Tests, benches and the demo use it.
//!
//! A [`Vessel`] is a script: it sails, stops, drifts, circles, falls silent, and sends other static data. A [`Scenario`] has vessels and
//! says how well they are received; [`Scenario::feed`] gives the lines. [`story`] reads the same scripts from text, and [`Fleet`] moves
//! hundreds of thousands of ships. Everything is sent through the encoder of [`crate::ais::encode`]. The same script always gives the
//! same lines: there is no clock, and chance comes from a seed.

mod chance;
mod course;
mod feed;
mod fleet;
mod reception;
pub mod story;
mod transponder;
mod vessel;

pub use chance::Chance;
pub use feed::{Feed, Transmission};
pub use fleet::Fleet;
pub use reception::Scenario;
pub use transponder::{Particulars, Transponder};
pub use vessel::Vessel;

use crate::geo::LatLon;
use crate::units::METRES_PER_NM;

/// The latitude and longitude a number of metres from a place, for vessels alongside each other. The bearing is in degrees.
pub fn beside(lat: f64, lon: f64, bearing: f64, metres: f64) -> (f64, f64) {
    let place = LatLon::new(lat, lon).destination(bearing, metres);
    (place.lat, place.lon)
}

/// The latitude and longitude a number of nautical miles from a place. The bearing is in degrees.
pub fn away(lat: f64, lon: f64, bearing: f64, nm: f64) -> (f64, f64) {
    beside(lat, lon, bearing, nm * METRES_PER_NM)
}

#[cfg(test)]
mod tests;
