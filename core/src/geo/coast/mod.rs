//! Distance from shore, from Natural Earth's 1:10 million land or a file that replaces it.
//!
//! Land, and all water that Natural Earth draws as land (rivers, lakes), is 0 nm from shore. The data set has no
//! lakes; the Caspian Sea is cut out of its land and counts as sea. It lacks islands below about 1 km, which Natural
//! Earth has in another set.
//!
//! A look-up has two parts. `Land` says whether the position is on land. If not, an index of short runs of coastline,
//! in space and not in degrees, finds the nearest piece.

use std::sync::{Arc, OnceLock};

use geojson::{GeoJson, GeometryValue};
use rstar::{AABB, ParentNode, RTree, RTreeNode, RTreeObject};

use super::chord::{Piece, Spot, arc, distance_2, position, spot};
use super::land::Land;
use super::polygon::cut;
use super::position::LatLon;
use crate::base::fault::Fault;
use crate::base::units::METRES_PER_NM;

/// The shipped data; see `data/README.md` for its source and format.
const BUILT_IN: &[u8] = include_bytes!("../data/land.zst");
/// Coordinate units per degree in the shipped data.
const UNITS_PER_DEGREE: f64 = 10_000.0;
/// Maximum number of pieces per leaf of the index. Longer runs make the index smaller, shorter ones make it more selective.
const RUN: usize = 8;
/// Beyond this the arc of a chord may be off by metres, so the nearest point is measured on the ellipsoid.
const CHORD_METRES: f64 = 200_000.0;

/// Where land is, and how far away.
#[derive(Clone, Debug)]
pub struct Coast {
    /// Answers whether a position is on land.
    land: Land,
    /// The end points of the coast's pieces, ring by ring.
    spots: Vec<[f32; 3]>,
    /// Index of the pieces, a few together.
    runs: RTree<Run>,
}

impl Coast {
    /// The built-in land. It is unpacked once, on the first call, which takes some tenths of a second.
    pub fn built_in() -> Arc<Coast> {
        static COAST: OnceLock<Arc<Coast>> = OnceLock::new();
        Arc::clone(COAST.get_or_init(|| Arc::new(Coast::new(&unpack(BUILT_IN)))))
    }

    /// Land from GeoJSON polygons in degrees, cut at ±180° as RFC 7946 requires. Rings need not be closed. Other geometries are skipped.
    ///
    /// # Errors
    /// The first fault of the file, with `feature NUMBER`, from 1, as its key if it is in one feature.
    pub fn from_geojson(text: &str) -> Result<Coast, Fault> {
        let not_geojson = |error: geojson::Error| {
            Fault::new("", format!("not GeoJSON: {error}")).advise("in QGIS, export the layer as GeoJSON")
        };
        let parsed: GeoJson = text.parse().map_err(not_geojson)?;
        let geometries = match parsed {
            GeoJson::FeatureCollection(all) => all.features.into_iter().map(|each| each.geometry).collect(),
            GeoJson::Feature(feature) => vec![feature.geometry],
            GeoJson::Geometry(geometry) => vec![Some(geometry)],
        };
        let mut rings = Vec::new();
        for (index, geometry) in geometries.into_iter().enumerate() {
            let polygons = match geometry.map(|geometry| geometry.value) {
                Some(GeometryValue::Polygon { coordinates }) => vec![coordinates],
                Some(GeometryValue::MultiPolygon { coordinates }) => coordinates,
                _ => continue,
            };
            for ring in polygons.into_iter().flatten() {
                let of_feature = |fault: Fault| fault.below(&format!("feature {}", index + 1));
                rings.push(ring_of(&ring).map_err(of_feature)?);
            }
        }
        match rings.is_empty() {
            true => {
                Err(Fault::new("", "contains no Polygon or MultiPolygon")
                    .advise("draw land as areas, not as coastlines"))
            }
            false => Ok(Coast::new(&rings)),
        }
    }

    /// No land: every position is infinitely far from shore.
    pub fn none() -> Coast {
        Coast::new(&[])
    }

    /// Indexes closed rings.
    fn new(rings: &[Vec<LatLon>]) -> Coast {
        let mut spots = Vec::with_capacity(rings.iter().map(Vec::len).sum());
        let mut runs = Vec::with_capacity(spots.capacity() / RUN * 3 / 2);
        let mut pieces = Vec::new();
        for ring in rings {
            for pair in ring.windows(2) {
                // Edges along the cut of the map are not coast: there is no shore at 180° in the middle of Chukotka.
                match map_edge(pair[0], pair[1]) {
                    true => index(&mut pieces, &mut spots, &mut runs),
                    false => cut(pair[0], pair[1], &mut pieces),
                }
            }
            index(&mut pieces, &mut spots, &mut runs);
        }
        spots.shrink_to_fit();
        Coast { land: Land::new(rings), spots, runs: RTree::bulk_load(runs) }
    }

