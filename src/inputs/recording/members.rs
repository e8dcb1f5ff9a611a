//! Reads the members of a compressed file in sequence and skips the zero bytes with which tapes and archives pad their blocks.
//!
//! Gzip and Zstandard files may be joined, as by loggers that append to a file. A decoder on its own stops after the first member.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use flate2::bufread::GzDecoder;

/// Compression format of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Packing {
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

/// Reader of the uncompressed bytes of all members.
/// Ends at the end of the file or at data that is only zeros. Anything else that is not a member is an error.
pub(super) struct Members<R: BufRead> {
    /// The same for all members of a file.
    packing: Packing,
    /// Changes at the beginning and the end of each member.
    place: Place<R>,
    /// Shared with the owner of the reader.
    padding: Arc<AtomicU64>,
}

/// Where the reader is. It owns the source, which moves from member to member.
enum Place<R: BufRead> {
    /// Before a member or after the last one.
    Between(R),
    Gzip(Box<GzDecoder<R>>),
    Zstd(Box<zstd::Decoder<'static, R>>),
    /// After an error.
    Broken,
}

impl<R: BufRead> Members<R> {
    /// Starts reading `source`, which must begin with a member. `padding` counts the zero bytes skipped after members.
    pub(super) fn new(packing: Packing, source: R, padding: Arc<AtomicU64>) -> io::Result<Members<R>> {
        Ok(Members { packing, place: begin(packing, source)?, padding })
    }
}

/// Starts a member. An error if the source does not begin with one.
fn begin<R: BufRead>(packing: Packing, source: R) -> io::Result<Place<R>> {
    Ok(match packing {
        Packing::Gzip => Place::Gzip(Box::new(GzDecoder::new(source))),
        Packing::Zstd => Place::Zstd(Box::new(zstd::Decoder::with_buffer(source)?.single_frame())),
    })
}

/// Skips zero bytes; returns their number and whether other data follows.
fn pass_over_zeros(source: &mut impl BufRead) -> io::Result<(u64, bool)> {
    let mut zeros = 0;
    loop {
        let buffer = source.fill_buf()?;
        let count = buffer.iter().take_while(|byte| **byte == 0).count();
        let (ended, more) = (buffer.is_empty(), count < buffer.len());
        source.consume(count);
        zeros += count as u64;
        if ended || more {
            return Ok((zeros, more));
        }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = match &mut self.place {
                Place::Between(source) => {
                    let (zeros, more) = pass_over_zeros(source)?;
                    self.padding.fetch_add(zeros, Relaxed);
                    if !more {
                        return Ok(0);
                    }
                    0
                }
                Place::Gzip(member) => member.read(buffer)?,
                Place::Zstd(member) => member.read(buffer)?,
                Place::Broken => 0,
            };
            // The end of a member is not the end of the file.
            if 0 < count || buffer.is_empty() {
                return Ok(count);
            }
            self.place = match std::mem::replace(&mut self.place, Place::Broken) {
                Place::Between(source) => begin(self.packing, source)?,
                Place::Gzip(member) => Place::Between(member.into_inner()),
                Place::Zstd(member) => Place::Between(member.finish()),
                Place::Broken => return Ok(0),
            };
        }
    }
}
