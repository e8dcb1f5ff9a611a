//! Land or water: a quarter-degree grid that needs only a few coast edges per look-up, whatever the size of the continent.

use super::position::LatLon;

/// Cells per degree.
const PER_DEGREE: f64 = 4.0;
/// Cells around the Earth.
const COLUMNS: usize = 1440;
/// Cells from pole to pole.
const ROWS: usize = 720;
/// Offset of the reference points from the cells' middle rows and west sides, in degrees, so that no vertex of a drawn grid is on their
/// lines.
const OFF: f64 = 0.000_031_7;

/// One coast edge, straight in longitude and latitude: from x, from y, to x, to y in degrees.
type Edge = [f32; 4];

/// Which positions are land. All rings together follow the even-odd rule, so holes and the islands in them may come in any order.
///
/// Every cell stores whether its reference point is land and which edges pass through it. The way from there to a
/// position leads first along the meridian and then along the parallel; each edge it crosses switches between
/// land and water.
#[derive(Clone, Debug, Default)]
pub(super) struct Land {
    /// One bit per cell: whether its reference point is land.
    reference: Vec<u64>,
    /// Start of each cell's edges in `numbers`, plus the end of the last.
    starts: Vec<u32>,
    /// Indices in `edges`, cell by cell.
    numbers: Vec<u32>,
    /// All edges. Single precision keeps them within a metre, finer than any coastline in use.
    edges: Vec<Edge>,
}

impl Land {
    /// Creates land from closed rings of positions with longitudes in -180..=180.
    pub(super) fn new(rings: &[Vec<LatLon>]) -> Land {
        let edges: Vec<Edge> = rings
            .iter()
            .flat_map(|ring| ring.windows(2))
            .map(|pair| {
                let (from, to) = (pair[0], pair[1]);
                [from.lon as f32, from.lat as f32, to.lon as f32, to.lat as f32]
            })
            .collect();
        if edges.is_empty() {
            // Without edges, no look-up reaches the cells.
            return Land::default();
        }
        let mut land = Land {
            reference: vec![0; ROWS * COLUMNS / 64],
            starts: vec![0; ROWS * COLUMNS + 1],
            numbers: Vec::new(),
            edges,
        };
        land.sort_edges();
        land.mark_references();
        land
    }

    /// The rings, closed, as longitudes and latitudes in degrees. Rings that touch one another at their ends may come as one ring, which
    /// fills the same area.
    pub(super) fn rings(&self) -> Vec<Vec<(f64, f64)>> {
        let mut rings: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut end = None;
        for [x1, y1, x2, y2] in self.edges.iter().map(|edge| edge.map(f64::from)) {
            match rings.last_mut().filter(|_| end == Some((x1, y1))) {
                Some(ring) => ring.push((x2, y2)),
                None => rings.push(vec![(x1, y1), (x2, y2)]),
            }
            end = Some((x2, y2));
        }
        rings
    }

    /// Whether the position is on land.
    pub(super) fn holds(&self, at: LatLon) -> bool {
        if self.edges.is_empty() {
            return false;
        }
        let (row, column) = (row(at.lat), column(at.lon));
        let cell = row * COLUMNS + column;
        let mut land = self.reference[cell / 64] >> (cell % 64) & 1 == 1;
        let (x0, y0) = reference(row, column);
        for number in &self.numbers[self.starts[cell] as usize..self.starts[cell + 1] as usize] {
            let edge = self.edges[*number as usize].map(f64::from);
            let along_meridian = crosses_meridian(edge, x0).is_some_and(|y| between(y, y0, at.lat));
            let along_parallel = crosses_parallel(edge, at.lat).is_some_and(|x| between(x, x0, at.lon));
            land ^= along_meridian ^ along_parallel;
        }
        land
    }

    /// Lists the edges whose box touches each cell, in their order.
    fn sort_edges(&mut self) {
        for cell in self.edges.iter().flat_map(cells) {
            self.starts[cell + 1] += 1;
        }
        for cell in 0..ROWS * COLUMNS {
            self.starts[cell + 1] += self.starts[cell];
        }
        let mut free = self.starts.clone();
        self.numbers = vec![0; self.starts[ROWS * COLUMNS] as usize];
        for (number, edge) in (0..).zip(&self.edges) {
            for cell in cells(edge) {
                self.numbers[free[cell] as usize] = number;
                free[cell] += 1;
            }
        }
    }

    /// Sweeps every middle row from the west, where there is no land yet, and marks the reference points that are land.
    fn mark_references(&mut self) {
        let mut crossings: Vec<Vec<f64>> = vec![Vec::new(); ROWS];
        for edge in &self.edges {
            let edge = edge.map(f64::from);
            let (south, north) = (row(edge[1].min(edge[3])), row(edge[1].max(edge[3])));
            for (row, crossings) in crossings[south..=north].iter_mut().enumerate() {
                crossings.extend(crosses_parallel(edge, reference(south + row, 0).1));
            }
        }
        for (row, crossings) in crossings.iter_mut().enumerate() {
            crossings.sort_unstable_by(f64::total_cmp);
            let mut passed = 0;
            for column in 0..COLUMNS {
                let (x0, _) = reference(row, column);
                while crossings.get(passed).is_some_and(|x| *x <= x0) {
                    passed += 1;
                }
                if passed % 2 == 1 {
                    let cell = row * COLUMNS + column;
                    self.reference[cell / 64] |= 1 << (cell % 64);
                }
            }
        }
    }
}

/// The cells that an edge's box touches.
fn cells(edge: &Edge) -> impl Iterator<Item = usize> + use<> {
    let [x1, y1, x2, y2] = edge.map(f64::from);
    let columns = column(x1.min(x2) - OFF)..=column(x1.max(x2) + OFF);
    let rows = row(y1.min(y2) - OFF)..=row(y1.max(y2) + OFF);
    rows.flat_map(move |row| columns.clone().map(move |column| row * COLUMNS + column))
}

/// Row of a cell, from the south.
fn row(lat: f64) -> usize {
    (((lat + 90.0) * PER_DEGREE) as usize).min(ROWS - 1)
}

/// Column of a cell, from 180° W eastwards.
fn column(lon: f64) -> usize {
    (((lon + 180.0) * PER_DEGREE) as usize).min(COLUMNS - 1)
}

/// Longitude and latitude of a cell's reference point.
fn reference(row: usize, column: usize) -> (f64, f64) {
    let x = column as f64 / PER_DEGREE - 180.0 + OFF;
    let y = (row as f64 + 0.5) / PER_DEGREE - 90.0 + OFF;
    (x, y)
}

/// Longitude at which an edge crosses a parallel; an end on the parallel counts as south of it.
fn crosses_parallel([x1, y1, x2, y2]: [f64; 4], y: f64) -> Option<f64> {
    ((y1 <= y) != (y2 <= y)).then(|| x1 + (x2 - x1) * ((y - y1) / (y2 - y1)))
}

/// Latitude at which an edge crosses a meridian; an end on the meridian counts as west of it.
fn crosses_meridian([x1, y1, x2, y2]: [f64; 4], x: f64) -> Option<f64> {
    crosses_parallel([y1, x1, y2, x2], x)
}

/// Whether a crossing is on the way between two coordinates.
fn between(crossing: f64, a: f64, b: f64) -> bool {
    a.min(b) < crossing && crossing <= a.max(b)
}
