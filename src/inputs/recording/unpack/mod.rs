//! Unpacks gzip and zstd, recognised by their first bytes, and stops at decompression bombs.
//!
//! A bomb is recognised by what has been unpacked so far, not by what the file claims about itself.

use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use serde::{Deserialize, Serialize};

use super::members::{Members, Packing};

/// Limits on the expansion of a compressed recording; beyond them it is refused as a decompression bomb.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Limits {
    /// Maximum unpacked bytes per compressed byte, once more than 64 MiB are unpacked. AIS text compresses 4 to 30 times.
    pub ratio: u64,
    /// Maximum unpacked size in bytes.
    pub bytes: u64,
}

/// Unpacked size in bytes up to which the ratio is not checked, because small files may be very repetitive.
const GRACE_BYTES: u64 = 64 * 1024 * 1024;

/// The uncompressed bytes of a recording.
/// A plain file passes through unchanged and without limits.
pub struct UnpackedBytes {
    /// The plain bytes, or those of the members.
    inner: Box<dyn Read + Send>,
    /// Whether the limits apply.
    packed: bool,
    /// Compressed bytes read; shared with a progress bar.
    read: Arc<AtomicU64>,
    /// Zero bytes skipped after members.
    padding: Arc<AtomicU64>,
    /// Bytes handed out so far.
    unpacked: u64,
    /// Checked after each read.
    limits: Limits,
}

/// A file in an archive format that is not supported.
#[derive(Debug, thiserror::Error)]
#[error("is a {kind}; unpack it first")]
struct OtherArchive {
    /// Name of the format, which follows `is a`.
    kind: &'static str,
}

/// The error for a file beyond the limits. The text names the settings, because the file may be genuine.
#[derive(Debug, thiserror::Error)]
#[error(
    "expands more than {ratio} times or to more than {gib} GiB: taken for a decompression bomb; unpack it first, or raise \
     recordings.max_expansion_ratio or recordings.max_expanded_gib"
)]
struct Bomb {
    /// The limit, for the text.
    ratio: u64,
    /// The limit in GiB, for the text.
    gib: u64,
}

impl UnpackedBytes {
    /// Detects the compression from the first bytes of `source`.
    pub fn new(source: impl Read + Send + 'static, limits: Limits) -> io::Result<UnpackedBytes> {
        let read = Arc::new(AtomicU64::new(0));
        let mut source = CountingReader { source, read: Arc::clone(&read) };
        // Six bytes distinguish all formats below; they are put back in front of the rest.
        let mut magic = Vec::with_capacity(6);
        source.by_ref().take(6).read_to_end(&mut magic)?;
        let kind = magic.clone();
        let whole = Cursor::new(magic).chain(source);
        let packing = match kind.as_slice() {
            [0x1f, 0x8b, ..] => Some(Packing::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Packing::Zstd),
            // Archives hold several files, or need a decoder that is not built in.
            [b'P', b'K', 3, 4, ..] => return Err(other("zip archive")),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => return Err(other("bzip2 file")),
            [0xfd, b'7', b'z', b'X', b'Z', ..] => return Err(other("xz file")),
            _ => None,
        };
        let padding = Arc::new(AtomicU64::new(0));
        let inner: Box<dyn Read + Send> = match packing {
            Some(packing) => {
                let whole = io::BufReader::with_capacity(1 << 18, whole);
                Box::new(Members::new(packing, whole, Arc::clone(&padding))?)
            }
            None => Box::new(whole),
        };
        Ok(UnpackedBytes { inner, packed: packing.is_some(), read, padding, unpacked: 0, limits })
    }

    /// Number of zero bytes skipped so far after the compressed data.
    pub fn padding(&self) -> u64 {
        self.padding.load(Relaxed)
    }

    /// Counter of the compressed bytes read so far, for a progress bar.
    pub fn position(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }
}

impl Read for UnpackedBytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.unpacked += count as u64;
        if self.packed {
            let by_ratio = self.read.load(Relaxed).saturating_mul(self.limits.ratio);
            let bound = self.limits.bytes.min(by_ratio.max(GRACE_BYTES));
            if bound < self.unpacked {
                return Err(io::Error::other(Bomb { ratio: self.limits.ratio, gib: self.limits.bytes >> 30 }));
            }
        }
        Ok(count)
    }
}

/// The error for a format that the operator has to unpack first.
fn other(kind: &'static str) -> io::Error {
    io::Error::other(OtherArchive { kind })
}

/// Counts the compressed bytes as they are read. What has been decoded may be up to a buffer behind.
struct CountingReader<R> {
    /// The file or standard input.
    source: R,
    /// Shared with `UnpackedBytes`.
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for CountingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.read.fetch_add(count as u64, Relaxed);
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
