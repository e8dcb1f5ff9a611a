//! The bits of one AIS message: decodes the six-bit characters and reads fields by position.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use super::tally::Reject;

/// Longest message accepted, in payload characters. Five radio slots are 1008 bits, or 168 characters, but some senders exceed that.
const MAX_CHARACTERS: usize = 512;
/// Bytes after the last one that reading a field may touch.
const SLACK: usize = 8;

/// A decoded payload. Reused for every message, so that decoding allocates nothing.
pub(super) struct Bits {
    /// The message, eight bits a byte, most significant first. What follows the last bit is left over from earlier
    /// messages or zero, so fields are checked against `len`.
    bytes: [u8; MAX_CHARACTERS / 4 * 3 + SLACK],
    /// Number of valid bits, without the padding.
    len: usize,
}

/// Value of each payload character; invalid characters have a bit of 0xC0 set.
static SEXTET: [u8; 256] = sextets();

/// Builds `SEXTET`: characters `0` to `W` are 0-39, `` ` `` to `w` are 40-63 (IEC 61162-1).
const fn sextets() -> [u8; 256] {
    let mut table = [0xC0; 256];
    let mut value = 0;
    while value < 64 {
        let character = if value < 40 { value + 48 } else { value + 56 };
        table[character as usize] = value;
        value += 1;
    }
    table
}

impl Bits {
    /// An empty message, from which no field can be read.
    pub(super) fn new() -> Bits {
        Bits { bytes: [0; MAX_CHARACTERS / 4 * 3 + SLACK], len: 0 }
    }

    /// Decodes `payload`. The last `fill` bits of its last character are padding.
    /// Fails with `TooLong` above `MAX_CHARACTERS`, and with `Armour` if a character is outside the alphabet; the
    /// message is then empty.
    pub(super) fn load(&mut self, payload: &[u8], fill: u8) -> Result<(), Reject> {
        self.len = 0;
        if MAX_CHARACTERS < payload.len() {
            return Err(Reject::TooLong);
        }
        // Checked once at the end: a branch for each character would cost more than decoding a bad payload to its end.
        let mut strange = 0;
        let quads = payload.chunks_exact(4);
        let rest = quads.remainder();
        for (quad, bytes) in quads.zip(self.bytes.chunks_exact_mut(3)) {
            let [a, b, c, d] = [0, 1, 2, 3].map(|i| SEXTET[usize::from(quad[i])]);
            strange |= a | b | c | d;
            bytes[0] = a << 2 | (b & 0x3F) >> 4;
            bytes[1] = b << 4 | (c & 0x3F) >> 2;
            bytes[2] = c << 6 | (d & 0x3F);
        }
        let mut tail = [0; 4];
        for (sextet, character) in tail.iter_mut().zip(rest) {
            *sextet = SEXTET[usize::from(*character)];
            strange |= *sextet;
        }
        let end = payload.len() / 4 * 3;
        self.bytes[end] = tail[0] << 2 | (tail[1] & 0x3F) >> 4;
        self.bytes[end + 1] = tail[1] << 4 | (tail[2] & 0x3F) >> 2;
        self.bytes[end + 2] = tail[2] << 6;
        if strange & 0xC0 != 0 {
            return Err(Reject::Armour);
        }
        self.len = (payload.len() * 6).saturating_sub(usize::from(fill));
        Ok(())
    }

    /// Number of bits.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// An unsigned field of at most 32 bits; `None` if the message ends within or before it.
    pub(super) fn unsigned(&self, start: usize, width: usize) -> Option<u32> {
        if self.len < start + width {
            return None;
        }
        // Eight bytes from the first one hold any field of at most 32 bits, at any offset within a byte.
        let word = self.bytes.get(start / 8..start / 8 + 8)?.try_into().ok()?;
        let word = u64::from_be_bytes(word) << (start % 8);
        Some((word >> (64 - width)) as u32)
    }

    /// A two's complement field of at most 32 bits; `None` if the message ends within or before it.
    pub(super) fn signed(&self, start: usize, width: usize) -> Option<i32> {
        let shift = 32 - width;
        Some(((self.unsigned(start, width)? << shift) as i32) >> shift)
    }

    /// A six-bit text field up to its first `@`, trimmed; `None` if that is empty or the message ends before it.
    pub(super) fn text(&self, start: usize, characters: usize) -> Option<Box<str>> {
        let mut text = [0; MAX_CHARACTERS];
        let characters = characters.min(MAX_CHARACTERS);
        let mut used = 0;
        for slot in text.iter_mut().take(characters) {
            let value = self.unsigned(start + used * 6, 6)? as u8;
            if value == 0 {
                break;
            }
            *slot = if value < 32 { value + 64 } else { value };
            used += 1;
        }
        let text = std::str::from_utf8(&text[..used]).ok()?.trim();
        (!text.is_empty()).then(|| text.into())
    }

    /// Hash of all bits except the repeat indicator, so that a repeated transmission has the hash of the original.
    pub(super) fn hash(&self) -> u64 {
        let mut hasher = FxHasher::default();
        hasher.write_usize(self.len);
        // The first byte is the type and, in its two lowest bits, the repeat indicator.
        let first = self.bytes[0] & 0xFC;
        hasher.write_u8(first);
        hasher.write(&self.bytes[1..self.len.div_ceil(8).max(1)]);
        mixed(hasher.finish())
    }
}

/// Spreads a hash over all 64 bits (the finaliser of SplitMix64): equal hashes are taken to be copies of one transmission.
pub(super) fn mixed(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(payload: &str, fill: u8) -> Bits {
        let mut bits = Bits::new();
        bits.load(payload.as_bytes(), fill).expect("the payload is armoured");
        bits
    }

    #[test]
    fn fields_are_read_across_byte_borders() {
        let bits = bits("15MgK45P3@G?fl0E`JbR0OwT0@MS", 0);
        assert_eq!(bits.len(), 168);
        assert_eq!(bits.unsigned(0, 6), Some(1));
        assert_eq!(bits.unsigned(8, 30), Some(366_730_000));
        assert_eq!(bits.unsigned(50, 10), Some(208));
        assert_eq!(bits.signed(61, 28), Some(-73_435_520));
        assert_eq!(bits.unsigned(160, 8), Some(0b0110_0011));
        assert_eq!(bits.unsigned(160, 9), None);
    }

    #[test]
    fn copies_hash_alike_whatever_their_repeat_indicator() {
        let original = bits("15MgK45P3@G?fl0E`JbR0OwT0@MS", 0).hash();
        let repeated = bits("1EMgK45P3@G?fl0E`JbR0OwT0@MS", 0).hash();
        let other = bits("15MgK45P3@G?fl0E`JbR0OwT0@MT", 0).hash();
        assert_eq!(original, repeated);
        assert_ne!(original, other);
    }

    #[test]
    fn characters_outside_the_alphabet_and_overlong_payloads_are_rejected() {
        let mut bits = Bits::new();
        assert_eq!(bits.load(b"15Mg]45P", 0), Err(Reject::Armour));
        assert_eq!(bits.load(b"15MgK\x00", 0), Err(Reject::Armour));
        assert_eq!(bits.load(&[b'0'; 513], 0), Err(Reject::TooLong));
        assert_eq!(bits.load(&[b'0'; 512], 0), Ok(()));
        assert_eq!(bits.unsigned(3070, 2), Some(0));
    }
}
