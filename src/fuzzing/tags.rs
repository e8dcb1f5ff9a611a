//! TAG blocks, and messages whose parts they join, with every checksum right.

use memchr::memchr;

use super::decoding::{self, decode, sum};
use super::lines::cut;

/// A line with every checksum put right: of TAG blocks and of sentences.
pub(super) fn sealed(line: &[u8]) -> Vec<u8> {
    let mut out = line.to_vec();
    let mut at = 0;
    while at < out.len() {
        let end = match out[at] {
            // A TAG block, if it is closed and has room for a checksum.
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

fn put_sum(line: &mut [u8], start: usize, star: usize) {
    let digits = format!("{:02X}", sum(&line[start..star]));
    line[star + 1..star + 3].copy_from_slice(digits.as_bytes());
}

/// Reads lines whose checksums are right; and a TAG block whose checksum is wrong counts for nothing.
pub(super) fn check(bytes: &[u8]) {
    let (lines, _) = cut([bytes].into_iter());
    let sealed: Vec<Vec<u8>> = lines.iter().map(|line| sealed(line)).collect();
    decoding::check(&sealed);
    for line in &sealed {
        wrong_checksum(line);
    }
}

fn wrong_checksum(line: &[u8]) {
    let Some([b'\\', rest @ ..]) = line.get(..) else { return };
    let Some(end) = memchr(b'\\', rest) else { return };
    let (block, behind) = (&rest[..end], &rest[end + 1..]);
    // A group that a relay put in front is not covered by the checksum of what stands behind it.
    if !matches!(behind.first(), Some(b'!' | b'$')) || block.starts_with(b"g:") || block.len() < 3 {
        return;
    }
    let star = block.len() - 3;
    let wrong = format!("{:02X}", !sum(&block[..star]));
    let damaged = [b"\\", &block[..=star], wrong.as_bytes(), b"\\", behind].concat();
    assert_eq!(decode(&[damaged], None).reports, decode(&[behind], None).reports);
}
