//! Polygons on the Earth: whether a position is inside, and the pieces of their border. Handles holes, ±180° and touching parts.

use geo::{BoundingRect, Coord, Intersects, LineString, MonotonicPolygons, Polygon, Rect};
use rstar::RTree;
use rstar::primitives::{GeomWithData, Line};

use super::chord::{Piece, spot};
use super::position::{LatLon, wrap_degrees};

/// Maximum length of a piece of a border or line: its chord stays within 2 m of the surface.
const PIECE_METRES: f64 = 10_000.0;

/// Advice for a border that is not one.
const DRAW_AGAIN: &str = "draw it again";

/// A fault of a ring or polygon, with its position.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Fault {
    /// Description of the fault, without a full stop.
    pub(crate) what: String,
    /// What to do about it.
    pub(crate) advice: &'static str,
    /// Position of the fault; `None` if it is not at one place.
    pub(crate) at: Option<LatLon>,
}

/// One polygon with its holes. Edges are straight in longitude and latitude (RFC 7946).
#[derive(Clone, Debug)]
pub(crate) struct Area {
    /// Answers whether a position is inside.
    body: Body,
    /// The rings, closed, with continuous longitudes, the outer one first.
    rings: Vec<Vec<Coord>>,
    /// Box of the outer ring; longitudes may be beyond ±180.
    bounds: Rect,
}

/// Monotone pieces are fastest, but can only be built from rings that never touch.
#[derive(Clone, Debug)]
enum Body {
    /// Rings that never touch.
    Monotone(MonotonicPolygons<f64>),
    /// Rings that touch in single points.
    Plain(Polygon<f64>),
}

impl Area {
    /// Creates a polygon from its rings, the outer one first. Each is a list of `[longitude, latitude]` whose last
    /// position may repeat the first. An edge longer than 180° of longitude goes the short way, across ±180°.
    /// Fails if a ring has too few positions, goes round a pole, or crosses itself or another.
    pub(crate) fn new(rings: &[Vec<[f64; 2]>]) -> Result<Area, Fault> {
        let mut unwrapped = Vec::with_capacity(rings.len());
        for ring in rings {
            unwrapped.push(unwrap(ring)?);
        }
        let outer = unwrapped.first().ok_or_else(|| fault("it has no ring"))?;
        let line = LineString::new(outer.clone());
        let bounds = line.bounding_rect().ok_or_else(|| fault("it has no position"))?;
        let middle = bounds.center().x;
        for hole in unwrapped.iter_mut().skip(1) {
            // A hole may have been drawn a whole turn away from its outer ring.
            let turns = ((middle - hole[0].x) / 360.0).round() * 360.0;
            hole.iter_mut().for_each(|c| c.x += turns);
        }
        let touching = crossings(&unwrapped)?;
        let mut lines = unwrapped.iter().map(|ring| LineString::new(ring.clone()));
        let outer = lines.next().ok_or_else(|| fault("it has no ring"))?;
        let polygon = Polygon::new(outer, lines.collect());
        let body = match touching {
            Touch::Never => Body::Monotone(MonotonicPolygons::from(polygon)),
            Touch::Somewhere => Body::Plain(polygon),
        };
        Ok(Area { body, rings: unwrapped, bounds })
    }

    /// Whether the position is inside or on the border.
    pub(crate) fn holds(&self, at: LatLon) -> bool {
        if at.lat < self.bounds.min().y || self.bounds.max().y < at.lat {
            return false;
        }
        [0.0, 360.0, -360.0].into_iter().any(|turn| {
            let x = at.lon + turn;
            self.bounds.min().x <= x && x <= self.bounds.max().x && self.holds_coord(Coord { x, y: at.lat })
        })
    }

    /// Whether a coordinate, with its longitude as drawn, is inside or on the border.
    fn holds_coord(&self, coord: Coord) -> bool {
        match &self.body {
            Body::Monotone(parts) => parts.intersects(&coord),
            Body::Plain(polygon) => polygon.intersects(&coord),
        }
    }

