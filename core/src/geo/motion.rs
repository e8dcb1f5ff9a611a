//! Ships in motion: dead reckoning, closest point of approach, and the distance between two hulls.

use serde::{Deserialize, Serialize};

use super::chord::offset;
use super::position::LatLon;
use crate::base::time::Span;
use crate::base::units::METRES_PER_SECOND_PER_KNOT;

/// Movement of a vessel over the ground.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Motion {
    /// Current position.
    pub at: LatLon,
    /// Speed over ground in knots.
    pub knots: f64,
    /// Course over ground, degrees from true north.
    pub course_degrees: f64,
}

impl Motion {
    /// Position after `span` (before, if negative) along a geodesic, if speed and course stay the same.
    pub fn after(self, span: Span) -> LatLon {
        let metres = self.knots * METRES_PER_SECOND_PER_KNOT * span.seconds();
        match metres < 0.0 {
            true => self.at.destination(self.course_degrees + 180.0, -metres),
            false => self.at.destination(self.course_degrees, metres),
        }
    }

    /// Velocity in metres per second, east and north.
    fn velocity(self) -> (f64, f64) {
        let (east, north) = self.course_degrees.to_radians().sin_cos();
        let speed = self.knots * METRES_PER_SECOND_PER_KNOT;
        (speed * east, speed * north)
    }
}

/// When and how close two vessels pass.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Approach {
    /// Time from now to the closest point; zero if they are already moving apart or keep their distance.
    pub after: Span,
    /// Distance at that time, in metres.
    pub metres: f64,
}

/// The closest point of approach of two vessels that keep course and speed, on a local plane (for distances below some 50 nm).
pub fn cpa(a: Motion, b: Motion) -> Approach {
    let (x, y) = offset(a.at, b.at);
    let ((ax, ay), (bx, by)) = (a.velocity(), b.velocity());
    let (vx, vy) = (bx - ax, by - ay);
    let speed_2 = vx * vx + vy * vy;
    let seconds = match speed_2 < 1e-9 {
        // Two ships with one velocity keep their distance, so now is as close as ever.
        true => 0.0,
        false => (-(x * vx + y * vy) / speed_2).max(0.0),
    };
    Approach { after: Span::from_millis((seconds * 1000.0) as i64), metres: (x + vx * seconds).hypot(y + vy * seconds) }
}

/// A ship's outline as in AIS: the distances from the antenna to the four sides.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Hull {
    /// Position of the antenna.
    pub at: LatLon,
    /// True heading in degrees; without it the outline is unknown.
    pub heading_degrees: Option<f64>,
    /// Metres from the antenna to the bow.
    pub bow: f64,
    /// Metres from the antenna to the stern.
    pub stern: f64,
    /// Metres from the antenna to the port side.
    pub port: f64,
    /// Metres from the antenna to the starboard side.
    pub starboard: f64,
}

impl Hull {
    /// A ship of which only the position is known.
    pub fn point(at: LatLon) -> Hull {
        Hull { at, heading_degrees: None, bow: 0.0, stern: 0.0, port: 0.0, starboard: 0.0 }
    }

    /// The corners in metres east and north of `origin`, in order around the hull; the antenna's point four times if the outline is
    /// unknown.
    fn corners(&self, origin: LatLon) -> [(f64, f64); 4] {
        let (x, y) = offset(origin, self.at);
        // Without a length the outline is a line at best, and a negative side is a mistake.
        let sized = 0.0 < self.bow + self.stern && 0.0 <= self.bow.min(self.stern).min(self.port).min(self.starboard);
        let (Some(heading), true) = (self.heading_degrees, sized) else {
            return [(x, y); 4];
        };
        let (sin, cos) = heading.to_radians().sin_cos();
        [(self.bow, -self.port), (self.bow, self.starboard), (-self.stern, self.starboard), (-self.stern, -self.port)]
            .map(|(ahead, right)| (x + ahead * sin + right * cos, y + ahead * cos - right * sin))
    }
}

/// Metres between the outlines of two ships; 0 if they overlap. A ship without heading or dimensions is a point at its antenna.
pub fn hull_metres(a: Hull, b: Hull) -> f64 {
    let origin = a.at;
    let (a, b) = (a.corners(origin), b.corners(origin));
    if !parted(&a, &b) && !parted(&b, &a) {
        return 0.0;
    }
    let sides = |corners: [(f64, f64); 4]| std::array::from_fn::<_, 4, _>(|i| (corners[i], corners[(i + 1) % 4]));
    let one = a.iter().flat_map(|corner| sides(b).map(|side| to_side(*corner, side)));
    let two = b.iter().flat_map(|corner| sides(a).map(|side| to_side(*corner, side)));
    one.chain(two).fold(f64::INFINITY, f64::min)
}

