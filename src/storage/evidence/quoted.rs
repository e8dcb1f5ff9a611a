//! The raw sentences behind one alert, to be read and not to be replayed: those of its vessels while it went on.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::error::EvidenceError;
use super::sieve::Sieve;
use super::witnesses::Witnesses;
use crate::platform::clock::Clock;
use crate::platform::disk::Disk;
use crate::storage::journal::{self, Entry};
use crate::storage::store::StoredTimes;
use atalaia_core::ais::Line;
use atalaia_core::base::time::{Span, Time};

/// Sentences are taken from this long before the behaviour began, to show what was before.
const BEFORE: Span = Span::from_minutes(10);
/// And until this long after it last held. A feed may deliver late.
const AFTER: Span = Span::from_minutes(15);
/// An alert that was stored this long after its time comes from a recording.
const OF_RECORDING: Span = Span::from_hours(24);

/// A sentence as it was received.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QuotedLine {
    /// When it was received; `None` for the lines of a recording.
    pub received: Option<Time>,
    /// The time that its TAG block states (`c`); `None` without one.
    pub claimed: Option<Time>,
    /// The station that its TAG block states (`s`); `None` without one.
    pub station: Option<String>,
    /// Name of the input.
    pub input: String,
    /// The line. Bytes that are not UTF-8 are replaced.
    pub line: String,
}

/// The sentences behind an alert.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quoted {
    /// The sentences, in order of receipt.
    pub lines: Vec<QuotedLine>,
    /// Begin of the period: sentences that were received in it, or have their time in it.
    pub from: Time,
    /// Its end.
    pub until: Time,
    /// Whether the whole period was read, and the journal has all of it.
    pub complete: bool,
}

/// The sentences of the vessels of an alert that was stored at `stored`, at most `limit`. Reading ends after `patience`; what was found until
/// then is returned. `None` if the alert has no time.
///
/// # Errors
/// `Journal` if the journal cannot be read. A hole in it is not an error.
pub fn quoted(
    disk: &dyn Disk,
    folder: &Path,
    (alert, stored): (&Value, StoredTimes),
    limit: usize,
    patience: Duration,
) -> Result<Option<Quoted>, EvidenceError> {
    let time = |key: &str| alert[key].as_str().and_then(Time::parse);
    let Some((began, last)) = time("started_at").zip(time("last_at")) else {
        return Ok(None);
    };
    let (from, until) = (began - BEFORE, last + AFTER);
    let none = Quoted { lines: Vec::new(), from, until, complete: false };
    // By time of receipt. The lines of a recording are received at the speed at which they were recorded, or faster.
    let recording = (stored.at + OF_RECORDING < stored.first)
        .then(|| (stored.first - (stored.at - began) - BEFORE, stored.last + AFTER));
    let (read_from, read_until) = recording.unwrap_or((from, until));
    let start = if folder.is_dir() { journal::start(disk, folder, read_from)? } else { None };
    let Some(start) = start else {
        return Ok(Some(none));
    };
    let vessels = alert["vessels"].as_array().into_iter().flatten();
    let vessels = vessels.filter_map(|vessel| u32::try_from(vessel["mmsi"].as_u64()?).ok());
    let mut sieve = Sieve::new(vessels, Witnesses::around(std::iter::empty()));
    sieve.inputs(&start.sources);
    let (begins, mut clock, mut found, mut in_time) = (Clock.moment(), None::<Time>, 0, true);
    let mut first = None::<Time>;
    let read = journal::read(disk, folder, start.position, None, |position, entry| {
        let at = match entry {
            Entry::Begun { at, .. } | Entry::Tick { received: at } => Some(*at),
            Entry::Lines { received, .. } => *received,
            Entry::Idle { .. } | Entry::Ended | Entry::InForce { .. } => None,
        };
        clock = at.or(clock);
        first = first.or(at);
        if clock.is_some_and(|clock| read_until < clock) {
            return ControlFlow::Break(());
        }
        if limit < found || patience < Clock.moment().since(begins) {
            in_time = false;
            return ControlFlow::Break(());
        }
        match entry {
            Entry::Begun { sources, .. } => sieve.inputs(sources),
            Entry::Lines { source, received, bytes } if clock.is_none_or(|clock| read_from <= clock) => {
                for bytes in bytes.split(|byte| *byte == b'\n').filter(|bytes| !bytes.is_empty()) {
                    let line = Line { source: *source, received: *received, bytes };
                    let wants = |at: Time| recording.is_none() || (from..=until).contains(&at);
                    found += usize::from(sieve.line_within(position.0, line, wants));
                }
            }
            Entry::Lines { .. } | Entry::Tick { .. } | Entry::Idle { .. } | Entry::Ended | Entry::InForce { .. } => {}
        }
        ControlFlow::Continue(())
    })?;
    // A journal that begins later does not have all of it.
    let reaches_back = match recording {
        Some(_) => sieve.first_at().is_some_and(|first| first <= from),
        None => first.is_some_and(|first| first <= from),
    };
    let mut lines: Vec<QuotedLine> = sieve
        .taken()
        .map(|(_, taken)| {
            let (station, claimed) = tag_block(&taken.bytes);
            let line = String::from_utf8_lossy(&taken.bytes).into_owned();
            QuotedLine { received: taken.received, claimed, station, input: taken.source, line }
        })
        .collect();
    let whole = in_time && reaches_back && read.holes.is_empty() && lines.len() <= limit;
    lines.truncate(limit);
    Ok(Some(Quoted { lines, complete: whole, ..none }))
}

/// Station and time of the TAG block at the beginning of a line (NMEA 0183 version 4.10).
fn tag_block(line: &[u8]) -> (Option<String>, Option<Time>) {
    let block = line.strip_prefix(b"\\").and_then(|rest| Some(&rest[..memchr::memchr(b'\\', rest)?]));
    let Some(block) = block.and_then(|block| std::str::from_utf8(block).ok()) else {
        return (None, None);
    };
    let fields = block.split('*').next().unwrap_or_default();
    let field = |name: &str| fields.split(',').find_map(|field| field.strip_prefix(name)?.strip_prefix(':'));
    let claimed = field("c").and_then(|seconds| seconds.parse::<i64>().ok()).map(|count| match count {
        // Some stations count milliseconds.
        100_000_000_000.. => Time::from_millis(count),
        _ => Time::from_millis(count.saturating_mul(1000)),
    });
    (field("s").map(str::to_owned), claimed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_block_names_station_and_time() {
        let (station, claimed) =
            tag_block(b"\\s:basse-terre,c:1490077477*5A\\!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*23");
        assert_eq!(station.as_deref(), Some("basse-terre"));
        assert_eq!(claimed.map(|at| at.to_string()).as_deref(), Some("2017-03-21T06:24:37Z"));
        for other in [&b"!AIVDM,1,1,,A,13u,0*23"[..], b"\\", b"\\s:a", b"\xFF\\", b"\\c:x*00\\"] {
            assert_eq!(tag_block(other), (None, None));
        }
    }
}
