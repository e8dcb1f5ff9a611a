//! Base rates: how often craft of a kind stop or slow down at a place. They are learned for cells of 0.25° and fade over
//! 14 days, like the reception model. What is rare, usual or expected by chance depends on them alone.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;
use crate::geo::{Cells, LatLon};
use crate::picture::tracks::TrackKey;

use super::craft::Craft;

/// Cells of the table, the same as those of the reception model.
const CELLS: Cells = Cells::new(4);
/// Sixteenths of a cell, about 4 nm wide. Stops of a vessel within one of them are counted together.
const PARTS: Cells = Cells::new(16);
/// Age at which a count has faded to 1/e. Days.
const MEMORY_DAYS: f64 = 14.0;
/// Weight below which a count is considered faded: one stop, 14 days ago.
const FORGOTTEN: f64 = 0.367;
/// Weight below which a count is removed from the table: one stop, 42 days ago.
const GONE: f32 = 0.05;
/// Maximum count of one vessel that stops again and again at its own place.
const OF_ONE_VESSEL: f64 = 3.0;
/// A rate is taken over at least this time, even with less data. Days.
const LEAST_DAYS: f64 = 1.0;
/// Maximum number of vessels named in a cell. The lightest beyond it are counted without their names.
const NAMED: usize = 64;
/// Maximum number of counts in the table: about 6 MB. Beyond it the lightest tenth is dropped.
const MOST: usize = 100_000;

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Below 1 kn for ten minutes.
    Stops,
    /// Below 3 kn, or below half the vessel's usual speed, for ten minutes. Includes stops.
    SlowPassages,
}

/// How often other vessels stop or pass slowly near a place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rate {
    /// Weighted number of events. Older ones weigh less, and each vessel counts for at most three.
    pub count: f64,
    /// Number of vessels with such an event within about 14 days.
    pub vessels: usize,
    /// Radius. Nautical miles.
    pub nm: f64,
    /// Effective learning time, with older days weighing less, as in `count`. Days, at most 14.
    pub days: f64,
}

impl Rate {
    /// Events per day.
    pub fn per_day(&self) -> f64 {
        self.count / self.days.max(LEAST_DAYS)
    }

    /// Events per square nautical mile and hour.
    pub fn density(&self) -> f64 {
        self.per_day() / 24.0 / (std::f64::consts::PI * self.nm * self.nm)
    }

    /// Whether there was no such event within about 14 days.
    pub fn is_none(&self) -> bool {
        self.vessels == 0
    }
}

/// Counts by cell.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Rates {
    /// Tallies by number of the cell.
    cells: FxHashMap<u32, Vec<Tally>>,
    /// Number of tallies in all cells.
    len: usize,
    /// Number of tallies dropped because there were too many.
    evicted: u64,
}

/// Stops and slow passages of one vessel in one part of a cell, as of a moment; or of several vessels that are no longer
/// named.
#[derive(Clone, Serialize, Deserialize)]
struct Tally {
    /// The vessel; `None` for several that are no longer named.
    key: Option<TrackKey>,
    /// The kind of craft, as known at the last event.
    craft: Craft,
    /// Number of the sixteenth of the cell, unique over all cells.
    part: u32,
    /// Mean position.
    at: LatLon,
    /// Time up to which the counts have faded.
    as_of: Time,
    /// Faded number of stops.
    stops: f32,
    /// Faded number of slow passages, which include the stops.
    slow: f32,
}

/// What distinguishes a tally from all others: its part of a cell, its vessel, and the kind of craft, as each part has one tally
/// without a name for each kind.
type Identity = (u32, Option<TrackKey>, Craft);

impl Tally {
    /// What distinguishes it from all other tallies.
    fn identity(&self) -> Identity {
        (self.part, self.key, self.craft)
    }

    /// The share of the counts, 0-1, that is left at `now`.
    fn share(&self, now: Time) -> f32 {
        (-(now - self.as_of).hours().max(0.0) / 24.0 / MEMORY_DAYS).exp() as f32
    }

    /// The larger of the two counts, faded to `now`; the lightest tallies are dropped first.
    fn weight(&self, now: Time) -> f32 {
        self.slow.max(self.stops) * self.share(now)
    }

    /// Fades the counts to `now`.
    fn fade(&mut self, now: Time) {
        let share = self.share(now);
        self.stops *= share;
        self.slow *= share;
        self.as_of = self.as_of.max(now);
    }

    /// The count of one kind, as of `as_of`.
    fn of(&self, kind: Kind) -> f32 {
        match kind {
            Kind::Stops => self.stops,
            Kind::SlowPassages => self.slow,
        }
    }
}

impl Rates {
    /// Counts a slow passage of a vessel.
    pub(super) fn slowed(&mut self, (key, craft): (TrackKey, Craft), at: LatLon, now: Time) {
        let counted = self.counted(key, craft, at, now);
        let share = 1.0 / f64::from(counted.slow + 1.0);
        counted.at = counted.at.between(at, share);
        counted.slow += 1.0;
    }

    /// Counts a stop of a vessel that passed slowly.
    pub(super) fn stopped(&mut self, (key, craft): (TrackKey, Craft), at: LatLon, now: Time) {
        self.counted(key, craft, at, now).stops += 1.0;
    }

    /// Corrects the vessel's latest count once its kind of craft has become known.
    pub(super) fn is_a(&mut self, (key, craft): (TrackKey, Craft), at: LatLon) {
        let counted = self.cells.get_mut(&CELLS.of(at)).into_iter().flatten();
        counted.filter(|counted| counted.key == Some(key)).for_each(|counted| counted.craft = craft);
    }

