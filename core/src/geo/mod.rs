//! Positions on the Earth: distance, bearing, and the local plane used on the hot path.

mod cells;
pub(crate) mod chord;
mod coast;
mod csv_table;
mod land;
mod motion;
mod notation;
mod outline;
pub(crate) mod polygon;
mod port_file;
mod port_names;
mod ports;
mod sun;
mod wind;

pub use cells::{Cells, half_box};
pub use coast::{Coast, CoastError};
pub use csv_table::CsvTable;
pub use motion::{Approach, Hull, Motion, cpa, hull_metres};
pub use notation::NotationError;
pub use outline::{Bounds, Vertex, land_within};
pub use port_file::PortsError;
pub use ports::{Port, Ports, SEEN_NM};
pub use sun::sun_altitude_degrees;
pub use wind::{Wind, WindError};

use geo::{Bearing, Destination, Distance, Geodesic, Point};
use serde::{Deserialize, Serialize};

use crate::base::units::{EARTH_RADIUS_METRES, METRES_PER_NM};

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

    /// Reads a position as people type it: `36.95,-9.12`, `36 -9`, `36.5N 9.2W`, `36-30N 009-12W`, `36°30'N 9°12'W` or `N36 30.0 W009 12.0`.
    /// Without hemispheres latitude comes first. What could be meant in two ways is refused.
    pub fn read(text: &str) -> Result<LatLon, NotationError> {
        notation::read(text).map(|(lat, lon)| LatLon::new(lat, lon))
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

    /// Metres east and north of `self` to `other`, on a plane tangent at `self` (error below 0.1 % within 100 km up to 60° of latitude).
    /// Works
    /// across ±180°.
    pub fn plane(self, other: LatLon) -> (f64, f64) {
        let scale = EARTH_RADIUS_METRES.to_radians();
        let middle = ((self.lat + other.lat) / 2.0).to_radians();
        let east = wrap_degrees(other.lon - self.lon) * scale * middle.cos();
        let north = (other.lat - self.lat) * scale;
        (east, north)
    }

    /// The position at `share` (0..=1) of the way to `other`, linear in latitude and longitude. Works across ±180°.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_written_in_two_notations() {
        let at = LatLon::new(-27.91, -18.22);
        assert_eq!(at.degrees_minutes(), "27°54.600'S 018°13.200'W");
        assert_eq!(at.decimal_degrees(), "-27.91000, -18.22000");
        assert_eq!(LatLon::new(0.999_999_99, 0.0).degrees_minutes(), "01°00.000'N 000°00.000'E", "no sixty minutes");
    }

    #[test]
    fn distance_is_correct_across_the_antimeridian() {
        let east = LatLon::new(0.0, 179.9);
        let west = LatLon::new(0.0, -179.9);
        assert!((east.nm_to(west) - 12.02).abs() < 0.02);
        assert!((east.metres_to(west) - east.geodesic_metres_to(west)).abs() < 60.0);
        let (x, y) = east.plane(west);
        assert!(0.0 < x && y.abs() < 1e-9);
        assert!((east.between(west, 0.5).lon.abs() - 180.0).abs() < 1e-9);
    }

    #[test]
    fn a_bound_of_a_distance_agrees_with_the_distance() {
        let mut random = fastrand::Rng::with_seed(9);
        for _ in 0..20_000 {
            let here = LatLon::new(random.f64() * 180.0 - 90.0, random.f64() * 360.0 - 180.0);
            let there = here.destination(random.f64() * 360.0, random.f64().powi(3) * 10_000.0);
            let metres = here.metres_to(there);
            for limit in [metres, metres * 0.999, metres * 1.001, metres * random.f64() * 3.0, 0.0, -1.0] {
                assert_eq!(here.is_within(limit, there), metres <= limit, "{here:?} {there:?} {limit}");
            }
        }
    }

    #[test]
    fn the_plane_agrees_with_the_geodesic_nearby() {
        let here = LatLon::new(60.0, 5.0);
        let there = here.destination(37.0, 2000.0);
        let (x, y) = here.plane(there);
        assert!((x.hypot(y) - 2000.0).abs() < 10.0);
    }
}
