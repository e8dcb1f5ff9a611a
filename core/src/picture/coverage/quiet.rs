//! Quiet areas: if several vessels fall silent in one slot and none near them is heard, the receiver has failed (SPEC `feed_silent`). Their
//! silences say nothing about the vessels, and the area itself is worth an alert.
//!
//! Three vessels near each other are enough, and four that are further apart (`apart`).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::geo::LatLon;
use crate::picture::tracks::{TrackIx, Tracks};

use super::apart::{self, Outage};
use super::cells::Cell;
use super::heard::{Heard, HeardVessel};
use super::loss::Loss;
use super::slot::{SLOT, Slot};

/// Sum of the weights of lost vessels from which they make an area. A weight, 0-1, is how surely a vessel is heard: three vessels in good
/// reception are enough.
const FEWEST: f64 = 2.5;
/// Number of lost vessels, for each one still heard, from which there is an outage.
const LOST_PER_HEARD: f64 = 4.0;
/// Share of the lost vessels, but at least two, that must be heard again in one slot to end an area.
const BACK_SHARE: f64 = 0.2;
/// Number of slots in a row in which a single vessel must be heard again to end an area: the others may have sailed on meanwhile.
const BACK_SLOTS: u32 = 2;
/// Maximum duration of an area. After that no vessel is expected there any more.
const GIVEN_UP: Span = Span::from_hours(24);
/// Number of cells above which a vessel that sails into an area shows only that the cell in which it is heard is not part of it. A smaller
/// area is one cell and those around it at most, and ends.
const WIDE: usize = 9;
/// Share of a wide area's cells that end it when vessels were heard in them.
const ENTERED_SHARE: f64 = 0.25;
/// Maximum number of areas at a time. Further ones are ignored.
const MOST: usize = 1000;

/// Neighbouring cells in which all vessels fell silent at once.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct QuietArea {
    /// The cells; never empty. Cells join while vessels nearby fall silent. Of a wide area, one leaves when a vessel that sailed in is
    /// heard there.
    cells: BTreeSet<Cell>,
    /// Number of cells that left.
    entered: usize,
    /// When a vessel was last heard there.
    pub since: Time,
    /// The first slot without any vessel.
    pub first: Slot,
    /// Number of vessels that fell silent.
    pub vessels: u32,
    /// Number of these that had been heard at least every 20 min.
    pub regular: u32,
    /// The longest habitual pause of any of those.
    pub habit: Span,
    /// Number of vessels that another receiver still heard there when it fell silent.
    still_heard: u32,
    /// Number of vessels heard there in the latest slot, without those that sailed into a wide area.
    heard: u32,
    /// Number of slots in a row in which more were heard than when it fell silent.
    back: u32,
    /// The cell that names the area: the one that lost most vessels; of several, the southernmost.
    heart: Cell,
}

impl QuietArea {
    /// The area's name, such as `cell 28.125,-17.125`; it never changes.
    pub fn name(&self) -> String {
        let at = self.heart.centre();
        format!("cell {:.3},{:.3}", at.lat, at.lon)
    }

    /// The middle of the cell that names the area.
    pub fn centre(&self) -> LatLon {
        self.heart.centre()
    }

    /// Whether one of the cells is in the area or next to it.
    fn touches(&self, cells: &BTreeSet<Cell>) -> bool {
        cells.iter().any(|cell| cell.block().any(|near| self.cells.contains(&near)))
    }

    /// Counts the vessels heard in the area in a slot. Cells that vessels have sailed into leave a wide area.
    fn hear(&mut self, slot: Slot, heard: &Heard, tracks: &Tracks) {
        let is_wide = WIDE < self.cells.len() + self.entered;
        let sailed_in = |one: &HeardVessel| is_wide && self.sailed_in(one, slot, tracks);
        let (entered, inside): (Vec<_>, Vec<_>) = self
            .cells
            .iter()
            .flat_map(|cell| heard.in_cell(*cell).iter().map(|one| (*cell, one)))
            .partition(|(_, one)| sailed_in(one));
        let entered: BTreeSet<Cell> = entered.into_iter().map(|(cell, _)| cell).collect();
        self.heard = inside.len() as u32;
        self.entered += entered.len();
        self.cells.retain(|cell| !entered.contains(cell));
    }

