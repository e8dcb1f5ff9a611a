//! Usual silence: how often vessels fall silent for long, in a cell and on an input. Where many do, one more means nothing. Examples are
//! the edge of reception, waters where transponders are usually switched off, and inputs that keep only parts of the tracks.

use serde::{Deserialize, Serialize};

use crate::ais::SourceId;
use crate::picture::tracks::TrackKey;

use super::slot::{SLOT, Slot};

/// Slots in 14 days: a count this old weighs 1/e.
const MEMORY_SLOTS: f32 = 2016.0;
/// Minimum number of silences of other vessels in a cell, and on an input, before silence can count as usual.
const CELL_LEAST: f64 = 3.0;
const FEED_LEAST: f64 = 8.0;
/// Silence is usual in a cell where vessels fall silent at least once in this long. Vessel-hours.
const CELL_HOURS: f64 = 48.0;
/// The same for a whole input. Vessel-hours.
const FEED_HOURS: f64 = 120.0;

/// How often similar vessels fall silent where one did, without that one.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct SilenceRate {
    /// Silences of at least 90 min of other vessels of the same class in the same 0.25° cell, lying still or under way alike. One
    /// vessel may have several. Counts fade over 14 days.
    pub cell_silences: f64,
    /// How long vessels of the same class were heard in the cell. Vessel-hours.
    pub cell_hours: f64,
    /// Silences of at least 90 min of other vessels of the same input that had no explanation.
    pub feed_silences: f64,
    /// How long all vessels of the input were heard. Vessel-hours.
    pub feed_hours: f64,
}

/// Where silence is usual.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Usual {
    /// In the cell.
    Cell,
    /// On the whole input.
    Feed,
}

impl SilenceRate {
    /// Whether silence is so usual that one more means nothing, and where; `None` if it is not.
    pub fn usual(&self) -> Option<Usual> {
        if CELL_LEAST <= self.cell_silences && self.cell_hours <= CELL_HOURS * self.cell_silences {
            return Some(Usual::Cell);
        }
        (FEED_LEAST <= self.feed_silences && self.feed_hours <= FEED_HOURS * self.feed_silences).then_some(Usual::Feed)
    }
}

/// Counts of one input, as of a slot. They fade like those of a cell.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Counts {
    /// The slot up to which the counts have faded.
    slot: Slot,
    /// Number of long silences without explanation.
    silences: f32,
    /// Number of vessel-slots in which the input heard a vessel.
    heard: f32,
    /// The last vessel that fell silent, so that repeated silences of one vessel count once.
    last_silent: Option<TrackKey>,
}

impl Counts {
    /// The counts faded to a slot; unchanged for an earlier one.
    fn at(self, slot: Slot) -> Counts {
        let elapsed = slot.since(self.slot);
        if elapsed <= 0 {
            return self;
        }
        let share = (-(elapsed as f32) / MEMORY_SLOTS).exp();
        Counts { slot, silences: self.silences * share, heard: self.heard * share, ..self }
    }
}

/// How often vessels of each input fall silent.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct FeedSilences {
    /// Counts by number of the input; `None` for one that has heard no vessel.
    sources: Vec<Option<Counts>>,
}

impl FeedSilences {
    /// Counts a slot in which an input heard a vessel.
    pub(super) fn heard(&mut self, source: SourceId, slot: Slot) {
        self.counts(source, slot).heard += 1.0;
    }

    /// Counts a vessel of this input that fell silent for long without explanation. Returns false without counting it if it was also
    /// the last one to do so.
    pub(super) fn fell_silent(&mut self, source: SourceId, key: TrackKey, slot: Slot) -> bool {
        let counts = self.counts(source, slot);
        if counts.last_silent == Some(key) {
            return false;
        }
        counts.silences += 1.0;
        counts.last_silent = Some(key);
        true
    }

    /// Number of silences, and number of slots in which vessels were heard.
    pub(super) fn silences(&self, source: SourceId, slot: Slot) -> (f32, f32) {
        let counts = self.sources.get(usize::from(source.0)).copied().flatten();
        counts.map_or((0.0, 0.0), |counts| {
            let counts = counts.at(slot);
            (counts.silences, counts.heard)
        })
    }

    /// The counts of an input, faded to this slot.
    fn counts(&mut self, source: SourceId, slot: Slot) -> &mut Counts {
        let place = usize::from(source.0);
        if self.sources.len() <= place {
            self.sources.resize(place + 1, None);
        }
        let counts = self.sources[place].get_or_insert(Counts { slot, silences: 0.0, heard: 0.0, last_silent: None });
        *counts = counts.at(slot);
        counts
    }
}

/// Converts slots to hours.
pub(super) fn hours(slots: f32) -> f64 {
    f64::from(slots) * SLOT.hours()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Time;
    use crate::base::units::Mmsi;

    fn slot(number: i64) -> Slot {
        Slot::of(Time::from_seconds(number * 600))
    }

    fn key(number: u32) -> TrackKey {
        TrackKey { mmsi: Mmsi(number), ordinal: 1 }
    }

    #[test]
    fn silence_is_usual_from_three_others_and_one_in_two_days() {
        let cell =
            |cell_silences, cell_hours| SilenceRate { cell_silences, cell_hours, ..SilenceRate::default() }.usual();
        assert_eq!(cell(3.0, 140.0), Some(Usual::Cell));
        assert_eq!(cell(3.0, 150.0), None);
        assert_eq!(cell(2.0, 20.0), None);
        let feed =
            |feed_silences, feed_hours| SilenceRate { feed_silences, feed_hours, ..SilenceRate::default() }.usual();
        assert_eq!(feed(8.0, 900.0), Some(Usual::Feed));
        assert_eq!(feed(8.0, 1000.0), None);
        assert_eq!(feed(7.0, 100.0), None);
    }

    #[test]
    fn repeated_silences_of_one_vessel_count_once_and_old_counts_fade() {
        let mut feeds = FeedSilences::default();
        for number in 0..5 {
            feeds.heard(SourceId(2), slot(0));
            feeds.fell_silent(SourceId(2), key(1), slot(number));
        }
        let (silences, heard) = feeds.silences(SourceId(2), slot(4));
        assert!((silences - 1.0).abs() < 0.01 && (heard - 5.0).abs() < 0.05, "{silences} {heard}");
        assert!(feeds.fell_silent(SourceId(2), key(2), slot(4)));
        assert!(feeds.silences(SourceId(2), slot(4 + 2016)).0 < 0.8);
        assert_eq!(feeds.silences(SourceId(0), slot(4)), (0.0, 0.0));
    }
}
