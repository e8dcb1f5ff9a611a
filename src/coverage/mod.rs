//! Coverage: who is usually heard where, learned from the feed itself, and how unlikely it is that somebody is not.
//!
//! A vessel is *expected* in a ten-minute slot where the fixes before and after it say that it was, and for the first hour after
//! its last fix where dead reckoning says that it is: without the latter, cells at the edge of reception, where vessels are lost
//! for good, would look perfect. It is *heard* if it has a fix in that slot. Work is done once per vessel and slot: at its first fix in
//! a slot, and at the turn of the slot for those who have none.
//!
//! Slots that say nothing about a vessel are holes: its input was silent, its station was, everybody around fell silent with it, or
//! too little has been learned. They count neither for nor against it.

mod cells;
mod feeds;
mod outage;
mod quiet;
mod receipt;
mod silence;
mod usual_silence;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

pub use cells::{Cell, LEAST_SLOTS, Reception};
pub use feeds::Pulse;
pub use quiet::QuietArea;
pub use receipt::{Receipt, Receipts};
pub use silence::Silence;
pub use usual_silence::{SilenceRate, Usual};

use crate::ais::{Class, SourceId, StationId};
use crate::geo::LatLon;
use crate::state::remembers;
use crate::time::{Span, Time};
use crate::tracks::{Fix, TrackIx, TrackKey, Tracks, Vessel};

use cells::{Cells, Heard};
use feeds::Feeds;
use quiet::{Lost, Quiet};
use usual_silence::FeedSilences;

/// Length of a slot (SPEC `ais_gap`).
pub const SLOT: Span = Span::from_minutes(10);
/// Silences less probable than this are told; behaviours set their own, stricter limit.
pub const TOLD_BELOW: f64 = 0.01;
/// Between fixes further apart than this nobody knows where a vessel was. Slots.
const BRIDGE: i64 = 36;
/// So long after its last fix a vessel under way is expected where dead reckoning puts it. Slots.
const EXPECTED: u8 = 6;
/// After so long a silence gathers no more evidence. Slots.
const GIVEN_UP: i64 = 144;
/// Improbable silences from this length on are held for the vessel's own doing. Slots.
const OWN_DOING: i64 = 9;
/// A vessel heard in this share of the slots of the last day would have been heard in the next one (SPEC `ais_gap`).
const OWN_RECORD: f32 = 0.95;
/// Where nobody is heard this far ahead, the water ends that the feed hears. Nautical miles.
const AHEAD_NM: [f64; 2] = [15.0, 30.0];
/// A sixteenth of a cell in which somebody was heard may lie across the edge: this is one further on. Nautical miles.
const EDGE_NM: f64 = 4.0;
/// An input that heard no other vessel for so long has only the one.
const ALONE_FOR: Span = Span::from_hours(24);
/// Vessels with fewer fixes are not yet known to exist.
const CONFIRMED_FIXES: u32 = 3;
/// A vessel lying still may have switched off in port: so much it weighs where everybody falls silent.
const STILL_WEIGHT: f64 = 0.25;

/// `[coverage]`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How much data the reception model needs before it is believed. Hours.
    pub learn_hours: u32,
    /// Cells of 0.25° kept at most; beyond it those that say least are dropped and counted.
    pub max_cells: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { learn_hours: 24, max_cells: 200_000 }
    }
}

impl Settings {
    /// All faults, as sentences with the key's path.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if 14 * 24 < self.learn_hours {
            problems.push(format!("coverage.learn_hours must not be above 336 (14 days), not {}", self.learn_hours));
        }
        if !(1000..=1_036_800).contains(&self.max_cells) {
            problems.push(format!(
                "coverage.max_cells must lie between 1000 and 1036800 (the whole earth), not {}",
                self.max_cells
            ));
        }
        problems
    }
}

/// Ten minutes of event time; slots begin at whole tens of minutes UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Slot(i64);

impl Slot {
    /// The slot that holds a moment.
    pub fn of(at: Time) -> Slot {
        Slot(at.millis().div_euclid(SLOT.millis()))
    }

    /// Its first moment.
    pub fn start(self) -> Time {
        Time::from_millis(self.0 * SLOT.millis())
    }

