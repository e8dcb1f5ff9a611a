//! Counts by source: lines, sentences, messages by type, rejects by reason, and times that were not used.
//!
//! Nothing that comes from the air is an error of the program. What cannot be used is dropped, and its count is what
//! the operator sees in summaries, in `status` and in the metrics. Counts are part of snapshots and only ever grow.

use serde::{Deserialize, Serialize};

use super::claims::UnusedTime;
use super::report::SourceId;

/// Reason for a reject. The names are stable, because summaries and metrics contain them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Reject {
    /// A line that is not a sentence, a JSON object or a row of a known CSV layout.
    NotASentence,
    /// A TAG block without its closing backslash; the sentence after it is still used.
    TagUnclosed,
    /// A TAG block with a wrong or missing checksum; the sentence after it is still used.
    TagChecksum,
    /// A sentence without `*hh`.
    ChecksumMissing,
    /// A sentence whose checksum does not match.
    ChecksumWrong,
    /// A VDM or VDO sentence without its seven fields, or with a fill field other than 0-5.
    Fields,
    /// Impossible part numbers: total 0 or above 9, number 0 or above the total.
    PartNumbers,
    /// A part received twice for the same message.
    PartRepeated,
    /// A multi-part message given up before all parts arrived.
    PartMissing,
    /// A character outside the six-bit alphabet.
    Armour,
    /// More bits than the message type can have.
    TooLong,
    /// Fewer bits than the message type needs.
    TooShort,
    /// A message type that is 0 or above 27, or an unknown type name in a JSON feed.
    UnknownType,
    /// An MMSI of more than nine digits, or a JSON object without one.
    Mmsi,
    /// A `$PGHP` line with an impossible date.
    Gatehouse,
    /// An RMC, ZDA, GGA or GLL sentence that cannot be parsed.
    Gnss,
    /// A CSV row without an MMSI or time.
    CsvRow,
    /// Invalid JSON: truncated, malformed, not UTF-8, or with a number out of range.
    Json,
    /// A JSON object larger than 64 KiB.
    JsonTooLarge,
    /// A JSON object nested more than 32 levels deep.
    JsonTooDeep,
    /// A JSON object of an unknown feed.
    JsonUnknown,
    /// A JSON object with a field that is missing, duplicated, of the wrong type, or inconsistent with another one.
    JsonFields,
    /// A line of a recording that is played into a live input: its time cannot be used, and goes faster than the clock.
    Recording,
    /// A new station name when the station table is full; the report counts as from an unnamed station.
    StationsFull,
}

impl Reject {
    /// Every reason, in order of declaration.
    pub const ALL: [Reject; 24] = [
        Reject::NotASentence,
        Reject::TagUnclosed,
        Reject::TagChecksum,
        Reject::ChecksumMissing,
        Reject::ChecksumWrong,
        Reject::Fields,
        Reject::PartNumbers,
        Reject::PartRepeated,
        Reject::PartMissing,
        Reject::Armour,
        Reject::TooLong,
        Reject::TooShort,
        Reject::UnknownType,
        Reject::Mmsi,
        Reject::Gatehouse,
        Reject::Gnss,
        Reject::CsvRow,
        Reject::Json,
        Reject::JsonTooLarge,
        Reject::JsonTooDeep,
        Reject::JsonUnknown,
        Reject::JsonFields,
        Reject::Recording,
        Reject::StationsFull,
    ];

    /// Stable name, as in summaries and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Reject::NotASentence => "not_a_sentence",
            Reject::TagUnclosed => "tag_unclosed",
            Reject::TagChecksum => "tag_checksum",
            Reject::ChecksumMissing => "checksum_missing",
            Reject::ChecksumWrong => "checksum_wrong",
            Reject::Fields => "fields",
            Reject::PartNumbers => "part_numbers",
            Reject::PartRepeated => "part_repeated",
            Reject::PartMissing => "part_missing",
            Reject::Armour => "armour",
            Reject::TooLong => "too_long",
            Reject::TooShort => "too_short",
            Reject::UnknownType => "unknown_type",
            Reject::Mmsi => "mmsi",
            Reject::Gatehouse => "gatehouse",
            Reject::Gnss => "gnss",
            Reject::CsvRow => "csv_row",
            Reject::Json => "json",
            Reject::JsonTooLarge => "json_too_large",
            Reject::JsonTooDeep => "json_too_deep",
            Reject::JsonUnknown => "json_unknown",
            Reject::JsonFields => "json_fields",
            Reject::Recording => "recording",
            Reject::StationsFull => "stations_full",
        }
    }
}

