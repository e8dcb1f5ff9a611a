//! Selects the received lines of a case: those of its vessels, the other parts of their messages, and the lines that
//! give them their time.
//!
//! Lines of other vessels are left out, except for a few of witnesses: a bundle serves one case only.
//!
//! A line is decoded with all lines before it, as in the engine, but what it needs of them must be in the bundle as well:
//! the other parts of its message, the sentences of its TAG block group, a wrapper in front of it, the header of its
//! table, and the station's last clock lines. Such lines are remembered for each input until it is known whether a later
//! line needs them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::witnesses::Witnesses;
use atalaia_core::ais::{Decoder, Line, Report, SourceId, SourceSettings, TimeBasis};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::units::Mmsi;

/// Parts of a message received longer ago than this are not joined to it.
const PARTS_WAIT: Span = Span::from_seconds(60);
/// Maximum number of parts, and of group members, remembered per input.
const MOST_WAITING: usize = 256;

/// A line that was selected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct SelectedLine {
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
    /// The vessels of the case.
    vessels: BTreeSet<Mmsi>,
    /// Selects reports of other vessels.
    witnesses: Witnesses,
    /// Number of selected lines of witnesses.
    of_witnesses: u64,
    /// Time of the first report of any vessel.
    first_at: Option<Time>,
    /// Names of the inputs, in the order of `SourceId`.
    names: Vec<String>,
    /// Finds the vessel of each line, as the engine does.
    decoder: Decoder,
    /// Lines that may belong to a later line, by input.
    waiting: BTreeMap<SourceId, Waiting>,
    /// Reports of the line at hand; kept to reuse its memory.
    reports: Vec<Report>,
    /// Number of lines examined.
    count: u64,
    /// Lines selected, by their number. A line may be selected several times.
    taken: BTreeMap<u64, SelectedLine>,
}

/// Lines of one input that gave no report by themselves, oldest first.
#[derive(Default)]
struct Waiting {
    /// Parts of multi-part messages.
    parts: VecDeque<(PartKey, u64, SelectedLine)>,
    /// Sentences of TAG block groups.
    groups: VecDeque<(Vec<u8>, u64, SelectedLine)>,
    /// A wrapper of the next sentence.
    wrapper: Option<(u64, SelectedLine)>,
    /// The latest line of each kind that carries the station's own time.
    clocks: BTreeMap<Vec<u8>, (u64, SelectedLine)>,
    /// The header of a table.
    header: Option<(u64, SelectedLine)>,
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
        self.line_within(position, line, |_| true)
    }

    /// Examines one line, and selects it only if the time of its report is wanted. Returns whether it has such a report of a vessel of
    /// the case.
    pub(super) fn line_within(&mut self, position: u64, line: Line<'_>, wants: impl Fn(Time) -> bool) -> bool {
        self.count += 1;
        let order = self.count;
        self.reports.clear();
        self.decoder.line(line, &mut self.reports);
        let source = self.names.get(usize::from(line.source.0)).cloned().unwrap_or_default();
        let taken = SelectedLine { position, source, received: line.received, bytes: line.bytes.to_vec() };
        let waiting = self.waiting.entry(line.source).or_default();
        let wrapper = waiting.wrapper.take();
        // A JSON object is complete in itself: earlier lines do not belong to it, nor does it to later ones.
        let whole = line.bytes.starts_with(b"{");
        let (part, group) = if whole { (None, None) } else { (part_of(line.bytes), group_of(line.bytes)) };
        self.first_at = self.first_at.or_else(|| self.reports.iter().map(|report| report.at).min());
        let is_ours = self.reports.iter().any(|report| self.vessels.contains(&report.mmsi) && wants(report.at));
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
                let joined = |(of, _, one): &&(PartKey, u64, SelectedLine)| of == key && is_recent(one, &taken);
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
        // The message is complete: its parts must not be joined to another one that uses the same numbers.
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
    pub(super) fn taken(self) -> impl Iterator<Item = (u64, SelectedLine)> {
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
        taken: SelectedLine,
        part: Option<PartKey>,
        group: Option<Vec<u8>>,
        wrapper: Option<(u64, SelectedLine)>,
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
fn is_recent(earlier: &SelectedLine, later: &SelectedLine) -> bool {
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
mod tests;