    /// Removes what a vessel did near a place, because its positions there were false.
    pub(super) fn take_back(&mut self, key: TrackKey, at: LatLon) {
        let part = PARTS.of(at);
        if let Some(cell) = self.cells.get_mut(&CELLS.of(at)) {
            let before = cell.len();
            cell.retain(|counted| counted.key != Some(key) || counted.part != part);
            self.len -= before - cell.len();
        }
    }

    /// How often vessels like `craft`, except those `left_out`, stopped or passed slowly within `nm` nautical miles of
    /// a place. `learned` is how long the table has been filled.
    pub(super) fn near(
        &self,
        (at, nm): (LatLon, f64),
        (kind, craft): (Kind, Craft),
        (now, learned): (Time, Span),
        left_out: impl Fn(TrackKey) -> bool,
    ) -> Rate {
        let mut by_vessel: FxHashMap<TrackKey, f64> = FxHashMap::default();
        let mut nameless: Vec<f64> = Vec::new();
        let cells = CELLS.around(at, nm * METRES_PER_NM).filter_map(|cell| self.cells.get(&cell)).flatten();
        for counted in cells.filter(|counted| craft.is_like(counted.craft)) {
            if counted.key.is_some_and(&left_out) || nm < counted.at.nm_to(at) {
                continue;
            }
            let count = f64::from(counted.of(kind) * counted.share(now));
            match counted.key {
                Some(key) => *by_vessel.entry(key).or_default() += count,
                None => nameless.push(count),
            }
        }
        let named = by_vessel.into_values().map(|count| count.min(OF_ONE_VESSEL));
        let counts: Vec<f64> = named.chain(nameless).collect();
        let vessels = counts.iter().filter(|count| FORGOTTEN <= **count).count();
        // Rounding removes the influence of the hash map's order on the sum.
        let sum = counts.iter().map(|count| (count * 1e6).round()).sum::<f64>() / 1e6;
        let days = MEMORY_DAYS * (1.0 - (-learned.hours() / 24.0 / MEMORY_DAYS).exp());
        Rate { count: sum, vessels, nm, days }
    }

    /// Drops what has faded.
    pub(super) fn sweep(&mut self, now: Time) {
        self.cells.retain(|_, counted| {
            counted.retain(|counted| GONE <= counted.weight(now));
            !counted.is_empty()
        });
        self.len = self.cells.values().map(Vec::len).sum();
    }

    /// Number of counts dropped because there were too many.
    pub(super) fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Approximate size on the heap. Bytes.
    pub(super) fn bytes(&self) -> usize {
        let counted: usize = self.cells.values().map(|counted| counted.capacity() * size_of::<Tally>()).sum();
        counted + self.cells.capacity() * size_of::<(u32, Vec<Tally>)>()
    }

    /// The vessel's count at a place, brought up to date.
    fn counted(&mut self, key: TrackKey, craft: Craft, at: LatLon, now: Time) -> &mut Tally {
        if self.len == MOST {
            self.thin(now);
        }
        let part = PARTS.of(at);
        let cell = self.cells.entry(CELLS.of(at)).or_default();
        let before = cell.len();
        let found = cell.iter().position(|counted| counted.key == Some(key) && counted.part == part);
        let place = found.unwrap_or_else(|| {
            make_room(cell, now);
            cell.push(Tally { key: Some(key), craft, part, at, as_of: now, stops: 0.0, slow: 0.0 });
            cell.len() - 1
        });
        self.len = self.len + cell.len() - before;
        let counted = &mut cell[place];
        counted.fade(now);
        counted.craft = craft;
        counted
    }

    /// Drops the lightest tenth; of equal counts, the southernmost.
    fn thin(&mut self, now: Time) {
        let mut order: Vec<(f32, Identity)> =
            self.cells.values().flatten().map(|counted| (counted.weight(now), counted.identity())).collect();
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        order.truncate(order.len().div_ceil(10));
        let dropped: FxHashSet<Identity> = order.into_iter().map(|(_, identity)| identity).collect();
        self.cells.retain(|_, counted| {
            counted.retain(|counted| !dropped.contains(&counted.identity()));
            !counted.is_empty()
        });
        let before = std::mem::replace(&mut self.len, self.cells.values().map(Vec::len).sum());
        self.evicted += (before - self.len) as u64;
    }
}

/// Makes room for a name in a full cell: the lightest vessel loses its name.
fn make_room(cell: &mut Vec<Tally>, now: Time) {
    if cell.iter().filter(|counted| counted.key.is_some()).count() < NAMED {
        return;
    }
    let named = cell.iter().enumerate().filter(|(_, counted)| counted.key.is_some());
    let lightest = named.min_by(|(_, a), (_, b)| a.weight(now).total_cmp(&b.weight(now)).then(a.key.cmp(&b.key)));
    let Some((lightest, _)) = lightest else {
        return;
    };
    let mut dropped = cell.swap_remove(lightest);
    dropped.fade(now);
    let like = |kept: &&mut Tally| kept.key.is_none() && (kept.craft, kept.part) == (dropped.craft, dropped.part);
    match cell.iter_mut().find(like) {
        Some(kept) => {
            kept.fade(now);
            let share = f64::from(dropped.slow / (kept.slow + dropped.slow).max(f32::MIN_POSITIVE));
            kept.at = kept.at.between(dropped.at, share);
            kept.slow += dropped.slow;
            kept.stops += dropped.stops;
        }
        None => cell.push(Tally { key: None, ..dropped }),
    }
}
