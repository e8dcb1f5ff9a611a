//! A block: entries that were written together, under one checksum.
//!
//! | bytes | content |
//! |---|---|
//! | 8 | marker, used to find the next block after damage; lines may contain it, so the checksum and the segment identity decide |
//! | 4, 4 | CRC-32 of the rest of this head; of the payload as stored |
//! | 8, 8, 4 | identity of the segment: journal, first position, attempt |
//! | 4 | flags: 1 compressed, 2 has times |
//! | 4, 4 | length of the payload as stored; decompressed |
//! | 8, 4 | position of the first entry; number of entries |
//! | 8, 8 | earliest and latest time of receipt, milliseconds since 1970 |

use std::sync::Arc;

use super::context::Context;
use super::entry::{Bytes, Entry, put_time};
use atalaia_core::base::time::Time;

/// Length of a block's head in bytes.
pub(super) const HEAD: usize = 76;
/// First bytes of every block. Rare in lines, which are ASCII: two of the bytes are above 127.
pub(super) const MARKER: [u8; 8] = [0x9d, b'A', b't', 0x0a, b'B', b'k', 0x1a, 0xf3];
/// Maximum length of a payload in bytes, both as stored and decompressed. Bounds what a reader allocates for a block.
pub(super) const LONGEST: usize = 64 << 20;

/// Flag: the payload is a zstd frame.
const COMPRESSED: u32 = 1;
/// Flag: the two times of receipt are valid.
const TIMED: u32 = 2;

/// Identifies a segment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Identity {
    /// Position of the first entry.
    pub(super) first: u64,
    /// Distinguishes segments with the same first position: a later attempt replaces an earlier one, of which nothing was durable.
    pub(super) attempt: u32,
    /// The journal it belongs to: a random number drawn when the journal was created.
    pub(super) journal: u64,
}

/// The head of a block, which precedes its payload.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Head {
    /// Offset of the block in its file.
    pub(super) offset: u64,
    /// The segment that the block belongs to.
    pub(super) identity: Identity,
    /// Whether the payload is compressed.
    pub(super) compressed: bool,
    /// Length of the payload in the file, in bytes.
    pub(super) stored: u32,
    /// Length of the payload decompressed, in bytes.
    pub(super) raw: u32,
    /// Position of the first entry.
    pub(super) position: u64,
    /// Number of entries.
    pub(super) count: u32,
    /// Earliest and latest time of receipt; `None` if no entry has one.
    pub(super) range: Option<(Time, Time)>,
    /// CRC-32 of the payload as stored.
    pub(super) payload_sum: u32,
}

impl Head {
    /// Position after the last entry.
    pub(super) fn end(&self) -> u64 {
        self.position.saturating_add(u64::from(self.count))
    }

    /// Offset in the file at which the block ends.
    pub(super) fn end_offset(&self) -> u64 {
        self.offset + HEAD as u64 + u64::from(self.stored)
    }

    /// Encodes the head as `HEAD` bytes.
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

    /// Parses a head from the bytes at `offset` of a file. Returns `None` if they are not an intact head.
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
        // The checksum does not protect against a file that was made to exhaust the memory.
        let is_within = stored as usize <= LONGEST && raw as usize <= LONGEST;
        // A block cannot come before the first entry of its segment.
        (is_within && identity.first <= position).then_some(head)
    }
}

/// A block that is being filled or is waiting to be written.
#[derive(Debug)]
pub(super) struct Block {
    /// Space for the head, followed by the entries.
    bytes: Vec<u8>,
    /// Position of the first entry.
    pub(super) position: u64,
    /// Number of entries so far.
    pub(super) count: u32,
    /// Earliest and latest time of receipt so far; `None` if no entry has one.
    pub(super) range: Option<(Time, Time)>,
    /// Inputs and settings in force at the first entry.
    pub(super) context: Arc<Context>,
}

impl Block {
    /// Creates an empty block that reuses the memory of `bytes`.
    pub(super) fn new(position: u64, context: Arc<Context>, mut bytes: Vec<u8>) -> Block {
        bytes.clear();
        bytes.resize(HEAD, 0);
        Block { bytes, position, count: 0, range: None, context }
    }

    /// Appends an entry.
    pub(super) fn push(&mut self, entry: &Entry<'_>) {
        entry.encode(&mut self.bytes);
        self.count += 1;
        if let Some(time) = entry.time() {
            self.range = Some(widened(self.range, (time, time)));
        }
    }

    /// Position after the last entry.
    pub(super) fn end(&self) -> u64 {
        self.position + u64::from(self.count)
    }

    /// Size in bytes, in memory and in an unsealed file.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the buffer for reuse in another block.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Fills in the head and returns the block as it is written to the segment.
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

/// The smallest interval that contains both; the second one if there is no first.
pub(super) fn widened(range: Option<(Time, Time)>, other: (Time, Time)) -> (Time, Time) {
    range.map_or(other, |range| (range.0.min(other.0), range.1.max(other.1)))
}