    /// Whether a vessel heard in a slot was heard in the slot before too, and outside the area.
    fn sailed_in(&self, one: &HeardVessel, slot: Slot, tracks: &Tracks) -> bool {
        let earlier = tracks.vessel(one.vessel).trail_since(slot.start() - SLOT);
        let before = earlier.take_while(|point| point.at < slot.start()).last();
        before.is_some_and(|point| !self.cells.contains(&Cell::of(point.position)))
    }

    /// Whether the area ends with this slot: enough of its vessels, or as many others, are heard there again, or one for long enough, or
    /// vessels have sailed into much of it, or none was heard for a day.
    fn is_over(&self, slot: Slot) -> bool {
        let needed = (f64::from(self.vessels) * BACK_SHARE).max(2.0);
        let is_back = needed <= f64::from(self.heard) || BACK_SLOTS <= self.back;
        let cells = (self.cells.len() + self.entered) as f64;
        is_back || ENTERED_SHARE * cells < self.entered as f64 || GIVEN_UP < slot.end() - self.since
    }
}

/// All quiet areas, in the order they fell silent.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct QuietAreas {
    /// The areas, at most `MOST`.
    areas: Vec<QuietArea>,
}

/// The vessels lost in one cell, or in several.
#[derive(Clone, Copy, Default)]
struct Losses {
    /// Sum of the weights of the vessels.
    weight: f64,
    /// Number of vessels.
    vessels: u32,
    /// Number of vessels that had been heard at least every 20 min.
    regular: u32,
    /// The longest habitual pause of any of those.
    habit: Span,
    /// The latest fix of any vessel; `None` before the first is added.
    latest: Option<Time>,
}

impl Losses {
    /// One lost vessel.
    fn of(loss: &Loss) -> Losses {
        Losses {
            weight: loss.weight,
            vessels: 1,
            regular: u32::from(loss.habit.is_some()),
            habit: loss.habit.unwrap_or(Span::ZERO),
            latest: Some(loss.at),
        }
    }

    /// Both together.
    fn with(self, other: Losses) -> Losses {
        Losses {
            weight: self.weight + other.weight,
            vessels: self.vessels + other.vessels,
            regular: self.regular + other.regular,
            habit: self.habit.max(other.habit),
            latest: self.latest.max(other.latest),
        }
    }
}

impl QuietAreas {
    /// All quiet areas, in the order in which they fell silent.
    pub(super) fn areas(&self) -> &[QuietArea] {
        &self.areas
    }

    /// Whether the cell is in a quiet area at present.
    pub(super) fn covers(&self, cell: Cell) -> bool {
        self.heart(cell).is_some()
    }

    /// The cell that names the quiet area in which this cell is at present; `None` if it is in none.
    pub(super) fn heart(&self, cell: Cell) -> Option<Cell> {
        self.areas.iter().find(|area| area.cells.contains(&cell)).map(|area| area.heart)
    }

    /// Whether the area named by this cell is still quiet.
    pub(super) fn is_quiet(&self, heart: Cell) -> bool {
        self.areas.iter().any(|area| area.heart == heart)
    }

    /// Whether the cell was quiet in this slot; areas that have ended do not count.
    pub(super) fn covered(&self, cell: Cell, slot: Slot) -> bool {
        self.areas.iter().any(|area| 0 <= slot.since(area.first) && area.cells.contains(&cell))
    }

    /// Ends a slot in which at least one input was heard; the losses are ordered by track. Returns the vessels that fell silent far apart
    /// but together, each with the cell that names their area.
    pub(super) fn turn(&mut self, slot: Slot, lost: &[Loss], tracks: &Tracks) -> Vec<(TrackIx, Cell)> {
        if lost.is_empty() && self.areas.is_empty() {
            return Vec::new();
        }
        let mut losses: BTreeMap<Cell, Losses> = BTreeMap::new();
        for one in lost {
            let here = losses.entry(one.cell).or_default();
            *here = here.with(Losses::of(one));
        }
        let heard = Heard::in_slot(slot, tracks);
        for area in &mut self.areas {
            area.hear(slot, &heard, tracks);
            area.back = if area.still_heard < area.heard { area.back + 1 } else { 0 };
        }
        self.areas.retain(|area| !area.is_over(slot));
        let outages = apart::outages(lost, &heard);
        let far_apart = outages.iter().flat_map(|outage| outage.cells.iter().copied());
        for piece in pieces(near_each_other(&losses, &heard).chain(far_apart).collect()) {
            self.add(piece, slot, &losses);
        }
        self.name(slot, &losses);
        for area in self.areas.iter_mut().filter(|area| area.first == slot) {
            area.still_heard = area.cells.iter().map(|cell| heard.count(*cell) as u32).sum();
        }
        outages.iter().flat_map(|outage| self.explained(outage, lost)).collect()
    }

