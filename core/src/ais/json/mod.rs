//! JSON feeds: decodes one object per line. Each feed has its own file.
//!
//! | recognised by | feed | time | station |
//! |---|---|---|---|
//! | `class` (`AIS`), `nmea` | AIS-catcher: its sentences where it has them | `toa`, `rxuxtime`, `rxtime` | `station_id`, `stationid` |
//! | `class` (`AIS`) | gpsd, and AIS-catcher without sentences | none from gpsd | none from gpsd |
//! | `MessageType` | aisstream.io | `MetaData.time_utc` | – |
//! | `topic` | Digitraffic: `{"topic":"vessels-v2/MMSI/location","payload":{…}}` | `time`, `timestamp` | – |
//! | `msgtime` | BarentsWatch | `msgtime` | `stream` |
//!
//! An object is recognised by the first of these keys in it, whatever its order. An object of a known feed
//! that lacks a field, or has one of the wrong type, is rejected as a whole: the rest of it may not mean what it seems
//! to. One of an unknown feed is counted as such.

mod aisstream;
mod barentswatch;
mod catcher;
mod decoded;
mod digitraffic;
mod guard;
mod head;
mod last_statics;
mod object;
mod values;

pub(super) use last_statics::LastStatics;
pub(super) use object::{DecodedMessage, Object, Sentences};

use super::tally::Reject;

/// Whether a line is to be read as a JSON object.
pub(super) fn claims(line: &[u8]) -> bool {
    line.first() == Some(&b'{')
}

/// Whether a line looks like an object of a known feed, judging by its keys; it may still be damaged.
pub fn is_object(line: &[u8]) -> bool {
    claims(line) && guard::look(line).is_ok_and(|seen| seen.feed.is_some())
}

/// Reads a line that [`claims`] accepted.
/// Fails with one of the JSON reasons of [`Reject`], or with `Mmsi` or `UnknownType`.
pub(super) fn read(line: &[u8]) -> Result<Object<'_>, Reject> {
    let seen = guard::look(line)?;
    match seen.feed {
        Some(guard::Feed::Receiver) if seen.class.is_some_and(|class| class != "AIS") => {
            // Other classes of gpsd: version, devices, position of the receiver. They must still be valid JSON.
            values::parse::<serde::de::IgnoredAny>(seen.text).map(|_| Object::Other)
        }
        Some(guard::Feed::Receiver) => catcher::read(seen.text),
        Some(guard::Feed::Aisstream) => aisstream::read(seen.text),
        Some(guard::Feed::Digitraffic) => digitraffic::read(seen.text),
        Some(guard::Feed::BarentsWatch) => barentswatch::read(seen.text),
        // Text that is not JSON is counted as such, and not as an unknown feed.
        None => values::parse::<serde::de::IgnoredAny>(seen.text).and(Err(Reject::JsonUnknown)),
    }
}

#[cfg(test)]
mod tests;
