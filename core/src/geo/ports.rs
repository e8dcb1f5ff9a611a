//! Harbours and anchorages as points: which is nearest, and whether a position is in the calm water around one.

use std::sync::{Arc, OnceLock};

use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::chord::{Spot, arc, chord, distance_2, nearer, spot};
use super::outline::Bounds;
use super::port::Port;
use super::port_file::read;
use super::port_names::Names;
use super::position::LatLon;
use super::row_fault::RowFault;
use crate::base::units::METRES_PER_NM;

/// The shipped World Port Index; see `data/README.md`.
const HARBOURS: &[u8] = include_bytes!("data/harbours.zst");
/// The shipped anchorage points; see `data/README.md`.
const ANCHORAGES: &[u8] = include_bytes!("data/anchorages.zst");

/// All harbours and anchorage points.
#[derive(Clone, Debug, Default)]
pub struct Ports {
    /// Harbours of the World Port Index, or of the file that replaces it.
    harbours: Points,
    /// Anchorage points, or those of the file that replaces them.
    anchorages: Points,
    /// Names of the harbours; built on the first look-up of a destination.
    names: OnceLock<Names>,
}

impl Ports {
    /// The built-in World Port Index and anchorage points. They are unpacked once, on the first call.
    pub fn built_in() -> Arc<Ports> {
        static PORTS: OnceLock<Arc<Ports>> = OnceLock::new();
        let ports = || Arc::new(Ports::built_in_harbours().with_anchorages_of(Ports::built_in_anchorages()));
        Arc::clone(PORTS.get_or_init(ports))
    }

    /// Only the built-in World Port Index.
    pub fn built_in_harbours() -> Ports {
        Ports { harbours: Points::new(unpack(HARBOURS)), anchorages: Points::default(), names: OnceLock::new() }
    }

    /// Only the built-in anchorage points.
    pub fn built_in_anchorages() -> Ports {
        Ports { harbours: Points::default(), anchorages: Points::new(unpack(ANCHORAGES)), names: OnceLock::new() }
    }

    /// Reads harbours from CSV text with a header: `latitude`, `longitude` and optionally `name`, `country`,
    /// `radius_nm`. The World Port Index's own column names work too. A row without radius or harbour size gets 1 nm.
    pub fn harbours_from_csv(text: &str) -> Result<Ports, Vec<RowFault>> {
        Ok(Ports { harbours: Points::new(read(text)?), anchorages: Points::default(), names: OnceLock::new() })
    }

    /// Reads anchorage points from CSV text in the same format; the columns `label` and `iso3` work too.
    pub fn anchorages_from_csv(text: &str) -> Result<Ports, Vec<RowFault>> {
        Ok(Ports { harbours: Points::default(), anchorages: Points::new(read(text)?), names: OnceLock::new() })
    }

    /// No ports at all, and therefore no calm water around points.
    pub fn none() -> Ports {
        Ports::default()
    }

    /// Combines these harbours with the anchorage points of `other`.
    pub fn with_anchorages_of(self, other: Ports) -> Ports {
        Ports { harbours: self.harbours, anchorages: other.anchorages, names: OnceLock::new() }
    }

    /// The harbour meant by a destination as crews type it: `ES ALG`, `ALGECIRAS`, `MA TNG > ES ALG`, also with one
    /// letter wrong; `None` if it is not a known harbour. Of harbours that share a name it is the first. Slow: call it
    /// only when the destination has changed.
    pub fn destination(&self, said: &str) -> Option<&Port> {
        let names = self.names.get_or_init(|| Names::new(&self.harbours.ports));
        names.find(said).and_then(|number| self.harbours.ports.get(number as usize))
    }

    /// The named harbours within the bounds, largest first.
    pub fn harbours_within(&self, bounds: &Bounds) -> Vec<&Port> {
        let inside = |port: &&Port| bounds.hold(port.at) && !port.name.is_empty();
        let mut found: Vec<&Port> = self.harbours.ports.iter().filter(inside).collect();
        found.sort_by(|a, b| b.radius_nm.total_cmp(&a.radius_nm).then_with(|| a.name.cmp(&b.name)));
        found
    }

    /// The harbours and anchorage points within the bounds, each the middle of a circle of calm water; largest circles first.
    pub fn calm_within(&self, bounds: &Bounds) -> Vec<&Port> {
        let all = self.harbours.ports.iter().chain(&self.anchorages.ports);
        let mut found: Vec<&Port> = all.filter(|port| bounds.hold(port.at)).collect();
        // A stable sort: points of one size stay in the order of their files.
        found.sort_by(|a, b| b.radius_nm.total_cmp(&a.radius_nm));
        found
    }

    /// Number of points of both kinds.
    pub fn len(&self) -> usize {
        self.harbours.ports.len() + self.anchorages.ports.len()
    }

