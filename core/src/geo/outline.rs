//! The land of a part of the Earth as closed rings, for drawing.

use super::coast::built_in_rings;
use super::position::LatLon;

/// A part of a map in degrees, `south` < `north` and `west` < `east`. If it crosses the antimeridian, `east` is beyond 180 or `west` below
/// -180.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bounds {
    /// Latitude of the lower edge, -90..=90.
    pub south: f64,
    /// Longitude of the left edge, -360..=360.
    pub west: f64,
    /// Latitude of the upper edge, -90..=90.
    pub north: f64,
    /// Longitude of the right edge, -360..=360.
    pub east: f64,
}

impl Bounds {
    /// Whether a position is within them or on their edge.
    pub fn hold(&self, at: LatLon) -> bool {
        let lons = [-360.0, 0.0, 360.0].map(|turn| at.lon + turn);
        (self.south..=self.north).contains(&at.lat) && lons.iter().any(|lon| (self.west..=self.east).contains(lon))
    }
}

/// A point of a drawing: longitude and latitude in degrees, the longitude continuous with that of the bounds.
pub type Vertex = (f64, f64);

/// The built-in land within the bounds, as closed rings to be filled by the even-odd rule; empty at sea. Where land continues beyond the
/// bounds, a ring runs along their edge. Unpacks the shipped coastline on each call.
pub fn land_within(bounds: &Bounds) -> Vec<Vec<Vertex>> {
    let rings = built_in_rings();
    let mut found = Vec::new();
    // Bounds may continue beyond ±180°, so land is looked for one turn to either side as well.
    for turn in [-360.0, 0.0, 360.0] {
        if bounds.east < turn - 180.0 || turn + 180.0 < bounds.west {
            continue;
        }
        for ring in &rings {
            let ring: Vec<Vertex> = ring.iter().map(|at| (at.lon + turn, at.lat)).collect();
            let within = ring_within(ring, bounds);
            if 3 <= within.len() {
                found.push(within);
            }
        }
    }
    found
}

/// Clips a ring of a polygon to the bounds, edge by edge (Sutherland-Hodgman). Its longitudes must be continuous with those of the bounds.
/// Empty if nothing of it is within the bounds. A ring that leaves and enters again becomes one ring with edges along
/// the bounds, which is right for filling and wrong for drawing outlines.
pub fn ring_within(ring: Vec<Vertex>, bounds: &Bounds) -> Vec<Vertex> {
    let apart = ring.iter().all(|(lon, _)| *lon < bounds.west)
        || ring.iter().all(|(lon, _)| bounds.east < *lon)
        || ring.iter().all(|(_, lat)| *lat < bounds.south)
        || ring.iter().all(|(_, lat)| bounds.north < *lat);
    if apart {
        return Vec::new();
    }
    type Edge = (fn(Vertex) -> f64, f64, f64);
    let edges: [Edge; 4] =
        [(lon, bounds.west, 1.0), (lon, bounds.east, -1.0), (lat, bounds.south, 1.0), (lat, bounds.north, -1.0)];
    edges.into_iter().fold(ring, |ring, (part, limit, sign)| {
        let inside = |at: Vertex| 0.0 <= (part(at) - limit) * sign;
        let mut kept = Vec::with_capacity(ring.len());
        let mut before = match ring.last() {
            Some(last) => *last,
            None => return kept,
        };
        for at in ring {
            if inside(at) != inside(before) {
                let share = (limit - part(before)) / (part(at) - part(before));
                kept.push((before.0 + (at.0 - before.0) * share, before.1 + (at.1 - before.1) * share));
            }
            if inside(at) {
                kept.push(at);
            }
            before = at;
        }
        kept
    })
}

/// Longitude of a vertex.
fn lon(at: Vertex) -> f64 {
    at.0
}

/// Latitude of a vertex.
fn lat(at: Vertex) -> f64 {
    at.1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Square degrees inside the rings; holes are not subtracted.
    fn area(rings: &[Vec<Vertex>]) -> f64 {
        let of = |ring: &Vec<Vertex>| {
            let next = ring.iter().cycle().skip(1);
            let sum: f64 = ring.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum();
            (sum / 2.0).abs()
        };
        rings.iter().map(of).sum()
    }

    #[test]
    fn a_polygon_is_cut_at_the_bounds() {
        let bounds = Bounds { south: 0.0, west: 0.0, north: 10.0, east: 10.0 };
        let square = vec![(-5.0, -5.0), (5.0, -5.0), (5.0, 5.0), (-5.0, 5.0), (-5.0, -5.0)];
        assert!((area(&[ring_within(square, &bounds)]) - 25.0).abs() < 1e-9);
        assert!(ring_within(vec![(20.0, 1.0), (21.0, 1.0), (20.0, 2.0)], &bounds).is_empty());
    }

    #[test]
    fn land_is_where_a_chart_has_it() {
        let ocean = Bounds { south: -2.0, west: -22.0, north: 2.0, east: -18.0 };
        assert!(land_within(&ocean).is_empty());
        let inland = Bounds { south: 40.0, west: -4.0, north: 41.0, east: -3.0 };
        assert!((area(&land_within(&inland)) - 1.0).abs() < 1e-9, "Castile is land from edge to edge");
        let strait = Bounds { south: 35.0, west: -7.0, north: 37.0, east: -4.0 };
        let share = area(&land_within(&strait)) / 6.0;
        assert!((0.2..0.8).contains(&share), "{share}");
    }

    #[test]
    fn land_beyond_the_antimeridian_is_drawn_where_the_map_continues() {
        let fiji = Bounds { south: -19.0, west: 176.0, north: -15.0, east: 182.0 };
        let rings = land_within(&fiji);
        assert!(rings.iter().flatten().any(|(lon, _)| 180.0 < *lon), "Taveuni and Lau lie east of it");
        assert!(rings.iter().flatten().any(|(lon, _)| *lon < 180.0), "Viti Levu lies west of it");
    }
}
