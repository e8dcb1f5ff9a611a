//! How a zone is drawn on a map: its area and the band around it that counts as near, as polygons.

use geo::orient::Direction;
use geo::{Coord, LineString, MultiPolygon, Orient, Polygon, SimplifyIdx, unary_union};

use super::hit::ZoneIx;
use super::set::ZoneSet;
use super::shape::Shape;
use crate::base::units::METRES_PER_NM;
use crate::geo::chord::{Piece, position};
use crate::geo::{LatLon, wrap_degrees};

/// Corners of a half circle. The outline is then at most 1 % of the radius inside the circle.
const HALF_CIRCLE: usize = 12;
/// A corner within this of the line through its neighbours is left out, as a share of the distance that the outline keeps. Pieces of a
/// straight line that were cut for measuring become one again.
const FLAT: f64 = 0.002;
/// Nautical miles in a degree of latitude.
const NM_PER_DEGREE: f64 = 60.0;

/// Polygons, each with its rings: closed, the outer one first, as longitudes and latitudes in degrees. Longitudes are continuous, so those
/// of a zone across ±180° go beyond it.
pub type Polygons = Vec<Vec<Vec<[f64; 2]>>>;

/// What of a zone is drawn.
#[derive(Clone, PartialEq, Debug)]
pub struct Drawing {
    /// The area of the zone.
    pub area: Polygons,
    /// The area together with the band around it within `near_nm`; `None` if that is 0.
    pub near: Option<Polygons>,
    /// The lines of a corridor, each as longitudes and latitudes; empty for other zones.
    pub lines: Vec<Vec<[f64; 2]>>,
}

impl ZoneSet {
    /// How a zone is drawn. Takes some milliseconds for a long corridor.
    pub fn drawing(&self, zone: ZoneIx) -> Drawing {
        let (shape, near_nm) = (self.shape(zone), self.get(zone).near_nm);
        let lines = if shape.is_polygon() { Vec::new() } else { lines(shape) };
        let own: Polygons = shape.areas.iter().map(|area| area.rings().collect()).collect();
        let area = if shape.is_polygon() { own.clone() } else { around(&lines, shape.reach, &[]) };
        let near = (0.0 < near_nm).then(|| match shape.is_polygon() {
            true => around(&own.iter().flatten().cloned().collect::<Vec<_>>(), near_nm * METRES_PER_NM, &own),
            false => around(&lines, shape.reach + near_nm * METRES_PER_NM, &[]),
        });
        // A circle has a centre, which is no line.
        let lines = lines.into_iter().filter(|line| 1 < line.len()).collect();
        Drawing { area, near, lines }
    }
}

/// The lines or centres of a shape, with continuous longitudes. A centre is a line of one vertex.
fn lines(shape: &Shape) -> Vec<Vec<[f64; 2]>> {
    let mut lines: Vec<Vec<[f64; 2]>> = Vec::new();
    let mut before: Option<&Piece> = None;
    for piece in &shape.pieces {
        let (from, to) = (position(piece.from), position(piece.to()));
        if before.is_none_or(|before| before.to() != piece.from) {
            let lon = lines.first().map_or(from.lon, |line| continued(line[0][0], from.lon));
            lines.push(vec![[lon, from.lat]]);
        }
        if let Some(line) = lines.last_mut().filter(|_| piece.from != piece.to()) {
            line.push([continued(line[line.len() - 1][0], to.lon), to.lat]);
        }
        before = Some(piece);
    }
    lines
}

/// The longitude nearest to another one that is the same meridian.
fn continued(near: f64, lon: f64) -> f64 {
    near + wrap_degrees(lon - near)
}

/// Everything within `metres` of the lines, together with what is inside `areas`.
fn around(lines: &[Vec<[f64; 2]>], metres: f64, areas: &[Vec<Vec<[f64; 2]>>]) -> Polygons {
    let mut parts: Vec<Polygon> = areas.iter().map(|rings| polygon(rings)).collect();
    for line in lines {
        let straight = straightened(line, metres * FLAT);
        match &straight[..] {
            [centre] => parts.push(capsule(*centre, *centre, metres)),
            vertices => parts.extend(vertices.windows(2).map(|pair| capsule(pair[0], pair[1], metres))),
        }
    }
    // Where two that are drawn in opposite directions overlap, the union would have a hole.
    let parts: Vec<Polygon> = parts.iter().map(|part| part.orient(Direction::Default)).collect();
    rounded(&unary_union(&parts))
}

/// A polygon from its rings.
fn polygon(rings: &[Vec<[f64; 2]>]) -> Polygon {
    let line = |ring: &Vec<[f64; 2]>| ring.iter().map(|[x, y]| Coord { x: *x, y: *y }).collect::<LineString>();
    let mut rings = rings.iter().map(line);
    let outer = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
    Polygon::new(outer, rings.collect())
}

/// A line without the vertices that are within `metres` of the straight line through their neighbours.
fn straightened(line: &[[f64; 2]], metres: f64) -> Vec<[f64; 2]> {
    if line.len() < 3 {
        return line.to_vec();
    }
    let degrees = metres / METRES_PER_NM / NM_PER_DEGREE;
    let drawn: LineString = line.iter().map(|[x, y]| Coord { x: *x, y: *y }).collect();
    drawn.simplify_idx(degrees).into_iter().map(|index| line[index]).collect()
}

