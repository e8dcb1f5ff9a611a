//! How well each place is heard: counts of ten-minute slots by cell of 0.25° and transponder class, which fade over 14 days. Each
//! cell also records in which of its sixteenths vessels were heard, and how many vessels fell silent in it.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::ais::{Class, StationId};
use crate::base::units::METRES_PER_NM;
use crate::geo::LatLon;
use crate::picture::tracks::TrackKey;

use super::slot::Slot;

/// Cells of 0.25° (SPEC `ais_gap`): 15 nm from south to north, less from west to east.
const CELLS_PER_DEGREE: f64 = 4.0;
/// Number of parts along each side of a cell. A part is a sixteenth of the cell, about 4 nm on a side.
const PARTS: f64 = 4.0;
/// Maximum half width of a search in longitude, which matters near the poles. Degrees.
const WIDEST_DEGREES: f64 = 5.0;
/// Number of rows from pole to pole, and of cells in each row around the earth.
const ROWS: i64 = 720;
const COLUMNS: i64 = 1440;
/// Slots in 14 days (SPEC `ais_gap`): a count this old weighs 1/e.
const MEMORY_SLOTS: f32 = 2016.0;
/// Number of observed slots from which the reception in a cell is known (SPEC `ais_gap`).
pub const LEAST_SLOTS: f32 = 24.0;
/// Tolerance on that number, for what has faded since the last count.
const ROUNDING: f32 = 0.5;
/// Number added to the observed slots, so that a short record without a miss does not count as certain (SPEC `ais_gap`).
const DOUBT: f32 = 2.0;

/// A square of 0.25° by 0.25°, numbered row by row from the south pole, from 180° W eastward.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Cell(u32);

impl Cell {
    /// The cell that contains a position.
    pub fn of(at: LatLon) -> Cell {
        let row = ((at.lat + 90.0) * CELLS_PER_DEGREE).floor() as i64;
        let column = ((at.lon + 180.0) * CELLS_PER_DEGREE).floor() as i64;
        Cell((row.clamp(0, ROWS - 1) * COLUMNS + column.rem_euclid(COLUMNS)) as u32)
    }

    /// The middle of the cell.
    pub fn centre(self) -> LatLon {
        let (row, column) = (i64::from(self.0) / COLUMNS, i64::from(self.0) % COLUMNS);
        LatLon::new((row as f64 + 0.5) / CELLS_PER_DEGREE - 90.0, (column as f64 + 0.5) / CELLS_PER_DEGREE - 180.0)
    }

    /// The cell and the eight around it, also across ±180°; fewer at the poles.
    pub fn block(self) -> impl Iterator<Item = Cell> {
        let (row, column) = (i64::from(self.0) / COLUMNS, i64::from(self.0) % COLUMNS);
        (-1..=1).flat_map(move |up| {
            let row = row + up;
            (-1..=1)
                .filter(move |_| (0..ROWS).contains(&row))
                .map(move |aside| Cell((row * COLUMNS + (column + aside).rem_euclid(COLUMNS)) as u32))
        })
    }

    /// The cells that a circle may touch, row by row from the south. The radius is in metres.
    pub(super) fn touching(at: LatLon, metres: f64) -> impl Iterator<Item = Cell> {
        let degrees = metres / METRES_PER_NM / 60.0;
        let across = (degrees / at.lat.to_radians().cos().max(0.1)).min(WIDEST_DEGREES);
        let steps = |degrees: f64| (degrees * CELLS_PER_DEGREE).ceil() as i64;
        let (rows, columns) = (steps(degrees), steps(across));
        let lat_of = move |up: i64| at.lat + up as f64 / CELLS_PER_DEGREE;
        (-rows..=rows).map(lat_of).filter(|lat| lat.abs() <= 90.0).flat_map(move |lat| {
            (-columns..=columns).map(move |aside| Cell::of(LatLon::new(lat, at.lon + aside as f64 / CELLS_PER_DEGREE)))
        })
    }

    /// The cells whose middle is in a circle, row by row from the south. The radius is in metres.
    pub(super) fn around(at: LatLon, metres: f64) -> impl Iterator<Item = Cell> {
        Cell::touching(at, metres).filter(move |cell| cell.centre().is_within(metres, at))
    }
}

/// What is known of the reception in one cell for one class of transponder.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Reception {
    /// Slots in which a vessel was expected there; older ones weigh less.
    pub observed: f32,
    /// The observed slots in which the vessel was heard.
    pub heard: f32,
}

impl Reception {
    /// Probability, 0-1, that a transmitting vessel is heard there within ten minutes; 0 if too little is known.
    pub fn chance(self) -> f64 {
        self.known_chance().unwrap_or(0.0)
    }

