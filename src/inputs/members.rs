//! The members of a packed file one after the other, and zero bytes behind them, with which tapes and archives fill their blocks.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use flate2::bufread::GzDecoder;

/// How a file is packed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Packing {
    Gzip,
    Zstd,
}

/// What comes out of all members.
pub(super) struct Members<R: BufRead> {
    packing: Packing,
    place: Place<R>,
    padding: Arc<AtomicU64>,
}

enum Place<R: BufRead> {
    /// Before a member, or behind the last.
    Between(R),
    Gzip(Box<GzDecoder<R>>),
    Zstd(Box<zstd::Decoder<'static, R>>),
    /// An error ended it.
    Broken,
}

impl<R: BufRead> Members<R> {
    /// `source` begins with a member. `padding` counts zero bytes passed over behind one.
    pub(super) fn new(packing: Packing, source: R, padding: Arc<AtomicU64>) -> io::Result<Members<R>> {
        Ok(Members { packing, place: begin(packing, source)?, padding })
    }
}

fn begin<R: BufRead>(packing: Packing, source: R) -> io::Result<Place<R>> {
    Ok(match packing {
        Packing::Gzip => Place::Gzip(Box::new(GzDecoder::new(source))),
        Packing::Zstd => Place::Zstd(Box::new(zstd::Decoder::with_buffer(source)?.single_frame())),
    })
}

/// Passes over zero bytes; how many, and whether something else follows.
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
