//! Who is near: a hash grid of cells of 0.1°, right at ±180°, near the poles and across cell borders.

use rustc_hash::FxHashMap;

use crate::geo::LatLon;
use crate::units::EARTH_RADIUS_METRES;

use super::TrackIx;

const CELLS_PER_DEGREE: f64 = 10.0;
const ROWS: i64 = 1800;
const COLUMNS: i64 = 3600;

/// Number of a cell; `NOWHERE` before a vessel's first fix.
pub(super) type Cell = u32;

/// The cell of a vessel without a position.
pub(super) const NOWHERE: Cell = u32::MAX;

#[derive(Default)]
pub(super) struct Grid {
    cells: FxHashMap<Cell, Vec<TrackIx>>,
}

/// The cell a position lies in.
pub(super) fn cell_of(at: LatLon) -> Cell {
    (row(at.lat) * COLUMNS + column(at.lon)) as Cell
}

impl Grid {
    pub(super) fn insert(&mut self, cell: Cell, vessel: TrackIx) {
        self.cells.entry(cell).or_default().push(vessel);
    }

    pub(super) fn remove(&mut self, cell: Cell, vessel: TrackIx) {
        let Some(here) = self.cells.get_mut(&cell) else {
            return;
        };
        if let Some(place) = here.iter().position(|other| *other == vessel) {
            here.swap_remove(place);
        }
        if here.is_empty() {
            self.cells.remove(&cell);
        }
    }

    /// Calls `found` for every vessel in the cells that a circle touches; the caller measures the distance.
    pub(super) fn around(&self, at: LatLon, metres: f64, mut found: impl FnMut(TrackIx)) {
        let reach = (metres / EARTH_RADIUS_METRES).to_degrees() * 1.01;
        let low = row(at.lat - reach);
        let high = row(at.lat + reach);
        let widest = (at.lat.abs() + reach).min(90.0).to_radians().cos();
        let aside = if widest < 1e-6 { 180.0 } else { (reach / widest).min(180.0) };
        let first = ((at.lon - aside) * CELLS_PER_DEGREE).floor() as i64;
        let last = ((at.lon + aside) * CELLS_PER_DEGREE).floor() as i64;
        let last = last.min(first + COLUMNS - 1);
        for row in low..=high {
            for step in first..=last {
                let column = (step + COLUMNS / 2).rem_euclid(COLUMNS);
                if let Some(here) = self.cells.get(&((row * COLUMNS + column) as Cell)) {
                    here.iter().for_each(|vessel| found(*vessel));
                }
            }
        }
    }
}

fn row(lat: f64) -> i64 {
    (((lat + 90.0) * CELLS_PER_DEGREE).floor() as i64).clamp(0, ROWS - 1)
}

fn column(lon: f64) -> i64 {
    (((lon + 180.0) * CELLS_PER_DEGREE).floor() as i64).rem_euclid(COLUMNS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(grid: &Grid, at: LatLon, metres: f64) -> Vec<u32> {
        let mut found = Vec::new();
        grid.around(at, metres, |vessel| found.push(vessel.0));
        found.sort_unstable();
        found
    }

    #[test]
    fn neighbours_are_found_across_borders_the_antimeridian_and_near_the_pole() {
        let spots = [
            LatLon::new(0.0999, 0.0999),
            LatLon::new(0.1001, 0.1001),
            LatLon::new(10.0, 179.999),
            LatLon::new(10.0, -179.999),
            LatLon::new(85.0, 20.0),
            LatLon::new(85.0, 20.15),
            LatLon::new(89.99, 10.0),
            LatLon::new(89.99, -170.0),
        ];
        let mut grid = Grid::default();
        for (index, at) in spots.iter().enumerate() {
            grid.insert(cell_of(*at), TrackIx(index as u32));
        }
        for pair in [0, 2, 4, 6] {
            let metres = spots[pair].metres_to(spots[pair + 1]) + 1.0;
            let near = found(&grid, spots[pair], metres);
            assert!(near.contains(&(pair as u32 + 1)), "{pair}: {near:?}");
        }
        assert_eq!(found(&grid, LatLon::new(50.0, 50.0), 10_000.0), Vec::<u32>::new());
    }

    #[test]
    fn a_vessel_that_left_is_gone() {
        let mut grid = Grid::default();
        let at = LatLon::new(1.0, 1.0);
        grid.insert(cell_of(at), TrackIx(7));
        grid.remove(cell_of(at), TrackIx(7));
        assert_eq!(found(&grid, at, 1000.0), Vec::<u32>::new());
        assert!(grid.cells.is_empty());
    }
}
