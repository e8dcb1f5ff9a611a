//! The grid that neighbours are searched in: cells of 1/40°, correct at ±180°, near the poles and across cell borders.
//!
//! A search visits the cells that its circle touches and every vessel in them. Smaller cells mean fewer vessels that are too far away, but
//! more cells to look up.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::account::Account;
use crate::geo::{Cells, LatLon};

use super::key::TrackIx;

/// Cells are a little larger than the circles that behaviours search for partners.
const CELLS: Cells = Cells::new(40);

/// Number of a cell; `NOWHERE` before a vessel's first fix.
pub(super) type Cell = u32;

/// The cell of a vessel without a position.
pub(super) const NOWHERE: Cell = u32::MAX;

/// The vessels of a cell form a doubly linked list: 8 bytes per vessel, however they are spread.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Grid {
    /// First vessel of each cell that has any.
    first: FxHashMap<Cell, u32>,
    /// By the index of the vessel. The item of a vessel without a cell has no meaning.
    links: Vec<Link>,
}

/// The neighbours of a vessel in the list of its cell, as indices within the shard; `NOBODY` at the ends.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Link {
    before: u32,
    after: u32,
}

/// End of a list, in both directions.
const NOBODY: u32 = u32::MAX;

/// The cell that contains a position.
pub(super) fn cell_of(at: LatLon) -> Cell {
    CELLS.of(at)
}

impl Grid {
    /// Adds a vessel to a cell. It must not be in one; `remove` comes first.
    pub(super) fn insert(&mut self, cell: Cell, vessel: TrackIx) {
        let place = vessel.0 as usize;
        if self.links.len() <= place {
            self.links.resize(place + 1, Link { before: NOBODY, after: NOBODY });
        }
        let after = self.first.insert(cell, vessel.0).unwrap_or(NOBODY);
        self.links[place] = Link { before: NOBODY, after };
        if after != NOBODY {
            self.links[after as usize].before = vessel.0;
        }
    }

    /// Removes a vessel that is in `cell`; does nothing for `NOWHERE`. A cell without vessels leaves the map, so that the map does not grow
    /// with the sea that was ever sailed.
    pub(super) fn remove(&mut self, cell: Cell, vessel: TrackIx) {
        if cell == NOWHERE {
            return;
        }
        let Link { before, after } = self.links[vessel.0 as usize];
        if after != NOBODY {
            self.links[after as usize].before = before;
        }
        match (before, after) {
            (NOBODY, NOBODY) => {
                self.first.remove(&cell);
            }
            (NOBODY, after) => {
                self.first.insert(cell, after);
            }
            (before, after) => self.links[before as usize].after = after,
        }
    }

    /// Adds the cells and the lists of their vessels.
    pub(super) fn account(&self, account: &mut Account) {
        account.add_map::<Cell, u32>("grid of neighbours", self.first.capacity());
        account.add("grid of neighbours", self.links.len() * size_of::<Link>());
    }

    /// Calls `found` for every vessel in the cells that a circle touches; the caller checks the distance.
    pub(super) fn around(&self, at: LatLon, metres: f64, mut found: impl FnMut(TrackIx)) {
        for cell in CELLS.around(at, metres) {
            let mut here = self.first.get(&cell).copied().unwrap_or(NOBODY);
            while here != NOBODY {
                found(TrackIx(here));
                here = self.links[here as usize].after;
            }
        }
    }
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
    fn vessels_come_and_go_in_any_order() {
        let mut grid = Grid::default();
        let at = LatLon::new(1.0, 1.0);
        let mut here: Vec<u32> = Vec::new();
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..2000 {
            let vessel = random.u32(..12);
            match here.iter().position(|other| *other == vessel) {
                Some(place) => {
                    here.remove(place);
                    grid.remove(cell_of(at), TrackIx(vessel));
                }
                None => {
                    here.push(vessel);
                    here.sort_unstable();
                    grid.insert(cell_of(at), TrackIx(vessel));
                }
            }
            assert_eq!(found(&grid, at, 1000.0), here);
        }
        here.iter().for_each(|vessel| grid.remove(cell_of(at), TrackIx(*vessel)));
        assert!(grid.first.is_empty());
    }
}