    /// The same, but `None` if too little is known.
    pub fn known_chance(self) -> Option<f64> {
        let is_known = LEAST_SLOTS <= self.observed + ROUNDING;
        is_known.then(|| f64::from(self.heard / (self.observed + DOUBT)))
    }

    /// Multiplies both counts by a share, 0-1.
    fn fade(&mut self, share: f32) {
        self.observed *= share;
        self.heard *= share;
    }
}

/// Counts of one cell, as of a slot.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Counts {
    /// The slot up to which the counts have faded.
    slot: Slot,
    /// What is known of reception, by `place_of` the class.
    by_class: [Reception; 2],
    /// Number of vessels that fell silent here for long, by class; for each class lying still, and under way.
    silent: [[f32; 2]; 2],
    /// The last vessel that fell silent here, so that repeated silences of one vessel count once.
    last_silent: Option<TrackKey>,
    /// The slot since which vessels have been heard in the cell, without a break as long as the memory, and the last slot in which one was;
    /// `None` before one was heard.
    heard: Option<(Slot, Slot)>,
    /// Bits of the sixteenths in which vessels were heard: in these 14 days, and in the 14 days before.
    parts: [u16; 2],
    /// The first slot of the present 14 days of `parts`.
    parts_since: Slot,
    /// The two stations that heard vessels here last, the latest first; both the same if only one did. `StationId(0)` for a station
    /// that the feed does not name.
    stations: [StationId; 2],
}

impl Counts {
    /// The counts faded to a slot. A late report may ask for an earlier one, which changes nothing.
    fn at(self, slot: Slot) -> Counts {
        let elapsed = slot.since(self.slot);
        if elapsed <= 0 {
            return self;
        }
        let share = (-(elapsed as f32) / MEMORY_SLOTS).exp();
        let mut counts = Counts { slot, ..self };
        counts.by_class.iter_mut().for_each(|reception| reception.fade(share));
        counts.silent.iter_mut().flatten().for_each(|count| *count *= share);
        counts
    }

    /// The slot since which vessels have been heard in the cell, as of a slot; `None` if none was for as long as the memory.
    fn heard_since(&self, slot: Slot) -> Option<Slot> {
        self.heard.filter(|(_, last)| slot.since(*last) < MEMORY_SLOTS as i64).map(|(since, _)| since)
    }

    /// How much is known of the cell; the least known cells are dropped first. Slots.
    fn weight(&self) -> f32 {
        self.by_class.iter().map(|reception| reception.observed).sum()
    }
}

/// The counts of all cells in which vessels were expected.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Cells {
    /// Counts by cell. Nothing may depend on the order of the map.
    counts: FxHashMap<Cell, Counts>,
    /// Number of cells dropped because there were too many.
    evicted: u64,
}

impl Cells {
    /// Counts a slot in which a vessel of this class was expected in the cell. If a new cell would exceed `most`, others are dropped.
    pub(super) fn count(&mut self, cell: Cell, class: Class, slot: Slot, heard: Hearing, most: u32) {
        if most as usize <= self.counts.len() && !self.counts.contains_key(&cell) {
            self.evict(slot, most);
        }
        let counts = self.counts.entry(cell).or_insert(Counts {
            slot,
            by_class: [Reception::default(); 2],
            silent: [[0.0; 2]; 2],
            last_silent: None,
            heard: None,
            parts: [0; 2],
            parts_since: slot,
            stations: [StationId(0); 2],
        });
        *counts = counts.at(slot);
        if heard == Hearing::Yes {
            // A late report changes neither.
            let last = counts.heard.map_or(slot, |(_, last)| last.max(slot));
            counts.heard = Some((counts.heard_since(slot).unwrap_or(slot), last));
        }
        let reception = &mut counts.by_class[place_of(class)];
        reception.observed += 1.0;
        reception.heard += f32::from(u8::from(heard == Hearing::Yes));
    }

    /// Marks the sixteenth of a cell in which a vessel was heard, and the station that heard it; the cell already has counts.
    pub(super) fn heard_at(&mut self, at: LatLon, station: StationId, slot: Slot) {
        let Some(counts) = self.counts.get_mut(&Cell::of(at)) else {
            return;
        };
        if MEMORY_SLOTS as i64 <= slot.since(counts.parts_since) {
            counts.parts = [0, counts.parts[0]];
            counts.parts_since = slot;
        }
        // Only the first station to hear a vessel in the cell finds no other there.
        let first = counts.parts == [0; 2];
        counts.parts[0] |= 1 << part_of(at);
        if first {
            counts.stations = [station; 2];
        } else if counts.stations[0] != station {
            counts.stations = [station, counts.stations[0]];
        }
    }

