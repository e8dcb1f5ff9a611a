//! Goes through the blocks of a segment, from whole block to whole block.

use std::cell::Cell;
use std::io;

use memchr::memmem::Finder;

use super::block::{HEAD, Head, Identity, LONGEST, MARKER};
use super::catalogue::Segment;
use crate::disk::Reading;

/// How much is searched at once.
const WINDOW: usize = 256 << 10;

/// A way through a segment.
pub(super) struct Walk<'a> {
    file: &'a dyn Reading,
    length: u64,
    offset: u64,
    /// Blocks of other segments are damage.
    identity: Option<Identity>,
    /// The first error of the file system: what looks like damage may be whole another time.
    broken: Cell<Option<io::Error>>,
}

/// What comes next.
#[derive(Debug)]
pub(super) enum Next {
    /// A block whose head is whole; whether the payload is, [`Walk::payload`] says.
    Block(Head),
    /// Bytes that are no block.
    Damage(Damage),
}

/// Bytes of a segment that are no whole block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Damage {
    /// Where it begins.
    pub(super) offset: u64,
    /// No whole block follows in the file.
    pub(super) is_tail: bool,
    pub(super) why: String,
}

impl<'a> Walk<'a> {
    /// Through a segment that can be used; `file` is its file.
    pub(super) fn through(segment: &Segment, file: &'a dyn Reading) -> Walk<'a> {
        Walk::new(file, segment.begins(), Some(segment.identity))
    }

    fn new(file: &'a dyn Reading, offset: u64, identity: Option<Identity>) -> Walk<'a> {
        let mut walk = Walk { file, length: 0, offset, identity, broken: Cell::new(None) };
        match file.length() {
            Ok(length) => walk.length = length,
            Err(error) => walk.broken = Cell::new(Some(error)),
        }
        walk
    }

    /// Whose blocks a file without header holds: by the first that is whole.
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

    /// Whether the file system said no on the way.
    pub(super) fn broken(&self) -> io::Result<()> {
        self.broken.take().map_or(Ok(()), Err)
    }

    /// The next block or damage; nothing at the end of the file.
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

    /// The entries of a block, if they are whole.
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
            false => Err("a block is shorter than it says".to_owned()),
        }
    }

    /// Takes a block whose payload is not whole as damage, and goes on behind it.
    pub(super) fn refuse(&mut self, head: &Head, why: String) -> Damage {
        self.resume(head.offset, why)
    }

    fn read_at(&self, offset: u64, length: usize) -> Result<Vec<u8>, String> {
        self.file.read_at(offset, length).map_err(|error| {
            let why = error.to_string();
            self.broken.set(Some(error));
            why
        })
    }

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

    /// Goes on with the next block behind `offset` whose head is whole, if there is one.
    fn resume(&mut self, offset: u64, why: String) -> Damage {
        let finder = Finder::new(&MARKER);
        let mut from = offset + 1;
        while from < self.length {
            let window = match self.read_at(from, WINDOW + MARKER.len() - 1) {
                Ok(window) if MARKER.len() <= window.len() => window,
                // The rest cannot be read, or is too short.
                _ => break,
            };
            for place in finder.find_iter(&window) {
                let candidate = from + place as u64;
                if self.head_at(candidate).is_ok() {
                    self.offset = candidate;
                    return Damage { offset, is_tail: false, why };
                }
            }
            from += WINDOW as u64;
        }
        self.offset = self.length;
        Damage { offset, is_tail: true, why }
    }
}
