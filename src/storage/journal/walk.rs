//! Iterates over the intact blocks of a segment.
//!
//! Nothing is assumed of the bytes between them. After damage, the next marker counts only with an intact head of the same segment, so that
//! lines that contain a marker, or an old block in reused space, are not taken for one.

use std::cell::Cell;
use std::io;

use memchr::memmem::Finder;

use super::block::{HEAD, Head, Identity, LONGEST, MARKER};
use crate::platform::disk::Reading;

/// Bytes searched at a time for the next block. Large reads are fast; a block is rarely farther away than this.
const WINDOW: usize = 256 << 10;

/// A walk through one segment.
pub(super) struct Walk<'a> {
    /// The open file.
    file: &'a dyn Reading,
    /// Length of the file when the walk began; entries written later are not read.
    length: u64,
    offset: u64,
    /// Blocks with another identity count as damage.
    identity: Option<Identity>,
    /// First file system error. What looks like damage may then be intact at another time.
    broken: Cell<Option<io::Error>>,
}

/// The next part of a segment.
#[derive(Debug)]
pub(super) enum Next {
    /// A block with an intact head. [`Walk::payload`] checks its payload.
    Block(Head),
    /// Bytes that are not an intact block.
    Damage(Damage),
}

/// Bytes of a segment that are not an intact block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Damage {
    /// Offset at which it begins.
    pub(super) offset: u64,
    /// No intact block follows in the file.
    pub(super) is_tail: bool,
    /// What is wrong, for an operator.
    pub(super) why: String,
}

impl<'a> Walk<'a> {
    /// Walks from `offset` to the end of a file. With an identity, blocks of other segments count as damage.
    pub(super) fn new(file: &'a dyn Reading, offset: u64, identity: Option<Identity>) -> Walk<'a> {
        let mut walk = Walk { file, length: 0, offset, identity, broken: Cell::new(None) };
        match file.length() {
            Ok(length) => walk.length = length,
            Err(error) => walk.broken = Cell::new(Some(error)),
        }
        walk
    }

    /// The segment that the blocks of a file without a header belong to, taken from the first intact one.
    pub(super) fn identity_of(file: &'a dyn Reading) -> io::Result<Option<Identity>> {
        let mut walk = Walk::new(file, 0, None);
        while let Some(next) = walk.next() {
            match next {
                Next::Block(head) if walk.payload(&head).is_ok() => return Ok(Some(head.identity)),
                Next::Block(head) => drop(walk.refuse(&head, String::new())),
                Next::Damage(_) => {}
            }
        }
        walk.broken().map(|()| None)
    }

    /// Returns the file system error met on the way, if there was one.
    pub(super) fn broken(&self) -> io::Result<()> {
        self.broken.take().map_or(Ok(()), Err)
    }

    /// The next block or damage; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Option<Next> {
        if self.length <= self.offset {
            return None;
        }
        match self.head_at(self.offset) {
            Ok(head) => {
                self.offset = head.end_offset();
                Some(Next::Block(head))
            }
            Err(why) => Some(Next::Damage(self.resume(self.offset, why))),
        }
    }

    /// Reads, checks and decompresses the entries of a block.
    pub(super) fn payload(&self, head: &Head) -> Result<Vec<u8>, String> {
        let stored = self.read_at(head.offset + HEAD as u64, head.stored as usize)?;
        if stored.len() != head.stored as usize {
            return Err("a block is cut off".to_owned());
        }
        if crc32fast::hash(&stored) != head.payload_sum {
            return Err("a block's checksum is wrong".to_owned());
        }
        if !head.compressed {
            return Ok(stored);
        }
        let raw = zstd::bulk::decompress(&stored, (head.raw as usize).min(LONGEST));
        let raw = raw.map_err(|error| error.to_string())?;
        match raw.len() == head.raw as usize {
            true => Ok(raw),
            false => Err("a block is shorter than its head says".to_owned()),
        }
    }

    /// Treats a block with a damaged payload as damage and continues after it.
    pub(super) fn refuse(&mut self, head: &Head, why: String) -> Damage {
        self.resume(head.offset, why)
    }

    /// Reads bytes of the file. An error is kept in `broken` and returned as text.
    fn read_at(&self, offset: u64, length: usize) -> Result<Vec<u8>, String> {
        self.file.read_at(offset, length).map_err(|error| {
            let why = error.to_string();
            self.broken.set(Some(error));
            why
        })
    }

    /// Reads and checks the head of a block, or says why none begins there.
    fn head_at(&self, offset: u64) -> Result<Head, String> {
        let bytes = self.read_at(offset, HEAD)?;
        let Some(head) = Head::parse(&bytes, offset) else {
            return Err(match bytes.len() < HEAD {
                true => "a block is cut off".to_owned(),
                false => "no block begins here".to_owned(),
            });
        };
        if self.identity.is_some_and(|identity| identity != head.identity) {
            return Err("a block of another segment".to_owned());
        }
        if self.length < head.end_offset() {
            return Err("a block is cut off".to_owned());
        }
        Ok(head)
    }

    /// Continues at the next block after `offset` with an intact head, if there is one.
    fn resume(&mut self, offset: u64, why: String) -> Damage {
        let finder = Finder::new(&MARKER);
        let mut from = offset + 1;
        while from < self.length {
            let window = match self.read_at(from, WINDOW + MARKER.len() - 1) {
                Ok(window) if MARKER.len() <= window.len() => window,
                // The rest cannot be read, or is shorter than a marker.
                _ => break,
            };
            for place in finder.find_iter(&window) {
                let candidate = from + place as u64;
                if self.head_at(candidate).is_ok() {
                    self.offset = candidate;
                    return Damage { offset, is_tail: false, why };
                }
            }
            // Windows overlap by a marker less one byte, so a marker across the edge is found.
            from += WINDOW as u64;
        }
        self.offset = self.length;
        Damage { offset, is_tail: true, why }
    }
}
