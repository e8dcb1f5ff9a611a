//! Splits a batch from AIS-catcher into one line per message; the text of a message is kept as sent.
//!
//! The text of each message is taken out of the body as it is, instead of being parsed and written again. Numbers keep their digits, and
//! fields that this version does not know reach the journal.

use std::fmt;

use memchr::memchr2;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, Visitor};

use atalaia_core::ais::MAX_OBJECT;

/// Maximum length of a station name, in characters; the rest is cut off.
const LONGEST_STATION: usize = 64;
/// Maximum size of the lines of one batch, in bytes. The journal stores a batch as one entry of at most 16 MiB.
const MOST_BYTES: usize = 12 << 20;

/// Maximum number of objects in one batch; a busy station sends several hundred a second.
const MOST_MESSAGES: usize = 200_000;

/// The lines of a batch.
#[derive(Default, Debug)]
pub(super) struct BatchLines {
    /// Each with its line feed.
    pub(super) lines: Vec<u8>,
    /// Number of messages, including the overlong ones.
    pub(super) count: usize,
    /// Number of messages left out because they are longer than the maximum line.
    pub(super) overlong: u64,
}

/// Why a body is not an acceptable batch.
#[derive(Debug, thiserror::Error)]
pub(super) enum BatchError {
    /// The body is not JSON, or a member has another type than expected.
    #[error("the body is not a batch: {0}")]
    Json(#[from] serde_json::Error),
    /// Another format than AIS-catcher's own. The name is cut to 40 characters.
    #[error("the protocol is {0:?}; set AIS-catcher's to aiscatcher")]
    Protocol(String),
    /// `msgs` has an element that is a number, a text or a list.
    #[error("msgs holds something that is not an object")]
    NotObjects,
    /// Beyond [`MOST_MESSAGES`]; nested objects count too.
    #[error("it holds more than {MOST_MESSAGES} objects; send batches more often")]
    TooMany,
    /// Beyond [`MOST_BYTES`]. The name of the station is added to each line, so lines may take more than the body.
    #[error("it comes to more than {} MiB of lines; send batches more often", MOST_BYTES >> 20)]
    TooMuch,
}

/// The parts of the batch that are checked as a whole.
#[derive(Deserialize)]
struct Envelope {
    /// `jsonaiscatcher`, or absent.
    protocol: Option<String>,
    /// Name of the sender, added to each message that has none of its own.
    #[serde(default)]
    stationid: Station,
    /// Checked to be valid JSON and counted; the text is found by [`messages`].
    msgs: Vec<IgnoredAny>,
}

/// The station as a JSON value, a number or a string; `None` if unnamed.
#[derive(Default)]
struct Station(Option<String>);

impl<'de> Deserialize<'de> for Station {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Station, D::Error> {
        struct Name;
        impl Visitor<'_> for Name {
            type Value = Station;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name or number of a station")
            }
            fn visit_unit<E>(self) -> Result<Station, E> {
                Ok(Station(None))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Station, E> {
                Ok(Station(Some(number.to_string())))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Station, E> {
                Ok(Station(Some(number.to_string())))
            }
            fn visit_str<E: Error>(self, name: &str) -> Result<Station, E> {
                match name {
                    "" => Ok(Station(None)),
                    name => serde_json::to_string(&name.chars().take(LONGEST_STATION).collect::<String>())
                        .map(|name| Station(Some(name)))
                        .map_err(E::custom),
                }
            }
        }
        from.deserialize_any(Name)
    }
}

/// Splits a body into lines.
/// All or nothing, except for overlong messages, which are left out and counted.
pub(super) fn split(body: &[u8]) -> Result<BatchLines, BatchError> {
    // Checked before parsing: each object takes more memory than its text.
    if MOST_MESSAGES < memchr::memchr_iter(b'{', body).count() {
        return Err(BatchError::TooMany);
    }
    let envelope: Envelope = serde_json::from_slice(body)?;
    // AIS-catcher can post other formats, whose messages the decoder does not know.
    if let Some(protocol) = envelope.protocol.filter(|protocol| protocol != "jsonaiscatcher") {
        return Err(BatchError::Protocol(protocol.chars().take(40).collect()));
    }
    let station = envelope.stationid.0.map(|name| format!("{{\"stationid\":{name},"));
    let mut split = BatchLines::default();
    for message in messages(body) {
        let start = split.lines.len();
        // An empty object has no key to follow the inserted one.
        let empty = message.text.get(1..).is_some_and(|rest| rest.trim_ascii() == b"}");
        match &station {
            // Inserted as the first member, in place of the opening brace.
            Some(station) if !message.has_station && !empty => {
                split.lines.extend_from_slice(station.as_bytes());
                split.lines.extend_from_slice(&message.text[1..]);
            }
            _ => split.lines.extend_from_slice(message.text),
        }
        split.count += 1;
        // The decoder takes no longer line.
        if MAX_OBJECT < split.lines.len() - start {
            split.lines.truncate(start);
            split.overlong += 1;
            continue;
        }
        for byte in &mut split.lines[start..] {
            // In valid JSON these occur only between tokens.
            if matches!(byte, b'\n' | b'\r' | b'\t') {
                *byte = b' ';
            }
        }
        split.lines.push(b'\n');
        if MOST_BYTES < split.lines.len() {
            return Err(BatchError::TooMuch);
        }
    }
    // `messages` finds only objects, so a difference shows that there is something else.
    match split.count == envelope.msgs.len() {
        true => Ok(split),
        false => Err(BatchError::NotObjects),
    }
}

/// One message.
struct ObjectText<'a> {
    /// From its opening to its closing brace.
    text: &'a [u8],
    /// Whether it names its station itself, in its outermost object.
    has_station: bool,
}