/// Counters of one source, or of all sources together.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Lines of any content.
    pub lines: u64,
    /// VDM and VDO sentences, including rejected ones.
    pub sentences: u64,
    /// Other NMEA sentences, ignored or read for the clock, and JSON objects that are not about AIS.
    pub other_sentences: u64,
    /// Comments, CSV header lines and blank lines.
    pub comments: u64,
    /// CSV rows used.
    pub csv_rows: u64,
    /// JSON objects used.
    pub objects: u64,
    /// Messages decoded, by type 1-27; index 0 counts CSV rows, and JSON objects that do not give the type.
    pub reports_by_type: [u64; 28],
    /// Messages without any known time, by type; they are included in `reports_by_type` but gave no report.
    pub untimed: [u64; 28],
    /// Rejects by reason, in order of declaration.
    rejects: [u64; Reject::ALL.len()],
    /// Messages that count with the time of receipt because their own cannot be used (live only), by reason, in order of declaration.
    unused_times: [u64; UnusedTime::ALL.len()],
}

impl Counts {
    /// Number of rejects for `reason`.
    pub fn rejected(&self, reason: Reject) -> u64 {
        self.rejects[reason as usize]
    }

    /// Every reason that occurred at least once with its count, in fixed order.
    pub fn rejects(&self) -> impl Iterator<Item = (Reject, u64)> + '_ {
        let counted = Reject::ALL.into_iter().map(|reason| (reason, self.rejected(reason)));
        counted.filter(|(_, count)| 0 < *count)
    }

    /// Number of messages whose own time was not used for `reason`.
    pub fn unused_time(&self, reason: UnusedTime) -> u64 {
        self.unused_times[reason as usize]
    }

    /// Messages without a time, of all types together.
    pub fn untimed_total(&self) -> u64 {
        self.untimed.iter().sum()
    }

    /// Counts one reject.
    pub(super) fn reject(&mut self, reason: Reject) {
        self.rejects[reason as usize] += 1;
    }

    /// Counts one message whose own time is not used.
    pub(super) fn time_unused(&mut self, reason: UnusedTime) {
        self.unused_times[reason as usize] += 1;
    }

    /// Adds the counters of another source.
    fn add(&mut self, other: &Counts) {
        self.lines += other.lines;
        self.sentences += other.sentences;
        self.other_sentences += other.other_sentences;
        self.comments += other.comments;
        self.csv_rows += other.csv_rows;
        self.objects += other.objects;
        for (sum, count) in self.reports_by_type.iter_mut().zip(other.reports_by_type) {
            *sum += count;
        }
        for (sum, count) in self.untimed.iter_mut().zip(other.untimed) {
            *sum += count;
        }
        for (sum, count) in self.rejects.iter_mut().zip(other.rejects) {
            *sum += count;
        }
        for (sum, count) in self.unused_times.iter_mut().zip(other.unused_times) {
            *sum += count;
        }
    }
}

/// The counters of all sources.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    /// By [`SourceId`].
    sources: Vec<Counts>,
}

impl Tally {
    /// Counters at zero for this many sources.
    pub(super) fn new(sources: usize) -> Tally {
        Tally { sources: vec![Counts::default(); sources] }
    }

    /// Counters of one source; `None` if the decoder does not know it.
    pub fn source(&self, source: SourceId) -> Option<&Counts> {
        self.sources.get(usize::from(source.0))
    }

    /// Counters of all sources added up.
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        for counts in &self.sources {
            total.add(counts);
        }
        total
    }

    /// Grows the table to `count` sources; it never shrinks.
    pub(super) fn inputs(&mut self, count: usize) {
        self.sources.resize(count.max(self.sources.len()), Counts::default());
    }

    /// Counters of one source.
    ///
    /// # Panics
    /// If the decoder does not know the source.
    pub(super) fn source_mut(&mut self, index: usize) -> &mut Counts {
        &mut self.sources[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_place_and_a_name_of_its_own() {
        let mut names: Vec<_> = Reject::ALL.iter().map(|reason| reason.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Reject::ALL.len());
        for (place, reason) in Reject::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, place);
        }
    }
}
