//! The sentences of one source, each with the time and station given on its own line or on a line before it.
//!
//! A line may hold several sentences, text before and after them, and TAG blocks. Some of what it says applies to later
//! lines: a TAG block or `$PGHP` line on its own, the other members of a TAG group, and the receiver's clock. [`Scan`]
//! walks through one line, [`Stream`] is what is remembered between lines.

use std::hash::Hasher;

use jiff::tz::TimeZone;
use memchr::{memchr, memchr3};
use rustc_hash::{FxHashMap, FxHasher};
use serde::{Deserialize, Serialize};

use super::gnss::Gnss;
use super::lag::{Delivered, Lag};
use super::moment::{LocalClock, Suffix, gatehouse};
use super::report::TimeBasis;
use super::sentence::{self, FrameError, Sentence, Vdm};
use super::station::StationText;
use super::tag::Tag;
use super::tally::{Counts, Reject};
use crate::base::time::Time;
use crate::geo::LatLon;

/// TAG groups remembered per source, so that the fields of one member apply to the others.
const GROUPS: usize = 32;
/// Maximum number of stations per source whose own clock is kept.
const MAX_CLOCKS: usize = 4096;
/// Consecutive sample counters after which bare numbers behind sentences are no longer taken for times.
const COUNTERS: u8 = 3;

/// State of one source that affects how later lines are read.
#[derive(Serialize, Deserialize)]
pub(super) struct Stream {
    /// Clock of the times before sentences that name no zone.
    local: LocalClock,
    /// Clock and position of the source's own GNSS receiver.
    gnss: Gnss,
    /// How late the source delivers.
    pub(super) lag: Lag,
    /// Time and station from a `$PGHP` line, for the next sentence.
    gatehouse: Option<(Time, StationText)>,
    /// TAG block that was alone on its line, for the next sentence.
    lone: Option<Tag>,
    /// Fields of the TAG groups seen last; at most `GROUPS`.
    groups: Vec<Tag>,
    /// Place in `groups` that the next new group takes once all are in use.
    next_group: usize,
    /// Sample counters in a row, 0..=`COUNTERS`; once it is full, it stays full.
    counters: u8,
    /// Own clocks by hash of the station name; key 0 is the clock of the source as a whole.
    clocks: FxHashMap<u64, Time>,
}

/// One AIS sentence with what is known about its reception.
#[derive(Clone, Copy)]
pub(super) struct ReceivedSentence<'a> {
    /// The fields of the sentence.
    pub(super) vdm: Vdm<'a>,
    /// Best time claimed for it; `None` without any.
    pub(super) time: Option<(TimeBasis, Time)>,
    /// The likely lag of `time`, if it seems to be the time of delivery and not of reception.
    pub(super) delivered: Option<Delivered>,
    /// Station that heard it; empty if unknown.
    pub(super) station: StationText,
    /// TAG group id, if the sentence belongs to a group.
    pub(super) group: Option<u32>,
}

impl Stream {
    /// State before the first line of a source whose local times are in `zone`; `None` means UTC.
    pub(super) fn new(zone: Option<TimeZone>) -> Stream {
        Stream {
            local: LocalClock::new(zone),
            gnss: Gnss::new(),
            lag: Lag::new(),
            gatehouse: None,
            lone: None,
            groups: Vec::new(),
            next_group: 0,
            counters: 0,
            clocks: FxHashMap::default(),
        }
    }

    /// Sets the time zone of the receiver's local time.
    pub(super) fn set_zone(&mut self, zone: Option<TimeZone>) {
        self.local.set_zone(zone);
    }

    /// The stream's own clock: that of this station if it has one, otherwise that of the source.
    pub(super) fn own_clock(&self, station: &StationText) -> Option<Time> {
        if self.clocks.is_empty() {
            return None;
        }
        let of_station = self.clocks.get(&clock_key(station)).copied();
        of_station.or_else(|| self.clocks.get(&0).copied())
    }

    /// Records a clock reading from this station.
    pub(super) fn set_clock(&mut self, station: &StationText, time: Time) {
        let key = clock_key(station);
        // Station names come from the air, so the table has a limit. Known stations keep their clocks.
        if self.clocks.len() < MAX_CLOCKS || self.clocks.contains_key(&key) {
            self.clocks.insert(key, time);
        }
    }

    /// Last position reported by the source's own receiver.
    pub(super) fn own_position(&self) -> Option<LatLon> {
        self.gnss.position()
    }

