//! Reads several recordings as one, merged by the times in their lines.
//!
//! Engine time never runs backwards, so the reports in lines out of order would be late. CSV archives may be sorted by vessel instead of by
//! time, so they are sorted here. NMEA logs are in order of receipt, which is kept: a line with a wrong clock must not move the others.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use jiff::tz::TimeZone;

use super::file::{Format, Recording, RecordingError};
use atalaia_core::ais::LineClock;
use atalaia_core::base::time::{Span, Time};

/// Recordings merged in order of time.
///
/// A line without a time of its own stays with the line before it or, at the start of a recording, with the line after it.
pub struct MergedRecordings {
    /// One for each recording, in the given order, which also breaks ties between equal times.
    feeds: Vec<Feed>,
}

/// How to read the recordings.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Time zone of local times; `None` means UTC.
    pub time_zone: Option<TimeZone>,
    /// Disorder the engine can handle; a CSV recording with more is sorted in memory. `None` keeps every line in its place.
    pub lateness: Option<Span>,
}

/// A line is out of place if its time is more than `AHEAD` ahead of the median of the next [`FOLLOWING`] lines: its clock is wrong.
/// Far beyond the drift of a clock: such a time has a wrong time zone or is a fault.
const AHEAD: Span = Span::from_minutes(15);
/// Number of lines that the median is taken of. Odd, so that the median is the time of one of them.
const FOLLOWING: usize = 9;
/// Maximum number of lines handed out in one call while merging.
/// Bounds the time for which a reader is not asked whether to stop.
const LINES_A_BLOCK: usize = 8192;

impl MergedRecordings {
    /// Opens the recordings. CSV recordings are first checked for disorder and therefore read twice, or loaded into memory if that is not
    /// possible.
    pub fn new(recordings: Vec<Recording>, reading: &Reading) -> Result<MergedRecordings, RecordingError> {
        let feeds = recordings.into_iter().map(|recording| Feed::new(recording, reading));
        Ok(MergedRecordings { feeds: feeds.collect::<Result<_, _>>()? })
    }

    /// Counters of the compressed bytes read so far, one for each recording. Those of the recordings themselves will not do: one that was
    /// checked for disorder has been read to its end, and is then read again.
    pub fn positions(&self) -> Vec<Arc<AtomicU64>> {
        self.feeds.iter().map(|feed| Arc::clone(&feed.position)).collect()
    }

    /// Number of lines dropped so far because they exceed the maximum length.
    pub fn overlong(&self) -> u64 {
        self.feeds.iter().map(|feed| feed.overlong).sum()
    }

    /// Recordings with zero bytes after the compressed data, and how many; complete once a recording was read to its end.
    pub fn padded(&self) -> impl Iterator<Item = (&str, u64)> {
        self.feeds.iter().filter(|feed| 0 < feed.padding).map(|feed| (&*feed.name, feed.padding))
    }

    /// Hands out the next lines, each with the index of its recording. Returns `false` when there are no more.
    /// A single recording is handed out as it is read, without looking at times; only several need to be compared.
    pub fn read_block(&mut self, line: &mut impl FnMut(usize, &[u8])) -> Result<bool, RecordingError> {
        if let [only] = self.feeds.as_mut_slice() {
            return only.pour(&mut |bytes: &[u8]| line(0, bytes));
        }
        for _ in 0..LINES_A_BLOCK {
            let mut first: Option<(Time, usize)> = None;
            for (index, feed) in self.feeds.iter_mut().enumerate() {
                if let Some(at) = feed.head()? {
                    first = Some(first.map_or((at, index), |other| other.min((at, index))));
                }
            }
            let Some((_, index)) = first else {
                return Ok(false);
            };
            line(index, self.feeds[index].take());
        }
        Ok(true)
    }
}

/// One recording with the lines read ahead.
struct Feed {
    /// Where further lines come from.
    source: Source,
    /// Finds the time that a line states.
    clock: LineClock,
    /// Lines read and not handed out yet.
    block: Block,
    /// Time of the last line that has one; lines without a time take it.
    last: Option<Time>,
    /// Number of lines before the first time.
    untimed: usize,
    /// Number of lines dropped because they exceed the maximum length.
    overlong: u64,
    /// Path, or `standard input`.
    name: String,
    /// Number of zero bytes after the compressed data.
    padding: u64,
    /// Compressed bytes read so far.
    position: Arc<AtomicU64>,
}

/// Where the lines of a recording come from.
enum Source {
    /// Read as needed.
    Stream(Box<Recording>),
    /// All lines are already in the block.
    Memory,
}

/// Lines in one piece of memory, because a recording has millions.
#[derive(Default)]
struct Block {
    /// The lines one after another, without line ends.
    bytes: Vec<u8>,
    /// Time, start and end in `bytes` of each line.
    lines: Vec<(Time, usize, usize)>,
    /// Index of the next line to hand out.
    next: usize,
}

impl Block {
    /// Appends a line with the time by which it is merged.
    fn push(&mut self, at: Time, line: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(line);
        self.lines.push((at, start, self.bytes.len()));
    }

    /// Forgets the lines and keeps the memory.
    fn clear(&mut self) {
        self.bytes.clear();
        self.lines.clear();
        self.next = 0;
    }

