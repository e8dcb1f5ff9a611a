//! Blocks of sixteen speeds in few bytes: ships hold their speed, so most differ little from the one before.

/// Number of speeds in a block.
pub(super) const BLOCK: usize = 16;
/// Maximum number of bytes of a block: the first speed, and eleven bits for each other.
const LONGEST: usize = 22;

/// Packs the speeds of a block, and returns how many bytes it takes: the first speed as it is, then for each other the difference from
/// the one before, lowest bit first. 0 is the bit 0; 1 and -1 are the bits 1 0 and one for the sign; 2 and -2 the bits 1 1 0 and the sign;
/// any other the bits 1 1 1 and the speed itself.
pub(super) fn packed(speeds: &[u8; BLOCK]) -> ([u8; LONGEST], usize) {
    let (mut bytes, mut length, mut held, mut bits) = ([0; LONGEST], 1, 0_u32, 0);
    bytes[0] = speeds[0];
    for pair in speeds.windows(2) {
        let difference = i16::from(pair[1]) - i16::from(pair[0]);
        let sign = u32::from(difference < 0);
        let (code, width) = match difference.abs() {
            0 => (0b0, 1),
            1 => (0b01 | sign << 2, 3),
            2 => (0b011 | sign << 3, 4),
            _ => (0b111 | u32::from(pair[1]) << 3, 11),
        };
        held |= code << bits;
        bits += width;
        while 8 <= bits {
            bytes[length] = held as u8;
            length += 1;
            held >>= 8;
            bits -= 8;
        }
    }
    if 0 < bits {
        bytes[length] = held as u8;
        length += 1;
    }
    (bytes, length)
}

/// Difference and number of bits of every code, by its low four bits; after 0b111 the speed follows.
const CODES: [(u8, u8); 16] = {
    let mut codes = [(0, 1); 16];
    let mut bits = 0;
    while bits < 16 {
        codes[bits] = match bits & 0b111 {
            0b111 => (0, 11),
            0b011 => (if bits & 0b1000 == 0 { 2 } else { 254 }, 4),
            0b001 => (1, 3),
            0b101 => (255, 3),
            _ => (0, 1),
        };
        bits += 1;
    }
    codes
};

/// The speeds of a block made by `packed`. Without branches that depend on the kind of code, as it runs for followed vessels.
pub(super) fn unpacked(block: &[u8]) -> [u8; BLOCK] {
    let (mut bytes, mut speeds) = ([0; LONGEST + 4], [0; BLOCK]);
    let length = block.len().min(LONGEST);
    bytes[..length].copy_from_slice(&block[..length]);
    let (mut last, mut bit) = (bytes[0], 8);
    speeds[0] = last;
    for speed in &mut speeds[1..] {
        // At most fifteen codes of eleven bits.
        let at = bit / 8;
        let held = u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], 0]) >> (bit % 8);
        let (difference, width) = CODES[(held & 0b1111) as usize];
        last = if held & 0b111 == 0b111 { (held >> 3) as u8 } else { last.wrapping_add(difference) };
        *speed = last;
        bit += usize::from(width);
    }
    speeds
}
