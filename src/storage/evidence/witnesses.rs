//! Other vessels whose sentences are added to a bundle with a silence in it. That they were heard all the while shows
//! that the receivers worked. One position of each in ten minutes is enough, and no more is taken.

use std::collections::{BTreeMap, BTreeSet};

use atalaia_core::ais::{Body, Report, SourceId};
use atalaia_core::base::units::Mmsi;
use atalaia_core::geo::LatLon;

/// Approximate distance to a silent vessel within which witnesses are taken, in nautical miles.
const NEAR_NM: f64 = 60.0;
/// Cells per degree: 15 nautical miles from north to south. A vessel counts as near by its cell, which is exact enough for
/// showing that receivers worked.
const CELLS: f64 = 4.0;
/// Length of a slot of the reception model in milliseconds: ten minutes. The model only asks whether a vessel was heard in a
/// slot, so one report in each is all that a replay needs.
const SLOT_MILLIS: i64 = 600_000;

/// Where witnesses are looked for, and which reports were taken.
#[derive(Default)]
pub(super) struct Witnesses {
    /// Cells in which a vessel counts as near: row from the equator, column from Greenwich.
    cells: BTreeSet<(i32, i32)>,
    /// Number of the slot in which a report of each vessel and input was last taken.
    last: BTreeMap<(Mmsi, SourceId), i64>,
}

impl Witnesses {
    /// Witnesses around these places. Without any place there are none.
    pub(super) fn around(places: impl Iterator<Item = LatLon>) -> Witnesses {
        let middles: BTreeSet<(i32, i32)> = places.map(cell).collect();
        let mut cells = BTreeSet::new();
        for (row, column) in middles {
            let rows = (NEAR_NM / 60.0 * CELLS).ceil() as i32;
            let lat = f64::from(row) / CELLS;
            // Degrees of longitude are shorter away from the equator. The bound keeps the poles from needing countless cells.
            let columns = (f64::from(rows) / lat.to_radians().cos().max(0.05)).ceil() as i32;
            for north in -rows..=rows {
                cells.extend((-columns..=columns).map(|east| (row + north, turned(column + east))));
            }
        }
        Witnesses { cells, last: BTreeMap::new() }
    }

    /// Number of vessels taken.
    pub(super) fn vessels(&self) -> usize {
        self.last.keys().map(|(mmsi, _)| mmsi).collect::<BTreeSet<_>>().len()
    }

    /// Whether to take a report: it is near enough, and the first of its vessel and input in its ten-minute slot.
    pub(super) fn wants(&mut self, report: &Report) -> bool {
        let Body::Position(position) = &report.body else {
            return false;
        };
        let is_near = position.lat_lon().is_some_and(|at| self.cells.contains(&cell(at)));
        let slot = report.at.millis().div_euclid(SLOT_MILLIS);
        is_near && self.last.insert((report.mmsi, report.source), slot) != Some(slot)
    }
}

/// The cell of a position.
fn cell(at: LatLon) -> (i32, i32) {
    ((at.lat * CELLS).floor() as i32, turned((at.lon * CELLS).floor() as i32))
}

/// A column normalised to -180° to 180°.
fn turned(column: i32) -> i32 {
    let half = (180.0 * CELLS) as i32;
    (column + half).rem_euclid(2 * half) - half
}
