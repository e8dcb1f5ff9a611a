//! Joins the parts of multi-part messages in any order, also when other messages come between them. Bounded in number and age.
//!
//! An AIS message that is too long for one sentence is sent in two to nine. Networks deliver them interleaved,
//! doubled, reversed or incomplete, and several stations relay the same message with the same sequence id. So parts are
//! joined by TAG group or sequence id, channel and total, and then by station.

use serde::{Deserialize, Serialize};

use super::lag::Delivered;
use super::report::TimeBasis;
use super::sentence::Vdm;
use super::station::StationText;
use super::stream::ReceivedSentence;
use super::tally::{Counts, Reject};
use crate::base::time::{Span, Time};

/// Maximum number of incomplete messages per source.
const MAX_GROUPS: usize = 128;
/// Parts further apart than this belong to different messages: sequence ids repeat within seconds.
const MAX_AGE: Span = Span::from_seconds(15);
/// The same limit for parts without a time, in AIS sentences of the source that have come since.
const MAX_SENTENCES: u64 = 500;
/// How long a later part that arrives first waits for an earlier one. After that, what follows is more likely to be a new message.
const MAX_AGE_REVERSED: Span = Span::from_seconds(3);
/// The limit on a reversed order for parts without a time, in AIS sentences of the source.
const MAX_SENTENCES_REVERSED: u64 = 20;

/// A complete message.
#[derive(Clone, Copy)]
pub(super) struct WholeMessage<'a> {
    /// Six-bit characters of all parts, in order.
    pub(super) payload: &'a [u8],
    /// Padding bits at the end of the payload, 0-5, from the last part.
    pub(super) fill: u8,
    pub(super) reception: Reception,
}

/// How a message was received.
#[derive(Clone, Copy)]
pub(super) struct Reception {
    /// Whether it came as VDO, about the receiving station itself.
    pub(super) own: bool,
    /// The best time that any of its parts claims; `None` if none claims one.
    pub(super) time: Option<(TimeBasis, Time)>,
    /// The likely lag of `time`, if it seems to be the time of delivery; always `None` for messages of several parts.
    pub(super) delivered: Option<Delivered>,
    /// Station that relayed it; empty if unknown.
    pub(super) station: StationText,
}

/// The incomplete messages of one source.
#[derive(Serialize, Deserialize)]
pub(super) struct Assembly {
    /// Incomplete messages, and complete ones whose late copies are still to be recognised; at most `MAX_GROUPS`.
    groups: Vec<Group>,
    /// Sentences of the source so far; measures the age of parts that have no time.
    sentences: u64,
    /// Payload of the message completed last; kept only to reuse its memory.
    joined: Vec<u8>,
}

/// Identifies the message that a part belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Key {
    /// Id of the TAG group; it is the strongest sign that parts belong together.
    tag_group: Option<u32>,
    /// Sequence id 0-9; `None` if the sentence has none. Ids repeat within seconds.
    sequence: Option<u8>,
    /// Radio channel; 0 within a TAG group, where it is not compared.
    channel: u8,
    /// Number of parts, 2-9.
    total: u8,
}

/// One multi-part message: the parts so far and what is known of its reception.
#[derive(Serialize, Deserialize)]
struct Group {
    key: Key,
    /// Station of the first part that named one; empty until then.
    station: StationText,
    /// Best time of its parts so far; `None` without any.
    time: Option<(TimeBasis, Time)>,
    /// Sentence number of the source at which the last part came.
    touched: u64,
    /// Complete and delivered; kept so that late copies of its parts do not start a new message.
    done: bool,
    /// Padding bits 0-5, known once the last part has come.
    fill: u8,
    /// Start and end of each part in `text`, by part number less one; `None` for parts that are missing.
    parts: [Option<(u16, u16)>; 9],
    /// Payloads of the parts in the order in which they came.
    text: Vec<u8>,
}

impl Assembly {
    /// An assembly without any incomplete message.
    pub(super) fn new() -> Assembly {
        Assembly { groups: Vec::new(), sentences: 0, joined: Vec::new() }
    }

