//! When inputs and stations were last heard, in event time, and the slots in which they were silent.
//!
//! A slot without data of an input is a *hole*: the vessels that it heard last are not missing then.

use serde::{Deserialize, Serialize};

use crate::ais::{SourceId, StationId};
use crate::base::time::{Span, Time};

use super::slot::Slot;

/// Pause of a busy input within a slot from which the whole slot is a hole.
pub(super) const PAUSE: Span = Span::from_minutes(5);
/// Usual number of reports per slot from which an input is busy.
pub(super) const BUSY: f32 = 100.0;
/// Weight of the latest slot in an input's usual number of reports.
const SHARE: f32 = 0.05;
/// Downtime of the daemon within a slot from which the slot is a hole of every input.
const AWAY: Span = Span::from_minutes(1);
/// Maximum number of downtimes remembered until their slots have ended.
const MOST_AWAY: usize = 64;
/// Number of past slots whose holes are remembered.
const REMEMBERED: i64 = 64;
/// Number of buckets for a station's intervals, by powers of two of a second; the last one reaches about twelve days.
const BUCKETS: usize = 21;
/// Number of intervals needed before their 99.9 % quantile is known.
const NEEDED: u32 = 1000;
/// Count at which all buckets are halved, so that old habits fade.
const FULL: u32 = 1 << 20;
/// Length of a pause after which a station counts as having come back, so that its end is remembered.
const BACK_AFTER: Span = Span::from_minutes(5);
/// Maximum number of pauses remembered per station; the latest are kept.
const MOST_PAUSES: usize = 8;
/// Number of pauses within `HABIT_WITHIN` that make pausing a habit of the station.
const HABIT_PAUSES: usize = 3;
/// Period before the latest report of a station in which pauses count towards a habit.
const HABIT_WITHIN: Span = Span::from_hours(24);
/// Multiple of the third longest pause within `HABIT_WITHIN` that a pause must exceed to break the habit.
const HABIT_FACTOR: f64 = 1.5;

/// One input, in event time.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Source {
    /// Event time of its latest report; `Time::MIN` before the first.
    last_at: Time,
    /// Number of its reports in the current slot.
    in_slot: u32,
    /// Its longest pause in the current slot, among those of at least `PAUSE`.
    longest: Span,
    /// Its usual number of reports in a slot, as a moving average over slots without holes; 0 before the first.
    usual: f32,
    /// Holes of past slots; bit 0 is the latest slot that ended.
    holes: u64,
}

/// One station, in event time.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Station {
    /// The input that last passed a report of the station.
    source: SourceId,
    /// When it was last heard.
    last_at: Time,
    /// Number of intervals between its reports, by length: bucket n counts those above 2^(n-1) and up to 2^n seconds.
    intervals: [u32; BUCKETS],
    /// Its latest pauses of at least `BACK_AFTER`, oldest first: the end and the length of each.
    pauses: Vec<(Time, Span)>,
}

/// The pulse of one station, for the behaviours that judge it.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Pulse {
    /// Number of the station at the decoder.
    pub station: StationId,
    /// When the station was last heard.
    pub last_at: Time,
    /// When the station's input was last heard, from this station or any other.
    pub input_at: Time,
    /// Longest usual silence of the station: the 99.9 % quantile of its intervals, rounded up to a power of two seconds, or one and a
    /// half times its habitual pauses if that is longer. `None` before a thousand intervals.
    pub usual: Option<Span>,
}

/// The pulses of all inputs and stations.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Feeds {
    /// Inputs by number.
    sources: Vec<Source>,
    /// Stations by number; `None` for a number not heard yet. Boxed, so that a station that is never heard costs only a pointer.
    stations: Vec<Option<Box<Station>>>,
    /// The latest slot that ended.
    ended: Option<Slot>,
    /// Recent downtimes of the daemon.
    away: Vec<(Time, Time)>,
    /// Whether the daemon was down in the latest slot that ended.
    was_away: bool,
}

impl Feeds {
    /// Records a report by its input, station and event time.
    pub(super) fn heard(&mut self, source_id: SourceId, station: StationId, at: Time) {
        let place = usize::from(source_id.0);
        if self.sources.len() <= place {
            let new = Source { last_at: Time::MIN, in_slot: 0, longest: Span::ZERO, usual: 0.0, holes: u64::MAX };
            self.sources.resize(place + 1, new);
        }
        let source = &mut self.sources[place];
        source.in_slot = source.in_slot.saturating_add(1);
        if source.last_at < at {
            if PAUSE <= at - source.last_at {
                source.longest = source.longest.max(at - source.last_at.max(Slot::of(at).start()));
            }
            source.last_at = at;
        }
        if station != StationId(0) {
            self.station_heard(source_id, station, at);
        }
    }

    /// Records a report of a named station. One that is not newer than the latest counts no interval.
    fn station_heard(&mut self, source: SourceId, id: StationId, at: Time) {
        let place = usize::from(id.0);
        if self.stations.len() <= place {
            self.stations.resize(place + 1, None);
        }
        let station = self.stations[place].get_or_insert_with(|| {
            Box::new(Station { source, last_at: at, intervals: [0; BUCKETS], pauses: Vec::with_capacity(MOST_PAUSES) })
        });
        station.source = source;
        let interval = at - station.last_at;
        if interval <= Span::ZERO {
            return;
        }
        station.last_at = at;
        if BACK_AFTER <= interval {
            if MOST_PAUSES <= station.pauses.len() {
                station.pauses.remove(0);
            }
            station.pauses.push((at, interval));
        }
        // Bucket n holds intervals of up to 2^n seconds.
        let seconds = (interval.millis() as u64).div_ceil(1000);
        let bucket = (seconds.next_power_of_two().trailing_zeros() as usize).min(BUCKETS - 1);
        station.intervals[bucket] += 1;
        if FULL <= station.intervals[bucket] {
            station.intervals.iter_mut().for_each(|count| *count /= 2);
        }
    }

