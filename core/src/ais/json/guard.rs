//! Scans an object before it is parsed: checks size and depth, and recognises the feed.
//!
//! The scan is one pass over the bytes, so hostile input costs little. It looks only at the keys of the outermost object
//! and at the value of `class`.

use memchr::memchr2;

use crate::ais::cut::MAX_OBJECT;
use crate::ais::tally::Reject;

/// Maximum nesting depth; the objects of known feeds are at most four deep.
const MAX_DEPTH: usize = 32;

/// Feed that an object belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Feed {
    /// AIS-catcher or gpsd.
    Receiver,
    /// aisstream.io.
    Aisstream,
    /// Fintraffic's Digitraffic.
    Digitraffic,
    /// BarentsWatch.
    BarentsWatch,
}

/// Result of the scan.
#[derive(Debug)]
pub(super) struct Preview<'a> {
    /// The whole object.
    pub(super) text: &'a str,
    /// Feed, from the first key that identifies one; `None` without such a key.
    pub(super) feed: Option<Feed>,
    /// Value of the key `class`, with escapes unresolved.
    pub(super) class: Option<&'a str>,
}

/// Scans an object. Fails if it is too large, too deep or not UTF-8.
/// The object may still not be valid JSON.
pub(super) fn look(line: &[u8]) -> Result<Preview<'_>, Reject> {
    if MAX_OBJECT < line.len() {
        return Err(Reject::JsonTooLarge);
    }
    let text = std::str::from_utf8(line).map_err(|_| Reject::Json)?;
    let mut seen = Preview { text, feed: None, class: None };
    let (mut depth, mut at) = (0, 0);
    // State of the outermost object: whether a key comes next, and whether the last key was `class`.
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

/// Offset of the closing quote of the string that begins at `from`.
fn string_end(line: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let found = from + memchr2(b'"', b'\\', line.get(from..)?)?;
        if line[found] == b'"' {
            return Some(found);
        }
        from = found + 2;
    }
}

/// Feed that a key of the outermost object belongs to.
fn feed_of(key: &str) -> Option<Feed> {
    match key {
        "class" | "nmea" => Some(Feed::Receiver),
        "MessageType" => Some(Feed::Aisstream),
        "topic" => Some(Feed::Digitraffic),
        "msgtime" => Some(Feed::BarentsWatch),
        _ => None,
    }
}