    /// Nautical miles to the nearest shore: 0 on land and inland water, infinite if there is no land at all.
    pub fn shore_nm(&self, at: LatLon) -> f64 {
        self.shore_nm_within(at, f64::INFINITY)
    }

    /// As [`Coast::shore_nm`], but faster if shore is known to be at most `most_nm` away; the smaller, the faster. The
    /// result is correct even if that bound is wrong.
    pub fn shore_nm_within(&self, at: LatLon, most_nm: f64) -> f64 {
        if self.on_land(at) {
            return 0.0;
        }
        let here = spot(at);
        // A chord is never longer than its arc; the margin is for the Earth's flattening and for single precision.
        let most = most_nm * METRES_PER_NM * 1.01 + 100.0;
        let Some((nearest, chord_2)) = self.nearest(here, most).or_else(|| self.nearest(here, f64::INFINITY)) else {
            return f64::INFINITY;
        };
        let metres = arc(chord_2.sqrt());
        match metres < CHORD_METRES {
            true => metres / METRES_PER_NM,
            false => at.nm_to(position(nearest)),
        }
    }

    /// Whether the position is on land, or on water that the data draw as land.
    pub fn on_land(&self, at: LatLon) -> bool {
        self.land.holds(at)
    }

    /// The outlines of the land, closed, as longitudes and latitudes in degrees, to be filled by the even-odd rule.
    pub(super) fn rings(&self) -> Vec<Vec<(f64, f64)>> {
        self.land.rings()
    }

    /// The point of the coastline nearest to a position, which may be on land; `None` without any land.
    pub fn nearest_shore(&self, at: LatLon) -> Option<LatLon> {
        Some(position(self.nearest(spot(at), f64::INFINITY)?.0))
    }

    /// The nearest point of the coastline within `most` metres, and the square of the chord to it.
    fn nearest(&self, here: Spot, most: f64) -> Option<(Spot, f64)> {
        let bound = most * most;
        let mut best = (here, bound);
        self.search(self.runs.root(), here, &mut best);
        (best.1 < bound).then_some(best)
    }

    /// Descends the index, nearest box first, skipping everything farther than the best so far. It avoids the queue of rstar's own search,
    /// which spends most of its time in the heap.
    fn search(&self, node: &ParentNode<Run>, here: Spot, best: &mut (Spot, f64)) {
        // Single precision is accurate to half a metre here and halves the size of the index.
        let rough = here.map(|x| x as f32);
        for children in node.children().chunks(8) {
            let mut order = [(f32::INFINITY, 0); 8];
            for (number, child) in children.iter().enumerate() {
                order[number] = (child.envelope().distance_2(&rough), number);
            }
            let order = &mut order[..children.len()];
            order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
            for (box_2, number) in order {
                if best.1 <= f64::from(*box_2) {
                    break;
                }
                match &children[*number] {
                    RTreeNode::Parent(node) => self.search(node, here, best),
                    RTreeNode::Leaf(run) => self.measure(run, here, best),
                }
            }
        }
    }

    /// Measures the pieces of a run.
    fn measure(&self, run: &Run, here: Spot, best: &mut (Spot, f64)) {
        let from = run.start as usize;
        let spots = &self.spots[from..=from + usize::from(run.pieces)];
        // All of the run is within `bend` of the straight line between its ends, which rules out most runs.
        let straight = Piece::new(spots[0].map(f64::from), spots[spots.len() - 1].map(f64::from));
        if best.1.sqrt() + f64::from(run.bend) < straight.distance_2(here).sqrt() {
            return;
        }
        for pair in spots.windows(2) {
            let piece = Piece::new(pair[0].map(f64::from), pair[1].map(f64::from));
            let nearest = piece.nearest(here);
            let chord_2 = distance_2(nearest, here);
            if chord_2 < best.1 {
                *best = (nearest, chord_2);
            }
        }
    }
}

