//! The entries of the journal and their binary encoding.

use atalaia_core::ais::SourceId;
use atalaia_core::base::time::Time;

/// An input of the engine: something that changes its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entry<'a> {
    /// The daemon started.
    Begun {
        /// Wall clock at the start.
        at: Time,
        /// Names of the inputs, in the order of `SourceId`.
        sources: Vec<String>,
        /// Key of the settings and zones in force.
        in_force: String,
    },
    /// One batch of lines from one input.
    Lines {
        /// Input that delivered the lines.
        source: SourceId,
        /// Time of receipt; `None` for lines of a recording.
        received: Option<Time>,
        /// Raw lines, each with its line feed.
        bytes: &'a [u8],
    },
    /// An input was reported silent to the engine.
    Idle {
        /// The silent input.
        source: SourceId,
    },
    /// All recordings have ended, and the engine was asked to finish.
    Ended,
    /// The clock of the engine was advanced.
    Tick {
        /// Wall clock.
        received: Time,
    },
    /// Settings or zones were replaced.
    InForce {
        /// Key of the settings and zones in force from here on.
        key: String,
    },
}

// The first byte of an entry. Numbers are never reused: a journal may be years old.
const BEGUN: u8 = 1;
const LINES: u8 = 2;
const LINES_OF_RECORDING: u8 = 3;
const IDLE: u8 = 4;
const ENDED: u8 = 5;
const TICK: u8 = 6;
const IN_FORCE: u8 = 7;

impl Entry<'_> {
    /// Time of receipt; `None` for kinds of entry that have none.
    pub(super) fn time(&self) -> Option<Time> {
        match self {
            Entry::Begun { at: time, .. } | Entry::Tick { received: time } => Some(*time),
            Entry::Lines { received, .. } => *received,
            Entry::Idle { .. } | Entry::Ended | Entry::InForce { .. } => None,
        }
    }

    /// Upper limit of the encoded size in bytes.
    pub(super) fn size(&self) -> usize {
        32 + match self {
            Entry::Begun { sources, in_force, .. } => {
                in_force.len() + sources.iter().map(|name| 4 + name.len()).sum::<usize>()
            }
            Entry::Lines { bytes, .. } => bytes.len(),
            Entry::InForce { key } => key.len(),
            Entry::Idle { .. } | Entry::Ended | Entry::Tick { .. } => 0,
        }
    }

    /// Appends the encoded entry to `out`. Lengths are stored as u32; the journal accepts far shorter entries than that allows.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Entry::Begun { at, sources, in_force } => {
                out.push(BEGUN);
                put_time(out, *at);
                put_texts(out, sources);
                put_bytes(out, in_force.as_bytes());
            }
            Entry::Lines { source, received, bytes } => {
                out.push(if received.is_some() { LINES } else { LINES_OF_RECORDING });
                out.extend_from_slice(&source.0.to_le_bytes());
                if let Some(received) = received {
                    put_time(out, *received);
                }
                put_bytes(out, bytes);
            }
            Entry::Idle { source } => {
                out.push(IDLE);
                out.extend_from_slice(&source.0.to_le_bytes());
            }
            Entry::Ended => out.push(ENDED),
            Entry::Tick { received } => {
                out.push(TICK);
                put_time(out, *received);
            }
            Entry::InForce { key } => {
                out.push(IN_FORCE);
                put_bytes(out, key.as_bytes());
            }
        }
    }
}

/// Decodes the next entry and removes it from `bytes`. Returns `None` if the bytes are not a valid entry.
pub(super) fn decode<'a>(bytes: &mut Bytes<'a>) -> Option<Entry<'a>> {
    let entry = match bytes.byte()? {
        BEGUN => Entry::Begun { at: bytes.time()?, sources: bytes.texts()?, in_force: bytes.text()? },
        LINES => Entry::Lines { source: bytes.source()?, received: Some(bytes.time()?), bytes: bytes.counted()? },
        LINES_OF_RECORDING => Entry::Lines { source: bytes.source()?, received: None, bytes: bytes.counted()? },
        IDLE => Entry::Idle { source: bytes.source()? },
        ENDED => Entry::Ended,
        TICK => Entry::Tick { received: bytes.time()? },
        IN_FORCE => Entry::InForce { key: bytes.text()? },
        _ => return None,
    };
    Some(entry)
}

