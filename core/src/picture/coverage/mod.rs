//! Coverage: where vessels are usually heard, learned from the feed itself, and how unlikely it is that one is not.
//!
//! A vessel is *expected* in a ten-minute slot if the fixes before and after it place it there, and for the first hour after its
//! last fix where dead reckoning places it. Without the latter, cells at the edge of reception, where vessels are lost for good,
//! would look perfect. It is *heard* if it has a fix in the slot. The work is done once per vessel and slot: at its first fix in
//! a slot, and at the end of the slot for vessels without one.
//!
//! Slots that say nothing about a vessel are holes: its input or station was silent, all vessels around fell silent with it, or
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
use crate::base::state::remembers;
use crate::base::time::{Span, Time};
use crate::geo::LatLon;
use crate::picture::tracks::{Fix, TrackIx, TrackKey, Tracks, Vessel};

use cells::{Cells, Heard};
use feeds::Feeds;
use quiet::{Lost, Quiet};
use usual_silence::FeedSilences;

/// Length of a slot (SPEC `ais_gap`).
pub const SLOT: Span = Span::from_minutes(10);
/// Probability below which a silence is passed to the behaviours, which set their own, stricter limit.
pub const TOLD_BELOW: f64 = 0.01;
/// Fixes further apart than this do not show where a vessel was in between. Slots.
const BRIDGE: i64 = 36;
/// How long after its last fix a vessel under way is expected where dead reckoning places it. Slots.
const EXPECTED: u8 = 6;
/// How long a silence gathers evidence. Slots.
const GIVEN_UP: i64 = 144;
/// Length from which an improbable silence is assumed to be the vessel's own doing. Slots.
const OWN_DOING: i64 = 9;
/// Share of the slots of the last day from which a vessel would have been heard in the next slot too (SPEC `ais_gap`).
const OWN_RECORD: f32 = 0.95;
/// Distances ahead of a vessel. If no vessels are heard at either of them, the feed's reception ends there. Nautical miles.
const AHEAD_NM: [f64; 2] = [15.0, 30.0];
/// Distance ahead of a vessel that reaches into the next sixteenth of a cell, as the edge of reception may cross its own. Nautical miles.
const EDGE_NM: f64 = 4.0;
/// How long an input must have heard no other vessel for a vessel to be its only one.
const ALONE_FOR: Span = Span::from_hours(24);
/// Number of fixes from which a vessel is confirmed.
const CONFIRMED_FIXES: u32 = 3;
/// Weight of a vessel lying still in a loss of reception, because it may have switched off in port.
const STILL_WEIGHT: f64 = 0.25;

/// `[coverage]`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Amount of data after which the reception model is used. Hours, at most 14 days.
    #[schemars(range(min = 0, max = 336))]
    pub learn_hours: u32,
    /// Upper limit of the 0.25° cells kept, at most the whole earth; beyond it those with the least data are dropped and counted.
    #[schemars(range(min = 1000, max = 1_036_800))]
    pub max_cells: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { learn_hours: 24, max_cells: 200_000 }
    }
}

/// Ten minutes of event time. Slots begin at whole multiples of ten minutes UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Slot(i64);

impl Slot {
    /// The slot that contains a moment.
    pub fn of(at: Time) -> Slot {
        Slot(at.millis().div_euclid(SLOT.millis()))
    }

    /// The first moment of the slot.
    pub fn start(self) -> Time {
        Time::from_millis(self.0 * SLOT.millis())
    }

    /// The first moment of the next slot.
    pub fn end(self) -> Time {
        Slot(self.0 + 1).start()
    }

    /// The moment half-way through the slot.
    pub fn middle(self) -> Time {
        self.start() + Span::from_millis(SLOT.millis() / 2)
    }

    /// Number of slots after another slot; negative if earlier.
    pub fn since(self, other: Slot) -> i64 {
        self.0 - other.0
    }
}

/// The reception model, and the silences of all vessels that are not heard.
pub struct Coverage {
    settings: Settings,
    cells: Cells,
    feeds: Feeds,
    feed_silences: FeedSilences,
    quiet: Quiet,
    silent: FxHashMap<TrackIx, Silence>,
    ended: Option<(TrackIx, Silence)>,
    /// The current slot; `None` before the first report.
    slot: Option<Slot>,
    /// Slots with data, and slots in which no input was heard.
    slots: u32,
    holes: u32,
    was_alive: bool,
    /// The first slot after enough was learned; `None` before.
    learned_from: Option<Slot>,
}

