//! Selects the received lines of a case: those of its vessels, the other parts of their messages, and the lines that
//! give them their time.
//!
//! Lines of other vessels are left out, except for a few of witnesses: a bundle serves one case only.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::witnesses::Witnesses;
use crate::ais::{Decoder, Line, Report, SourceId, SourceSettings, TimeBasis};
use crate::time::{Span, Time};
use crate::units::Mmsi;

/// Parts of a message received longer ago than this are not joined to it.
const PARTS_WAIT: Span = Span::from_seconds(60);
/// Maximum number of parts, and of group members, remembered per input.
const MOST_WAITING: usize = 256;

/// A line that was selected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Taken {
    /// Position of its entry in the journal.
    pub(super) position: u64,
    /// Name of the input.
    pub(super) source: String,
    /// Time of receipt. `None` for the lines of a recording.
    pub(super) received: Option<Time>,
    /// The line without its line feed.
    pub(super) bytes: Vec<u8>,
}

/// Examines every line and keeps a few.
pub(super) struct Sieve {
    vessels: BTreeSet<Mmsi>,
    witnesses: Witnesses,
    /// Number of selected lines of witnesses.
    of_witnesses: u64,
    /// Time of the first report of any vessel.
    first_at: Option<Time>,
    names: Vec<String>,
    decoder: Decoder,
    /// Lines that may belong to a later line, by input.
    waiting: BTreeMap<SourceId, Waiting>,
    reports: Vec<Report>,
    count: u64,
    taken: BTreeMap<u64, Taken>,
}

/// Lines of one input that gave no report by themselves, oldest first.
#[derive(Default)]
struct Waiting {
    /// Parts of multi-part messages.
    parts: VecDeque<(PartKey, u64, Taken)>,
    /// Sentences of TAG block groups.
    groups: VecDeque<(Vec<u8>, u64, Taken)>,
    /// A wrapper of the next sentence.
    wrapper: Option<(u64, Taken)>,
    /// The latest line of each kind that carries the station's own time.
    clocks: BTreeMap<Vec<u8>, (u64, Taken)>,
    /// The header of a table.
    header: Option<(u64, Taken)>,
}

/// Identifies a multi-part message: number of parts, sequence, channel.
type PartKey = (Vec<u8>, Vec<u8>, Vec<u8>);

impl Sieve {
    /// A sieve for the lines of these vessels, and of witnesses.
    pub(super) fn new(vessels: impl Iterator<Item = u32>, witnesses: Witnesses) -> Sieve {
        Sieve {
            vessels: vessels.map(Mmsi).collect(),
            witnesses,
            of_witnesses: 0,
            first_at: None,
            names: Vec::new(),
            decoder: Decoder::new(Vec::new()),
            waiting: BTreeMap::new(),
            reports: Vec::new(),
            count: 0,
            taken: BTreeMap::new(),
        }
    }

    /// Sets the names of the inputs from here on, in the order of `SourceId`.
    pub(super) fn inputs(&mut self, names: &[String]) {
        // Time zone and trust in times do not matter for finding the vessel of a report.
        let settings = |name: &String| SourceSettings { name: name.clone(), time_zone: None, live: false };
        self.decoder.inputs(names.iter().map(settings).collect());
        self.names = names.to_vec();
    }

    /// Examines one line. Returns whether it has a report of a vessel of the case.
    pub(super) fn line(&mut self, position: u64, line: Line<'_>) -> bool {
        self.count += 1;
        let order = self.count;
        self.reports.clear();
        self.decoder.line(line, &mut self.reports);
        let source = self.names.get(usize::from(line.source.0)).cloned().unwrap_or_default();
        let taken = Taken { position, source, received: line.received, bytes: line.bytes.to_vec() };
        let waiting = self.waiting.entry(line.source).or_default();
        let wrapper = waiting.wrapper.take();
        // A JSON object is complete in itself: earlier lines do not belong to it, nor does it to later ones.
        let whole = line.bytes.starts_with(b"{");
        let (part, group) = if whole { (None, None) } else { (part_of(line.bytes), group_of(line.bytes)) };
        self.first_at = self.first_at.or_else(|| self.reports.iter().map(|report| report.at).min());
        let is_ours = self.reports.iter().any(|report| self.vessels.contains(&report.mmsi));
        let is_witness = !is_ours && self.reports.iter().any(|report| self.witnesses.wants(report));
        self.of_witnesses += u64::from(is_witness);
        if is_ours || is_witness {
            let own_clock = self.reports.iter().any(|report| report.basis == TimeBasis::OwnClock);
            self.taken.extend(wrapper);
            self.taken.extend(waiting.header.clone().filter(|_| !whole && is_table(line.bytes)));
            if own_clock {
                self.taken.extend(waiting.clocks.values().cloned());
            }
            if let Some(key) = &part {
                let joined = |(of, _, one): &&(PartKey, u64, Taken)| of == key && is_recent(one, &taken);
                let parts = waiting.parts.iter().filter(joined).map(|(_, order, one)| (*order, one.clone()));
                self.taken.extend(parts);
            }
            if let Some(group) = &group {
                let joined = waiting.groups.iter().filter(|(of, ..)| of == group);
                self.taken.extend(joined.map(|(_, order, one)| (*order, one.clone())));
            }
            self.taken.insert(order, taken);
        } else if whole {
            // An object of another vessel, or without a report, is not remembered.
        } else if self.reports.is_empty() {
            waiting.keep(order, taken, part.clone(), group, wrapper);
        } else if is_base_station(line.bytes) {
            waiting.clocks.insert(b"4".to_vec(), (order, taken));
        }
        if let Some(key) = part.filter(|_| !self.reports.is_empty()) {
            waiting.parts.retain(|(of, ..)| *of != key);
        }
        is_ours
    }

