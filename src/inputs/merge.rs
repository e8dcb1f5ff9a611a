//! Reads several recordings as one, merged by the times in their lines.

use jiff::tz::TimeZone;

use super::recording::{Format, Recording, RecordingError};
use crate::ais::LineClock;
use crate::time::{Span, Time};

/// Recordings merged in order of time.
///
/// A line without a time of its own stays with the line before it or, at the start of a recording, with the line after it.
pub struct MergedRecordings {
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
const AHEAD: Span = Span::from_minutes(15);
const FOLLOWING: usize = 9;
/// Maximum number of lines handed out in one call while merging.
const LINES_A_BLOCK: usize = 8192;

impl MergedRecordings {
    /// Opens the recordings. CSV recordings are first checked for disorder and therefore read twice, or loaded into memory if that is not
    /// possible.
    pub fn new(recordings: Vec<Recording>, reading: &Reading) -> Result<MergedRecordings, RecordingError> {
        let feeds = recordings.into_iter().map(|recording| Feed::new(recording, reading));
        Ok(MergedRecordings { feeds: feeds.collect::<Result<_, _>>()? })
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
    source: Source,
    clock: LineClock,
    block: Block,
    last: Option<Time>,
    /// Number of lines before the first time.
    untimed: usize,
    /// Number of lines dropped because they exceed the maximum length.
    overlong: u64,
    /// Path, or `standard input`.
    name: String,
    /// Number of zero bytes after the compressed data.
    padding: u64,
}

enum Source {
    /// Read as needed.
    Stream(Box<Recording>),
    /// All lines are already in the block.
    Memory,
}

#[derive(Default)]
struct Block {
    bytes: Vec<u8>,
    /// Time, start and end in `bytes` of each line.
    lines: Vec<(Time, usize, usize)>,
    next: usize,
}

impl Block {
    fn push(&mut self, at: Time, line: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(line);
        self.lines.push((at, start, self.bytes.len()));
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.lines.clear();
        self.next = 0;
    }

    fn get(&self, index: usize) -> &[u8] {
        let (_, start, end) = self.lines[index];
        &self.bytes[start..end]
    }
}

impl Feed {
    fn new(mut recording: Recording, reading: &Reading) -> Result<Feed, RecordingError> {
        let mut feed = Feed {
            clock: LineClock::new(reading.time_zone.clone()),
            block: Block::default(),
            last: None,
            untimed: 0,
            overlong: 0,
            name: recording.name().to_owned(),
            padding: 0,
            source: Source::Memory,
        };
        let is_csv = matches!(recording.format(), Format::Danish(_) | Format::Noaa(_));
        if let (true, Some(lateness)) = (is_csv, reading.lateness) {
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
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::inputs::Limits;

    fn merge(texts: &[&str]) -> Vec<String> {
        let limits = Limits { ratio: 100, bytes: 1 << 40 };
        let recordings =
            texts.iter().map(|text| Recording::read_from(Cursor::new((*text).to_owned()), "test", limits).unwrap());
        let reading = Reading { time_zone: None, lateness: Some(Span::from_seconds(120)) };
        let mut merged = MergedRecordings::new(recordings.collect(), &reading).unwrap();
        let mut lines = Vec::new();
        let mut keep = |_: usize, line: &[u8]| lines.push(String::from_utf8_lossy(line).into_owned());
        while merged.read_block(&mut keep).unwrap() {}
        lines
    }

    /// A sentence with its checksum, as a receiver writes it.
    fn sentence(time: Option<u32>, payload: &str, part: &str) -> String {
        let body = format!("AIVDM,{part},B,{payload},0");
        let sum = body.bytes().fold(0, |sum, byte| sum ^ byte);
        let prefix = time.map_or(String::new(), |time| format!("{time},"));
        format!("{prefix}!{body}*{sum:02X}\n")
    }

    fn payloads(lines: &[String]) -> Vec<&str> {
        lines.iter().map(|line| line.rsplit(',').nth(1).unwrap_or("header")).collect()
    }

    #[test]
    fn lines_come_by_time_and_those_without_stay_where_they_were() {
        let line = |seconds: u32, payload| sentence(Some(1_490_075_400 + seconds), payload, "1,1,");
        let one = [line(79, "a"), "$GPTXT,a2\n".to_owned(), line(90, "c")].concat();
        let two = ["header\n".to_owned(), line(80, "b"), line(95, "d")].concat();
        let lines = merge(&[&one, &two]);
        let order: Vec<bool> = lines.iter().map(|line| line.starts_with('1')).collect();
        assert_eq!(order, [true, false, false, true, true, true]);
        assert_eq!((lines[1].as_str(), lines[2].as_str()), ("$GPTXT,a2", "header"));
        assert_eq!(payloads(&[&lines[..1], &lines[3..]].concat()), ["a", "b", "c", "d"]);
    }

    #[test]
    fn a_line_with_a_wrong_clock_does_not_delay_the_rest_of_its_recording() {
        let line = |seconds: u32, payload| sentence(Some(1_490_075_400 + seconds), payload, "1,1,");
        let all = |from: u32, payload| (0..20).map(move |n| line(from + 10 * n, payload)).collect::<Vec<_>>();
        for place in [0, 5, 10] {
            let mut one = all(0, "a");
            one.insert(place, line(43_200, "w"));
            let lines = merge(&[&one.concat(), &all(5, "b").concat()]);
            let order: Vec<&str> = payloads(&lines).into_iter().filter(|payload| *payload != "w").collect();
            assert_eq!(order, ["a", "b"].repeat(20), "wrong at {place}");
        }
        // A real gap in the recording is not a wrong clock.
        let two = [all(0, "a"), all(43_200, "a")].concat().concat();
        let lines = merge(&[&two, &all(43_205, "b").concat()]);
        assert_eq!(payloads(&lines)[..20], ["a"; 20]);
    }

    #[test]
    fn a_recording_cut_between_the_parts_of_a_message_is_joined_again() {
        let one = sentence(Some(1_490_075_479), "a", "2,1,1");
        let two = sentence(None, "b", "2,2,1") + &sentence(Some(1_490_075_480), "c", "1,1,");
        assert_eq!(payloads(&merge(&[&one, &two])), ["a", "b", "c"]);
    }

    #[test]
    fn rows_far_out_of_order_are_sorted_and_equal_times_keep_their_order() {
        let text = "MMSI,BaseDateTime,LAT,LON\n\
                    338148873,2022-01-03T00:20:00,1,1\n\
                    338148873,2022-01-03T00:00:00,2,1\n\
                    338148873,2022-01-03T00:20:00,3,1\n\
                    338148873,2022-01-03T00:00:00,4,1\n";
        let lats: Vec<String> = merge(&[text]).iter().map(|line| line.split(',').nth(2).unwrap().to_owned()).collect();
        assert_eq!(lats, ["LAT", "2", "4", "1", "3"]);
    }
}
