//! Positions as points in space, with the straight chord as a measure of distance along the ellipsoid.
//!
//! The hot path measures in this frame and not in a plane of longitude and latitude. The chord needs no special case
//! for ±180° or the poles, costs the same few multiplications, and its arc is within 1 m of the geodesic up to 250 km.

use rstar::{AABB, ParentNode, RTreeNode, RTreeObject};

use super::position::LatLon;
use crate::base::units::EARTH_RADIUS_METRES;

/// WGS 84 equatorial radius in metres.
const EQUATOR_METRES: f64 = 6_378_137.0;
/// WGS 84 first eccentricity squared.
const ECCENTRICITY_2: f64 = 6.694_379_990_141_316e-3;

/// A point on the WGS 84 ellipsoid, in metres from the Earth's centre.
pub(crate) type Spot = [f64; 3];

/// The point in space of a position.
pub(crate) fn spot(at: LatLon) -> Spot {
    let (sin_lat, cos_lat) = at.lat.to_radians().sin_cos();
    let (sin_lon, cos_lon) = at.lon.to_radians().sin_cos();
    let across = EQUATOR_METRES / (1.0 - ECCENTRICITY_2 * sin_lat * sin_lat).sqrt();
    [across * cos_lat * cos_lon, across * cos_lat * sin_lon, across * (1.0 - ECCENTRICITY_2) * sin_lat]
}

/// Metres east and north from `from` to `to`, by the ellipsoid's two radii halfway; for ships near each other.
/// Works across ±180°.
pub(crate) fn offset(from: LatLon, to: LatLon) -> (f64, f64) {
    let (sin_lat, cos_lat) = ((from.lat + to.lat) / 2.0).to_radians().sin_cos();
    let square = 1.0 - ECCENTRICITY_2 * sin_lat * sin_lat;
    let across = EQUATOR_METRES / square.sqrt();
    let along = across * (1.0 - ECCENTRICITY_2) / square;
    let east = super::wrap_degrees(to.lon - from.lon).to_radians() * across * cos_lat;
    (east, (to.lat - from.lat).to_radians() * along)
}

/// The position straight above or below a point in space that is within some kilometres of the surface.
pub(crate) fn position(spot: Spot) -> LatLon {
    let [x, y, z] = spot;
    let lat = z.atan2(x.hypot(y) * (1.0 - ECCENTRICITY_2));
    LatLon::new(lat.to_degrees(), y.atan2(x).to_degrees())
}

/// Arc length along the surface for a chord, both in metres.
pub(crate) fn arc(chord: f64) -> f64 {
    let half = chord / (2.0 * EARTH_RADIUS_METRES);
    if half < 0.04 {
        let square = half * half;
        return chord * (1.0 + square / 6.0 + 0.075 * square * square);
    }
    2.0 * EARTH_RADIUS_METRES * half.min(1.0).asin()
}

/// Chord for an arc along the surface, both in metres: the inverse of [`arc`].
pub(crate) fn chord(arc: f64) -> f64 {
    let half = (arc / (2.0 * EARTH_RADIUS_METRES)).min(std::f64::consts::FRAC_PI_2);
    2.0 * EARTH_RADIUS_METRES * half.sin()
}

/// Square of the chord between two points.
pub(crate) fn distance_2(a: Spot, b: Spot) -> f64 {
    let [x, y, z] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    x * x + y * y + z * z
}

/// A short straight piece of a line, or a single point if both ends are the same.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Piece {
    /// One end.
    pub(crate) from: Spot,
    /// Vector from that end to the other one.
    along: Spot,
    /// One over the length squared; 0 for a point.
    inverse: f64,
}

impl Piece {
    /// Creates the piece between two points.
    pub(crate) fn new(from: Spot, to: Spot) -> Piece {
        let along = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
        let length_2 = distance_2(from, to);
        let inverse = if length_2 == 0.0 { 0.0 } else { 1.0 / length_2 };
        Piece { from, along, inverse }
    }

    /// The other end.
    pub(crate) fn to(&self) -> Spot {
        self.point(1.0)
    }

    /// The point of the piece nearest to `spot`.
    pub(crate) fn nearest(&self, spot: Spot) -> Spot {
        let d = [spot[0] - self.from[0], spot[1] - self.from[1], spot[2] - self.from[2]];
        let dot = d[0] * self.along[0] + d[1] * self.along[1] + d[2] * self.along[2];
        self.point((dot * self.inverse).clamp(0.0, 1.0))
    }

    /// Square of the chord from `spot` to the nearest point of the piece.
    pub(crate) fn distance_2(&self, spot: Spot) -> f64 {
        distance_2(self.nearest(spot), spot)
    }

    /// The point at `share`, 0..=1, of the way from one end to the other.
    fn point(&self, share: f64) -> Spot {
        [
            self.from[0] + self.along[0] * share,
            self.from[1] + self.along[1] * share,
            self.from[2] + self.along[2] * share,
        ]
    }
}

impl RTreeObject for Piece {
    type Envelope = AABB<Spot>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.from, self.to())
    }
}

impl rstar::PointDistance for Piece {
    fn distance_2(&self, spot: &Spot) -> f64 {
        Piece::distance_2(self, *spot)
    }
}

/// Lowers `best_2` to the square of the chord to the nearest entry of an index, if that is smaller; `measure` gives that of one entry. It
/// goes down the nearest boxes first, and avoids the queue of rstar's own search, which takes most of its time.
pub(crate) fn nearer<T>(node: &ParentNode<T>, here: Spot, measure: &impl Fn(&T) -> f64, best_2: &mut f64)
where
    T: RTreeObject<Envelope = AABB<Spot>>,
{
    for children in node.children().chunks(8) {
        let mut order = [(f64::INFINITY, 0); 8];
        for (number, child) in children.iter().enumerate() {
            order[number] = (child.envelope().distance_2(&here), number);
        }
        let order = &mut order[..children.len()];
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        for (box_2, number) in order {
            if *best_2 <= *box_2 {
                break;
            }
            match &children[*number] {
                RTreeNode::Parent(node) => nearer(node, here, measure, best_2),
                RTreeNode::Leaf(entry) => *best_2 = best_2.min(measure(entry)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arc_of_a_chord_is_the_geodesic_at_every_latitude() {
        for lat in [-89.0, -60.0, -10.0, 0.0, 28.0, 45.0, 71.0, 89.9] {
            for bearing in [0.0, 45.0, 90.0, 200.0] {
                for (metres, allowed) in [(50.0, 0.01), (5e3, 0.01), (1e5, 0.2), (2.5e5, 2.0)] {
                    let here = LatLon::new(lat, 179.9);
                    let there = here.destination(bearing, metres);
                    let got = arc(distance_2(spot(here), spot(there)).sqrt());
                    assert!((got - metres).abs() < allowed, "{lat} {bearing} {metres}: {got}");
                    assert!((arc(chord(metres)) - metres).abs() < 1e-3);
                    assert!(position(spot(there)).metres_to(there) < 1e-3);
                }
            }
        }
    }
}