    /// The first moment of the next.
    pub fn end(self) -> Time {
        Slot(self.0 + 1).start()
    }

    /// Half-way.
    pub fn middle(self) -> Time {
        self.start() + Span::from_millis(SLOT.millis() / 2)
    }

    /// How many slots later than another; negative if earlier.
    pub fn since(self, other: Slot) -> i64 {
        self.0 - other.0
    }
}

/// The reception model, and everybody it misses.
pub struct Coverage {
    settings: Settings,
    cells: Cells,
    feeds: Feeds,
    feed_silences: FeedSilences,
    quiet: Quiet,
    silent: FxHashMap<TrackIx, Silence>,
    ended: Option<(TrackIx, Silence)>,
    /// The slot going on.
    slot: Option<Slot>,
    /// Slots with data, and slots in which no input was heard.
    slots: u32,
    holes: u32,
    was_alive: bool,
    /// The first slot after enough was learned.
    learned_from: Option<Slot>,
}

impl Coverage {
    /// Knows nothing yet.
    pub fn new(settings: Settings) -> Coverage {
        Coverage {
            settings,
            cells: Cells::default(),
            feeds: Feeds::default(),
            feed_silences: FeedSilences::default(),
            quiet: Quiet::default(),
            silent: FxHashMap::default(),
            ended: None,
            slot: None,
            slots: 0,
            holes: 0,
            was_alive: true,
            learned_from: None,
        }
    }

