//! Any byte stream, cut into lines and decoded.

use super::decoding;
use atalaia_core::ais::{LineCutter, MAX_LINE, MAX_OBJECT};

/// Longest input in bytes that is also cut byte by byte. Longer input would take too much time.
const MOST_SINGLE_BYTES: usize = 4096;

/// The lines of a stream, and the number of lines that were too long.
pub(super) fn cut<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Vec<u8>>, u64) {
    let mut cutter = LineCutter::new();
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for piece in pieces {
        cutter.feed(piece, |line| lines.push(line.to_vec()));
    }
    cutter.finish(|line| lines.push(line.to_vec()));
    (lines, cutter.overlong())
}

/// Checks a stream: the lines do not depend on how it is cut into reads, none is longer than the limit, and their
/// reports are possible.
pub(super) fn check(bytes: &[u8]) {
    let (lines, overlong) = cut([bytes].into_iter());
    for line in &lines {
        let most = if line.first() == Some(&b'{') { MAX_OBJECT } else { MAX_LINE };
        assert!((1..=most).contains(&line.len()), "a line of {} bytes", line.len());
        assert!(!line.iter().any(|byte| matches!(byte, b'\n' | b'\r' | 0)), "a line with a line end in it");
    }
    for size in [1, 7, bytes.len() / 2, bytes.len() / 3] {
        if 0 < size && (7 < size || bytes.len() <= MOST_SINGLE_BYTES) {
            assert_eq!(cut(bytes.chunks(size)), (lines.clone(), overlong), "in reads of {size} bytes");
        }
    }
    decoding::check(&lines);
}
