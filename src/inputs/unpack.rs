//! Unpacks gzip and zstd, recognised by their first bytes, and stops at decompression bombs.

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
pub struct UnpackedBytes {
    inner: Box<dyn Read + Send>,
    packed: bool,
    read: Arc<AtomicU64>,
    padding: Arc<AtomicU64>,
    unpacked: u64,
    limits: Limits,
}

/// A file in an archive format that is not supported.
#[derive(Debug, thiserror::Error)]
#[error("is a {kind}; unpack it first")]
struct OtherArchive {
    kind: &'static str,
}

#[derive(Debug, thiserror::Error)]
#[error(
    "expands more than {ratio} times or to more than {gib} GiB: taken for a decompression bomb; unpack it first, or raise \
     recordings.max_expansion_ratio or recordings.max_expanded_gib"
)]
struct Bomb {
    ratio: u64,
    gib: u64,
}

impl UnpackedBytes {
    /// Detects the compression from the first bytes of `source`.
    pub fn new(source: impl Read + Send + 'static, limits: Limits) -> io::Result<UnpackedBytes> {
        let read = Arc::new(AtomicU64::new(0));
        let mut source = CountingReader { source, read: Arc::clone(&read) };
        let mut magic = Vec::with_capacity(6);
        source.by_ref().take(6).read_to_end(&mut magic)?;
        let kind = magic.clone();
        let whole = Cursor::new(magic).chain(source);
        let packing = match kind.as_slice() {
            [0x1f, 0x8b, ..] => Some(Packing::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Packing::Zstd),
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

fn other(kind: &'static str) -> io::Error {
    io::Error::other(OtherArchive { kind })
}

struct CountingReader<R> {
    source: R,
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
mod tests {
    use std::io::Write;

    use super::*;

    const LIMITS: Limits = Limits { ratio: 100, bytes: 1 << 40 };

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    fn unpack(bytes: Vec<u8>, limits: Limits) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        UnpackedBytes::new(Cursor::new(bytes), limits)?.read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn the_compression_is_recognised_by_the_content() {
        let text = b"!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\n";
        assert_eq!(unpack(text.to_vec(), LIMITS).unwrap(), text);
        assert_eq!(unpack(b"a".to_vec(), LIMITS).unwrap(), b"a");
        assert_eq!(unpack(Vec::new(), LIMITS).unwrap(), b"");
        let twice = [gzip(text), gzip(text)].concat();
        assert_eq!(unpack(twice, LIMITS).unwrap(), [text.as_slice(), text].concat());
        assert_eq!(unpack(zstd::encode_all(&text[..], 3).unwrap(), LIMITS).unwrap(), text);
        let error = unpack(b"PK\x03\x04....".to_vec(), LIMITS).unwrap_err();
        assert_eq!(error.to_string(), "is a zip archive; unpack it first");
    }

    #[test]
    fn a_bomb_is_refused_and_a_small_repetitive_file_is_not() {
        let bomb = gzip(&vec![b'\n'; 80 << 20]);
        let error = unpack(bomb.clone(), LIMITS).unwrap_err();
        assert!(error.to_string().contains("decompression bomb"), "{error}");
        let generous = Limits { ratio: 5000, ..LIMITS };
        assert_eq!(unpack(bomb, generous).unwrap().len(), 80 << 20);
        assert_eq!(unpack(gzip(&vec![b'\n'; 1 << 20]), LIMITS).unwrap().len(), 1 << 20);
        let small = Limits { bytes: 1 << 19, ratio: 5000 };
        assert!(unpack(gzip(&vec![b'\n'; 1 << 20]), small).is_err());
    }

    #[test]
    fn a_truncated_file_is_an_error() {
        let text = b"!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\n";
        for mut cut in [gzip(text), zstd::encode_all(&text[..], 3).unwrap()] {
            cut.truncate(cut.len() - 9);
            assert!(unpack(cut, LIMITS).is_err());
        }
        // Padded with zeros it is still truncated: the checksum is missing.
        let mut filled = gzip(text);
        filled.truncate(filled.len() - 9);
        filled.extend([0; 512]);
        assert!(unpack(filled, LIMITS).is_err());
    }

    #[test]
    fn zero_bytes_behind_what_is_packed_are_passed_over_and_counted() {
        let text = b"!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\n";
        // Up to and beyond the size of one read.
        for zeros in [1, 512, 10_240, (1 << 18) + 1] {
            for packed in [gzip(text), zstd::encode_all(&text[..], 3).unwrap()] {
                let padded = [packed.clone(), vec![0; zeros], packed, vec![0; zeros]].concat();
                let mut unpacked = UnpackedBytes::new(Cursor::new(padded), LIMITS).unwrap();
                let mut out = Vec::new();
                unpacked.read_to_end(&mut out).unwrap();
                assert_eq!(out, [text.as_slice(), text].concat());
                assert_eq!(unpacked.padding(), 2 * zeros as u64);
            }
        }
    }

    #[test]
    fn other_data_after_the_compressed_data_is_an_error() {
        let text = b"!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\n";
        for packed in [gzip(text), zstd::encode_all(&text[..], 3).unwrap()] {
            for behind in [&b"text that is not packed"[..], b"\0\0\0and text"] {
                assert!(unpack([&packed, behind].concat(), LIMITS).is_err());
            }
        }
    }
}