    /// The vessels of an outage, each with the cell that names its area.
    fn explained(&self, outage: &Outage, lost: &[Loss]) -> Vec<(TrackIx, Cell)> {
        let heart = outage.cells.iter().find_map(|cell| self.heart(*cell));
        heart.map_or_else(Vec::new, |heart| outage.losses.iter().map(|place| (lost[*place].vessel, heart)).collect())
    }

    /// Adds neighbouring cells to the area that they touch, or makes them a new area.
    fn add(&mut self, cells: BTreeSet<Cell>, slot: Slot, losses: &BTreeMap<Cell, Losses>) {
        let here = cells.iter().filter_map(|cell| losses.get(cell)).fold(Losses::default(), |all, one| all.with(*one));
        let since = here.latest.unwrap_or(slot.start());
        let full = MOST <= self.areas.len();
        match (self.areas.iter_mut().find(|area| area.touches(&cells)), cells.first().copied()) {
            (Some(area), _) => {
                area.cells.extend(cells);
                area.vessels += here.vessels;
                area.regular += here.regular;
                area.habit = area.habit.max(here.habit);
                if area.first == slot {
                    area.since = area.since.max(since);
                }
            }
            (None, Some(heart)) if !full => {
                let Losses { vessels, regular, habit, .. } = here;
                let new = QuietArea {
                    cells,
                    entered: 0,
                    since,
                    first: slot,
                    vessels,
                    regular,
                    habit,
                    still_heard: 0,
                    heard: 0,
                    back: 0,
                    heart,
                };
                self.areas.push(new);
            }
            (None, _) => {}
        }
    }

    /// Names the areas that began with this slot.
    fn name(&mut self, slot: Slot, losses: &BTreeMap<Cell, Losses>) {
        for area in self.areas.iter_mut().filter(|area| area.first == slot) {
            let vessels = |cell: &Cell| losses.get(cell).map_or(0, |here| here.vessels);
            let heart = area.cells.iter().copied().min_by_key(|cell| (u32::MAX - vessels(cell), *cell));
            area.heart = heart.unwrap_or(area.heart);
        }
    }
}

/// The cells of lost vessels that are quiet together with those next to them: enough were lost in the block, and hardly any is heard.
fn near_each_other(losses: &BTreeMap<Cell, Losses>, heard: &Heard) -> impl Iterator<Item = Cell> {
    let weight_round =
        move |cell: Cell| cell.block().filter_map(|near| losses.get(&near)).map(|here| here.weight).sum::<f64>();
    let is_quiet = move |suspect: &Cell| {
        let weight = weight_round(*suspect);
        FEWEST <= weight && LOST_PER_HEARD * suspect.block().map(|cell| heard.count(cell)).sum::<f64>() <= weight
    };
    // A cell where another receiver still hears vessels is not quiet.
    let lonely = move |cell: &Cell| losses.get(cell).is_some_and(|here| 2.0 * heard.count(*cell) <= here.weight);
    losses.keys().copied().filter(is_quiet).flat_map(Cell::block).filter(lonely)
}

/// Splits cells into sets of neighbours.
fn pieces(mut cells: BTreeSet<Cell>) -> Vec<BTreeSet<Cell>> {
    let mut pieces = Vec::new();
    while let Some(first) = cells.pop_first() {
        let (mut piece, mut border) = (BTreeSet::from([first]), vec![first]);
        while let Some(cell) = border.pop() {
            let near: Vec<Cell> = cell.block().filter(|near| cells.remove(near)).collect();
            piece.extend(&near);
            border.extend(near);
        }
        pieces.push(piece);
    }
    pieces
}