    /// The rings, closed, the outer one first, as longitudes and latitudes as drawn, possibly beyond ±180°.
    pub(crate) fn rings(&self) -> impl Iterator<Item = Vec<[f64; 2]>> {
        self.rings.iter().map(|ring| ring.iter().map(|coord| [coord.x, coord.y]).collect())
    }

    /// The edges of all rings, in order.
    pub(crate) fn edges(&self) -> impl Iterator<Item = (LatLon, LatLon)> {
        self.rings.iter().flat_map(|ring| ring.windows(2).map(|pair| (raw(pair[0]), raw(pair[1]))))
    }
}

/// A position with its longitude as drawn, possibly beyond ±180°.
fn raw(coord: Coord) -> LatLon {
    LatLon { lat: coord.y, lon: coord.x }
}

/// A fault that is not at one place.
fn fault(what: &str) -> Fault {
    Fault { what: what.to_owned(), advice: DRAW_AGAIN, at: None }
}

/// Cuts the edge between two positions, straight in longitude and latitude, into pieces short enough to be chords. Longitudes may be beyond
/// ±180°; the edge is not wrapped.
pub(crate) fn cut(from: LatLon, to: LatLon, out: &mut Vec<Piece>) {
    let metres_per_degree = crate::base::units::EARTH_RADIUS_METRES.to_radians();
    let widest = from.lat.abs().min(to.lat.abs()).to_radians().cos();
    // An edge across the equator is widest there.
    let widest = if from.lat.signum() == to.lat.signum() { widest } else { 1.0 };
    let length = ((to.lon - from.lon) * widest).hypot(to.lat - from.lat) * metres_per_degree;
    let count = (length / PIECE_METRES).ceil().max(1.0) as usize;
    let mut last = spot(from);
    for step in 1..=count {
        let share = step as f64 / count as f64;
        let next =
            spot(LatLon { lat: from.lat + (to.lat - from.lat) * share, lon: from.lon + (to.lon - from.lon) * share });
        out.push(Piece::new(last, next));
        last = next;
    }
}

/// Makes a line's longitudes continuous: a step longer than 180° goes the other way round. A step of exactly 360° is kept, as it is an edge
/// around the whole Earth.
pub(crate) fn straighten(line: &[[f64; 2]]) -> Vec<Coord> {
    let mut out: Vec<Coord> = Vec::with_capacity(line.len());
    let mut drawn = f64::NAN;
    for &[lon, lat] in line {
        let step = lon - drawn;
        let x = match out.last() {
            None => lon,
            Some(last) if step.abs() <= 180.0 || step.abs() == 360.0 => last.x + step,
            Some(last) => last.x + wrap_degrees(step),
        };
        drawn = lon;
        // Sums of steps drift in the last digits; the number as drawn is exact.
        let turns = ((x - lon) / 360.0).round() * 360.0;
        let coord = Coord { x: lon + turns, y: lat };
        if out.last() != Some(&coord) {
            out.push(coord);
        }
    }
    out
}

/// Closes a ring and makes its longitudes continuous.
fn unwrap(ring: &[[f64; 2]]) -> Result<Vec<Coord>, Fault> {
    let mut ring = straighten(ring);
    let (Some(first), Some(last)) = (ring.first().copied(), ring.last().copied()) else {
        return Err(fault("a ring has no position"));
    };
    if first != last {
        let turn = last.x - first.x;
        if first.y == last.y && 359.0 < turn.abs() {
            let advice = "draw it along 180° to the pole and back along -180°";
            return Err(Fault { advice, ..fault("a ring goes once round a pole") });
        }
        ring.push(first);
    }
    if ring.len() < 4 {
        return Err(fault("a ring needs at least three different positions"));
    }
    Ok(ring)
}

/// Whether rings meet in single points, which is allowed.
enum Touch {
    /// No two edges meet, but for neighbours at their common end.
    Never,
    /// Some edges meet in a point.
    Somewhere,
}

