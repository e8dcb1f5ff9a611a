//! A block: entries that were written together, under one checksum.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | marker, by which reading finds the next block behind damage; lines may hold it, so the checksum and the segment decide |
//! | 4, 4 | CRC-32 of the rest of this head; of the payload as it is stored |
//! | 8, 8, 4 | the segment it belongs to: journal, first position, attempt |
//! | 4 | flags: 1 compressed, 2 has times |
//! | 4, 4 | length of the payload as stored; as entries |
//! | 8, 4 | position of the first entry; entries |
//! | 8, 8 | earliest and latest moment of receipt, milliseconds |

use std::sync::Arc;

use super::catalogue::Context;
use super::entry::{Bytes, Entry, put_time};
use crate::time::Time;

/// Length of a block's head.
pub(super) const HEAD: usize = 76;
/// What a block begins with.
pub(super) const MARKER: [u8; 8] = [0x9d, b'A', b't', 0x0a, b'B', b'k', 0x1a, 0xf3];
/// No payload is longer, stored or not.
pub(super) const LONGEST: usize = 64 << 20;

const COMPRESSED: u32 = 1;
const TIMED: u32 = 2;

/// Which segment something belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Identity {
    /// Position of its first entry.
    pub(super) first: u64,
    /// Told apart from others with the same first entry.
    pub(super) attempt: u32,
    /// The journal, by a number drawn when it was begun.
    pub(super) journal: u64,
}

/// What stands before a block's payload.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Head {
    /// Where in the file the block begins.
    pub(super) offset: u64,
    pub(super) identity: Identity,
    pub(super) compressed: bool,
    pub(super) stored: u32,
    pub(super) raw: u32,
    pub(super) position: u64,
    pub(super) count: u32,
    /// Earliest and latest moment of receipt.
    pub(super) range: Option<(Time, Time)>,
    pub(super) payload_sum: u32,
}

impl Head {
    /// Position behind its last entry.
    pub(super) fn end(&self) -> u64 {
        self.position.saturating_add(u64::from(self.count))
    }

    /// Where in the file the block ends.
    pub(super) fn end_offset(&self) -> u64 {
        self.offset + HEAD as u64 + u64::from(self.stored)
    }

    /// `HEAD` bytes.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut rest = Vec::with_capacity(HEAD);
        let mut flags = 0;
        flags |= if self.compressed { COMPRESSED } else { 0 };
        flags |= if self.range.is_some() { TIMED } else { 0 };
        rest.extend_from_slice(&self.payload_sum.to_le_bytes());
        rest.extend_from_slice(&self.identity.journal.to_le_bytes());
        rest.extend_from_slice(&self.identity.first.to_le_bytes());
        rest.extend_from_slice(&self.identity.attempt.to_le_bytes());
        rest.extend_from_slice(&flags.to_le_bytes());
        rest.extend_from_slice(&self.stored.to_le_bytes());
        rest.extend_from_slice(&self.raw.to_le_bytes());
        rest.extend_from_slice(&self.position.to_le_bytes());
        rest.extend_from_slice(&self.count.to_le_bytes());
        let (earliest, latest) = self.range.unwrap_or((Time::from_millis(0), Time::from_millis(0)));
        put_time(&mut rest, earliest);
        put_time(&mut rest, latest);
        let mut head = Vec::with_capacity(HEAD);
        head.extend_from_slice(&MARKER);
        head.extend_from_slice(&crc32fast::hash(&rest).to_le_bytes());
        head.extend_from_slice(&rest);
        head
    }

    /// From the bytes at `offset` of a file, if they are a whole head.
    pub(super) fn parse(bytes: &[u8], offset: u64) -> Option<Head> {
        let mut rest = Bytes(bytes.get(..HEAD)?);
        if rest.take(MARKER.len())? != MARKER || rest.u32()? != crc32fast::hash(rest.0) {
            return None;
        }
        let payload_sum = rest.u32()?;
        let journal = rest.u64()?;
        let identity = Identity { journal, first: rest.u64()?, attempt: rest.u32()? };
        let flags = rest.u32()?;
        let (stored, raw) = (rest.u32()?, rest.u32()?);
        let (position, count) = (rest.u64()?, rest.u32()?);
        let range = (rest.time()?, rest.time()?);
        let head = Head {
            offset,
            identity,
            compressed: flags & COMPRESSED != 0,
            stored,
            raw,
            position,
            count,
            range: (flags & TIMED != 0).then_some(range),
            payload_sum,
        };
        let is_within = stored as usize <= LONGEST && raw as usize <= LONGEST;
        // No block stands before the first of its segment.
        (is_within && identity.first <= position).then_some(head)
    }
}

/// A block that is being filled, or waits to be written.
#[derive(Debug)]
pub(super) struct Block {
    /// Room for the head, then the entries.
    bytes: Vec<u8>,
    pub(super) position: u64,
    pub(super) count: u32,
    pub(super) range: Option<(Time, Time)>,
    /// Inputs and settings at its first entry.
    pub(super) context: Arc<Context>,
}

impl Block {
    /// An empty one, in `bytes` that are no longer needed.
    pub(super) fn new(position: u64, context: Arc<Context>, mut bytes: Vec<u8>) -> Block {
        bytes.clear();
        bytes.resize(HEAD, 0);
        Block { bytes, position, count: 0, range: None, context }
    }

    /// Puts an entry behind the others.
    pub(super) fn push(&mut self, entry: &Entry<'_>) {
        entry.encode(&mut self.bytes);
        self.count += 1;
        if let Some(time) = entry.time() {
            self.range = Some(widened(self.range, (time, time)));
        }
    }

    /// Position behind its last entry.
    pub(super) fn end(&self) -> u64 {
        self.position + u64::from(self.count)
    }

    /// Bytes it holds, and takes in a file.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Its bytes, for another block.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// All its bytes, as they stand in the segment.
    pub(super) fn written_for(&mut self, identity: Identity) -> &[u8] {
        let payload = &self.bytes[HEAD..];
        let head = Head {
            offset: 0,
            identity,
            compressed: false,
            stored: payload.len() as u32,
            raw: payload.len() as u32,
            position: self.position,
            count: self.count,
            range: self.range,
            payload_sum: crc32fast::hash(payload),
        };
        self.bytes[..HEAD].copy_from_slice(&head.encode());
        &self.bytes
    }
}

/// The span that holds both.
pub(super) fn widened(range: Option<(Time, Time)>, other: (Time, Time)) -> (Time, Time) {
    range.map_or(other, |range| (range.0.min(other.0), range.1.max(other.1)))
}