    /// The two stations that heard vessels in a cell last; `None` where no vessel was heard.
    pub(super) fn stations(&self, cell: Cell) -> Option<[StationId; 2]> {
        self.counts.get(&cell).filter(|counts| counts.parts != [0; 2]).map(|counts| counts.stations)
    }

    /// Whether a vessel was heard in the sixteenth that contains this place, in the last 14 to 28 days.
    pub(super) fn is_heard_at(&self, at: LatLon) -> bool {
        let part = 1 << part_of(at);
        self.counts.get(&Cell::of(at)).is_some_and(|counts| (counts.parts[0] | counts.parts[1]) & part != 0)
    }

    /// Counts a vessel that fell silent here for long. Returns false without counting it if it was also the last one to do so.
    pub(super) fn fell_silent(&mut self, cell: Cell, class: Class, under_way: bool, key: TrackKey, slot: Slot) -> bool {
        let Some(counts) = self.counts.get_mut(&cell).filter(|counts| counts.last_silent != Some(key)) else {
            return false;
        };
        *counts = counts.at(slot);
        counts.silent[place_of(class)][usize::from(under_way)] += 1.0;
        counts.last_silent = Some(key);
        true
    }

    /// Number of vessels that fell silent in a cell for long, and number of slots in which such vessels were heard there.
    pub(super) fn silences(&self, cell: Cell, class: Class, under_way: bool, slot: Slot) -> (f32, f32) {
        let counts = self.counts.get(&cell).map(|counts| counts.at(slot));
        counts.map_or((0.0, 0.0), |counts| {
            let class = place_of(class);
            (counts.silent[class][usize::from(under_way)], counts.by_class[class].heard)
        })
    }

    /// The reception in a cell for a class of transponder, as of a slot.
    pub(super) fn reception(&self, cell: Cell, class: Class, slot: Slot) -> Reception {
        self.counts.get(&cell).map_or(Reception::default(), |counts| counts.at(slot).by_class[place_of(class)])
    }

    /// The reception of every cell with counts, of class A and of class B, as of a slot; in no particular order.
    pub(super) fn all(&self, slot: Slot) -> impl Iterator<Item = (Cell, [Reception; 2])> {
        self.counts.iter().map(move |(cell, counts)| (*cell, counts.at(slot).by_class))
    }

    /// Slots in which vessels of either class were heard in the cells whose middle is within `nm` of a place.
    pub(super) fn heard_near(&self, at: LatLon, nm: f64, slot: Slot) -> f32 {
        let near = Cell::touching(at, nm * METRES_PER_NM).filter(|cell| cell.centre().nm_to(at) <= nm);
        let heard = |cell: Cell| self.counts.get(&cell).map(|counts| counts.at(slot).by_class.map(|class| class.heard));
        near.filter_map(heard).flatten().sum()
    }

    /// The slot since which vessels have been heard in the cells that a circle of `nm` around a place may touch, as of a slot; `None` if none
    /// was. A cell in which none was heard for as long as the memory does not count.
    pub(super) fn heard_since(&self, at: LatLon, nm: f64, slot: Slot) -> Option<Slot> {
        let counts = Cell::touching(at, nm * METRES_PER_NM).filter_map(|cell| self.counts.get(&cell));
        counts.filter_map(|counts| counts.heard_since(slot)).min()
    }

    /// Number of cells dropped because there were too many.
    pub(super) fn evicted(&self) -> u64 {
        self.evicted
    }

    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.counts.capacity() * (size_of::<(Cell, Counts)>() + 1)
    }

    /// Drops the tenth of the cells with the least data; of cells with equal data, the southernmost. The rest fill a new map with room
    /// for `most`: removed entries would still take up room in the old one, which would then double.
    fn evict(&mut self, slot: Slot, most: u32) {
        let mut order: Vec<(f32, Cell)> =
            self.counts.iter().map(|(cell, counts)| (counts.at(slot).weight(), *cell)).collect();
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (_, cell) in order.iter().take(order.len().div_ceil(10)) {
            self.counts.remove(cell);
            self.evicted += 1;
        }
        let mut kept = FxHashMap::with_capacity_and_hasher(most as usize, Default::default());
        kept.extend(self.counts.drain());
        self.counts = kept;
    }
}

/// Whether a vessel was heard where it was expected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Hearing {
    Yes,
    No,
}

/// Number of the sixteenth of its cell that contains a place, 0-15.
fn part_of(at: LatLon) -> u32 {
    let part = |degrees: f64| (degrees * CELLS_PER_DEGREE * PARTS).floor().rem_euclid(PARTS) as u32;
    part(at.lat + 90.0) * PARTS as u32 + part(at.lon + 180.0)
}

/// Index of the counts: class B has its own; unknown classes count as class A.
fn place_of(class: Class) -> usize {
    usize::from(class == Class::B)
}

#[cfg(test)]
mod tests;
