//! One point of the track in an alert's evidence. An alert has hundreds of them, so they are packed: 24 bytes each.

use serde::{Deserialize, Serialize};

use crate::base::time::Time;
use crate::geo::LatLon;
use crate::picture::tracks::TrailPoint;

/// Units of a coordinate in one degree: five decimals, about 1 m. 180 degrees are 18 million units, which an `i32` holds.
const PER_DEGREE: f64 = 1e5;
/// Units of speed and course in one knot and one degree: one decimal.
const TENTHS: f64 = 10.0;
/// A speed or course that is not known. Neither reaches it: the largest are 1022 and 3600 tenths.
const NONE: u16 = u16::MAX;

/// As in a line: `[time, lon, lat, SOG in kn or null, COG in degrees or null]`.
type Line = (Time, f64, f64, Option<f64>, Option<f64>);

/// One point of a track, with five decimals of a degree and one of speed and course.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "Line", into = "Line")]
pub struct EvidencePoint {
    /// Event time of the fix.
    pub at: Time,
    /// Longitude in units of `PER_DEGREE`, east positive.
    lon: i32,
    /// Latitude in units of `PER_DEGREE`, north positive.
    lat: i32,
    /// Speed over ground in `TENTHS` of a knot, or `NONE`.
    sog: u16,
    /// Course over ground in `TENTHS` of a degree, or `NONE`.
    cog: u16,
}

impl EvidencePoint {
    /// Position of the fix.
    pub fn position(&self) -> LatLon {
        LatLon { lat: f64::from(self.lat) / PER_DEGREE, lon: f64::from(self.lon) / PER_DEGREE }
    }

    /// Reported speed over ground in knots; `None` if not sent.
    pub fn sog_knots(&self) -> Option<f64> {
        (self.sog != NONE).then(|| f64::from(self.sog) / TENTHS)
    }

    /// Reported course over ground in degrees; `None` if not sent.
    pub fn cog_degrees(&self) -> Option<f64> {
        (self.cog != NONE).then(|| f64::from(self.cog) / TENTHS)
    }
}

impl From<Line> for EvidencePoint {
    fn from((at, lon, lat, sog_knots, cog_degrees): Line) -> EvidencePoint {
        EvidencePoint::from(&TrailPoint { at, position: LatLon { lat, lon }, sog_knots, cog_degrees })
    }
}

impl From<EvidencePoint> for Line {
    fn from(point: EvidencePoint) -> Line {
        let LatLon { lat, lon } = point.position();
        (point.at, lon, lat, point.sog_knots(), point.cog_degrees())
    }
}

impl From<&TrailPoint> for EvidencePoint {
    fn from(point: &TrailPoint) -> EvidencePoint {
        let degrees = |degrees: f64| (degrees * PER_DEGREE).round() as i32;
        let tenths = |value: Option<f64>| value.map_or(NONE, |value| (value * TENTHS).round() as u16);
        EvidencePoint {
            at: point.at,
            lon: degrees(point.position.lon),
            lat: degrees(point.position.lat),
            sog: tenths(point.sog_knots),
            cog: tenths(point.cog_degrees),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_of_a_line_comes_back_as_it_was() {
        for line in [
            r#"["2026-03-01T12:00:00Z",-18.01234,21.1,0.8,359.9]"#,
            r#"["2026-03-01T12:00:00.250Z",179.99999,-89.99999,102.2,null]"#,
            r#"["2026-03-01T12:00:00Z",0.00001,-0.1,null,0.0]"#,
        ] {
            let point: EvidencePoint = serde_json::from_str(line).expect("a point");
            assert_eq!(serde_json::to_string(&point).expect("a line"), line);
        }
        assert_eq!(size_of::<EvidencePoint>(), 24);
    }
}