    /// Number of witness vessels, and of their selected lines.
    pub(super) fn witnesses(&self) -> (usize, u64) {
        (self.witnesses.vessels(), self.of_witnesses)
    }

    /// Time of the first report of any vessel, by the clock of the alerts. `None` before one was read.
    pub(super) fn first_at(&self) -> Option<Time> {
        self.first_at
    }

    /// The selected lines with their numbers, in order of receipt.
    pub(super) fn taken(self) -> impl Iterator<Item = (u64, Taken)> {
        self.taken.into_iter()
    }

    /// The number of the last line examined.
    pub(super) fn count(&self) -> u64 {
        self.count
    }
}

impl Waiting {
    /// Remembers a line that gave no report by itself.
    fn keep(
        &mut self,
        order: u64,
        taken: Taken,
        part: Option<PartKey>,
        group: Option<Vec<u8>>,
        wrapper: Option<(u64, Taken)>,
    ) {
        if let Some(key) = part {
            // The wrapper of a first part is remembered with it.
            self.parts.extend(wrapper.map(|(order, one)| (key.clone(), order, one)));
            self.parts.push_back((key, order, taken));
            self.parts.drain(..self.parts.len().saturating_sub(MOST_WAITING));
            return;
        }
        let address = address_of(&taken.bytes);
        if let Some(group) = group {
            self.groups.push_back((group, order, taken.clone()));
            self.groups.drain(..self.groups.len().saturating_sub(MOST_WAITING));
        }
        match address {
            Some(b"PGHP") => self.wrapper = Some((order, taken)),
            Some([_, _, kind @ ..]) if matches!(kind, b"RMC" | b"ZDA" | b"GGA" | b"GLL") => {
                self.clocks.insert(kind.to_vec(), (order, taken));
            }
            None if taken.bytes.starts_with(b"\\") => self.wrapper = Some((order, taken)),
            None if is_table(&taken.bytes) => self.header = Some((order, taken)),
            Some(_) | None => {}
        }
    }
}

/// Whether two lines were received close enough together. True if a time of receipt is not known.
fn is_recent(earlier: &Taken, later: &Taken) -> bool {
    match (earlier.received, later.received) {
        (Some(earlier), Some(later)) => later - earlier <= PARTS_WAIT,
        _ => true,
    }
}

/// The multi-part message that a line belongs to. `None` for a message in one part.
fn part_of(line: &[u8]) -> Option<PartKey> {
    let start = memchr::memmem::find(line, b"VDM,").or_else(|| memchr::memmem::find(line, b"VDO,"))?;
    let mut fields = line[start + 4..].split(|byte| *byte == b',');
    let (total, _number, sequence, channel) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    (total != b"1").then(|| (total.to_vec(), sequence.to_vec(), channel.to_vec()))
}

/// The id of the group in a TAG block, such as `g:1-2-73874` or `1G2:73874`.
fn group_of(line: &[u8]) -> Option<Vec<u8>> {
    let block = line.strip_prefix(b"\\")?;
    let block = &block[..memchr::memchr(b'\\', block)?];
    let fields = block.split(|byte| matches!(byte, b',' | b'*'));
    fields.into_iter().find_map(|field| match field {
        [b'g', b':', ids @ ..] => ids.rsplit(|byte| *byte == b'-').next().map(<[u8]>::to_vec),
        [b'0'..=b'9', b'G', b'0'..=b'9', b':', id @ ..] => Some(id.to_vec()),
        _ => None,
    })
}

/// Talker and formatter of the first `$` sentence.
fn address_of(line: &[u8]) -> Option<&[u8]> {
    let start = memchr::memchr(b'$', line)?;
    let body = &line[start + 1..];
    Some(&body[..memchr::memchr(b',', body)?])
}

/// Whether a line is a row of a table, or its header.
fn is_table(line: &[u8]) -> bool {
    !line.iter().any(|byte| matches!(byte, b'!' | b'$' | b'\\'))
        && 4 < line.iter().filter(|byte| **byte == b',').count()
}