/// Finds the objects in the list `msgs` of a body that is known to be valid JSON.
/// Depth 1 is the body, 2 the list, 3 a message. Braces and commas inside strings are passed over.
fn messages(body: &[u8]) -> Vec<ObjectText<'_>> {
    let mut found = Vec::new();
    let (mut depth, mut at) = (0usize, 0);
    let (mut key_next, mut in_messages, mut has_station) = (false, false, false);
    let mut start = 0;
    while let Some(byte) = body.get(at) {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                key_next = *byte == b'{';
                if depth == 3 && in_messages && *byte == b'{' {
                    (start, has_station) = (at, false);
                }
            }
            b'}' | b']' => {
                if depth == 3 && in_messages && *byte == b'}' {
                    found.push(ObjectText { text: &body[start..=at], has_station });
                }
                depth = depth.saturating_sub(1);
                key_next = false;
            }
            b',' => key_next = true,
            b'"' => {
                // The end of the string: the next quotation mark that is not escaped.
                let mut end = at + 1;
                while let Some(next) = body.get(end..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
                    end += next;
                    if body[end] == b'"' {
                        break;
                    }
                    end += 2;
                }
                let name = body.get(at + 1..end).unwrap_or_default();
                if key_next && depth == 1 {
                    in_messages = name == b"msgs";
                }
                has_station |= key_next && depth == 3 && matches!(name, b"station_id" | b"stationid");
                key_next = false;
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(body: &str) -> Result<Vec<String>, BatchError> {
        let split = split(body.as_bytes())?;
        let text = String::from_utf8(split.lines).expect("it was text");
        Ok(text.lines().map(str::to_owned).collect())
    }

    #[test]
    fn every_message_becomes_a_line_that_names_the_station() {
        let messages = "[{\"class\":\"AIS\",\n \"nmea\":[\"!AIVDM\"]},{\"a\":{\"b\":[{\"c\":\"]}\\\"\"}]}},\
                        {\"station_id\":7},{}]";
        let wanted = [
            "{\"stationid\":\"My \\\"St\\u0001\",\"class\":\"AIS\",  \"nmea\":[\"!AIVDM\"]}",
            "{\"stationid\":\"My \\\"St\\u0001\",\"a\":{\"b\":[{\"c\":\"]}\\\"\"}]}}",
            "{\"station_id\":7}",
            "{}",
        ];
        let name = "\"stationid\":\"My \\\"St\\u0001\"";
        let before =
            format!("{{\"protocol\":\"jsonaiscatcher\",{name},\"device\":{{\"msgs\":[1]}},\"msgs\":{messages}}}");
        assert_eq!(lines(&before).expect("a batch"), wanted);
        let after = format!("{{\"msgs\":{messages},\"setting\":[\"msgs\",{{\"a\":1}}],{name}}}");
        assert_eq!(lines(&after).expect("a batch"), wanted);
        for line in wanted {
            serde_json::from_str::<IgnoredAny>(line).expect("JSON");
        }
        let nobody = lines("{\"stationid\":\"\",\"msgs\":[{\"a\":1}]}").expect("a batch");
        assert_eq!(nobody, ["{\"a\":1}"]);
        let number = lines("{\"stationid\":42,\"msgs\":[{\"a\":1}]}").expect("a batch");
        assert_eq!(number, ["{\"stationid\":42,\"a\":1}"]);
    }

    #[test]
    fn a_body_that_is_not_a_batch_is_refused_and_an_overlong_message_left_out() {
        for bad in [
            "",
            "[]",
            "{}",
            "{\"msgs\":{}}",
            "{\"msgs\":[1]}",
            "{\"msgs\":[[{\"a\":1}]]}",
            "{\"msgs\":[{\"a\":1}],\"stationid\":{}}",
            "{\"protocol\":\"airframes\",\"msgs\":[]}",
            "{\"msgs\":[{\"a\":1}]",
            "{\"msgs\":[{\"a\":\u{7f}]}",
        ] {
            assert!(lines(bad).is_err(), "{bad}");
        }
        assert!(lines(&format!("{{\"msgs\":[{}]}}", "[".repeat(100_000))).is_err());
        let long = format!("{{\"msgs\":[{{\"a\":\"{}\"}},{{\"b\":1}}]}}", "x".repeat(MAX_OBJECT));
        let split = split(long.as_bytes()).expect("a batch");
        assert_eq!((split.lines.as_slice(), split.count, split.overlong), (&b"{\"b\":1}\n"[..], 2, 1));
    }
}