/// Whether a line parallel to a side of the first outline separates the two.
fn parted(a: &[(f64, f64); 4], b: &[(f64, f64); 4]) -> bool {
    let sides = [(0, 1), (1, 2)].map(|(i, j)| (a[j].0 - a[i].0, a[j].1 - a[i].1));
    let side = sides.into_iter().find(|side| *side != (0.0, 0.0));
    let (x, y) = side.unwrap_or((1.0, 0.0));
    let axes = [(x, y), (-y, x)];
    axes.iter().any(|(x, y)| {
        let range = |corners: &[(f64, f64); 4]| {
            let along = corners.map(|(east, north)| east * x + north * y);
            (
                along.iter().copied().fold(f64::INFINITY, f64::min),
                along.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            )
        };
        let ((a_low, a_high), (b_low, b_high)) = (range(a), range(b));
        a_high < b_low || b_high < a_low
    })
}

/// Metres from a point to a side.
/// A side of no length is a point.
fn to_side(point: (f64, f64), (from, to): ((f64, f64), (f64, f64))) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length_2 = dx * dx + dy * dy;
    let share = match length_2 == 0.0 {
        true => 0.0,
        false => (((point.0 - from.0) * dx + (point.1 - from.1) * dy) / length_2).clamp(0.0, 1.0),
    };
    (point.0 - from.0 - dx * share).hypot(point.1 - from.1 - dy * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ship(at: LatLon, heading: f64) -> Hull {
        Hull { at, heading_degrees: Some(heading), bow: 100.0, stern: 20.0, port: 8.0, starboard: 12.0 }
    }

    #[test]
    fn two_ships_alongside_are_metres_apart_though_their_antennas_are_not() {
        let one = ship(LatLon::new(28.0, -16.0), 0.0);
        let two = ship(one.at.destination(90.0, 30.0).destination(0.0, 70.0), 0.0);
        assert!((one.at.metres_to(two.at) - 76.2).abs() < 0.5);
        assert!((hull_metres(one, two) - 10.0).abs() < 0.2);
        assert!((hull_metres(two, one) - 10.0).abs() < 0.2);
    }

    #[test]
    fn bow_to_stern_crossing_and_inside() {
        let one = ship(LatLon::new(0.0, 179.9999), 90.0);
        let ahead = ship(one.at.destination(90.0, 150.0), 90.0);
        assert!((hull_metres(one, ahead) - 30.0).abs() < 0.2);
        let across = ship(one.at.destination(90.0, 50.0), 0.0);
        assert_eq!(hull_metres(one, across), 0.0);
        assert_eq!(hull_metres(one, Hull::point(one.at.destination(90.0, 50.0))), 0.0);
        assert!((hull_metres(one, Hull::point(one.at.destination(0.0, 58.0))) - 50.0).abs() < 0.2);
    }

    #[test]
    fn a_ship_without_heading_or_size_is_a_point() {
        let one = Hull::point(LatLon::new(50.0, 0.0));
        let two = Hull { heading_degrees: None, ..ship(one.at.destination(45.0, 200.0), 0.0) };
        assert!((hull_metres(one, two) - 200.0).abs() < 1.0);
        assert_eq!(hull_metres(one, one), 0.0);
        let no_size = Hull { heading_degrees: Some(10.0), ..two };
        let no_size = Hull { bow: 0.0, stern: 0.0, ..no_size };
        assert!((hull_metres(one, no_size) - 200.0).abs() < 1.0);
    }

    #[test]
    fn the_closest_point_is_ahead_or_now() {
        let here = LatLon::new(40.0, -10.0);
        let a = Motion { at: here, knots: 10.0, course_degrees: 0.0 };
        let b = Motion { at: here.destination(0.0, 18_520.0), knots: 10.0, course_degrees: 180.0 };
        let meeting = cpa(a, b);
        assert!((meeting.after.minutes() - 30.0).abs() < 0.2 && meeting.metres < 1.0);
        let parting = cpa(Motion { course_degrees: 180.0, ..a }, Motion { course_degrees: 0.0, ..b });
        assert_eq!(parting.after, Span::ZERO);
        assert!((a.after(Span::from_minutes(60)).nm_to(here) - 10.0).abs() < 1e-6);
        assert!((a.after(Span::from_minutes(-60)).lat) < 40.0);
    }
}