/// Some consecutive pieces of coast, indexed by their common box.
#[derive(Clone, Debug)]
struct Run {
    /// Corner of the box with the smallest coordinates.
    low: [f32; 3],
    /// Corner of the box with the largest coordinates.
    high: [f32; 3],
    /// Index of the first piece's first end point in `spots`.
    start: u32,
    /// Number of pieces, 1..=`RUN`.
    pieces: u8,
    /// Distance from the straight line between the ends to the farthest vertex, in metres, rounded up.
    bend: f32,
}

impl RTreeObject for Run {
    type Envelope = AABB<[f32; 3]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.low, self.high)
    }
}

/// Moves a sequence of connected pieces to the spots and runs.
fn index(pieces: &mut Vec<Piece>, spots: &mut Vec<[f32; 3]>, runs: &mut Vec<Run>) {
    for part in pieces.chunks(RUN) {
        let start = spots.len();
        spots.push(part[0].from.map(|x| x as f32));
        spots.extend(part.iter().map(|piece| piece.to().map(|x| x as f32)));
        let corner = |choose: fn(f32, f32) -> f32| {
            let first = spots[start];
            let fold = |all: [f32; 3], spot: &[f32; 3]| std::array::from_fn(|axis| choose(all[axis], spot[axis]));
            spots[start..].iter().fold(first, fold)
        };
        let straight = Piece::new(part[0].from, part[part.len() - 1].to());
        let bend = part.iter().map(|piece| straight.distance_2(piece.to())).fold(0.0, f64::max).sqrt();
        runs.push(Run {
            low: corner(f32::min),
            high: corner(f32::max),
            start: start as u32,
            pieces: part.len() as u8,
            // The margin is for single precision.
            bend: bend as f32 + 2.0,
        });
    }
    pieces.clear();
}

/// Whether an edge runs along ±180° or a pole, where maps are cut.
fn map_edge(from: LatLon, to: LatLon) -> bool {
    let meridian = from.lon.abs() == 180.0 && to.lon == from.lon;
    let pole = from.lat.abs() == 90.0 && to.lat == from.lat;
    meridian || pole
}

/// Reads a ring of a GeoJSON file and closes it.
fn ring_of(ring: &[geojson::Position]) -> Result<Vec<LatLon>, Fault> {
    let mut out = Vec::with_capacity(ring.len() + 1);
    for position in ring {
        match position.as_slice() {
            &[lon, lat, ..] if (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat) => {
                // Not `LatLon::new`: 180 must stay on its side of the map.
                out.push(LatLon { lat, lon });
            }
            _ => {
                let advice = "write [longitude, latitude] in degrees, and cut areas at ±180°";
                return Err(Fault::new("", "a position is not a place").advise(advice));
            }
        }
    }
    if out.first() != out.last() {
        out.extend(out.first().copied());
    }
    match 4 <= out.len() {
        true => Ok(out),
        false => {
            Err(Fault::new("", "a ring has fewer than three corners").advise("draw it as an area, or leave it out"))
        }
    }
}

/// The shipped land as closed rings; unpacked on each call.
pub(super) fn built_in_rings() -> Vec<Vec<LatLon>> {
    unpack(BUILT_IN)
}

/// Unpacks the shipped rings.
fn unpack(packed: &[u8]) -> Vec<Vec<LatLon>> {
    // The file is part of the program and covered by a test, so it cannot be damaged at run time.
    let bytes = zstd::decode_all(packed).expect("the shipped land is intact");
    let mut head = Numbers(&bytes);
    let (rings, counts, lons) = (head.next(), head.next(), head.next());
    // Each part has its own run of bytes, because similar numbers side by side pack better.
    let (counts, rest) = head.0.split_at(counts as usize);
    let (lons, lats) = rest.split_at(lons as usize);
    let (mut counts, mut lons, mut lats) = (Numbers(counts), Numbers(lons), Numbers(lats));
    let ring = |_| {
        let (mut lon, mut lat) = (0, 0);
        let position = |_| {
            lon += lons.next();
            lat += lats.next();
            LatLon { lat: lat as f64 / UNITS_PER_DEGREE, lon: lon as f64 / UNITS_PER_DEGREE }
        };
        (0..counts.next()).map(position).collect()
    };
    (0..rings).map(ring).collect()
}

/// Reads zigzag varints; returns 0 once the data have ended.
struct Numbers<'a>(&'a [u8]);

impl Numbers<'_> {
    fn next(&mut self) -> i64 {
        let (mut number, mut shift) = (0_u64, 0);
        while let Some((byte, rest)) = self.0.split_first() {
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        (number >> 1) as i64 ^ -((number & 1) as i64)
    }
}

#[cfg(test)]
mod tests;
