//! The reception model: what was learned of each cell, input and station, and the silences of all vessels that are not heard.

use rustc_hash::FxHashMap;

use crate::ais::{Class, SourceId, StationId};
use crate::base::account::Account;
use crate::base::state::remembers;
use crate::base::time::{Span, Time};
use crate::geo::LatLon;
use crate::picture::tracks::{Fix, TrackIx, TrackKey, Tracks, Vessel};

use super::cells::{Cell, Cells, Hearing, Reception};
use super::feeds::{Feeds, Pulse};
use super::quiet::{QuietArea, QuietAreas};
use super::settings::Settings;
use super::silence::{GIVEN_UP, OWN_DOING, REPORTED_BELOW, Silence, takes_part};
use super::slot::Slot;
use super::usual_silence::{self, FeedSilences, SilenceRate};

/// The reception model, and the silences of all vessels that are not heard. The engine owns it and changes it outside the lanes only;
/// the lanes read it meanwhile.
pub struct Coverage {
    /// The settings in force; not part of a snapshot.
    pub(super) settings: Settings,
    /// What was learned of each cell.
    pub(super) cells: Cells,
    /// When inputs and stations were heard.
    pub(super) feeds: Feeds,
    /// How often vessels of each input fall silent.
    pub(super) feed_silences: FeedSilences,
    /// Areas in which all vessels fell silent at once.
    pub(super) quiet: QuietAreas,
    /// Vessels that were not heard in the latest slots; each leaves after `GIVEN_UP`, or when it is heard.
    pub(super) silent: FxHashMap<TrackIx, Silence>,
    /// The silence that the latest fix ended, until the next fix; `None` if it ended none.
    pub(super) ended: Option<(TrackIx, Silence)>,
    /// The current slot; `None` before the first report.
    pub(super) slot: Option<Slot>,
    /// Number of slots with data, which shows how much was learned.
    pub(super) slots: u32,
    /// Number of slots in which no input was heard.
    pub(super) holes: u32,
    /// Whether any input was heard in the latest slot that ended.
    pub(super) was_alive: bool,
    /// The first slot after enough was learned; `None` before.
    pub(super) learned_from: Option<Slot>,
}

impl Coverage {
    /// A model without any data.
    pub fn new(settings: Settings) -> Coverage {
        Coverage {
            settings,
            cells: Cells::default(),
            feeds: Feeds::default(),
            feed_silences: FeedSilences::default(),
            quiet: QuietAreas::default(),
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
        let ended = self.silent.remove(&vessel.ix()).filter(|silence| silence.key == vessel.key());
        let slot = Slot::of(fix.at);
        if let Some(previous) = previous.filter(|_| takes_part(vessel)) {
            self.feed_silences.heard(fix.source, slot);
            self.learn(vessel.class(), &previous, &fix, ended.as_ref());
        }
        if 1 < now.since(slot) && takes_part(vessel) {
            let mut silence = Silence::new(vessel, &fix, self.holes, self.judged(&fix));
            silence.quiet_area = ended.and_then(|ended| ended.quiet_area);
            for missed in (slot.0 + 1..now.0).take(GIVEN_UP as usize) {
                self.weigh(&mut silence, Slot(missed));
            }
            silence.continue_from(ended.as_ref());
            self.silent.insert(vessel.ix(), silence);
        }
        self.ended = ended.map(|ended| (vessel.ix(), ended));
    }

    /// Ends the current slot. Returns whether any input was heard in it. Appends newly improbable silences to `reported`, by track key.
    pub fn turn(&mut self, tracks: &Tracks, reported: &mut Vec<(TrackKey, TrackIx)>) -> bool {
        let Some(slot) = self.slot else {
            return false;
        };
        let alive = self.feeds.turn(slot);
        let was_alive = std::mem::replace(&mut self.was_alive, alive);
        self.slot = Some(Slot(slot.0 + 1));
        // Vessels heard in the last slot before a pause of the whole feed begin a silence too; during the pause none can.
        if alive || was_alive {
            let lost = self.miss(slot, tracks);
            if alive {
                for (vessel, heart) in self.quiet.turn(slot, &lost, tracks) {
                    if let Some(silence) = self.silent.get_mut(&vessel) {
                        silence.quiet_area = Some(heart);
                    }
                }
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
            let within = !silence.reported_within && silence.unheard_within() < REPORTED_BELOW;
            let improbable = !silence.reported && silence.unheard() < REPORTED_BELOW;
            silence.reported_within |= within;
            silence.reported |= improbable;
            if within || improbable {
                reported.push((silence.key, *ix));
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
            self.cells.count(cell, class, slot, Hearing::No, self.settings.max_cells);
        }
        long.sort_unstable();
        for (_, vessel) in long {
            self.note(vessel, slot);
        }
        self.slots = self.slots.saturating_add(1);
        reported.sort_unstable();
        true
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

    /// How well class A and class B are heard in every cell with counts; in no particular order.
    pub fn receptions(&self) -> impl Iterator<Item = (Cell, [Reception; 2])> {
        self.slot.into_iter().flat_map(|slot| self.cells.all(slot))
    }

    /// Vessel-hours heard within `nm` of a place. Counts fade; 14 days ago they weigh 1/e. Hours.
    pub fn vessel_hours(&self, at: LatLon, nm: f64) -> f64 {
        self.slot.map_or(0.0, |slot| usual_silence::hours(self.cells.heard_near(at, nm, slot)))
    }

    /// For how long vessels have been heard within about `nm` of a place. Zero if none was. The pauses of the whole feed are included.
    pub fn heard_for(&self, at: LatLon, nm: f64, now: Time) -> Span {
        self.cells.heard_since(at, nm, Slot::of(now)).map_or(Span::ZERO, |slot| (now - slot.start()).max(Span::ZERO))
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

    /// When a station was heard again after a pause of 5 min or more that began at `since`; `None` if it has had no such pause lately.
    pub fn station_back(&self, station: StationId, since: Time) -> Option<Time> {
        self.feeds.station_back(station, since)
    }

    /// Number of cells with counts, and of cells dropped because there were too many.
    pub fn cells(&self) -> (usize, u64) {
        (self.cells.len(), self.cells.evicted())
    }

    /// Adds what is known of reception, and the vessels that are silent.
    pub fn account(&self, account: &mut Account) {
        account.add("cells of reception", self.cells.bytes());
        account.add("feeds", self.feeds.bytes());
        account.add_map::<TrackIx, Silence>("silent vessels", self.silent.capacity());
    }

    remembers! { pub(crate) kept {
        cells, feeds, feed_silences, quiet, silent, ended, slot, slots, holes, was_alive, learned_from
    } parts {} built { settings } }
}