    /// Whether there are no points.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The nearest harbour and the nautical miles to it on the ellipsoid, at any distance; an anchorage only if there are no harbours.
    pub fn nearest(&self, at: LatLon) -> Option<(&Port, f64)> {
        let here = spot(at);
        let nearest = self.harbours.nearest(here).or_else(|| self.anchorages.nearest(here));
        nearest.map(|(port, _)| (port, at.nm_to(port.at)))
    }

    /// Nautical miles to the nearest point of either kind; infinite beyond [`SEEN_NM`].
    pub fn nearest_point_nm(&self, at: LatLon) -> f64 {
        let here = spot(at);
        let beyond = chord(SEEN_NM * METRES_PER_NM) * 1.001;
        let mut nearest_2 = beyond * beyond;
        for points in [&self.harbours, &self.anchorages] {
            if points.sees(at) {
                nearer(points.tree().root(), here, &|point| distance_2(*point.geom(), here), &mut nearest_2);
            }
        }
        let nm = arc(nearest_2.sqrt()) / METRES_PER_NM;
        if nm <= SEEN_NM { nm } else { f64::INFINITY }
    }

    /// Radius of the largest circle of calm water around a point, in nautical miles.
    pub fn largest_circle_nm(&self) -> f64 {
        self.harbours.largest_nm.max(self.anchorages.largest_nm)
    }

    /// The point whose circle of calm water contains the position; the nearest if several do.
    pub fn calm_round(&self, at: LatLon) -> Option<&Port> {
        let here = spot(at);
        let nearest = [self.harbours.circle(at, here), self.anchorages.circle(at, here)];
        let nearest = nearest.into_iter().flatten().min_by(|a, b| a.1.total_cmp(&b.1));
        nearest.map(|(port, _)| port)
    }
}

/// Distance up to which points are found by [`Ports::nearest_point_nm`], in nautical miles.
pub const SEEN_NM: f64 = 30.0;

/// Half-degree cells around the Earth, for `Points::seen`.
const COLUMNS: usize = 720;
/// Half-degree cells from pole to pole.
const ROWS: usize = 360;

/// Points of one kind and their index.
#[derive(Clone, Debug, Default)]
struct Points {
    /// The points, in the order of their file.
    ports: Vec<Port>,
    /// Index of the points in space; each has its place in `ports`. Built on the first look-up near one of them.
    tree: OnceLock<RTree<GeomWithData<Spot, u32>>>,
    /// One bit per half-degree cell: whether a point may be within `SEEN_NM`. For nearly all fixes at sea the look-up ends here.
    seen: Vec<u64>,
    /// Radius of the largest circle, in nautical miles.
    largest_nm: f64,
}

impl Points {
    /// Indexes these points.
    fn new(ports: Vec<Port>) -> Points {
        let mut points = Points {
            tree: OnceLock::new(),
            seen: vec![0; (ROWS * COLUMNS).div_ceil(64)],
            largest_nm: ports.iter().map(|port| port.radius_nm).fold(0.0, f64::max),
            ports,
        };
        points.mark_seen();
        points
    }

    /// The index.
    fn tree(&self) -> &RTree<GeomWithData<Spot, u32>> {
        self.tree.get_or_init(|| {
            let points = (0..).zip(&self.ports).map(|(number, port)| GeomWithData::new(spot(port.at), number));
            RTree::bulk_load(points.collect())
        })
    }

    /// Marks the cells within `SEEN_NM` of a point, with a generous margin.
    fn mark_seen(&mut self) {
        for port in &self.ports {
            let (lat, lon) = (port.at.lat, port.at.lon);
            let high = SEEN_NM / 60.0 * 1.02;
            // Meridians converge, so the box is as wide as it is at its edge nearest to the pole.
            let wide = high / (lat.abs() + high).min(89.5).to_radians().cos();
            let rows = cell_row(lat - high)..=cell_row(lat + high);
            let columns = if 89.0 < lat.abs() + high { COLUMNS } else { (wide * 2.0) as usize * 2 + 4 };
            for row in rows {
                for step in 0..columns.min(COLUMNS) {
                    let column = (cell_column(lon) + COLUMNS + step - columns.min(COLUMNS) / 2) % COLUMNS;
                    let cell = row * COLUMNS + column;
                    self.seen[cell / 64] |= 1 << (cell % 64);
                }
            }
        }
    }

    /// Whether a point may be within `SEEN_NM`. If not, none is.
    fn sees(&self, at: LatLon) -> bool {
        let cell = cell_row(at.lat) * COLUMNS + cell_column(at.lon);
        self.seen.get(cell / 64).is_some_and(|word| word >> (cell % 64) & 1 == 1)
    }

    /// The nearest point and the square of the chord to it.
    fn nearest(&self, here: Spot) -> Option<(&Port, f64)> {
        let found = self.tree().nearest_neighbor(&here)?;
        let port = &self.ports[found.data as usize];
        Some((port, distance_2(*found.geom(), here)))
    }