/// Milliseconds since 1970, signed, little-endian.
pub(super) fn put_time(out: &mut Vec<u8>, time: Time) {
    out.extend_from_slice(&time.millis().to_le_bytes());
}

/// A length (u32) and the bytes.
pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    out.extend_from_slice(bytes);
}

/// A count (u32) and the texts, each with its length.
pub(super) fn put_texts(out: &mut Vec<u8>, texts: &[String]) {
    out.extend_from_slice(&(texts.len() as u32).to_le_bytes());
    texts.iter().for_each(|text| put_bytes(out, text.as_bytes()));
}

/// A cursor over encoded bytes. Each method removes a value from the front and returns `None` if too few bytes are left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    /// The next `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// The next `N` bytes.
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// The next byte.
    fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    /// The next number, little-endian.
    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// The next number, little-endian.
    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// The next time: milliseconds since 1970.
    pub(super) fn time(&mut self) -> Option<Time> {
        self.array().map(|bytes| Time::from_millis(i64::from_le_bytes(bytes)))
    }

    /// The next number of an input.
    fn source(&mut self) -> Option<SourceId> {
        self.array().map(|bytes| SourceId(u16::from_le_bytes(bytes)))
    }

    /// Bytes behind their length (u32).
    pub(super) fn counted(&mut self) -> Option<&'a [u8]> {
        let count = self.u32()?;
        self.take(usize::try_from(count).ok()?)
    }

    /// A text behind its length; `None` if it is not UTF-8, too.
    pub(super) fn text(&mut self) -> Option<String> {
        let text = str::from_utf8(self.counted()?).ok()?;
        Some(text.to_owned())
    }

    /// Texts behind their count.
    pub(super) fn texts(&mut self) -> Option<Vec<String>> {
        // Do not reserve memory for `count`: in a damaged file it can be any number.
        let count = self.u32()?;
        let mut texts = Vec::new();
        for _ in 0..count {
            texts.push(self.text()?);
        }
        Some(texts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_comes_back_and_no_part_of_it_does() {
        let at = Time::from_millis(-7);
        let entries = [
            Entry::Begun { at, sources: vec!["a".to_owned(), String::new()], in_force: "k".to_owned() },
            Entry::Lines { source: SourceId(3), received: Some(Time::MAX), bytes: b"!AIVDM\n" },
            Entry::Lines { source: SourceId(u16::MAX), received: None, bytes: b"" },
            Entry::Idle { source: SourceId(1) },
            Entry::Ended,
            Entry::Tick { received: Time::MIN },
            Entry::InForce { key: "\u{e9}".to_owned() },
        ];
        for entry in &entries {
            let mut bytes = Vec::new();
            entry.encode(&mut bytes);
            assert!(bytes.len() <= entry.size());
            let mut rest = Bytes(&bytes);
            assert_eq!(decode(&mut rest).as_ref(), Some(entry));
            assert!(rest.0.is_empty());
            for length in 0..bytes.len() {
                assert_eq!(decode(&mut Bytes(&bytes[..length])), None, "{entry:?} cut at {length}");
            }
        }
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!(decode(&mut Bytes(&[0])), None);
        assert_eq!(decode(&mut Bytes(&[99, 1, 2, 3])), None);
        let too_long = [IN_FORCE, 255, 255, 255, 255, b'x'];
        assert_eq!(decode(&mut Bytes(&too_long)), None);
        assert_eq!(decode(&mut Bytes(&[IN_FORCE, 1, 0, 0, 0, 0xff])), None, "not UTF-8");
    }
}