    /// Adds one part of a multi-part message and returns the message if that completes it. `time` is the best time known for the part.
    pub(super) fn add(
        &mut self,
        part: &ReceivedSentence<'_>,
        time: Option<(TimeBasis, Time)>,
        counts: &mut Counts,
    ) -> Option<WholeMessage<'_>> {
        self.sentences = counts.sentences;
        let vdm = part.vdm;
        let key = Key {
            tag_group: part.group,
            sequence: vdm.sequence,
            // In a TAG group the channel does not matter: some relays give it on the first part only.
            channel: if part.group.is_none() { vdm.channel } else { 0 },
            total: vdm.total,
        };
        let index = match self.find(&key, part, time) {
            Some(index) => index,
            None => self.open(key, counts),
        };
        let now = self.sentences;
        let group = &mut self.groups[index];
        // A repeated part is a copy only while its message may still be in the air. After that the same id belongs to
        // a new message, which takes the place.
        let stale = group.is_stale(&vdm, time, now);
        let held = group.part(vdm.number);
        if !stale && held == Some(vdm.payload) {
            counts.reject(Reject::PartRepeated);
            return None;
        }
        if stale || group.done || held.is_some() {
            group.reset(key, counts);
        }
        group.take(part, time, now);
        if !group.complete() {
            return None;
        }
        group.done = true;
        self.joined.clear();
        for (start, end) in group.parts.iter().flatten() {
            let text = &group.text[usize::from(*start)..usize::from(*end)];
            self.joined.extend_from_slice(text);
        }
        Some(WholeMessage {
            payload: &self.joined,
            fill: group.fill,
            reception: Reception { own: vdm.own, time: group.time, delivered: None, station: group.station },
        })
    }

    /// Number of messages that still lack a part.
    pub(super) fn incomplete(&self) -> usize {
        self.groups.iter().filter(|group| !group.done).count()
    }

    /// Finds the message this part belongs to. A part with a station joins that station's message, or the newest one without a station that
    /// still lacks it. A part without a station joins the newest message that lacks it, then one it repeats, then the last one without a
    /// station.
    fn find(&self, key: &Key, part: &ReceivedSentence<'_>, time: Option<(TimeBasis, Time)>) -> Option<usize> {
        let named = !part.station.is_empty();
        let number = part.vdm.number;
        let newest = |wanted: &dyn Fn(&Group) -> bool| {
            let places = self.groups.iter().enumerate();
            let same = places.filter(|(_, group)| group.key == *key && wanted(group));
            let newest = same.max_by_key(|(_, group)| group.touched);
            newest.map(|(index, _)| index)
        };
        let own = |group: &Group| group.station == part.station;
        let lacking = |group: &Group| {
            (!named || group.station.is_empty())
                && !group.done
                && group.part(number).is_none()
                && !group.is_stale(&part.vdm, time, self.sentences)
        };
        let repeated = |group: &Group| group.part(number) == Some(part.vdm.payload);
        match named {
            true => newest(&own).or_else(|| newest(&lacking)),
            false => newest(&lacking).or_else(|| newest(&repeated)).or_else(|| newest(&own)),
        }
    }

    /// Index for a new message: a free place, or that of the message untouched for longest.
    fn open(&mut self, key: Key, counts: &mut Counts) -> usize {
        if self.groups.len() < MAX_GROUPS {
            self.groups.push(Group::new(key));
            return self.groups.len() - 1;
        }
        let places = self.groups.iter().enumerate();
        let oldest = places.min_by_key(|(_, group)| group.touched);
        let index = oldest.map_or(0, |(index, _)| index);
        self.groups[index].reset(key, counts);
        index
    }
}

impl Group {
    /// An empty place for a message.
    fn new(key: Key) -> Group {
        Group {
            key,
            station: StationText::default(),
            time: None,
            touched: 0,
            done: false,
            fill: 0,
            parts: [None; 9],
            text: Vec::new(),
        }
    }

    /// Empties the place for a new message. An incomplete message in it is dropped and counted.
    fn reset(&mut self, key: Key, counts: &mut Counts) {
        if !self.done && self.parts.iter().any(Option::is_some) {
            counts.reject(Reject::PartMissing);
        }
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        *self = Group { text, ..Group::new(key) };
    }

    /// Payload of the part with this number, from 1; `None` if it has not come.
    fn part(&self, number: u8) -> Option<&[u8]> {
        let (start, end) = self.parts[usize::from(number) - 1]?;
        Some(&self.text[usize::from(start)..usize::from(end)])
    }

    /// Whether all parts have come.
    fn complete(&self) -> bool {
        let total = usize::from(self.key.total);
        self.parts[..total].iter().all(Option::is_some)
    }

    /// Whether the part comes too late for this message, by time or, if a time is missing, by number of sentences.
    fn is_stale(&self, vdm: &Vdm<'_>, time: Option<(TimeBasis, Time)>, now: u64) -> bool {
        let later_held = self.parts[usize::from(vdm.number)..].iter().any(Option::is_some);
        let (age, sentences) = match later_held {
            true => (MAX_AGE_REVERSED, MAX_SENTENCES_REVERSED),
            false => (MAX_AGE, MAX_SENTENCES),
        };
        match (self.time, time) {
            (Some((_, then)), Some((_, now))) => age < (now - then).abs(),
            _ => sentences < now - self.touched,
        }
    }

    /// Adds a part, whose place must be empty.
    fn take(&mut self, part: &ReceivedSentence<'_>, time: Option<(TimeBasis, Time)>, now: u64) {
        // Nine parts of at most one line each are far below 64 KiB.
        let start = self.text.len() as u16;
        self.text.extend_from_slice(part.vdm.payload);
        let end = self.text.len() as u16;
        self.parts[usize::from(part.vdm.number) - 1] = Some((start, end));
        // Only the last part of a message is padded.
        if part.vdm.number == self.key.total {
            self.fill = part.vdm.fill;
        }
        self.station = self.station.or(part.station);
        // The best basis wins, then the earliest time; tuples compare in that order.
        self.time = match (self.time, time) {
            (Some(held), Some(new)) => Some(held.min(new)),
            (held, new) => held.or(new),
        };
        self.touched = now;
    }
}