impl Coverage {
    /// A model without any data.
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

    /// Applies new settings; what was learned is kept.
    pub fn configure(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Starts the first slot, if none has started.
    pub fn begin(&mut self, at: Time) {
        self.slot.get_or_insert(Slot::of(at));
    }

    /// When the current slot ends; `None` before the first report.
    pub fn due(&self) -> Option<Time> {
        self.slot.map(Slot::end)
    }

    /// Records that the daemon was down between `from` and `until`: no vessel or receiver counts as silent then.
    pub fn away(&mut self, from: Time, until: Time) {
        self.feeds.away(from, until);
    }

    /// Records a report of any kind, also a copy, by its input and station.
    pub fn heard(&mut self, source: SourceId, station: StationId, at: Time) {
        self.feeds.heard(source, station, at);
    }

    /// Whether the model uses a fix: the vessel's first in its slot, or a late one.
    pub fn wants(&self, previous: Option<&Fix>, fix: &Fix) -> bool {
        let slot = Slot::of(fix.at);
        previous.is_none_or(|previous| Slot::of(previous.at) != slot) || self.slot.is_some_and(|now| slot < now)
    }

    /// Takes in a fix that `wants` accepts: counts what it shows about reception. After a late one the vessel's silence starts there.
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

    /// Ends the current slot. Returns whether any input was heard in it. Appends newly improbable silences to `told`, by track key.
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
            // While nothing is heard at all, no vessel is missing.
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
        // After a pause of the feed every vessel is in the table.
        if 4 * silent.len() < silent.capacity() {
            silent.shrink_to(2 * silent.len());
        }
        self.silent = silent;
        expected.sort_unstable();
        // Counted last, so that the silence of one vessel does not make that of another more probable in the same slot.
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

    /// Counts a silence that has become long: in its cell, and on its input if nothing explains it.
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

    /// How often other vessels fall silent where this vessel did.
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

    /// The silence of a vessel last heard before the current slot; `None` if it is heard, or has been silent for a day.
    pub fn silence(&self, vessel: TrackIx) -> Option<&Silence> {
        self.silent.get(&vessel)
    }

    /// How much of the time since a vessel was last heard the feed itself missed.
    pub fn missed(&self, silence: &Silence) -> Span {
        silence.missed(self.holes)
    }

    /// The silence that the last fix given to `seen` ended; `None` if that was not this vessel's fix, or it had not been silent.
    pub fn ended(&self, vessel: TrackIx) -> Option<&Silence> {
        self.ended.as_ref().filter(|(ended, _)| *ended == vessel).map(|(_, silence)| silence)
    }

    /// Computes a silence again, from the fix to `until`, by what is known of reception now. Returns its probability, 0-1, and
    /// how much of it the feed itself missed, as far as that is remembered (ten hours).
    pub fn judge(&self, vessel: Vessel<'_>, from: &Fix, until: Time) -> (f64, Span) {
        let mut silence = Silence::new(vessel, from, self.holes, self.judged(from));
        let (first, last) = (Slot::of(from.at).0 + 1, Slot::of(until).0);
        for slot in (first..last).take(GIVEN_UP as usize) {
            self.weigh(&mut silence, Slot(slot));
        }
        (silence.unheard(), silence.missed(self.holes))
    }

    /// Drops the silence of a track that is gone.
    pub fn forget(&mut self, vessel: TrackIx) {
        self.silent.remove(&vessel);
    }

    /// Whether there is as much data as `learn_hours` asks for.
    pub fn learned(&self) -> bool {
        u64::from(self.settings.learn_hours) * 6 <= u64::from(self.slots)
    }

    /// How well a class of transponder is heard at a place, for example whether a class B boat would be heard there.
    pub fn reception(&self, at: LatLon, class: Class) -> Reception {
        self.slot.map_or(Reception::default(), |slot| self.cells.reception(Cell::of(at), class, slot))
    }

    /// Vessel-hours heard within `nm` of a place. Counts fade; 14 days ago they weigh 1/e. Hours.
    pub fn vessel_hours(&self, at: LatLon, nm: f64) -> f64 {
        self.slot.map_or(0.0, |slot| usual_silence::hours(self.cells.heard_near(at, nm, slot)))
    }

    /// Probability, 0-1, that a vessel at these places in successive slots is not heard.
    pub fn probability_unheard(&self, places: impl Iterator<Item = LatLon>, class: Class) -> f64 {
        places.map(|at| 1.0 - self.reception(at, class).chance()).product()
    }

    /// Areas in which all vessels fell silent at once, in the order in which they did.
    pub fn quiet_areas(&self) -> &[QuietArea] {
        self.quiet.areas()
    }

    /// Every station heard so far, ordered by number.
    pub fn stations(&self) -> impl Iterator<Item = Pulse> {
        self.feeds.pulses()
    }

    /// One station; `None` if it was never heard.
    pub fn station(&self, station: StationId) -> Option<Pulse> {
        self.feeds.pulse(station)
    }

    /// Number of cells with counts, and of cells dropped because there were too many.
    pub fn cells(&self) -> (usize, u64) {
        (self.cells.len(), self.cells.evicted())
    }

    /// Approximate heap memory held, in bytes.
    pub fn bytes(&self) -> usize {
        self.cells.bytes() + self.feeds.bytes() + self.silent.capacity() * (size_of::<(TrackIx, Silence)>() + 1)
    }

    /// Counts the slots from one fix of a vessel to the next as heard or not heard.
    fn learn(&mut self, class: Class, previous: &Fix, fix: &Fix, silence: Option<&Silence>) {
        let (from, to) = (Slot::of(previous.at), Slot::of(fix.at));
        let missed = to.since(from) - 1;
        // After a longer silence the vessel was not expected here. The slot of a second fix is already counted.
        if !(0..=BRIDGE).contains(&missed) {
            return;
        }
        let most = self.settings.max_cells;
        self.cells.count(Cell::of(fix.position), class, to, Heard::Yes, most);
        self.cells.heard_at(fix.position, to);
        let counted = silence.map_or(0, |silence| i64::from(silence.counted));
        // Of a silence too improbable to be the receiver's fault, only the first hour counts against the cells.
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

    /// Finds the vessels heard in the slot before and not in this one.
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
        // Weights are summed, so the order must not depend on the slab.
        lost.sort_unstable_by(|a, b| {
            (a.cell, a.at, a.habit).cmp(&(b.cell, b.at, b.habit)).then(a.weight.total_cmp(&b.weight))
        });
        lost
    }

    /// Whether enough was known of reception at the time of a fix.
    fn judged(&self, fix: &Fix) -> bool {
        self.learned_from.is_some_and(|from| from <= Slot::of(fix.at))
    }

    /// Whether a vessel's input is silent in this slot and had heard no other vessel for a day, so that the vessel may be the cause.
    fn is_alone(&self, tracks: &Tracks, last: &Fix, key: TrackKey, slot: Slot) -> bool {
        let by_it = |fix: Fix| fix.source == last.source && last.at - ALONE_FOR <= fix.at;
        let others = || tracks.iter().any(|other| other.key() != key && other.last().is_some_and(by_it));
        self.feeds.hole(last.source, slot) && !self.feeds.was_away() && !others()
    }

    /// Whether a vessel that moved on as before has left the feed's reception: no vessel was heard just ahead of where it would be,
    /// nor further on.
    fn leaves(&self, silence: &Silence, slot: Slot) -> bool {
        let at = slot.middle();
        let unknown = |place: LatLon| self.cells.reception(Cell::of(place), silence.class, slot).chance() == 0.0;
        silence.under_way()
            && silence.ahead(at, EDGE_NM).is_some_and(|edge| !self.cells.is_heard_at(edge))
            && AHEAD_NM.iter().all(|nm| silence.ahead(at, *nm).is_some_and(unknown))
    }

    /// Probability, 0-1, that the vessel would have been heard at a place, by the feed's record there and by its own.
    fn chance(&self, silence: &Silence, cell: Cell, slot: Slot) -> f64 {
        let chance = self.cells.reception(cell, silence.class, slot).chance();
        let recent = slot.since(Slot::of(silence.since)) <= i64::from(EXPECTED);
        match silence.has_own_record() && recent {
            true => chance.max(f64::from(silence.own_record.min(OWN_RECORD))),
            false => chance,
        }
    }

    /// Weighs one slot of a vessel's silence. Returns the cell in which it was expected and counts as not heard, if any.
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