/// Everything within `metres` of the piece between two vertices: two half circles and two straight sides.
fn capsule(from: [f64; 2], to: [f64; 2], metres: f64) -> Polygon {
    let [start, end] = [from, to].map(|[lon, lat]| LatLon::new(lat, lon));
    let along = if from == to { 0.0 } else { start.bearing_to(end) };
    // The bearing changes along a long piece; each end has its own.
    let onward = if from == to { 0.0 } else { end.bearing_to(start) + 180.0 };
    let half = |centre: LatLon, lon: f64, first: f64| {
        (0..=HALF_CIRCLE).map(move |step| {
            let at = centre.destination(first + 180.0 * step as f64 / HALF_CIRCLE as f64, metres);
            Coord { x: continued(lon, at.lon), y: at.lat }
        })
    };
    let ring = half(end, to[0], onward - 90.0).chain(half(start, from[0], along + 90.0)).collect::<LineString>();
    Polygon::new(ring, Vec::new())
}

/// Polygons with coordinates of five decimals, which is a metre.
fn rounded(polygons: &MultiPolygon) -> Polygons {
    let round = |degrees: f64| (degrees * 1e5).round() / 1e5;
    let ring = |ring: &LineString| ring.coords().map(|at| [round(at.x), round(at.y)]).collect();
    let rings = |polygon: &Polygon| {
        std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect::<Vec<Vec<[f64; 2]>>>()
    };
    polygons.iter().map(rings).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zones::Requests;

    fn zones(properties: &str, geometry: &str) -> ZoneSet {
        let text = format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"id":"a","name":"A",{properties}}},
            "geometry":{geometry}}}]}}"#
        );
        ZoneSet::parse(&[("a.geojson".to_owned(), text)], Requests::NONE).expect("sound zones")
    }

    /// Whether a position is inside polygons, by the even-odd rule.
    fn holds(polygons: &Polygons, at: LatLon) -> bool {
        let mut inside = false;
        for pair in polygons.iter().flatten().flat_map(|ring| ring.windows(2)) {
            let ([x1, y1], [x2, y2]) = (pair[0], pair[1]);
            let x = x1 + wrap_degrees(at.lon - x1);
            if (y1 <= at.lat) != (y2 <= at.lat) && x < x1 + (x2 - x1) * (at.lat - y1) / (y2 - y1) {
                inside = !inside;
            }
        }
        inside
    }

    #[test]
    fn what_is_drawn_is_what_the_zone_measures() {
        let corridor = r#"{"type":"LineString","coordinates":[[-16,18],[-18,22],[-17,26],[-13,28]]}"#;
        let circle = r#"{"type":"Point","coordinates":[-16,22]}"#;
        let square = r#"{"type":"Polygon","coordinates":[[[-18,20],[-14,20],[-14,24],[-18,24],[-18,20]]]}"#;
        let cases = [
            (r#""kind":"corridor","half_width_nm":20,"near_nm":30"#, corridor),
            (r#""kind":"area","radius_nm":60,"near_nm":20"#, circle),
            (r#""kind":"area","near_nm":25"#, square),
        ];
        let mut random = fastrand::Rng::with_seed(5);
        for (properties, geometry) in cases {
            let zones = zones(properties, geometry);
            let drawing = zones.drawing(ZoneIx(0));
            let near = drawing.near.as_ref().expect("a near band");
            assert_eq!((drawing.area.len(), near.len()), (1, 1), "one area without seams");
            let near_nm = zones.get(ZoneIx(0)).near_nm;
            let mut counts = [0; 2];
            for _ in 0..2000 {
                let at = LatLon::new(17.0 + random.f64() * 12.0, -20.0 + random.f64() * 9.0);
                let edge = zones.edge_nm(ZoneIx(0), at);
                // A polygon of 24 corners is up to 1 % inside its circle.
                if 1.0 < edge.abs() {
                    assert_eq!(holds(&drawing.area, at), edge < 0.0, "{geometry} {at:?} {edge}");
                }
                if 1.0 < (edge - near_nm).abs() {
                    assert_eq!(holds(near, at), edge < near_nm, "{geometry} {at:?} {edge}");
                }
                counts[usize::from(edge < 0.0)] += 1;
            }
            assert!(counts.iter().all(|count| 30 < *count), "{counts:?}");
        }
    }

    #[test]
    fn a_zone_across_the_date_line_is_drawn_in_one_piece() {
        let line = r#"{"type":"LineString","coordinates":[[178,-18],[-178,-18]]}"#;
        let zones = zones(r#""kind":"corridor","half_width_nm":10,"near_nm":0"#, line);
        let drawing = zones.drawing(ZoneIx(0));
        assert_eq!((drawing.area.len(), drawing.near.is_none()), (1, true));
        let lons: Vec<f64> = drawing.area.iter().flatten().flatten().map(|at| at[0]).collect();
        assert!(lons.iter().all(|lon| (177.0..183.0).contains(lon)), "{lons:?}");
        let line = &drawing.lines[0];
        assert!(line[0] == [178.0, -18.0] || (line[0][0] - 178.0).abs() < 1e-6, "{line:?}");
    }

    #[test]
    fn every_shipped_zone_can_be_drawn() {
        let zones = ZoneSet::built_in(Requests::NONE);
        for (number, zone) in zones.iter() {
            let drawing = zones.drawing(number);
            assert!(!drawing.area.is_empty(), "{}", zone.id);
            assert_eq!(drawing.near.is_some(), 0.0 < zone.near_nm, "{}", zone.id);
            let corners: usize = drawing.near.iter().flatten().flatten().map(Vec::len).sum();
            assert!(corners < 3000, "{}: {corners} corners", zone.id);
        }
    }
}
