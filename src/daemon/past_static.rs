//! What one vessel reported about itself, from as far back as the journal reaches.
//!
//! The engine knows the present identity of a vessel only. This reads the journal backwards, a day at a time, and decodes
//! nothing but the lines that can be of the vessel: most of the work is decompression.

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use memchr::memmem::Finder;

use crate::platform::clock::Clock;
use crate::platform::disk::ReadOnly;
use crate::storage::journal::{self, Found};
use atalaia_core::ais::{Body, Decoder, Line, Report, SourceId, SourceSettings, Static};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::units::Mmsi;

/// Part of the journal that is read at once.
const PART: Span = Span::from_hours(24);
/// Lines received for this long after a line of the vessel are all decoded: they may have the other parts of its message.
const PARTS_WAIT: Span = Span::from_seconds(60);
/// Patience is checked after this many batches of lines.
const BATCHES: u32 = 512;

/// How far back the journal was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PastReach {
    /// Event time of the first report of any vessel in the part that was looked at, in order of receipt. The time of receipt if
    /// none of its reports can be read.
    pub since: Time,
    /// Whether the journal begins there. Otherwise patience ended.
    pub is_whole: bool,
}

/// Passes every static report of a vessel to `each`, with its time; days from the last to the first, and in order within
/// a day. Stops after `patience`; `None` reads everything. `None` if the journal has no time of receipt.
///
/// Times of inputs with a time zone of their own are taken for UTC.
///
/// # Errors
/// If the journal cannot be read. Damaged parts of it are passed over.
pub fn past_static(
    folder: &Path,
    mmsi: Mmsi,
    patience: Option<Duration>,
    each: &mut dyn FnMut(&Static, Time),
) -> io::Result<Option<PastReach>> {
    let began = Clock.moment();
    let over = || patience.is_some_and(|patience| patience < Clock.moment().since(began));
    let Some(extent) = journal::span(&ReadOnly, folder).map_err(io::Error::other)? else {
        return Ok(None);
    };
    let (Some(oldest), Some(newest)) = (extent.oldest.received, extent.newest.received) else {
        return Ok(None);
    };
    // The end is not included.
    let mut until = newest + Span::from_millis(1);
    while oldest < until {
        let from = (until - PART).max(oldest);
        let mut search = Search::new(mmsi);
        let mut batches = 0_u32;
        let mut is_over = false;
        let mut found: Vec<(Static, Time)> = Vec::new();
        journal::lines_between(&ReadOnly, folder, from, until, &[], |batch| {
            search.batch(batch, &mut |said, at| found.push((said.clone(), at)));
            batches = batches.wrapping_add(1);
            is_over = batches.is_multiple_of(BATCHES) && over();
            if is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .map_err(io::Error::other)?;
        // A day that was begun counts for nothing in what is said about the reach, but what it has is true.
        found.iter().for_each(|(said, at)| each(said, *at));
        if is_over {
            break;
        }
        until = from;
    }
    let received = until.min(newest);
    let since = first_report(folder, mmsi, received)?.unwrap_or(received);
    Ok(Some(PastReach { since, is_whole: until <= oldest }))
}

/// Event time of the first report received from `received` on; `None` if there is none. What was played in from a recording has
/// times long before it was received.
fn first_report(folder: &Path, mmsi: Mmsi, received: Time) -> io::Result<Option<Time>> {
    let mut search = Search::new(mmsi);
    let mut first = None;
    journal::lines_between(&ReadOnly, folder, received, received + PART, &[], |batch| {
        first = search.first_at(batch);
        if first.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .map_err(io::Error::other)?;
    Ok(first)
}

/// Decodes the lines of one vessel.
struct Search {
    mmsi: Mmsi,
    /// The middle of the MMSI as every AIS message with it has it, whatever its type.
    payload: Finder<'static>,
    /// The MMSI in digits, as in JSON and tables.
    digits: Finder<'static>,
    /// Names of the inputs, in the order of `SourceId`.
    names: Vec<String>,
    decoder: Decoder,
    /// By input: lines up to this time may belong to a message of the vessel.
    pending: BTreeMap<SourceId, Time>,
    /// Reused for each line.
    reports: Vec<Report>,
}

impl Search {
    /// A search without any input yet.
    fn new(mmsi: Mmsi) -> Search {
        Search {
            mmsi,
            payload: Finder::new(&armoured(mmsi)).into_owned(),
            digits: Finder::new(mmsi.0.to_string().as_bytes()).into_owned(),
            names: Vec::new(),
            decoder: Decoder::new(Vec::new()),
            pending: BTreeMap::new(),
            reports: Vec::new(),
        }
    }

    /// Looks through the lines of one entry.
    fn batch(&mut self, batch: &Found<'_>, each: &mut dyn FnMut(&Static, Time)) {
        let source = self.source(batch.source.unwrap_or_default());
        let names_it = self.payload.find(batch.bytes).is_some() || self.digits.find(batch.bytes).is_some();
        if names_it {
            let until = batch.received.map_or(Time::MAX, |received| received + PARTS_WAIT);
            self.pending.insert(source, until);
        }
        // Sentences and objects are complete in themselves but for the parts of a message. Rows of a table need its
        // header, which names no vessel.
        let is_plain = memchr::memchr2(b'!', b'{', batch.bytes).is_some();
        let is_pending = self.pending.get(&source).is_some_and(|until| batch.received.is_none_or(|at| at <= *until));
        if is_plain && !is_pending {
            return;
        }
        for bytes in batch.bytes.split(|byte| *byte == b'\n').filter(|bytes| !bytes.is_empty()) {
            self.reports.clear();
            self.decoder.line(Line { source, received: batch.received, bytes }, &mut self.reports);
            for report in self.reports.iter().filter(|report| report.mmsi == self.mmsi) {
                if let Body::Static(said) = &report.body {
                    each(said, report.at);
                }
            }
        }
    }

    /// Event time of the first report of an entry, of any vessel; `None` if none of its lines is one.
    fn first_at(&mut self, batch: &Found<'_>) -> Option<Time> {
        let source = self.source(batch.source.unwrap_or_default());
        self.reports.clear();
        for bytes in batch.bytes.split(|byte| *byte == b'\n').filter(|bytes| !bytes.is_empty()) {
            self.decoder.line(Line { source, received: batch.received, bytes }, &mut self.reports);
        }
        self.reports.first().map(|report| report.at)
    }

    /// The number of an input.
    fn source(&mut self, name: &str) -> SourceId {
        let known = self.names.iter().position(|known| known == name);
        let number = known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            let settings = |name: &String| SourceSettings { name: name.clone(), time_zone: None, live: false };
            self.decoder.inputs(self.names.iter().map(settings).collect());
            self.names.len() - 1
        });
        SourceId(number as u16)
    }
}

/// The four characters of a payload that have nothing but bits of the MMSI: bits 12 to 35 of the message (ITU-R M.1371,
/// IEC 61162-1 for the characters). Few other messages have them.
fn armoured(mmsi: Mmsi) -> [u8; 4] {
    [20, 14, 8, 2].map(|shift| {
        let bits = (mmsi.0 >> shift & 0x3f) as u8;
        if bits < 40 { bits + 48 } else { bits + 56 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message of type 5 in two parts, of MMSI 351759000 (EVER DIADEM), as gpsd documents it.
    const PARTS: [&str; 2] = [
        "!AIVDM,2,1,1,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1C\n",
        "!AIVDM,2,2,1,A,88888888880,2*25\n",
    ];

    fn names(batches: &[(i64, &str)], mmsi: u32) -> Vec<String> {
        let mut search = Search::new(Mmsi(mmsi));
        let mut names = Vec::new();
        for (second, text) in batches {
            let batch = Found {
                position: journal::Position(0),
                source: Some("a"),
                received: Some(Time::from_seconds(1_767_225_600 + second)),
                bytes: text.as_bytes(),
            };
            search.batch(&batch, &mut |said, _| names.extend(said.name.as_deref().map(str::to_owned)));
        }
        names
    }

    #[test]
    fn the_middle_of_an_mmsi_is_in_every_payload() {
        assert_eq!(&armoured(Mmsi(351_759_000)), b"?MbV");
    }

    #[test]
    fn a_message_in_two_batches_is_joined_and_others_are_not_taken_for_it() {
        let other = "!AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*5C\n";
        let both = [(0, other), (1, PARTS[0]), (2, other), (3, PARTS[1])];
        assert_eq!(names(&both, 351_759_000), ["EVER DIADEM"]);
        assert!(names(&both, 477_553_000).is_empty(), "only positions");
        assert!(names(&[(0, PARTS[0]), (100, PARTS[1])], 351_759_000).is_empty(), "too late to be its second part");
    }

    #[test]
    fn a_row_of_a_table_is_read_with_its_header() {
        let mut search = Search::new(Mmsi(351_759_000));
        let header = "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,\
                      Draft,Cargo,TransceiverClass\n";
        let row = "351759000,2026-01-01T00:00:00,36.0,-5.0,10.0,90.0,90,EVER DIADEM,,,70,0,100,20,5.0,,A\n";
        assert_eq!(names(&[(0, header), (1, row)], 351_759_000), ["EVER DIADEM"]);

        // It was played in four days later. What is known of it begins with the time in the row.
        let received = Some(Time::from_seconds(1_767_225_600 + 4 * 86_400));
        let mut first = |text: &str| {
            let bytes = text.as_bytes();
            search.first_at(&Found { position: journal::Position(0), source: Some("a"), received, bytes })
        };
        assert_eq!(first(header), None);
        assert_eq!(first(row), Some(Time::from_seconds(1_767_225_600)));
    }
}
