//! Joins the parts of a message, whatever their order and whoever speaks in between, bounded in number and age.

use serde::{Deserialize, Serialize};

use super::TimeBasis;
use super::lag::Delivered;
use super::sentence::Vdm;
use super::stream::Heard;
use super::tag::StationText;
use super::tally::{Counts, Reject};
use crate::time::{Span, Time};

/// Messages of one source that may be incomplete at a time.
const MAX_GROUPS: usize = 128;
/// Parts further apart than this are of different messages: sequence ids come round within seconds.
const MAX_AGE: Span = Span::from_seconds(15);
const MAX_SENTENCES: u64 = 500;
/// A later part that arrives first waits this long only: what follows it is then more likely a new message.
const MAX_AGE_REVERSED: Span = Span::from_seconds(3);
const MAX_SENTENCES_REVERSED: u64 = 20;

/// A whole message, in one piece.
#[derive(Clone, Copy)]
pub(super) struct Whole<'a> {
    pub(super) payload: &'a [u8],
    pub(super) fill: u8,
    pub(super) reception: Reception,
}

/// How a message came.
#[derive(Clone, Copy)]
pub(super) struct Reception {
    /// As VDO: about the station itself.
    pub(super) own: bool,
    pub(super) time: Option<(TimeBasis, Time)>,
    /// What `time` is, where it seems to be the time of delivery; not followed for messages of several parts.
    pub(super) delivered: Option<Delivered>,
    pub(super) station: StationText,
}

/// The incomplete messages of one source.
#[derive(Serialize, Deserialize)]
pub(super) struct Assembly {
    groups: Vec<Group>,
    /// Of the source so far: the age of parts that have no time is counted in them.
    sentences: u64,
    joined: Vec<u8>,
}

/// Which message a part belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Key {
    tag_group: Option<u32>,
    sequence: Option<u8>,
    channel: u8,
    total: u8,
}

#[derive(Serialize, Deserialize)]
struct Group {
    key: Key,
    station: StationText,
    time: Option<(TimeBasis, Time)>,
    touched: u64,
    /// Complete and handed on; kept so that late copies of its parts open no new message.
    done: bool,
    fill: u8,
    parts: [Option<(u16, u16)>; 9],
    text: Vec<u8>,
}

impl Assembly {
    pub(super) fn new() -> Assembly {
        Assembly { groups: Vec::new(), sentences: 0, joined: Vec::new() }
    }

    /// Takes a part of a message of several; hands on the message that it completes. `time` is the best known of the part.
    pub(super) fn add(
        &mut self,
        part: &Heard<'_>,
        time: Option<(TimeBasis, Time)>,
        counts: &mut Counts,
    ) -> Option<Whole<'_>> {
        self.sentences = counts.sentences;
        let vdm = part.vdm;
        let key = Key {
            tag_group: part.group,
            sequence: vdm.sequence,
            // A TAG group holds whatever the channel: some relays name it on the first part only.
            channel: if part.group.is_none() { vdm.channel } else { 0 },
            total: vdm.total,
        };
        let index = match self.find(&key, part, time) {
            Some(index) => index,
            None => self.open(key, counts),
        };
        let now = self.sentences;
        let group = &mut self.groups[index];
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
        Some(Whole {
            payload: &self.joined,
            fill: group.fill,
            reception: Reception { own: vdm.own, time: group.time, delivered: None, station: group.station },
        })
    }

    /// Messages that lack a part.
    pub(super) fn incomplete(&self) -> usize {
        self.groups.iter().filter(|group| !group.done).count()
    }

    /// The message this part belongs to: of its own station if it names one; else the newest that still lacks it, whose
    /// station or whose part's is not said; else the one that this part repeats, or that it begins anew.
    fn find(&self, key: &Key, part: &Heard<'_>, time: Option<(TimeBasis, Time)>) -> Option<usize> {
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

    /// A place for a new message: unused, or that of the one untouched for longest.
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

    /// Empties the place for a new message; what was incomplete in it is given up.
    fn reset(&mut self, key: Key, counts: &mut Counts) {
        if !self.done && self.parts.iter().any(Option::is_some) {
            counts.reject(Reject::PartMissing);
        }
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        *self = Group { text, ..Group::new(key) };
    }

    fn part(&self, number: u8) -> Option<&[u8]> {
        let (start, end) = self.parts[usize::from(number) - 1]?;
        Some(&self.text[usize::from(start)..usize::from(end)])
    }

    fn complete(&self) -> bool {
        let total = usize::from(self.key.total);
        self.parts[..total].iter().all(Option::is_some)
    }

    /// Whether too much time, or too many sentences where there is no time, lie between the last part and this one.
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

    fn take(&mut self, part: &Heard<'_>, time: Option<(TimeBasis, Time)>, now: u64) {
        let start = self.text.len() as u16;
        self.text.extend_from_slice(part.vdm.payload);
        let end = self.text.len() as u16;
        self.parts[usize::from(part.vdm.number) - 1] = Some((start, end));
        if part.vdm.number == self.key.total {
            self.fill = part.vdm.fill;
        }
        self.station = self.station.or(part.station);
        // The best basis wins, and of the same basis the earliest time; tuples compare in that order.
        self.time = match (self.time, time) {
            (Some(held), Some(new)) => Some(held.min(new)),
            (held, new) => held.or(new),
        };
        self.touched = now;
    }
}
