//! A look at an object before it is parsed: its size, its depth, and whose it is.

use memchr::memchr2;

use crate::ais::cut::MAX_OBJECT;
use crate::ais::tally::Reject;

/// Objects of feeds are four deep at most.
const MAX_DEPTH: usize = 32;

/// Whose object it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Feed {
    /// AIS-catcher or gpsd.
    Receiver,
    Aisstream,
    Digitraffic,
    BarentsWatch,
}

/// What the look shows.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    pub(super) text: &'a str,
    pub(super) feed: Option<Feed>,
    /// The text behind the key `class`, with its escapes.
    pub(super) class: Option<&'a str>,
}

/// Refuses what is too large, too deep or no text.
pub(super) fn look(line: &[u8]) -> Result<Seen<'_>, Reject> {
    if MAX_OBJECT < line.len() {
        return Err(Reject::JsonTooLarge);
    }
    let text = std::str::from_utf8(line).map_err(|_| Reject::Json)?;
    let mut seen = Seen { text, feed: None, class: None };
    let (mut depth, mut at) = (0, 0);
    // Of the outermost object: whether a key comes next, and whether the last one was `class`.
    let (mut key_next, mut is_class) = (false, false);
    while let Some(byte) = line.get(at) {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                if MAX_DEPTH < depth {
                    return Err(Reject::JsonTooDeep);
                }
                key_next = depth == 1;
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => key_next = depth == 1,
            b'"' => {
                let end = string_end(line, at + 1).ok_or(Reject::Json)?;
                let inner = text.get(at + 1..end).unwrap_or_default();
                if depth == 1 && key_next {
                    seen.feed = seen.feed.or(feed_of(inner));
                    is_class = inner == "class" && seen.class.is_none();
                } else if depth == 1 && is_class {
                    seen.class = Some(inner);
                    is_class = false;
                }
                key_next = false;
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    Ok(seen)
}

/// Where the string that begins at `from` ends.
fn string_end(line: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let found = from + memchr2(b'"', b'\\', line.get(from..)?)?;
        if line[found] == b'"' {
            return Some(found);
        }
        from = found + 2;
    }
}

fn feed_of(key: &str) -> Option<Feed> {
    match key {
        "class" | "nmea" => Some(Feed::Receiver),
        "MessageType" => Some(Feed::Aisstream),
        "topic" => Some(Feed::Digitraffic),
        "msgtime" => Some(Feed::BarentsWatch),
        _ => None,
    }
}