    /// Records a downtime of the daemon. If there are too many, the oldest is forgotten.
    pub(super) fn away(&mut self, from: Time, until: Time) {
        if MOST_AWAY <= self.away.len() {
            self.away.remove(0);
        }
        self.away.push((from, until));
    }

    /// Ends a slot. Returns whether any input was heard in it without a hole.
    pub(super) fn turn(&mut self, slot: Slot) -> bool {
        let missed = |(from, until): &(Time, Time)| AWAY <= (*until).min(slot.end()) - (*from).max(slot.start());
        let away = self.away.iter().any(missed);
        self.away.retain(|(_, until)| slot.end() < *until);
        let mut alive = false;
        for source in &mut self.sources {
            let pause = source.longest.max(slot.end() - source.last_at.max(slot.start()));
            let hole = away || source.in_slot == 0 || (BUSY <= source.usual && PAUSE <= pause);
            if !hole {
                let count = source.in_slot as f32;
                source.usual = if source.usual == 0.0 { count } else { source.usual + SHARE * (count - source.usual) };
            }
            alive |= !hole;
            source.holes = source.holes << 1 | u64::from(hole);
            source.in_slot = 0;
            source.longest = Span::ZERO;
        }
        self.ended = Some(slot);
        self.was_away = away;
        alive
    }

    /// Whether the daemon was down in the latest slot that ended.
    pub(super) fn was_away(&self) -> bool {
        self.was_away
    }

    /// Whether the input was silent in a slot that has ended; false for slots too long ago to be remembered.
    pub(super) fn hole(&self, source: SourceId, slot: Slot) -> bool {
        // Before the first slot has ended, or of an input never heard, nothing can be missed.
        let (Some(source), Some(ended)) = (self.sources.get(usize::from(source.0)), self.ended) else {
            return true;
        };
        let ago = ended.since(slot);
        (0..REMEMBERED).contains(&ago) && source.holes >> ago & 1 == 1
    }

    /// Every station heard so far, ordered by number.
    pub(super) fn pulses(&self) -> impl Iterator<Item = Pulse> {
        let stations = (0..).zip(&self.stations);
        stations.filter_map(|(number, station)| Some(self.pulse_of(StationId(number), station.as_deref()?)))
    }

    /// Whether the station has been silent for longer than usual at `by`.
    pub(super) fn station_silent(&self, station: StationId, by: Time) -> bool {
        let pulse = self.pulse(station);
        pulse.is_some_and(|pulse| pulse.usual.is_some_and(|usual| usual.max(BACK_AFTER) < by - pulse.last_at))
    }

    /// When an input was last heard, and its usual number of reports in a slot; `None` if it was never heard.
    pub(super) fn input(&self, source: SourceId) -> Option<(Time, f32)> {
        self.sources.get(usize::from(source.0)).map(|source| (source.last_at, source.usual))
    }

    /// The pulse of one station; `None` if it was never heard.
    pub(super) fn pulse(&self, station: StationId) -> Option<Pulse> {
        Some(self.pulse_of(station, self.stations.get(usize::from(station.0))?.as_deref()?))
    }

    /// When a station was heard again after a pause of 5 min or more that began at `since`; `None` if it has had no such pause lately.
    pub(super) fn station_back(&self, station: StationId, since: Time) -> Option<Time> {
        let station = self.stations.get(usize::from(station.0))?.as_deref()?;
        station.pauses.iter().find(|(until, pause)| *until - since == *pause).map(|(until, _)| *until)
    }

    /// The pulse of a station, with that of its input.
    fn pulse_of(&self, number: StationId, station: &Station) -> Pulse {
        let Station { source, last_at, .. } = *station;
        let input_at = self.sources.get(usize::from(source.0)).map_or(Time::MIN, |source| source.last_at);
        Pulse { station: number, last_at, input_at, usual: station.usual() }
    }

    /// Approximate size on the heap. Bytes.
    pub(super) fn bytes(&self) -> usize {
        let known = self.stations.iter().flatten().count();
        self.stations.capacity() * size_of::<usize>() + known * size_of::<Station>()
    }
}

impl Station {
    /// Its longest usual silence: see [`Pulse::usual`].
    fn usual(&self) -> Option<Span> {
        let total: u32 = self.intervals.iter().sum();
        if total < NEEDED {
            return None;
        }
        let mut longer = total;
        let bucket = self.intervals.iter().position(|count| {
            longer -= count;
            u64::from(longer) * 1000 <= u64::from(total)
        });
        bucket.map(|bucket| Span::from_seconds(1 << bucket).max(self.pausing()))
    }

    /// How long a pause may last for a station that pauses regularly, such as one fed in bursts; zero for others.
    fn pausing(&self) -> Span {
        let since = self.last_at - HABIT_WITHIN;
        let lately = self.pauses.iter().filter(|(until, _)| since <= *until);
        let mut lately: Vec<Span> = lately.map(|(_, pause)| *pause).collect();
        lately.sort_unstable_by(|a, b| b.cmp(a));
        let least = lately.get(HABIT_PAUSES - 1).map_or(0, |pause| pause.millis());
        Span::from_millis((least as f64 * HABIT_FACTOR) as i64)
    }
}

#[cfg(test)]
mod tests;