    /// Time given for the next sentence by an earlier line, such as a TAG block on its own or `$PGHP`.
    pub(super) fn announced(&self) -> Option<Time> {
        let tagged = self.lone.and_then(|tag| tag.time);
        tagged.or(self.gatehouse.map(|(time, _)| time))
    }

    /// Completes a TAG block with the fields of earlier members of its group.
    fn group_tag(&mut self, tag: Tag) -> Tag {
        if tag.group.is_none() {
            return tag;
        }
        let known = self.groups.iter_mut().find(|one| one.group == tag.group);
        if let Some(known) = known {
            let joined = tag.or(*known);
            *known = joined;
            return joined;
        }
        if self.groups.len() < GROUPS {
            self.groups.push(tag);
        } else {
            self.groups[self.next_group] = tag;
            self.next_group = (self.next_group + 1) % GROUPS;
        }
        tag
    }

    /// The receiver's time after the sentence, unless this source writes sample counters there.
    /// Some receivers (rtl-ais) write a 48 kHz sample counter after the checksum, which passes through the range of
    /// UNIX times. A station beside the number shows that it is a time.
    fn trailing(&mut self, suffix: &Suffix) -> Option<Time> {
        if suffix.counter {
            self.counters = COUNTERS.min(self.counters + 1);
        } else if suffix.time.is_some() && self.counters < COUNTERS {
            self.counters = 0;
        }
        let believed = self.counters < COUNTERS || !suffix.station.is_empty();
        suffix.time.filter(|_| believed)
    }
}

/// Hash of a station name, never 0; 0 if the name is empty.
pub(super) fn clock_key(station: &StationText) -> u64 {
    if station.is_empty() {
        return 0;
    }
    let mut hasher = FxHasher::default();
    hasher.write(station.as_str().as_bytes());
    hasher.finish() | 1
}

/// Offset at which a TAG block or a sentence may start; usually 0.
fn first_start(bytes: &[u8]) -> Option<usize> {
    match bytes.first()? {
        b'\\' | b'!' | b'$' => Some(0),
        _ => memchr3(b'\\', b'!', b'$', bytes),
    }
}

/// Reads the text between a sentence and the next one.
fn suffix(sentence: &Sentence<'_>) -> Suffix {
    match sentence.rest {
        [] => Suffix::default(),
        rest => {
            let end = memchr3(b'\\', b'!', b'$', rest).unwrap_or(rest.len());
            Suffix::read(&rest[..end])
        }
    }
}

/// Iterates over the sentences of one line.
pub(super) struct Scan<'a> {
    /// What has not been read.
    rest: &'a [u8],
    /// Text before the first sentence, until it has been read as a time.
    before: &'a [u8],
    /// Time before the first sentence; applies to all sentences of the line.
    prefix: Option<Time>,
    /// TAG block for the next sentence.
    tag: Option<Tag>,
    /// Whether the line has a sentence or a TAG block, good or damaged.
    found: bool,
    /// Whether `before` has been cut off.
    begun: bool,
}

impl<'a> Scan<'a> {
    /// A scan at the start of a line.
    pub(super) fn new(line: &'a [u8]) -> Scan<'a> {
        Scan { rest: line, before: &[], prefix: None, tag: None, found: false, begun: false }
    }

    /// The next AIS sentence of the line. Other sentences are counted, and read for their time if they have one.
    pub(super) fn next(&mut self, stream: &mut Stream, counts: &mut Counts) -> Option<ReceivedSentence<'a>> {
        loop {
            let Some(start) = first_start(self.rest) else {
                self.close(stream, counts);
                return None;
            };
            if !self.begun {
                self.begun = true;
                self.before = &self.rest[..start];
            }
            self.rest = &self.rest[start..];
            if self.rest[0] == b'\\' {
                self.tag_block(stream, counts);
                continue;
            }
            match sentence::frame(self.rest) {
                Ok(sentence) => {
                    self.found = true;
                    self.rest = sentence.rest;
                    if sentence::is_vdm(sentence.address) {
                        counts.sentences += 1;
                        let heard = self.heard(&sentence, stream);
                        match heard {
                            Ok(heard) => return Some(heard),
                            Err(reason) => counts.reject(reason),
                        }
                    } else {
                        counts.other_sentences += 1;
                        self.other(&sentence, stream, counts);
                    }
                }
                // A stray `!` or `$` in other text.
                Err(FrameError::NoAddress) => self.rest = &self.rest[1..],
                Err(FrameError::Broken { vdm, reason }) => {
                    self.found = true;
                    counts.reject(reason);
                    if vdm {
                        counts.sentences += 1;
                        // They were meant for the damaged sentence, not for the next one.
                        (stream.gatehouse, stream.lone, self.tag) = (None, None, None);
                    } else {
                        counts.other_sentences += 1;
                    }
                    self.rest = &self.rest[1..];
                }
            }
        }
    }

