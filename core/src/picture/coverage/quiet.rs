//! Quiet areas: if several vessels fall silent in one slot and none near them is heard, the receiver has failed (SPEC `feed_silent`). Their
//! silences say nothing about the vessels, and the area itself is worth an alert.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::geo::LatLon;
use crate::picture::tracks::{Fix, Tracks, Vessel};

use super::cells::Cell;
use super::slot::Slot;

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
/// Time before a vessel's last fix over which its habit is measured.
const HABIT_OVER: Span = Span::from_minutes(30);
/// Longest habitual pause of a vessel whose silence is evidence of an outage.
const HEARD_EVERY: Span = Span::from_minutes(20);
/// Maximum number of areas at a time. Further ones are ignored.
const MOST: usize = 1000;

/// A vessel heard in the slot before and not in this one, although its input was.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Loss {
    /// The cell of its last fix.
    pub(super) cell: Cell,
    /// Time of its last fix.
    pub(super) at: Time,
    /// Probability that it is heard there, 0-1; less for a vessel lying still.
    pub(super) weight: f64,
    /// Its longest pause in the last half hour; `None` if it was heard too seldom for its silence to say anything about the
    /// receiver.
    pub(super) habit: Option<Span>,
}

/// The longest pause of a vessel in the half hour before its last fix; `None` if it was heard for less than 20 min of it, or had
/// a pause of more than 20 min (SPEC `feed_silent`).
pub(super) fn habit(vessel: Vessel<'_>, last: &Fix) -> Option<Span> {
    let points = vessel.trail_since(last.at - HABIT_OVER).map(|point| point.at).chain([last.at]);
    let times: Vec<Time> = points.collect();
    let known = last.at - *times.first()?;
    let longest = times.windows(2).map(|pair| pair[1] - pair[0]).max()?;
    (HEARD_EVERY <= known && longest <= HEARD_EVERY).then_some(longest)
}

/// Neighbouring cells in which all vessels fell silent at once.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct QuietArea {
    /// The cells; never empty. Cells join while vessels nearby fall silent, and none leaves.
    cells: BTreeSet<Cell>,
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
    /// Number of slots in a row in which more than those were heard.
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

    /// Whether the cell is in the area or next to it.
    fn touches(&self, cell: Cell) -> bool {
        cell.block().any(|near| self.cells.contains(&near))
    }
}

/// All quiet areas, in the order they fell silent.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct QuietAreas {
    /// The areas, at most `MOST`.
    areas: Vec<QuietArea>,
}

/// The vessels lost in one cell.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
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

impl QuietAreas {
    /// All quiet areas, in the order in which they fell silent.
    pub(super) fn areas(&self) -> &[QuietArea] {
        &self.areas
    }

    /// Whether the cell is in a quiet area at present.
    pub(super) fn covers(&self, cell: Cell) -> bool {
        self.areas.iter().any(|area| area.cells.contains(&cell))
    }

    /// Whether the cell was quiet in this slot; areas that have ended do not count.
    pub(super) fn covered(&self, cell: Cell, slot: Slot) -> bool {
        self.areas.iter().any(|area| 0 <= slot.since(area.first) && area.cells.contains(&cell))
    }

    /// Ends a slot in which at least one input was heard.
    pub(super) fn turn(&mut self, slot: Slot, lost: &[Loss], tracks: &Tracks) {
        let mut losses: BTreeMap<Cell, Losses> = BTreeMap::new();
        for one in lost {
            let here = losses.entry(one.cell).or_default();
            here.weight += one.weight;
            here.vessels += 1;
            here.regular += u32::from(one.habit.is_some());
            here.habit = here.habit.max(one.habit.unwrap_or(Span::ZERO));
            here.latest = here.latest.max(Some(one.at));
        }
        let weight_round =
            |cell: Cell| cell.block().filter_map(|near| losses.get(&near)).map(|here| here.weight).sum::<f64>();
        let suspects: Vec<Cell> = losses.keys().copied().filter(|cell| FEWEST <= weight_round(*cell)).collect();
        if suspects.is_empty() && self.areas.is_empty() {
            return;
        }
        let heard = self.heard(slot, &suspects, tracks);
        for area in &mut self.areas {
            area.back = if area.still_heard < heard_in(area, &heard) { area.back + 1 } else { 0 };
        }
        self.areas.retain(|area| !is_over(area, slot, &heard));
        let count = |cell: Cell| f64::from(heard.get(&cell).copied().unwrap_or(0));
        let mut silent: BTreeSet<Cell> = BTreeSet::new();
        for suspect in suspects {
            let heard_round: f64 = suspect.block().map(count).sum();
            if weight_round(suspect) < LOST_PER_HEARD * heard_round {
                continue;
            }
            // A cell where another receiver still hears vessels is not quiet.
            let lonely = |cell: &Cell| losses.get(cell).is_some_and(|here| 2.0 * count(*cell) <= here.weight);
            silent.extend(suspect.block().filter(lonely));
        }
        for cell in silent {
            self.add(cell, slot, losses.get(&cell).copied().unwrap_or_default());
        }
        self.name(slot, &losses);
        for area in self.areas.iter_mut().filter(|area| area.first == slot) {
            area.still_heard = heard_in(area, &heard);
        }
    }

    /// Vessels heard in this slot, by cell, in the areas and around the suspects.
    fn heard(&self, slot: Slot, suspects: &[Cell], tracks: &Tracks) -> FxHashMap<Cell, u32> {
        let around = suspects.iter().flat_map(|cell| cell.block());
        let known = self.areas.iter().flat_map(|area| area.cells.iter().copied());
        let mut heard: FxHashMap<Cell, u32> = around.chain(known).map(|cell| (cell, 0)).collect();
        let fixes = tracks.iter().filter_map(|vessel| vessel.last());
        for fix in fixes.filter(|fix| Slot::of(fix.at) == slot) {
            if let Some(count) = heard.get_mut(&Cell::of(fix.position)) {
                *count += 1;
            }
        }
        heard
    }

    /// Adds a cell to the area that it touches, or makes it a new area.
    fn add(&mut self, cell: Cell, slot: Slot, here: Losses) {
        let since = here.latest.unwrap_or(slot.start());
        let full = MOST <= self.areas.len();
        match self.areas.iter_mut().find(|area| area.touches(cell)) {
            Some(area) => {
                area.cells.insert(cell);
                area.vessels += here.vessels;
                area.regular += here.regular;
                area.habit = area.habit.max(here.habit);
                if area.first == slot {
                    area.since = area.since.max(since);
                }
            }
            None if !full => {
                let cells = BTreeSet::from([cell]);
                let Losses { vessels, regular, habit, .. } = here;
                let (first, heart) = (slot, cell);
                let new = QuietArea { cells, since, first, vessels, regular, habit, still_heard: 0, back: 0, heart };
                self.areas.push(new);
            }
            None => {}
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

/// Number of vessels heard in the cells of an area.
fn heard_in(area: &QuietArea, heard: &FxHashMap<Cell, u32>) -> u32 {
    area.cells.iter().filter_map(|cell| heard.get(cell)).sum()
}

/// Whether an area ends with this slot: enough of its vessels, or as many others, are heard there again, or one for long enough, or none for
/// a day.
fn is_over(area: &QuietArea, slot: Slot, heard: &FxHashMap<Cell, u32>) -> bool {
    let needed = (f64::from(area.vessels) * BACK_SHARE).max(2.0);
    let is_back = needed <= f64::from(heard_in(area, heard)) || BACK_SLOTS <= area.back;
    is_back || GIVEN_UP < slot.end() - area.since
}