    /// The bytes of a line. Panics beyond the last one.
    fn get(&self, index: usize) -> &[u8] {
        let (_, start, end) = self.lines[index];
        &self.bytes[start..end]
    }
}

impl Feed {
    /// Checks a CSV recording for disorder and loads it if there is more than the engine can handle.
    fn new(mut recording: Recording, reading: &Reading) -> Result<Feed, RecordingError> {
        let mut feed = Feed {
            clock: LineClock::new(reading.time_zone.clone()),
            block: Block::default(),
            last: None,
            untimed: 0,
            overlong: 0,
            name: recording.name().to_owned(),
            padding: 0,
            position: recording.position(),
            source: Source::Memory,
        };
        let is_csv = matches!(recording.format(), Format::Danish(_) | Format::Noaa(_));
        if let (true, Some(lateness)) = (is_csv, reading.lateness) {
            // Checking uses up the recording. Standard input cannot be read twice, so it is always loaded.
            match recording.reopen() {
                Some(again) if in_order(&mut recording, reading, lateness)? => recording = again?,
                Some(again) => {
                    feed.load(again?)?;
                    return Ok(feed);
                }
                None => {
                    feed.load(recording)?;
                    return Ok(feed);
                }
            }
        }
        feed.position = recording.position();
        feed.source = Source::Stream(Box::new(recording));
        Ok(feed)
    }

    /// Reads everything and sorts it by time. Lines with equal times keep their order, and header lines stay in front.
    fn load(&mut self, mut recording: Recording) -> Result<(), RecordingError> {
        while self.read(&mut recording)? {}
        let earliest = self.block.lines.iter().map(|(at, ..)| *at).min();
        for (at, ..) in &mut self.block.lines[..self.untimed] {
            *at = earliest.unwrap_or(*at);
        }
        self.block.lines.sort_by_key(|(at, ..)| *at);
        Ok(())
    }

    /// Appends a block of lines with their times; returns `false` at the end.
    fn read(&mut self, recording: &mut Recording) -> Result<bool, RecordingError> {
        let Feed { clock, last, block, untimed, overlong, padding, .. } = self;
        let more = recording.read_block(&mut |line: &[u8]| {
            if let Some(at) = clock.time_of(line) {
                if last.is_none() {
                    // Lines before the first time take that time.
                    for line in &mut block.lines {
                        line.0 = at;
                    }
                }
                *last = Some(at);
            }
            *untimed += usize::from(last.is_none());
            block.push(last.unwrap_or(Time::MIN), line);
        });
        *overlong = recording.overlong();
        *padding = recording.padding();
        more
    }

    /// Hands out the lines at hand without looking at their times, for a single recording.
    fn pour(&mut self, line: &mut impl FnMut(&[u8])) -> Result<bool, RecordingError> {
        match &mut self.source {
            Source::Stream(recording) => {
                let more = recording.read_block(line);
                self.overlong = recording.overlong();
                self.padding = recording.padding();
                more
            }
            Source::Memory => {
                let end = self.block.lines.len().min(self.block.next + LINES_A_BLOCK);
                for index in self.block.next..end {
                    line(self.block.get(index));
                }
                self.block.next = end;
                Ok(end < self.block.lines.len())
            }
        }
    }

    /// Time of the next line; `None` at the end.
    fn head(&mut self) -> Result<Option<Time>, RecordingError> {
        while self.block.next == self.block.lines.len() {
            let Source::Stream(mut recording) = std::mem::replace(&mut self.source, Source::Memory) else {
                return Ok(None);
            };
            self.block.clear();
            let more = self.read(&mut recording)?;
            // Only where recordings are merged by time. A single one keeps its order anyway.
            pull_back(&mut self.block.lines);
            if more {
                self.source = Source::Stream(recording);
            }
        }
        Ok(Some(self.block.lines[self.block.next].0))
    }

    /// The next line. Call only after `head` has returned a time.
    fn take(&mut self) -> &[u8] {
        self.block.next += 1;
        self.block.get(self.block.next - 1)
    }
}

/// Lines whose time is far ahead of most that follow stay in place. Merged by that time, the rest of their recording would be late.
fn pull_back(lines: &mut [(Time, usize, usize)]) {
    for index in 0..lines.len() {
        let at = lines[index].0;
        let end = lines.len().min(index + 1 + FOLLOWING);
        let following = &lines[index + 1..end];
        if following.iter().all(|(next, ..)| at <= *next + AHEAD) {
            continue;
        }
        let mut times: Vec<Time> = following.iter().map(|(next, ..)| *next).collect();
        times.sort_unstable();
        if times[times.len() / 2] + AHEAD < at {
            lines[index].0 = if index == 0 { times[0] } else { lines[index - 1].0 };
        }
    }
}

/// Whether no line is older than the newest before it by more than `lateness`.
/// Reads the recording to its end.
fn in_order(recording: &mut Recording, reading: &Reading, lateness: Span) -> Result<bool, RecordingError> {
    let mut clock = LineClock::new(reading.time_zone.clone());
    let mut newest = Time::MIN;
    let mut ordered = true;
    let mut look = |line: &[u8]| {
        if let Some(at) = clock.time_of(line) {
            newest = newest.max(at);
            ordered &= newest - at <= lateness;
        }
    };
    while recording.read_block(&mut look)? {}
    Ok(ordered)
}

#[cfg(test)]
mod tests;
