//! JSON feeds: decodes one object per line. Each feed has its own file.
//!
//! | recognised by | feed | time | station |
//! |---|---|---|---|
//! | `class` (`AIS`), `nmea` | AIS-catcher: its sentences where it has them | `toa`, `rxuxtime`, `rxtime` | `station_id`, `stationid` |
//! | `class` (`AIS`) | gpsd, and AIS-catcher without sentences | none from gpsd | none from gpsd |
//! | `MessageType` | aisstream.io | `MetaData.time_utc` | – |
//! | `topic` | Digitraffic: `{"topic":"vessels-v2/MMSI/location","payload":{…}}` | `time`, `timestamp` | – |
//! | `msgtime` | BarentsWatch | `msgtime` | `stream` |

mod aisstream;
mod barentswatch;
mod catcher;
mod decoded;
mod digitraffic;
mod guard;
mod values;

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};
use serde::{Deserialize, Serialize};

use super::bits::mixed;
use super::report::TimeBasis;
use super::report::{Body, Static};
use super::tag::StationText;
use super::tally::Reject;
use crate::base::time::Time;
use crate::base::units::Mmsi;

/// Maximum number of vessels whose static data are remembered, for feeds that repeat them with every position.
const MAX_KNOWN: usize = 100_000;

/// Content of a JSON object.
#[derive(Debug)]
pub(super) enum Object<'a> {
    /// One message, as the sentences that the receiver heard.
    Sentences(Sentences<'a>),
    /// One message or two, already decoded by the sender of the object.
    Said(Box<Said>),
    /// Not AIS: a server's greeting, a receiver's own position or status.
    Other,
}

/// Sentences and how they were received.
#[derive(Debug)]
pub(super) struct Sentences<'a> {
    pub(super) time: Option<(TimeBasis, Time)>,
    pub(super) station: StationText,
    pub(super) sentences: Vec<Cow<'a, str>>,
}

/// The content of a decoded message.
#[derive(Debug)]
pub(super) struct Said {
    /// Message type 1-27; 0 if the feed does not give it.
    pub(super) kind: u8,
    pub(super) mmsi: Mmsi,
    pub(super) time: Option<(TimeBasis, Time)>,
    pub(super) station: StationText,
    /// Hash of everything sent over the air: equal for copies of one transmission.
    pub(super) payload: u64,
    pub(super) body: Body,
    /// Static data in the same object.
    pub(super) more: Option<Box<Static>>,
    /// Whether the feed repeats these static data with every position.
    pub(super) repeated: bool,
}

impl Object<'_> {
    /// Time that the object claims; `None` without one.
    pub(super) fn time(&self) -> Option<Time> {
        let time = match self {
            Object::Sentences(heard) => heard.time,
            Object::Said(said) => said.time,
            Object::Other => None,
        };
        time.map(|(_, time)| time)
    }
}

/// Whether a line is to be read as a JSON object.
pub(super) fn claims(line: &[u8]) -> bool {
    line.first() == Some(&b'{')
}

/// Whether a line looks like an object of a known feed, judging by its keys; it may still be damaged.
pub fn is_object(line: &[u8]) -> bool {
    claims(line) && guard::look(line).is_ok_and(|seen| seen.feed.is_some())
}

/// Reads a line that [`claims`] accepted.
pub(super) fn read(line: &[u8]) -> Result<Object<'_>, Reject> {
    let seen = guard::look(line)?;
    match seen.feed {
        Some(guard::Feed::Receiver) if seen.class.is_some_and(|class| class != "AIS") => {
            values::parse::<serde::de::IgnoredAny>(seen.text).map(|_| Object::Other)
        }
        Some(guard::Feed::Receiver) => catcher::read(seen.text),
        Some(guard::Feed::Aisstream) => aisstream::read(seen.text),
        Some(guard::Feed::Digitraffic) => digitraffic::read(seen.text),
        Some(guard::Feed::BarentsWatch) => barentswatch::read(seen.text),
        None => values::parse::<serde::de::IgnoredAny>(seen.text).and(Err(Reject::JsonUnknown)),
    }
}

/// Hash of everything sent over the air.
fn payload(sent: impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    sent.hash(&mut hasher);
    mixed(hasher.finish())
}

/// Static data reported so far, by vessel, as hashes. Data repeated with every position are reported only when they change.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Known {
    said: FxHashMap<u32, u64>,
}

impl Known {
    /// Whether the vessel's static data differ from those last reported; remembers them.
    pub(super) fn is_news(&mut self, mmsi: Mmsi, said: &Static) -> bool {
        let hash = payload(said);
        if self.said.get(&mmsi.0) == Some(&hash) {
            return false;
        }
        if MAX_KNOWN <= self.said.len() {
            self.said.clear();
        }
        self.said.insert(mmsi.0, hash);
        true
    }
}

#[cfg(test)]
mod tests;
