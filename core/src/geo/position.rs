//! A position: distance and bearing to another, the local plane, and how it is written.

use geo::{Bearing, Destination, Distance, Geodesic, Point};
use serde::{Deserialize, Serialize};

use crate::base::units::{EARTH_RADIUS_METRES, METRES_PER_NM};

use super::notation::{NotationError, read};

/// Relative margin for rounding when a distance is only bounded.
const ROUNDING: f64 = 1e-6;

/// A position in degrees (WGS 84): latitude -90..=90, north positive; longitude -180..180, east positive.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct LatLon {
    /// Latitude in degrees north.
    pub lat: f64,
    /// Longitude in degrees east, within -180..180 if made by [`LatLon::new`].
    pub lon: f64,
}

impl LatLon {
    /// Creates a position, wrapping the longitude to -180..180 and clamping the latitude to ±90.
    pub fn new(lat: f64, lon: f64) -> LatLon {
        LatLon { lat: lat.clamp(-90.0, 90.0), lon: wrap_degrees(lon) }
    }

    /// Reads a position as people type it: `36.95,-9.12`, `36 -9`, `36.5N 9.2W`, `36-30N 009-12W`, `36°30'N 9°12'W` or
    /// `N36 30.0 W009 12.0`. Without hemispheres latitude comes first. What could be meant in two ways is refused.
    pub fn read(text: &str) -> Result<LatLon, NotationError> {
        read(text).map(|(lat, lon)| LatLon::new(lat, lon))
    }

    /// Notation for a chart, in degrees and minutes: `27°54.600'N 018°13.200'W`.
    pub fn degrees_minutes(self) -> String {
        let half = |degrees: f64, width: usize, signs: [char; 2]| {
            // In thousandths of a minute, so that rounding never gives 60 minutes.
            let thousandths = (degrees.abs() * 60_000.0).round() as u64;
            let (whole, minutes) = (thousandths / 60_000, thousandths % 60_000);
            let sign = if degrees < 0.0 { signs[1] } else { signs[0] };
            format!("{whole:0width$}°{:02}.{:03}'{sign}", minutes / 1000, minutes % 1000)
        };
        format!("{} {}", half(self.lat, 2, ['N', 'S']), half(self.lon, 3, ['E', 'W']))
    }

    /// Notation for other programs: latitude and longitude in signed degrees, `27.91000, -18.22000`.
    pub fn decimal_degrees(self) -> String {
        format!("{:.5}, {:.5}", self.lat, self.lon)
    }

    /// Metres to `other` on the sphere, within 0.6 % of the ellipsoid; for the hot path.
    pub fn metres_to(self, other: LatLon) -> f64 {
        let d_lat = (other.lat - self.lat).to_radians();
        let d_lon = wrap_degrees(other.lon - self.lon).to_radians();
        // The haversine formula: exact for short distances, where the cosine rule is not.
        let h = (d_lat / 2.0).sin().powi(2)
            + self.lat.to_radians().cos() * other.lat.to_radians().cos() * (d_lon / 2.0).sin().powi(2);
        2.0 * EARTH_RADIUS_METRES * h.sqrt().min(1.0).asin()
    }

    /// Whether [`LatLon::metres_to`] gives at most `metres`. Nearly always decided without trigonometry.
    pub fn is_within(self, metres: f64, other: LatLon) -> bool {
        let north = (other.lat - self.lat).to_radians() * EARTH_RADIUS_METRES;
        let east = wrap_degrees(other.lon - self.lon).to_radians() * EARTH_RADIUS_METRES;
        // Meridians are nowhere further apart than at the equator. The margin is for rounding.
        if north * north + east * east <= metres * metres * (1.0 - ROUNDING) {
            return 0.0 <= metres;
        }
        north.abs() <= metres * (1.0 + ROUNDING) && self.metres_to(other) <= metres
    }

    /// Metres to `other` on the WGS 84 ellipsoid (Karney); for reports.
    pub fn geodesic_metres_to(self, other: LatLon) -> f64 {
        Geodesic.distance(self.point(), other.point())
    }

    /// Nautical miles to `other` on the ellipsoid.
    pub fn nm_to(self, other: LatLon) -> f64 {
        self.geodesic_metres_to(other) / METRES_PER_NM
    }

    /// Initial geodesic bearing to `other`, degrees from true north, 0..360.
    pub fn bearing_to(self, other: LatLon) -> f64 {
        Geodesic.bearing(self.point(), other.point()).rem_euclid(360.0)
    }

    /// The position `metres` away along the geodesic that starts at `bearing` degrees.
    pub fn destination(self, bearing: f64, metres: f64) -> LatLon {
        let point = Geodesic.destination(self.point(), bearing, metres);
        LatLon::new(point.y(), point.x())
    }

    /// Metres east and north of `self` to `other`, on a plane tangent at `self` (error below 0.1 % within 100 km up to
    /// 60° of latitude). Works across ±180°.
    pub fn plane(self, other: LatLon) -> (f64, f64) {
        let scale = EARTH_RADIUS_METRES.to_radians();
        let middle = ((self.lat + other.lat) / 2.0).to_radians();
        let east = wrap_degrees(other.lon - self.lon) * scale * middle.cos();
        let north = (other.lat - self.lat) * scale;
        (east, north)
    }

    /// The position at `share` (0..=1; more is beyond it) of the way to `other`, linear in latitude and longitude. Works across ±180°.
    /// It is not on the geodesic, but close to it over a few miles.
    pub fn between(self, other: LatLon, share: f64) -> LatLon {
        LatLon::new(self.lat + (other.lat - self.lat) * share, self.lon + wrap_degrees(other.lon - self.lon) * share)
    }

    /// The position as a point of the crate `geo`: x is the longitude.
    pub fn point(self) -> Point<f64> {
        Point::new(self.lon, self.lat)
    }
}

/// Wraps a longitude in degrees to -180..180.
pub fn wrap_degrees(degrees: f64) -> f64 {
    if (-180.0..180.0).contains(&degrees) {
        return degrees;
    }
    (degrees + 180.0).rem_euclid(360.0) - 180.0
}

/// The smaller angle between two courses, 0..=180 degrees.
pub fn angle_between(a: f64, b: f64) -> f64 {
    wrap_degrees(a - b).abs()
}
