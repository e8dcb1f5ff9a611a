//! TAG blocks, and the multi-part messages that they group, with valid checksums.

use memchr::memchr;

use super::decoding::{self, decode, sum};
use super::lines::cut;

/// The line with all checksums corrected, in TAG blocks and in sentences.
pub(super) fn sealed(line: &[u8]) -> Vec<u8> {
    let mut out = line.to_vec();
    let mut at = 0;
    while at < out.len() {
        let end = match out[at] {
            // A TAG block, if it is closed and long enough for a checksum.
            b'\\' => match memchr(b'\\', &out[at + 1..]) {
                Some(length) if 3 <= length && out[at + length - 2] == b'*' => {
                    let star = at + length - 2;
                    put_sum(&mut out, at + 1, star);
                    at + length + 2
                }
                _ => at + 1,
            },
            b'!' | b'$' => match memchr(b'*', &out[at + 1..]) {
                Some(length) if at + length + 3 < out.len() => {
                    put_sum(&mut out, at + 1, at + 1 + length);
                    at + length + 4
                }
                _ => at + 1,
            },
            _ => at + 1,
        };
        at = end;
    }
    out
}

/// Writes the checksum of the bytes from `start` to the star behind it.
fn put_sum(line: &mut [u8], start: usize, star: usize) {
    let digits = format!("{:02X}", sum(&line[start..star]));
    line[star + 1..star + 3].copy_from_slice(digits.as_bytes());
}

/// Checks lines with valid checksums. A TAG block with a wrong checksum must be ignored.
pub(super) fn check(bytes: &[u8]) {
    let (lines, _) = cut([bytes].into_iter());
    let sealed: Vec<Vec<u8>> = lines.iter().map(|line| sealed(line)).collect();
    decoding::check(&sealed);
    for line in &sealed {
        wrong_checksum(line);
    }
}

/// A line whose TAG block has a wrong checksum is decoded as if it had none.
fn wrong_checksum(line: &[u8]) {
    let Some([b'\\', rest @ ..]) = line.get(..) else { return };
    let Some(end) = memchr(b'\\', rest) else { return };
    let (block, behind) = (&rest[..end], &rest[end + 1..]);
    // A group that a relay puts in front is not covered by the checksum of what follows.
    if !matches!(behind.first(), Some(b'!' | b'$')) || block.starts_with(b"g:") || block.len() < 3 {
        return;
    }
    let star = block.len() - 3;
    let wrong = format!("{:02X}", !sum(&block[..star]));
    let damaged = [b"\\", &block[..=star], wrong.as_bytes(), b"\\", behind].concat();
    assert_eq!(decode(&[damaged], None).reports, decode(&[behind], None).reports);
}