/// Rejects edges that cross or overlap. Touching in single points is allowed and reported.
fn crossings(rings: &[Vec<Coord>]) -> Result<Touch, Fault> {
    let mut edges = Vec::new();
    for (ring_number, ring) in rings.iter().enumerate() {
        for (number, pair) in ring.windows(2).enumerate() {
            let line = Line::new([pair[0].x, pair[0].y], [pair[1].x, pair[1].y]);
            edges.push(GeomWithData::new(line, (ring_number, number)));
        }
    }
    let tree = RTree::bulk_load(edges);
    let mut touch = Touch::Never;
    for edge in &tree {
        let (ring_number, number) = edge.data;
        let count = rings[ring_number].len() - 1;
        let envelope = rstar::RTreeObject::envelope(edge);
        for other in tree.locate_in_envelope_intersecting(&envelope) {
            // Each pair is looked at once.
            if other.data <= edge.data {
                continue;
            }
            let neighbours = other.data.0 == ring_number
                && (other.data.1 == number + 1 || (number == 0 && other.data.1 == count - 1));
            match meeting(edge.geom(), other.geom()) {
                Meeting::None => {}
                Meeting::Touch if neighbours => {}
                Meeting::Touch => touch = Touch::Somewhere,
                Meeting::Cross([lon, lat]) => {
                    return Err(Fault {
                        what: "its border crosses itself".to_owned(),
                        advice: DRAW_AGAIN,
                        at: Some(LatLon::new(lat, lon)),
                    });
                }
            }
        }
    }
    Ok(touch)
}

/// How two edges meet.
enum Meeting {
    /// They have no point in common.
    None,
    /// They have one point in common, which is an end of one of them.
    Touch,
    /// They cross or overlap, at or from this longitude and latitude on.
    Cross([f64; 2]),
}

/// How two edges meet: not at all, in one point that is an end of one of them, or by crossing or overlapping.
fn meeting(one: &Line<[f64; 2]>, two: &Line<[f64; 2]>) -> Meeting {
    // Exact predicates: with rounding, nearly collinear edges would be said to cross.
    let side = |a: [f64; 2], b: [f64; 2], c: [f64; 2]| {
        let coord = |p: [f64; 2]| geo::coord! { x: p[0], y: p[1] };
        match <f64 as geo::GeoNum>::Ker::orient2d(coord(a), coord(b), coord(c)) {
            geo::Orientation::CounterClockwise => 1,
            geo::Orientation::Clockwise => -1,
            geo::Orientation::Collinear => 0,
        }
    };
    use geo::algorithm::Kernel;
    let (a, b, c, d) = (one.from, one.to, two.from, two.to);
    let (abc, abd) = (side(a, b, c), side(a, b, d));
    let (cda, cdb) = (side(c, d, a), side(c, d, b));
    if abc == 0 && abd == 0 {
        return overlap(a, b, c, d);
    }
    if abc * abd < 0 && cda * cdb < 0 {
        let (ux, uy) = (b[0] - a[0], b[1] - a[1]);
        let (vx, vy) = (d[0] - c[0], d[1] - c[1]);
        let share = ((c[0] - a[0]) * vy - (c[1] - a[1]) * vx) / (ux * vy - uy * vx);
        return Meeting::Cross([a[0] + ux * share, a[1] + uy * share]);
    }
    match abc * abd <= 0 && cda * cdb <= 0 {
        true => Meeting::Touch,
        false => Meeting::None,
    }
}

/// How two edges on one straight line meet.
fn overlap(a: [f64; 2], b: [f64; 2], c: [f64; 2], d: [f64; 2]) -> Meeting {
    // Along the longer axis, where the edge cannot be a point.
    let axis = usize::from((b[0] - a[0]).abs() < (b[1] - a[1]).abs());
    let low = a[axis].min(b[axis]).max(c[axis].min(d[axis]));
    let high = a[axis].max(b[axis]).min(c[axis].max(d[axis]));
    if high < low {
        return Meeting::None;
    }
    match low < high {
        true => Meeting::Cross(if a[axis] == low {
            a
        } else if b[axis] == low {
            b
        } else if c[axis] == low {
            c
        } else {
            d
        }),
        false => Meeting::Touch,
    }
}