/// Whether a line is a message with the clock of a base station.
fn is_base_station(line: &[u8]) -> bool {
    part_of(line).is_none()
        && memchr::memmem::find(line, b"VDM,1,1,")
            .or_else(|| memchr::memmem::find(line, b"VDO,1,1,"))
            .and_then(|start| line[start + 8..].split(|byte| *byte == b',').nth(2))
            .is_some_and(|payload| payload.starts_with(b"4"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::lines;

    fn sifted(all: &[&[u8]], vessels: &[u32]) -> Vec<String> {
        let mut sieve = Sieve::new(vessels.iter().copied(), Witnesses::default());
        sieve.inputs(&["feed".to_owned()]);
        for bytes in all {
            sieve.line(7, Line { source: SourceId(0), received: None, bytes });
        }
        sieve.taken().map(|(_, taken)| String::from_utf8_lossy(&taken.bytes).into_owned()).collect()
    }

    #[test]
    fn the_lines_of_the_vessels_are_taken_with_all_parts_and_no_others() {
        // The static data of both vessels are in two parts with the same sequence number.
        let one = lines("ALFA 224000001 type=70\n 12:00 28 -17\n stop 3");
        let other = lines("BRAVO 224000011 type=70\n 12:00 28 -17.1\n stop 3");
        let (one_said, other_said): (Vec<&[u8]>, Vec<&[u8]>) =
            (one.iter().map(String::as_bytes).collect(), other.iter().map(String::as_bytes).collect());
        assert!(one.iter().any(|line| line.contains("VDM,2,1,1,")));
        let together = [&one_said[..], &other_said[..]].concat();
        assert_eq!(sifted(&together, &[224_000_001]), one);
        assert_eq!(sifted(&together, &[224_000_011]), other);
        assert_eq!(sifted(&together, &[224_000_001, 224_000_011]).len(), together.len());
        assert!(sifted(&together, &[224_000_002]).is_empty());
    }

    #[test]
    fn of_witnesses_near_by_one_line_in_ten_minutes_is_taken() {
        let near = lines("BRAVO 224000011 type=70\n 12:00 28 -17.1\n stop 60");
        let far = lines("CHARLIE 224000003 type=70\n 12:00 26 -17.1\n stop 60");
        let witnesses = Witnesses::around([crate::geo::LatLon::new(28.0, -17.0)].into_iter());
        let mut sieve = Sieve::new([224_000_001].into_iter(), witnesses);
        sieve.inputs(&["feed".to_owned()]);
        for line in near.iter().chain(&far) {
            sieve.line(7, Line { source: SourceId(0), received: None, bytes: line.as_bytes() });
        }
        let (vessels, lines) = sieve.witnesses();
        assert!(vessels == 1 && (6..=7).contains(&lines), "{vessels}, {lines}");
        let all = near.iter().map(|line| line.as_bytes().to_vec()).collect::<Vec<_>>();
        assert!(sieve.taken().all(|(_, taken)| all.contains(&taken.bytes)));
    }

    #[test]
    fn an_object_goes_alone() {
        let part: &[u8] = b"!AIVDM,2,1,7,A,577b5L02>8WMI8=3R210tTq@F0AF0@T4l4qB220<EhhD:4r40K1l4548,0*49";
        let ours = sentences_as_object("13u?etPv2;0n:dDPwUM1U1Cb069D", "24");
        let other = sentences_as_object("177KQJ5000G?tO`K>RA1wUbN0TKH", "5C").replace(",A,", ",B,");
        let broken = "{\"class\":\"AIS\",\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5}".to_owned();
        let all: Vec<&[u8]> = vec![part, broken.as_bytes(), other.as_bytes(), ours.as_bytes()];
        assert_eq!(sifted(&all, &[265_547_250]), [ours]);
    }

    fn sentences_as_object(payload: &str, sum: &str) -> String {
        let time = "\"rxuxtime\":1490075479";
        format!("{{\"class\":\"AIS\",{time},\"nmea\":[\"!AIVDM,1,1,,A,{payload},0*{sum}\"]}}")
    }

    #[test]
    fn lines_that_give_the_time_of_a_line_go_with_it() {
        let wrapper: &[u8] = b"$PGHP,1,2015,2,1,0,0,0,31,230,,,1,25*22";
        let ours: &[u8] = b"!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24";
        let other: &[u8] = b"!AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*5C";
        let vessel = 265_547_250;
        assert_eq!(sifted(&[wrapper, ours], &[vessel]).len(), 2);
        assert_eq!(sifted(&[wrapper, other, wrapper, other], &[vessel]).len(), 0);
        // The wrapper of another vessel's sentence is not needed.
        let told = sifted(&[wrapper, other, ours], &[vessel]);
        assert!(told.is_empty() || told.len() == 1, "{told:?}");
        // Without any other time, the station's own clock is used.
        let clock: &[u8] = b"$GPZDA,160012.71,11,03,2004,-1,00*7D";
        assert_eq!(sifted(&[clock, other, ours], &[vessel]).len(), 2);
        assert_eq!(sifted(&[clock, other], &[vessel]).len(), 0);
    }
}
