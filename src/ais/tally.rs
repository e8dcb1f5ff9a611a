//! What was read, by source: lines, sentences, messages by type, and every reject by reason.

use serde::{Deserialize, Serialize};

use super::SourceId;

/// Why something was left out. The names are stable: summaries and metrics carry them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Reject {
    /// A line that is neither a sentence, a JSON object, nor a row of a known CSV layout.
    NotASentence,
    /// A TAG block that never closes; the sentence behind it is still used.
    TagUnclosed,
    /// A TAG block with a wrong or missing checksum; the sentence behind it is still used.
    TagChecksum,
    /// A sentence without `*hh`.
    ChecksumMissing,
    /// A sentence whose checksum does not match.
    ChecksumWrong,
    /// VDM or VDO without its seven fields, or with a fill field other than 0-5.
    Fields,
    /// Part numbers that cannot be: total 0, number 0 or over the total.
    PartNumbers,
    /// A part that came twice within its message.
    PartRepeated,
    /// A message of several parts given up before all had come.
    PartMissing,
    /// A character outside the six-bit armour.
    Armour,
    /// More bits than any message has.
    TooLong,
    /// Too few bits for its type.
    TooShort,
    /// Message type 0 or above 27, or one that a JSON feed has no name for.
    UnknownType,
    /// An MMSI of more than nine digits, or none in a JSON object.
    Mmsi,
    /// A `$PGHP` line whose date cannot be.
    Gatehouse,
    /// An RMC, ZDA, GGA or GLL sentence that cannot be read.
    Gnss,
    /// A CSV row without MMSI or time.
    CsvRow,
    /// A JSON object that is none: cut short, out of grammar, no UTF-8, a number beyond all numbers.
    Json,
    /// A JSON object of more than 64 KiB.
    JsonTooLarge,
    /// A JSON object nested more than 32 deep.
    JsonTooDeep,
    /// A JSON object of no feed we know.
    JsonUnknown,
    /// A JSON object with a field of the wrong kind, missing, twice, or against another one.
    JsonFields,
    /// A claimed time over 60 s ahead of receipt, replaced by receipt (live only).
    TimeAhead,
    /// A claimed time over 24 h behind receipt, replaced by receipt (live only).
    TimeBehind,
    /// A station name beyond the bound on their number; the report counts as from no named station.
    StationsFull,
}

impl Reject {
    /// Every reason, in the order of their declaration.
    pub const ALL: [Reject; 25] = [
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
        Reject::TimeAhead,
        Reject::TimeBehind,
        Reject::StationsFull,
    ];

    /// The stable name.
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
            Reject::TimeAhead => "time_ahead",
            Reject::TimeBehind => "time_behind",
            Reject::StationsFull => "stations_full",
        }
    }
}

/// Counters of one source, or of all together.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Lines, whatever they held.
    pub lines: u64,
    /// VDM and VDO sentences, the refused ones included.
    pub sentences: u64,
    /// Other NMEA sentences, passed over or read for the clock, and JSON objects that are not about AIS.
    pub other_sentences: u64,
    /// Comments, CSV header lines and blank lines.
    pub comments: u64,
    /// CSV rows used.
    pub csv_rows: u64,
    /// JSON objects used.
    pub objects: u64,
    /// Messages decoded, by type 1-27; index 0 is CSV rows, and JSON objects that do not tell.
    pub reports_by_type: [u64; 28],
    /// Of these, the ones that no time could be given to, and which therefore gave no report.
    pub untimed: [u64; 28],
    rejects: [u64; Reject::ALL.len()],
}

impl Counts {
    /// How often `reason` struck.
    pub fn rejected(&self, reason: Reject) -> u64 {
        self.rejects[reason as usize]
    }

    /// Every reason that struck at least once, in fixed order.
    pub fn rejects(&self) -> impl Iterator<Item = (Reject, u64)> + '_ {
        let counted = Reject::ALL.into_iter().map(|reason| (reason, self.rejected(reason)));
        counted.filter(|(_, count)| 0 < *count)
    }

    /// Messages without a time, of all types.
    pub fn untimed_total(&self) -> u64 {
        self.untimed.iter().sum()
    }

    pub(super) fn reject(&mut self, reason: Reject) {
        self.rejects[reason as usize] += 1;
    }

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
    }
}

/// The counters of all sources.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    sources: Vec<Counts>,
}

impl Tally {
    pub(super) fn new(sources: usize) -> Tally {
        Tally { sources: vec![Counts::default(); sources] }
    }

    /// The counters of one source; `None` for one the decoder was not told of.
    pub fn source(&self, source: SourceId) -> Option<&Counts> {
        self.sources.get(usize::from(source.0))
    }

    /// All sources added up.
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        for counts in &self.sources {
            total.add(counts);
        }
        total
    }

    /// There are so many inputs now.
    pub(super) fn inputs(&mut self, count: usize) {
        self.sources.resize(count.max(self.sources.len()), Counts::default());
    }

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