    /// Puts new settings in force; nothing is forgotten.
    pub fn configure(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Time begins.
    pub fn begin(&mut self, at: Time) {
        self.slot.get_or_insert(Slot::of(at));
    }

    /// When the slot going on ends; `None` before time began.
    pub fn due(&self) -> Option<Time> {
        self.slot.map(Slot::end)
    }

    /// We ourselves heard nothing from `from` to `until`: no vessel and no receiver was silent then.
    pub fn away(&mut self, from: Time, until: Time) {
        self.feeds.away(from, until);
    }

    /// A report came by an input, from a station; of any kind, copies included.
    pub fn heard(&mut self, source: SourceId, station: StationId, at: Time) {
        self.feeds.heard(source, station, at);
    }

    /// Whether a fix is of interest here: the vessel's first in its slot, or one that comes late.
    pub fn wants(&self, previous: Option<&Fix>, fix: &Fix) -> bool {
        let slot = Slot::of(fix.at);
        previous.is_none_or(|previous| Slot::of(previous.at) != slot) || self.slot.is_some_and(|now| slot < now)
    }

    /// Takes in such a fix: counts what the vessel's way says about reception. A late one begins the vessel's silence anew.
    pub fn seen(&mut self, vessel: Vessel<'_>, previous: Option<Fix>, fix: Fix) {
        let Some(now) = self.slot else {
            return;
        };
        let silence = self.silent.remove(&vessel.ix()).filter(|silence| silence.key == vessel.key());
        let slot = Slot::of(fix.at);
        if let Some(previous) = previous.filter(|_| takes_part(vessel)) {
            self.feed_silences.heard(fix.source, slot);
            self.learn(vessel.class(), &previous, &fix, silence.as_ref());
        }
        self.ended = silence.map(|silence| (vessel.ix(), silence));
        if 1 < now.since(slot) && takes_part(vessel) {
            let mut silence = Silence::new(vessel, &fix, self.holes, self.judged(&fix));
            for missed in (slot.0 + 1..now.0).take(GIVEN_UP as usize) {
                self.weigh(&mut silence, Slot(missed));
            }
            self.silent.insert(vessel.ix(), silence);
        }
    }

    /// The slot going on has ended; whether anybody was heard in it. Adds to `told` those whose silence has become improbable, by track key.
    pub fn turn(&mut self, tracks: &Tracks, told: &mut Vec<(TrackKey, TrackIx)>) -> bool {
        let Some(slot) = self.slot else {
            return false;
        };
        let alive = self.feeds.turn(slot);
        let was_alive = std::mem::replace(&mut self.was_alive, alive);
        self.slot = Some(Slot(slot.0 + 1));
        if alive || was_alive {
            let lost = self.miss(slot, tracks);
            if alive {
                self.quiet.turn(slot, &lost, tracks);
            }
        }
        if !alive {
            // Nobody can be missed while nothing is heard at all.
            self.holes = self.holes.saturating_add(1);
            return false;
        }
        if self.learned_from.is_none() && self.learned() {
            self.learned_from = Some(slot);
        }
        let mut silent = std::mem::take(&mut self.silent);
        let mut expected = Vec::new();
        let mut long = Vec::new();
        silent.retain(|ix, silence| {
            if let Some(cell) = self.weigh(silence, slot) {
                expected.push((cell, silence.class));
            }
            let within = !silence.told_within && silence.unheard_within() < TOLD_BELOW;
            let improbable = !silence.told && silence.unheard() < TOLD_BELOW;
            silence.told_within |= within;
            silence.told |= improbable;
            if within || improbable {
                told.push((silence.key, *ix));
            }
            let missed = i64::from(silence.holes) + i64::from(self.holes.saturating_sub(silence.holes_before));
            if !silence.noted && OWN_DOING <= slot.since(Slot::of(silence.since)) - missed {
                long.push((silence.key, *ix));
            }
            slot.since(Slot::of(silence.since)) < GIVEN_UP
        });
        self.silent = silent;
        expected.sort_unstable();
        // Only now: nobody's absence makes another's more probable in the same slot.
        for (cell, class) in expected {
            self.cells.count(cell, class, slot, Heard::No, self.settings.max_cells);
        }
        long.sort_unstable();
        for (_, vessel) in long {
            self.note(vessel, slot);
        }
        self.slots = self.slots.saturating_add(1);
        told.sort_unstable();
        true
    }

    /// A silence has become long: it counts in its cell, and on its input if nothing explains it, from the first hour on.
    fn note(&mut self, vessel: TrackIx, slot: Slot) {
        let Some(silence) = self.silent.get_mut(&vessel) else {
            return;
        };
        let cell = Cell::of(silence.position);
        silence.noted = self.cells.fell_silent(cell, silence.class, silence.under_way(), silence.key, slot);
        if silence.unheard_if_learned() < TOLD_BELOW {
            silence.noted_of_feed = self.feed_silences.fell_silent(silence.source, silence.key, slot);
        }
    }

    /// How often others fall silent where this vessel did.
    pub fn silence_rate(&self, silence: &Silence) -> SilenceRate {
        let Some(slot) = self.slot else {
            return SilenceRate::default();
        };
        let cell = Cell::of(silence.position);
        let (silences, heard) = self.cells.silences(cell, silence.class, silence.under_way(), slot);
        let (of_feed, of_feed_heard) = self.feed_silences.silences(silence.source, slot);
        let others = |count: f32, counted: bool| (f64::from(count) - f64::from(u8::from(counted))).max(0.0);
        SilenceRate {
            cell_silences: others(silences, silence.noted),
            cell_hours: usual_silence::hours(heard),
            feed_silences: others(of_feed, silence.noted_of_feed),
            feed_hours: usual_silence::hours(of_feed_heard),
        }
    }

    /// The silence of a vessel not heard since before the slot going on; `None` if it is heard, or nobody expects it after a day.
    pub fn silence(&self, vessel: TrackIx) -> Option<&Silence> {
        self.silent.get(&vessel)
    }

    /// Of the time since a vessel was last heard, what the feed itself missed.
    pub fn missed(&self, silence: &Silence) -> Span {
        silence.missed(self.holes)
    }

    /// The silence that the last fix taken in by `seen` ended, if it was this vessel's.
    pub fn ended(&self, vessel: TrackIx) -> Option<&Silence> {
        self.ended.as_ref().filter(|(ended, _)| *ended == vessel).map(|(_, silence)| silence)
    }

    /// Judges a stretch of silence anew, from the first fix to `until`, by what is known of reception now: how improbable it is, and what
    /// the feed itself missed of it (as far back as ten hours).
    pub fn judge(&self, vessel: Vessel<'_>, from: &Fix, until: Time) -> (f64, Span) {
        let mut silence = Silence::new(vessel, from, self.holes, self.judged(from));
        let (first, last) = (Slot::of(from.at).0 + 1, Slot::of(until).0);
        for slot in (first..last).take(GIVEN_UP as usize) {
            self.weigh(&mut silence, Slot(slot));
        }
        (silence.unheard(), silence.missed(self.holes))
    }

    /// The track is gone.
    pub fn forget(&mut self, vessel: TrackIx) {
        self.silent.remove(&vessel);
    }

    /// Whether there is as much data as the settings ask for.
    pub fn learned(&self) -> bool {
        u64::from(self.settings.learn_hours) * 6 <= u64::from(self.slots)
    }

    /// How well a class of transponder is heard at a place: could we have seen a class B boat here?
    pub fn reception(&self, at: LatLon, class: Class) -> Reception {
        self.slot.map_or(Reception::default(), |slot| self.cells.reception(Cell::of(at), class, slot))
    }

    /// For how long vessels were heard within `nm` of a place, all together; what was 14 days ago weighs 1/e. Hours.
    pub fn vessel_hours(&self, at: LatLon, nm: f64) -> f64 {
        self.slot.map_or(0.0, |slot| usual_silence::hours(self.cells.heard_near(at, nm, slot)))
    }

    /// Probability, 0-1, that nobody hears such a vessel which is at these places in successive slots.
    pub fn probability_unheard(&self, places: impl Iterator<Item = LatLon>, class: Class) -> f64 {
        places.map(|at| 1.0 - self.reception(at, class).chance()).product()
    }

    /// Areas in which everybody fell silent at once.
    pub fn quiet_areas(&self) -> &[QuietArea] {
        self.quiet.areas()
    }

    /// Every station heard so far, in order of number.
    pub fn stations(&self) -> impl Iterator<Item = Pulse> {
        self.feeds.pulses()
    }

    /// One of them.
    pub fn station(&self, station: StationId) -> Option<Pulse> {
        self.feeds.pulse(station)
    }

    /// Cells with counts, and cells dropped because there were too many.
    pub fn cells(&self) -> (usize, u64) {
        (self.cells.len(), self.cells.evicted())
    }

    /// Heap bytes held, about.
    pub fn bytes(&self) -> usize {
        self.cells.bytes() + self.feeds.bytes() + self.silent.capacity() * (size_of::<(TrackIx, Silence)>() + 1)
    }

    /// Counts the slots from one fix of a vessel to the next.
    fn learn(&mut self, class: Class, previous: &Fix, fix: &Fix, silence: Option<&Silence>) {
        let (from, to) = (Slot::of(previous.at), Slot::of(fix.at));
        let missed = to.since(from) - 1;
        // After a longer silence it was not expected here; within one slot it was counted already.
        if !(0..=BRIDGE).contains(&missed) {
            return;
        }
        let most = self.settings.max_cells;
        self.cells.count(Cell::of(fix.position), class, to, Heard::Yes, most);
        self.cells.heard_at(fix.position, to);
        let counted = silence.map_or(0, |silence| i64::from(silence.counted));
        // What is too improbable to be the receiver's fault teaches no more than the first hour of it.
        let doubtful = silence.is_some_and(|silence| OWN_DOING <= missed && silence.unheard() < TOLD_BELOW / 10.0);
        let until = if doubtful { to.0.min(from.0 + 1 + i64::from(EXPECTED)) } else { to.0 };
        for missed in from.0 + 1 + counted..until {
            let missed = Slot(missed);
            let cell = Cell::of(silence::between(previous, fix, missed));
            if !self.feeds.hole(previous.source, missed) && !self.quiet.covered(cell, missed) {
                self.cells.count(cell, class, missed, Heard::No, most);
            }
        }
    }

    /// Finds those heard in the slot before and not in this one.
    fn miss(&mut self, slot: Slot, tracks: &Tracks) -> Vec<Lost> {
        let mut lost = Vec::new();
        for vessel in tracks.iter() {
            let Some(last) = vessel.last().filter(|last| slot.since(Slot::of(last.at)) == 1) else {
                continue;
            };
            if !takes_part(vessel) {
                continue;
            }
            let mut silence = Silence::new(vessel, &last, self.holes, self.judged(&last));
            silence.alone = self.is_alone(tracks, &last, silence.key, slot);
            if !self.feeds.hole(last.source, slot) {
                let cell = Cell::of(last.position);
                let chance = self.cells.reception(cell, silence.class, slot).chance();
                let weight = if silence.under_way() { chance } else { chance * STILL_WEIGHT };
                lost.push(Lost { cell, at: last.at, weight, habit: quiet::habit(vessel, &last) });
            }
            self.silent.insert(vessel.ix(), silence);
        }
        // Weights are summed: in an order that does not depend on the slab.
        lost.sort_unstable_by(|a, b| {
            (a.cell, a.at, a.habit).cmp(&(b.cell, b.at, b.habit)).then(a.weight.total_cmp(&b.weight))
        });
        lost
    }

    /// Whether reception was known at the moment of a fix.
    fn judged(&self, fix: &Fix) -> bool {
        self.learned_from.is_some_and(|from| from <= Slot::of(fix.at))
    }

    /// Whether an input that said nothing in this slot had heard no other vessel for a day: then its silence is the vessel's.
    fn is_alone(&self, tracks: &Tracks, last: &Fix, key: TrackKey, slot: Slot) -> bool {
        let by_it = |fix: Fix| fix.source == last.source && last.at - ALONE_FOR <= fix.at;
        let others = || tracks.iter().any(|other| other.key() != key && other.last().is_some_and(by_it));
        self.feeds.hole(last.source, slot) && !self.feeds.was_away() && !others()
    }

    /// Whether a vessel that went on as it went has left the water in which the feed hears vessels: nobody was heard just
    /// ahead of where it would be, nor further on.
    fn leaves(&self, silence: &Silence, slot: Slot) -> bool {
        let at = slot.middle();
        let unknown = |place: LatLon| self.cells.reception(Cell::of(place), silence.class, slot).chance() == 0.0;
        silence.under_way()
            && silence.ahead(at, EDGE_NM).is_some_and(|edge| !self.cells.is_heard_at(edge))
            && AHEAD_NM.iter().all(|nm| silence.ahead(at, *nm).is_some_and(unknown))
    }

    /// How likely the vessel would have been heard at a place, by the feed's record there and by its own.
    fn chance(&self, silence: &Silence, cell: Cell, slot: Slot) -> f64 {
        let chance = self.cells.reception(cell, silence.class, slot).chance();
        let recent = slot.since(Slot::of(silence.since)) <= i64::from(EXPECTED);
        match silence.has_own_record() && recent {
            true => chance.max(f64::from(silence.own_record.min(OWN_RECORD))),
            false => chance,
        }
    }

    /// Weighs one slot of a vessel's silence; hands out the cell where it was expected and is to be counted as not heard.
    fn weigh(&self, silence: &mut Silence, slot: Slot) -> Option<Cell> {
        let dead = self.feeds.hole(silence.source, slot) || self.feeds.station_silent(silence.station, slot.end());
        let (moving, still) = silence.cells(slot);
        if dead || self.quiet.covers(moving) || self.quiet.covers(still) {
            silence.holes += 1;
            return None;
        }
        if silence.left.is_none() && self.leaves(silence, slot) {
            silence.left = Some(slot.start());
        }
        let ln_unheard = |chance: f64| (-chance).ln_1p() as f32;
        let within = ln_unheard(self.cells.reception(moving, silence.class, slot).chance());
        silence.ln_within += within;
        if silence.left.is_none() {
            silence.ln_moving += within.min(ln_unheard(self.chance(silence, moving, slot)));
        }
        silence.ln_still += ln_unheard(self.chance(silence, still, slot));
        let expected = silence.under_way() && silence.counted < EXPECTED;
        expected.then(|| {
            silence.counted += 1;
            moving
        })
    }

    remembers! { pub(crate) kept {
        cells, feeds, feed_silences, quiet, silent, ended, slot, slots, holes, was_alive, learned_from
    } parts {} built { settings } }
}

fn takes_part(vessel: Vessel<'_>) -> bool {
    CONFIRMED_FIXES <= vessel.fixes() && vessel.takes_part()
}

#[cfg(test)]
mod tests;
