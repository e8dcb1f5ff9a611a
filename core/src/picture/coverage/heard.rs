//! The vessels heard in one slot, by cell.

use crate::geo::LatLon;
use crate::picture::tracks::{TrackIx, TrackKey, Tracks, Vessel};

use super::cells::Cell;
use super::slot::Slot;

/// A vessel that was heard in the slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeardVessel {
    /// The cell of its latest position.
    cell: Cell,
    /// The vessel.
    key: TrackKey,
    /// Its place in the picture.
    pub(super) vessel: TrackIx,
    /// Its latest position.
    pub(super) position: LatLon,
}

/// All vessels heard in one slot, ordered by cell and track.
pub(super) struct Heard {
    vessels: Vec<HeardVessel>,
}

impl Heard {
    /// The vessels whose last fix is in this slot.
    pub(super) fn in_slot(slot: Slot, tracks: &Tracks) -> Heard {
        let of = |vessel: Vessel<'_>| {
            let fix = vessel.last().filter(|fix| Slot::of(fix.at) == slot)?;
            let (cell, position) = (Cell::of(fix.position), fix.position);
            Some(HeardVessel { cell, key: vessel.key(), vessel: vessel.ix(), position })
        };
        let mut vessels: Vec<HeardVessel> = tracks.iter().filter_map(of).collect();
        vessels.sort_unstable_by_key(|one| (one.cell, one.key));
        Heard { vessels }
    }

    /// The vessels heard in a cell, by track.
    pub(super) fn in_cell(&self, cell: Cell) -> &[HeardVessel] {
        let first = self.vessels.partition_point(|one| one.cell < cell);
        let rest = &self.vessels[first..];
        &rest[..rest.partition_point(|one| one.cell == cell)]
    }

    /// The number of vessels heard in a cell.
    pub(super) fn count(&self, cell: Cell) -> f64 {
        self.in_cell(cell).len() as f64
    }

    /// Whether a vessel was heard within so many metres of a place.
    pub(super) fn any_within(&self, metres: f64, at: LatLon) -> bool {
        Cell::touching(at, metres).any(|cell| self.in_cell(cell).iter().any(|one| at.is_within(metres, one.position)))
    }
}
