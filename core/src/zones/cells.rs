//! A table of quarter-degree cells with the zones that matter in each, so that a look-up only touches what is near.
//!
//! Each zone is filed in all cells that it reaches. In a cell the border is known by the few pieces that can be
//! the nearest to any position in it, so the distance is exact and costs a handful of multiplications, however
//! long the border is.

use rstar::RTree;
use rstar::primitives::GeomWithData;
use rustc_hash::FxHashMap;

use super::shape::Shape;
use crate::geo::LatLon;
use crate::geo::chord::{Piece, chord, nearer, spot};

/// Cells per degree.
const PER_DEGREE: f64 = 4.0;
/// Cells around the Earth.
const COLUMNS: usize = 1440;
/// Cells from pole to pole.
const ROWS: usize = 720;
/// The table is filled by subdividing blocks of this many cells per side.
const BLOCK: usize = 128;
/// A zone is filed at once in all cells of a block of at most this many cells per side; of a larger one its bound would be too rough.
const DEEP_BLOCK: usize = 32;
/// Distances inside a zone are exact down to this depth (1 nm); deeper, a cell may give a bound.
const EXACT_METRES: f64 = 1852.0;

/// What one zone means for one cell.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// Every position of the cell is inside, at least `depth` metres from the border.
    Deep {
        /// Number of the zone.
        zone: u16,
        /// Lower bound of the distance to the border, in metres.
        depth: f64,
    },
    /// The border may matter: only these pieces of the shape can be the nearest.
    Border {
        /// Number of the zone.
        zone: u16,
        /// Indices of the shape's pieces.
        pieces: Box<[u32]>,
    },
}

/// The zones that reach each cell of the Earth.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cells {
    /// One bit per cell: whether it has any zone. 130 kB, so that a look-up on the open sea costs one cached load.
    filled: Vec<u64>,
    /// The zones of each cell that has any, in order of their numbers.
    parts: FxHashMap<u32, Vec<Part>>,
}

impl Cells {
    /// Fills the table with zones given as (number, shape, metres beyond the border that still matter).
    pub(crate) fn build<'a>(zones: impl Iterator<Item = (u16, &'a Shape, f64)>) -> Cells {
        let mut cells = Cells { filled: vec![0; ROWS * COLUMNS / 64], parts: FxHashMap::default() };
        for (zone, shape, beyond) in zones {
            let pieces = shape.pieces.iter().enumerate();
            let pieces = pieces.map(|(number, piece)| GeomWithData::new(*piece, number as u32));
            let task = Task { zone, shape, beyond, tree: RTree::bulk_load(pieces.collect()) };
            for row in (0..ROWS).step_by(BLOCK) {
                for column in (0..COLUMNS).step_by(BLOCK) {
                    task.fill(row, column, BLOCK, &mut cells);
                }
            }
        }
        cells
    }

    /// The zones in the cell of a position.
    pub(crate) fn at(&self, at: LatLon) -> &[Part] {
        let row = (((at.lat + 90.0) * PER_DEGREE) as usize).min(ROWS - 1);
        let column = (((at.lon + 180.0) * PER_DEGREE) as usize).min(COLUMNS - 1);
        let cell = row * COLUMNS + column;
        match self.filled.get(cell / 64) {
            Some(word) if word >> (cell % 64) & 1 == 1 => {}
            _ => return &[],
        }
        self.parts.get(&(cell as u32)).map_or(&[], Vec::as_slice)
    }

    /// Files a zone in a cell. Zones come in order of their numbers.
    fn add(&mut self, cell: usize, part: Part) {
        self.filled[cell / 64] |= 1 << (cell % 64);
        self.parts.entry(cell as u32).or_default().push(part);
    }
}

/// The job of filling the table with one zone.
struct Task<'a> {
    /// Number of the zone.
    zone: u16,
    /// Its geometry.
    shape: &'a Shape,
    /// Metres beyond the border that still matter.
    beyond: f64,
    /// Pieces of its border or line, each with its index in the shape.
    tree: RTree<GeomWithData<Piece, u32>>,
}

impl Task<'_> {
    /// Fills a square block of cells: at once if all of it is far outside or deep inside, otherwise quarter by quarter.
    fn fill(&self, row: usize, column: usize, size: usize, cells: &mut Cells) {
        if ROWS <= row || COLUMNS <= column {
            return;
        }
        let half = size as f64 / PER_DEGREE / 2.0;
        let (lat, lon) = (row as f64 / PER_DEGREE - 90.0 + half, column as f64 / PER_DEGREE - 180.0 + half);
        // The last block of a row reaches beyond 180°.
        let centre = LatLon { lat, lon: if lon < 180.0 { lon } else { lon - 360.0 } };
        let here = spot(centre);
        let mut chord_2 = f64::INFINITY;
        nearer(self.tree.root(), here, &|piece| piece.geom().distance_2(here), &mut chord_2);
        if chord_2 == f64::INFINITY {
            return;
        }
        let radius = radius(centre, half);
        let edge = self.shape.signed(centre, chord_2);
        if radius + self.beyond < edge {
            return;
        }
        if size <= DEEP_BLOCK && edge + radius < -EXACT_METRES {
            let depth = -(edge + radius);
            return self.fill_deep(row, column, size, depth, cells);
        }
        if 1 < size {
            let quarter = size / 2;
            for (down, right) in [(0, 0), (0, quarter), (quarter, 0), (quarter, quarter)] {
                self.fill(row + down, column + right, quarter, cells);
            }
            return;
        }
        // The piece nearest to any position in the cell is at most this far from the cell's centre.
        let bound = chord_2.sqrt() + 2.0 * radius;
        let pieces = self.tree.locate_within_distance(here, bound * bound);
        let mut pieces: Box<[u32]> = pieces.map(|piece| piece.data).collect();
        pieces.sort_unstable();
        let zone = self.zone;
        cells.add(row * COLUMNS + column, Part::Border { zone, pieces });
    }

    /// Files the zone in all cells of a block that is inside it, deeper than `EXACT_METRES`.
    fn fill_deep(&self, row: usize, column: usize, size: usize, depth: f64, cells: &mut Cells) {
        let zone = self.zone;
        for row in row..(row + size).min(ROWS) {
            for column in column..(column + size).min(COLUMNS) {
                cells.add(row * COLUMNS + column, Part::Deep { zone, depth });
            }
        }
    }
}

/// Upper bound of the distance from a block's centre to its farthest corner, in metres.
fn radius(centre: LatLon, half: f64) -> f64 {
    let corners = [(half, half), (-half, half)];
    let farthest = corners.iter().map(|(north, east)| {
        let corner = LatLon { lat: centre.lat + north, lon: centre.lon + east };
        crate::geo::chord::arc(crate::geo::chord::distance_2(spot(centre), spot(corner)).sqrt())
    });
    // The corners nearer to the equator are the farthest; 1 % allows for the ellipsoid and the arc.
    chord(farthest.fold(0.0, f64::max)) * 1.01
}