    /// Ends the line. A TAG block without a sentence is kept for the next one, and a line without any sentence is counted.
    fn close(&mut self, stream: &mut Stream, counts: &mut Counts) {
        if let Some(tag) = self.tag.take() {
            stream.lone = Some(tag);
        }
        if self.found {
            return;
        }
        self.found = true;
        match self.rest.trim_ascii_start() {
            [] | [b'#' | b';', ..] if !self.begun => counts.comments += 1,
            _ => counts.reject(Reject::NotASentence),
        }
    }

    /// Reads the TAG block at the head of the line. One that is damaged is counted, and the sentence after it is read.
    fn tag_block(&mut self, stream: &mut Stream, counts: &mut Counts) {
        let body = &self.rest[1..];
        let Some(end) = memchr(b'\\', body) else {
            counts.reject(Reject::TagUnclosed);
            self.found = true;
            self.rest = body;
            return;
        };
        // If no sentence follows, the backslash found may open the next block and not close this one.
        let closed = matches!(body.get(end + 1), None | Some(b'!' | b'$'));
        match Tag::read(&body[..end]) {
            Some(tag) => {
                self.found = true;
                self.tag = Some(stream.group_tag(tag));
                self.rest = &body[end + 1..];
            }
            None => {
                counts.reject(Reject::TagChecksum);
                self.found = true;
                self.rest = if closed { &body[end + 1..] } else { &body[end..] };
            }
        }
    }

    /// Joins a sentence with everything that is known of its reception. Fails if its fields cannot be read.
    fn heard(&mut self, sentence: &Sentence<'a>, stream: &mut Stream) -> Result<ReceivedSentence<'a>, Reject> {
        let lone = stream.lone.take();
        let tag = self.tag.take().or(lone).unwrap_or_default();
        let gatehouse = stream.gatehouse.take();
        let vdm = Vdm::read(sentence)?;
        let suffix = suffix(sentence);
        let receiver = stream.trailing(&suffix).or_else(|| self.prefix_time(stream));
        let time = match (tag.time, gatehouse, receiver) {
            (Some(time), _, _) => Some((TimeBasis::Tag, time)),
            (None, Some((time, _)), _) => Some((TimeBasis::Gatehouse, time)),
            (None, None, Some(time)) => Some((TimeBasis::Receiver, time)),
            (None, None, None) => None,
        };
        // A wrapper says when the sentence was received, and the suffix then says when it was delivered.
        let said = tag.time.or(gatehouse.map(|(time, _)| time));
        if let (Some(received), Some(delivered)) = (said, suffix.time) {
            stream.lag.learn(received, delivered);
        }
        let delivered = if said.is_none() && receiver.is_some() { stream.lag.now() } else { None };
        let base = gatehouse.map(|(_, station)| station).unwrap_or_default();
        Ok(ReceivedSentence {
            vdm,
            time,
            delivered,
            station: tag.station.or(suffix.station).or(base),
            group: tag.group,
        })
    }

    /// Time before the first sentence, read on first use: most lines have a better one.
    fn prefix_time(&mut self, stream: &mut Stream) -> Option<Time> {
        if !self.before.is_empty() {
            self.prefix = stream.local.prefix(self.before);
            self.before = &[];
        }
        self.prefix
    }

    /// Reads a sentence that is not AIS for what it says about time: `$PGHP`, and the GNSS sentences.
    fn other(&mut self, sentence: &Sentence<'_>, stream: &mut Stream, counts: &mut Counts) {
        let tag = self.tag.take().unwrap_or_default();
        if sentence.address == b"PGHP" {
            match gatehouse(sentence.content) {
                Some(wrapper) => {
                    if let Some(delivered) = suffix(sentence).time {
                        stream.lag.learn(wrapper.0, delivered);
                    }
                    stream.gatehouse = Some(wrapper);
                }
                None => counts.reject(Reject::Gatehouse),
            }
        } else if Gnss::concerns(sentence.address) {
            match stream.gnss.read(sentence) {
                Ok(Some(time)) => stream.set_clock(&tag.station, time),
                Ok(None) => {}
                Err(reason) => counts.reject(reason),
            }
        }
    }
}