    /// The nearest point whose circle contains the position, and the square of the chord to it.
    fn circle(&self, at: LatLon, here: Spot) -> Option<(&Port, f64)> {
        // A circle larger than that may reach into cells that are not marked.
        if self.largest_nm <= SEEN_NM && !self.sees(at) {
            return None;
        }
        let reach = chord(self.largest_nm * METRES_PER_NM);
        let near = self.tree().locate_within_distance(here, reach * reach);
        let near = near.map(|found| (&self.ports[found.data as usize], distance_2(*found.geom(), here)));
        near.filter(|(port, chord_2)| arc(chord_2.sqrt()) <= port.radius_nm * METRES_PER_NM)
            .min_by(|a, b| a.1.total_cmp(&b.1))
    }
}

/// Row of a half-degree cell, from the south.
fn cell_row(lat: f64) -> usize {
    (((lat + 90.0) * 2.0) as usize).min(ROWS - 1)
}

/// Column of a half-degree cell, from 180° W eastwards.
fn cell_column(lon: f64) -> usize {
    (((lon + 180.0) * 2.0) as usize).min(COLUMNS - 1)
}

/// The points of a shipped file.
///
/// # Panics
/// If the file is damaged.
fn unpack(packed: &[u8]) -> Vec<Port> {
    // The files are part of the program and covered by a test, so they cannot be damaged at run time.
    let bytes = zstd::decode_all(packed).expect("the shipped ports are intact");
    let text = std::str::from_utf8(&bytes).expect("the shipped ports are text");
    read(text).expect("the shipped ports are well formed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_points_are_found_and_measured() {
        let ports = Ports::built_in();
        // One of the 60 409 anchorages, at 0 N 0 E, is marked for removal.
        assert_eq!(ports.len(), 3768 + 60_408);
        assert_eq!(ports.nearest_point_nm(LatLon::new(0.0, 0.0)), f64::INFINITY);
        let (port, nm) = ports.nearest(LatLon::new(28.47, -16.20)).expect("a port");
        assert_eq!(&*port.name, "Santa Cruz De Tenerife");
        assert!((nm - 1.8).abs() < 0.2);
        let at_sea = LatLon::new(25.0, -40.0);
        assert_eq!(ports.nearest_point_nm(at_sea), f64::INFINITY);
        assert!(600.0 < ports.nearest(at_sea).expect("a port").1);
    }

    #[test]
    fn harbours_that_the_index_misplaces_are_where_they_are() {
        let ports = Ports::built_in();
        let (port, nm) = ports.nearest(LatLon::new(28.93, -89.43)).expect("a port");
        assert!(&*port.name == "Southwest Pass" && nm < 3.0, "{} {nm}", port.name);
        let (port, nm) = ports.nearest(LatLon::new(28.45, -90.7)).expect("a port");
        assert!(30.0 < nm, "open sea, {nm} nm from {}", port.name);
    }

    #[test]
    fn the_index_agrees_with_every_point_measured_one_by_one() {
        let ports = Ports::built_in();
        let all: Vec<&Port> = ports.harbours.ports.iter().chain(&ports.anchorages.ports).collect();
        let mut random = fastrand::Rng::with_seed(3);
        for round in 0..60 {
            let near = all[random.usize(..all.len())].at;
            let at = near.destination(random.f64() * 360.0, random.f64() * 80_000.0);
            let at = if round == 0 { LatLon::new(-17.0, 179.999) } else { at };
            let close =
                all.iter().filter(|port| (at.lat - port.at.lat).abs() < 1.0 && at.metres_to(port.at) < 90_000.0);
            let close: Vec<_> = close.collect();
            let least = close.iter().map(|port| at.nm_to(port.at)).fold(f64::INFINITY, f64::min);
            let got = ports.nearest_point_nm(at);
            match least < SEEN_NM - 0.01 {
                true => assert!((got - least).abs() < 0.01, "{at:?}: {got}, one by one {least}"),
                false => assert!(SEEN_NM - 0.02 <= got, "{at:?}: {got}, one by one {least}"),
            }
            let calm = close.iter().any(|port| at.nm_to(port.at) <= port.radius_nm);
            assert_eq!(ports.calm_round(at).is_some(), calm, "{at:?}");
        }
    }

    #[test]
    fn a_file_gives_each_point_its_circle() {
        let text = "Main Port Name,Harbor Size,Latitude,Longitude\n\"Big, one\",Large,10,179.99\nUnknown, ,20,20\n";
        let ports = Ports::harbours_from_csv(text).expect("ports");
        let big = LatLon::new(10.0, -179.97);
        assert_eq!(&*ports.calm_round(big).expect("2.4 nm off, across the date line").name, "Big, one");
        assert!(ports.calm_round(LatLon::new(20.0, 20.018)).is_none(), "an unknown size is 1 nm, this is 1.02");
        assert!(ports.calm_round(LatLon::new(20.0, 20.017)).is_some());
        assert_eq!(Ports::none().nearest_point_nm(big), f64::INFINITY);
    }
}
