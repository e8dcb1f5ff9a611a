//! The geometry of one zone, and the signed distance from a position to its border.
//!
//! All three kinds of zone come down to short straight pieces on the ellipsoid: the line of a corridor, the centres of
//! circles, or the border of polygons. The distance to the nearest piece, less the half width, radius or 0, is the
//! distance to the border; for polygons a test of inside or outside gives the sign.

use geo::Coord;

use crate::base::units::METRES_PER_NM;
use crate::geo::LatLon;
use crate::geo::chord::{Piece, arc, position, spot};
use crate::geo::polygon::{Area, Fault, cut, straighten};

/// The area of a zone: everything within `reach` of its pieces, or everything inside its polygons.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    /// The corridor's line, the circles' centres, or the polygons' border.
    pub(crate) pieces: Vec<Piece>,
    /// Half width or radius in metres; 0 for polygons.
    pub(crate) reach: f64,
    /// The polygons; empty for corridors and circles.
    pub(super) areas: Vec<Area>,
}

/// The areas are not compared: the pieces determine them.
impl PartialEq for Shape {
    fn eq(&self, other: &Shape) -> bool {
        self.pieces == other.pieces && self.reach == other.reach
    }
}

impl Shape {
    /// Creates circles of `radius_nm` around positions `[longitude, latitude]`.
    pub(crate) fn circles(centres: &[[f64; 2]], radius_nm: f64) -> Shape {
        let pieces = centres.iter().map(|&[lon, lat]| {
            let centre = spot(LatLon::new(lat, lon));
            Piece::new(centre, centre)
        });
        Shape { pieces: pieces.collect(), reach: radius_nm * METRES_PER_NM, areas: Vec::new() }
    }

    /// Creates a corridor: everything within `half_width_nm` of lines that are straight in longitude and latitude between their positions.
    pub(crate) fn corridor(lines: &[Vec<[f64; 2]>], half_width_nm: f64) -> Shape {
        let mut pieces = Vec::new();
        for line in lines {
            let line = straighten(line);
            for pair in line.windows(2) {
                cut(raw(pair[0]), raw(pair[1]), &mut pieces);
            }
        }
        Shape { pieces, reach: half_width_nm * METRES_PER_NM, areas: Vec::new() }
    }

    /// Creates the union of polygons. Borders between parts that touch or overlap are not part of its border.
    pub(crate) fn polygons(polygons: &[Vec<Vec<[f64; 2]>>]) -> Result<Shape, Fault> {
        let mut areas = Vec::with_capacity(polygons.len());
        for rings in polygons {
            areas.push(Area::new(rings)?);
        }
        let mut pieces = Vec::new();
        for area in &areas {
            for (from, to) in area.edges() {
                cut(from, to, &mut pieces);
            }
        }
        if 1 < areas.len() {
            pieces.retain(|piece| !within(&areas, piece));
        }
        Ok(Shape { pieces, reach: 0.0, areas })
    }

    /// Whether a position is inside one of the polygons; always false for corridors and circles.
    pub(crate) fn enclosed(&self, at: LatLon) -> bool {
        self.areas.iter().any(|area| area.holds(at))
    }

    /// Whether the shape consists of polygons and not of lines or circles.
    pub(crate) fn is_polygon(&self) -> bool {
        !self.areas.is_empty()
    }

    /// Metres beyond the border, negative inside, given the square of the chord to the nearest piece.
    pub(crate) fn signed(&self, at: LatLon, chord_2: f64) -> f64 {
        let away = arc(chord_2.sqrt());
        match self.areas.is_empty() {
            true => away - self.reach,
            false if self.enclosed(at) => -away,
            false => away,
        }
    }

    /// Nautical miles beyond the border, negative inside, with the nearest point measured on the ellipsoid; for reports.
    pub(crate) fn edge_nm(&self, at: LatLon) -> f64 {
        let here = spot(at);
        let nearest =
            self.pieces.iter().map(|piece| (piece.distance_2(here), piece)).min_by(|a, b| a.0.total_cmp(&b.0));
        let Some((_, piece)) = nearest else {
            return if self.enclosed(at) { f64::NEG_INFINITY } else { f64::INFINITY };
        };
        let away = at.nm_to(position(piece.nearest(here)));
        match self.areas.is_empty() {
            true => away - self.reach / METRES_PER_NM,
            false if self.enclosed(at) => -away,
            false => away,
        }
    }
}

/// Whether a border piece has polygons on both sides, so that it is not part of the border of the union.
fn within(areas: &[Area], piece: &Piece) -> bool {
    let (from, to) = (position(piece.from), position(piece.to()));
    let middle = from.between(to, 0.5);
    let along = from.bearing_to(to);
    [90.0, -90.0].iter().all(|turn| {
        let beside = middle.destination(along + turn, BESIDE_METRES);
        areas.iter().any(|area| area.holds(beside))
    })
}

/// Distance to either side of a border at which to look for polygons: well above rounding errors, well below the accuracy of a fix.
const BESIDE_METRES: f64 = 15.0;

/// A position with its longitude as drawn, possibly beyond ±180°.
fn raw(coord: Coord) -> LatLon {
    LatLon { lat: coord.y, lon: coord.x }
}
